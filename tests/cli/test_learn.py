"""`effocr align` and `effocr learn` on lines of blocks."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.bundle import load_bundle, load_manifest
from effocr.cli.main import main
from effocr.data.coco import read_coco
from effocr.export.update import write_with_index
from effocr.pipeline.reader import Reader
from effocr.recognizer.index import Collection, GlyphIndex

Draw = Callable[..., np.ndarray]
TEXTS = ("Iu nI", "nI Iu", "uI In", "In uIn", "nIn Iu", "uIu nI")


@pytest.fixture
def pairs(tmp_path: Path, draw_line: Draw) -> Path:
    """Six lines of three documents; what the model calls u is a d here."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        stem = f"book{number // 2}_{number}"
        Image.fromarray(draw_line(text)).save(folder / f"{stem}.png")
        (folder / f"{stem}.gt.txt").write_text(text.replace("u", "d") + "\n", encoding="utf-8")
    return folder


def test_align_writes_a_box_for_every_glyph(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "boxes.json"
    assert main(["align", str(pairs), "--model", str(tiny_model), "-o", str(out)]) == 0
    assert "6 lines, 27 glyphs, 0 characters not found" in capsys.readouterr().out
    found = read_coco(out)
    assert [line.text for line in found.lines] == [text.replace("u", "d") for text in TEXTS]
    assert all("".join(line.glyphs or ()) == line.text.replace(" ", "") for line in found.lines)
    assert main(["align", str(pairs), "--model", str(tiny_model), "-o", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_text_of_another_line_is_named_and_the_rest_is_aligned(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pairs / "book0_0.gt.txt").write_text("another text altogether, of another line\n", "utf-8")
    (pairs / "book0_1.gt.txt").write_text("\n", "utf-8")
    (pairs / "book1_2.png").write_bytes(b"broken")
    out = tmp_path / "boxes.json"
    assert main(["align", str(pairs), "--model", str(tiny_model), "-o", str(out)]) == 1
    problems = capsys.readouterr().err
    assert "book0_0.png: left out: the text does not fit the image" in problems
    assert "book0_1.png: left out: the text is empty" in problems
    assert "book1_2.png: left out:" in problems
    assert len(read_coco(out).lines) == 3


def test_where_no_line_fits_the_boxes_of_before_are_kept(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "boxes.json"
    given = ["align", str(pairs), "--model", str(tiny_model), "-o", str(out)]
    assert main(given) == 0
    good = out.read_bytes()
    assert main([*given, "--force", "--min-confidence", "1"]) == 1
    assert "nothing was written: no glyph is so sure" in capsys.readouterr().err
    for path in pairs.glob("*.gt.txt"):
        path.write_text("another text altogether, of another line\n", encoding="utf-8")
    assert main([*given, "--force"]) == 1
    problems = capsys.readouterr().err
    assert problems.count("the text does not fit the image") == len(TEXTS)
    assert "effocr: nothing was written: no line fits its text" in problems
    assert out.read_bytes() == good
    given[-1] = str(tmp_path / "new.json")
    assert main(given) == 1
    assert not (tmp_path / "new.json").exists()


@pytest.mark.parametrize("name", ["", " ", "\t\u00a0"])
def test_a_blank_name_of_a_collection_is_an_error_of_use(
    pairs: Path, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["learn", "en", str(pairs), "--out", str(tmp_path / "m"), "--name", name]) == 2
    assert "--name is blank" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()


def test_learning_by_index_reads_the_collection_and_leaves_the_model(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    before = (tiny_model / "labels.json").read_bytes()
    given = ["learn", str(tiny_model), str(pairs), "--out", str(out), "--name", "tale", "--json"]
    assert main(given) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["new_characters"] == ["d"]
    assert report["lines"] == 6
    assert report["aside"]["cer_after"] < report["aside"]["cer_before"]
    assert (tiny_model / "labels.json").read_bytes() == before
    manifest = load_manifest(out)
    assert manifest.lineage is not None
    assert (manifest.lineage.method, manifest.lineage.samples) == ("index", 6)
    assert GlyphIndex.load(out).collections[0].name == "tale"
    assert Reader(out).read(pairs / "book0_0.png").text == "Id nI"


def test_a_line_whose_text_does_not_fit_is_named_and_does_not_judge(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pairs / "book0_0.gt.txt").write_text("another text altogether, of another line\n", "utf-8")
    given = ["learn", str(tiny_model), str(pairs), "--out", str(tmp_path / "mine"), "--json"]
    assert main(given) == 0
    printed = capsys.readouterr()
    assert "book0_0.png: left out: the text does not fit" in printed.err
    report = json.loads(printed.out)
    assert (report["lines"], report["aside"]["lines"]) == (5, 5)


def test_what_makes_it_worse_is_refused(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, text in enumerate(TEXTS):  # a slip in one book, the other is right
        if number // 2:
            (pairs / f"book{number // 2}_{number}.gt.txt").write_text(text, encoding="utf-8")
    for path in pairs.glob("book2*"):
        path.unlink()
    out = tmp_path / "mine"
    assert main(["learn", str(tiny_model), str(pairs), "--out", str(out)]) == 1
    assert "nothing was written: lines kept aside would be read worse" in capsys.readouterr().err
    assert not out.exists()
    assert main(["learn", str(tiny_model), str(pairs), "--out", str(out), "--force"]) == 0
    assert out.is_dir()


def test_a_collection_is_learnt_again_though_the_model_has_seen_its_lines(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in pairs.glob("book2*.gt.txt"):  # only this book tells that its n is an m
        path.write_text(path.read_text("utf-8").replace("n", "m"), encoding="utf-8")
    first, again = tmp_path / "first", tmp_path / "again"
    reports = []
    for model, out in ((tiny_model, first), (first, again)):
        given = ["learn", str(model), str(pairs), "--out", str(out), "--name", "tale", "--json"]
        assert main(given) == 0
        reports.append(json.loads(capsys.readouterr().out))
    assert reports[1]["aside"] == reports[0]["aside"]
    assert [each.name for each in GlyphIndex.load(again).collections] == ["tale"]


def test_all_that_a_model_knows_can_be_learnt_anew(
    pairs: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out, folder = tmp_path / "v1.2", tmp_path / "tales.vol2"
    pairs.rename(folder)
    index = GlyphIndex.load(tiny_model)
    only = GlyphIndex.create(index.dim).with_collection(
        Collection(name=folder.name), index.embeddings, index.labels
    )
    model = write_with_index(load_bundle(tiny_model), only, out=tmp_path / "only").folder
    assert main(["learn", str(model), str(folder), "--out", str(out), "--force"]) == 0
    assert [each.name for each in GlyphIndex.load(out).collections] == ["tales.vol2"]


def test_one_image_with_two_texts_is_listed_twice(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pairs / "book9_9.png").write_bytes((pairs / "book0_0.png").read_bytes())
    (pairs / "book9_9.gt.txt").write_text("nId", encoding="utf-8")
    main(["learn", str(tiny_model), str(pairs), "--out", str(tmp_path / "mine")])
    problems = capsys.readouterr().err
    assert "book0_0.png: left out: one image with several texts" in problems
    assert "book9_9.png: left out: one image with several texts" in problems


@pytest.mark.parametrize(
    ("lines", "reason"), [(0, "there is no line to learn from"), (1, "one line alone")]
)
def test_too_few_lines_are_refused(
    lines: int,
    reason: str,
    pairs: Path,
    tiny_model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for path in sorted(pairs.glob("*.png"))[lines:]:
        path.with_suffix(".gt.txt").write_text("", encoding="utf-8")
    given = ["learn", str(tiny_model), str(pairs), "--out", str(tmp_path / "mine")]
    assert main(given) == 2
    assert reason in capsys.readouterr().err


def test_learning_never_writes_over_a_folder(
    pairs: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["learn", str(tiny_model), str(pairs), "--out", str(tiny_model)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_the_bonus_of_a_collection_is_kept_in_the_model(
    pairs: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine"
    given = ["learn", str(tiny_model), str(pairs), "--out", str(out), "--bonus", "0.2", "--force"]
    assert main(given) == 0
    assert GlyphIndex.load(out).collections[0].bonus == 0.2
