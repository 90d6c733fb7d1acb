"""`effocr index`: a character taught without training."""

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
