"""`effocr index`: a character taught without training."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.cli.main import main
from effocr.pipeline.reader import Reader


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "blocks"))


@pytest.fixture
def middle_block(tmp_path: Path) -> Path:
    """A block between the top and the bottom of the band, which the model does not know: `-`."""
    frame = np.full((40, 32), 255, np.uint8)
    frame[16:26, 10:22] = 0
    Image.fromarray(frame).save(tmp_path / "dash.png")
    return tmp_path / "dash.png"


def test_a_taught_character_is_read_and_a_removed_one_is_not(
    model: Path, middle_block: Path, draw_line, capsys: pytest.CaptureFixture[str]
) -> None:
    line = draw_line("InuInu")
    with_dash = line.copy()
    band = with_dash[6:32]
    band[:, 6:18] = 255
    band[8:18, 6:18] = 0  # the first block becomes the new one
    before = Reader(model, threads=1).read(with_dash).text
    assert "-" not in before
    assert main(["index", "add", str(model), "--glyph", "-", str(middle_block)]) == 0
    assert "-\t+1 rows" in capsys.readouterr().out
    assert Reader(model, threads=1).read(with_dash).text == "-nuInu"
    assert main(["index", "list", str(model)]) == 0
    assert "-\tU+002D\t1\n" in capsys.readouterr().out
    assert main(["index", "remove", str(model), "--glyph", "-"]) == 0
    assert Reader(model, threads=1).read(with_dash).text == before


def test_a_copy_leaves_the_model_as_it_is(model: Path, middle_block: Path, tmp_path: Path) -> None:
    manifest = (model / "manifest.json").read_bytes()
    command = ["index", "add", str(model), "--glyph", "☞", str(middle_block)]
    assert main([*command, "--out", str(tmp_path / "copy")]) == 0
    assert (model / "manifest.json").read_bytes() == manifest
    assert main(["models", "verify", str(tmp_path / "copy")]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "MODEL"], "give images"),
        (["add", "MODEL", "IMAGE"], "--glyph CHAR"),
        (["add", "MODEL", "--glyph", "x", "absent.png"], "absent.png"),
        (["add", "MODEL", "--glyph", " ", "IMAGE"], "white space"),
        (["add", "MODEL", "--glyph", "\u00ad", "--fonts", "FONTS"], "leaves no ink"),
        (["remove", "MODEL", "--glyph", "ß"], "does not know 'ß'"),
        (["list", "./absent"], "absent"),
    ],
)
def test_errors_of_use_change_nothing(
    model: Path,
    middle_block: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    manifest = (model / "manifest.json").read_bytes()
    fonts = Path(__file__).parents[2] / "english_font_files"
    places = {"MODEL": str(model), "IMAGE": str(middle_block), "FONTS": str(fonts)}
    assert main(["index", *(places.get(a, a) for a in arguments)]) == 2
    assert message in capsys.readouterr().err
    assert (model / "manifest.json").read_bytes() == manifest


def test_characters_are_taught_from_fonts(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fonts = Path(__file__).parents[2] / "english_font_files"
    command = [
        "index",
        "add",
        str(model),
        "--glyph",
        "Q",
        "--fonts",
        str(fonts),
        "--rows-per-label",
        "2",
    ]
    assert main(command) == 0
    assert main(["index", "list", str(model)]) == 0
    assert "Q\tU+0051\t2\n" in capsys.readouterr().out


@pytest.fixture(scope="module")
def rupees(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four clean lines with a ₹, which `en` does not know, and their texts."""
    from effocr.charset import Charset, read_charset
    from effocr.synth.fonts import load_fonts
    from effocr.synth.lines import LineMaker, LineOptions

    root, folder = Path(__file__).parents[2], tmp_path_factory.mktemp("rupees")
    charset = Charset((*read_charset(root / "english_charsets"), "₹"))
    fonts = load_fonts([root / "english_font_files" / "Vollkorn-Regular.ttf"], charset=charset)
    maker = LineMaker(fonts.fonts, charset, LineOptions(plain=True, wear={"clean": 1.0}))
    paths = []
    for number, text in enumerate(("paid ₹ 120", "a ₹ here", "of ₹ now", "more ₹ for it")):
        line = maker.line(np.random.default_rng(number), text)
        paths.append(folder / f"{number}.png")
        Image.fromarray(line.grey).save(paths[-1])
        paths[-1].with_suffix(".gt.txt").write_text(line.text, encoding="utf-8")
    return paths


def test_a_picture_is_learnt_from_three_lines_and_forgotten(
    rupees: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The one test that teaches the embedded model: a second, because its background is looked at.
    taught, ordinary = str(tmp_path / "taught"), "docs/samples/lines/01.png"
    before = Reader("en", threads=1).read(Path(__file__).parents[2] / ordinary).text
    command = ["index", "add", "en", "--glyph", "₹", *map(str, rupees[:3]), "--out", taught]
    assert main(command) == 0
    assert "₹\t+1 picture of 3 examples" in capsys.readouterr().out
    reader = Reader(taught, threads=1)
    assert reader.read(rupees[3]).text == "more ₹ for it"
    assert reader.read(Path(__file__).parents[2] / ordinary).text == before
    assert "₹" not in Reader(taught, threads=1, blacklist="₹").read(rupees[3]).text
    assert main(["index", "list", taught, "--origins"]) == 0
    listed = capsys.readouterr().out
    digest = hashlib.sha256(rupees[0].read_bytes()).hexdigest()
    assert f"₹\tU+20B9\tpicture of 3 images\n\t1\t0.png {digest}\n" in listed
    assert main(["index", "remove", taught, "--glyph", "₹"]) == 0
    assert not (Path(taught) / "pictures.npz").exists()
    assert "₹" not in Reader(taught, threads=1).read(rupees[3]).text


def test_lines_of_a_known_character_are_for_learn(
    rupees: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["index", "add", "en", "--glyph", "e", str(rupees[1]), "--out", str(tmp_path / "no")]
    assert main(command) == 2
    assert "effocr learn" in capsys.readouterr().err
    command[4] = "₩"
    assert main(command) == 2
    assert "does not stand in its text" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


def test_rows_know_the_file_that_they_come_from(
    model: Path, middle_block: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "add", str(model), "--glyph", "-", str(middle_block)]) == 0
    assert main(["index", "list", str(model), "--origins"]) == 0
    listed = capsys.readouterr().out
    digest = hashlib.sha256(middle_block.read_bytes()).hexdigest()
    assert f"-\tU+002D\t1\n\t1\tdash.png {digest}\n" in listed
    assert "I\tU+0049\t1\n\t1\tthe model as it was exported\n" in listed
