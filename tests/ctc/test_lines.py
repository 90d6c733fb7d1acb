"""Lines of every kind of data, and those that are left out."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.ctc.alphabet import OCRS, Alphabet
from effocr.ctc.config import CtcTraining, SyntheticLines
from effocr.ctc.lines import (
    LineFiles,
    PlainLine,
    draw_synthetic,
    load_plain_lines,
    spell_lines,
)
from effocr.errors import DataFormatError, ImageError

ROOT = Path(__file__).parents[2]


def load(path: Path) -> np.ndarray:
    try:
        return np.asarray(Image.open(path).convert("L"))
    except OSError as error:
        raise ImageError("damaged") from error


FILES = LineFiles(load)


def test_pixels_of_a_line_come_back_as_they_were_scaled() -> None:
    grey = np.random.default_rng(0).integers(0, 255, (64, 90), np.uint8)
    line = PlainLine.of(grey, "x", "here")
    assert line.width == 90
    assert np.array_equal(line.grey, grey)
    assert PlainLine.of(grey[:32], "x", "here").grey.shape == (64, 180)
    assert PlainLine.of(grey, " a \t b\n", "here").text == "a b"


def test_line_pairs_are_read_and_damaged_or_empty_ones_named(line_folder: Path) -> None:
    (line_folder / "0.png").write_bytes(b"no image")
    (line_folder / "1.gt.txt").write_text("\n", encoding="utf-8")
    lines, skipped = load_plain_lines([line_folder], FILES)
    assert [line.text for line in lines] == ["cab ac", "aab", "c cab", "bb acb"]
    assert {Path(one.source).name for one in skipped} == {"0.png", "1.png"}


def test_coco_lines_are_read(tmp_path: Path, save_block_lines: Callable[..., Path]) -> None:
    data = save_block_lines(tmp_path / "data", "a", ["nn In", "uIn"], prefix="images/")
    lines, _ = load_plain_lines([data], FILES)
    assert [line.text for line in lines] == ["nn In", "uIn"]


@pytest.mark.parametrize(("outside", "corner"), [("black", 0), ("paper", 200)])
def test_hiertext_lines_are_cut_and_what_is_not_kept_is_counted(
    tmp_path: Path, outside: str, corner: int
) -> None:
    diamond = [[10, 30], [50, 10], [90, 30], [50, 50]]
    line = {
        "vertices": diamond, "text": "Hé", "legible": True, "vertical": False,
        "handwritten": False,
    }  # fmt: skip
    line["words"] = [{**line}]
    bad = {**line, "legible": False}
    far = {**line, "vertices": [[x + 500, y] for x, y in diamond]}
    far["words"] = [{**far}]
    paragraph = {"vertices": diamond, "legible": True, "lines": [line, bad, far]}
    entry = {"image_id": "a", "image_width": 100, "image_height": 60, "paragraphs": [paragraph]}
    for split in ("train", "validation"):
        (tmp_path / "gt").mkdir(exist_ok=True)
        (tmp_path / split).mkdir()
        entries = [{**entry, "image_id": f"{n}"} for n in range(12)]
        with gzip.open(tmp_path / "gt" / f"{split}.jsonl.gz", "wt") as file:
            json.dump({"annotations": entries}, file)
        for number in range(12):
            Image.new("L", (100, 60), 200).save(tmp_path / split / f"{number}.jpg")
    files = LineFiles(load, outside=outside, max_images=2)
    lines, skipped = load_plain_lines([tmp_path], files)
    assert [each.text for each in lines] == ["Hé", "Hé"]
    assert lines[0].grey.shape == (64, 128)
    assert lines[0].grey[0, 0] == pytest.approx(corner, abs=2)
    reasons = [one.reason for one in skipped]
    assert reasons.count("left out: it lies beyond the image") == 2
    assert "left out: 2 lines not legible" in reasons
    # A tenth of the images is enough for validation, but not fewer than ten.
    assert len(load_plain_lines([tmp_path], files, split="validation")[0]) == 10


def test_a_path_that_is_no_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="no such folder"):
        load_plain_lines([tmp_path / "absent"], FILES)


def test_synthetic_lines_are_drawn_and_none_are_if_none_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("\n".join("aehinorstux."), encoding="utf-8")
    settings = SyntheticLines(
        count=3, fonts=(ROOT / "tests" / "fonts",), charset=tmp_path / "letters.txt"
    )
    lines, _ = draw_synthetic(settings, seed=3)
    again, _ = draw_synthetic(settings, seed=3)
    assert [line.text for line in lines] == [line.text for line in again]
    assert len(lines) == 3
    assert draw_synthetic(SyntheticLines(), seed=3) == ([], [])
    with pytest.raises(ValueError, match=r"synthetic\.fonts"):
        SyntheticLines(count=3)


def line_of(text: str, width: int) -> PlainLine:
    return PlainLine.of(np.full((64, width), 255, np.uint8), text, "here")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (line_of("né", 100), "'é'"),
        (line_of("n" * 9, 64), "needs 17 columns of output, its width gives 17"),
        (line_of("n", 3000), "3000 pixels wide"),
    ],
)
def test_lines_that_cannot_be_spelt_are_named(line: PlainLine, reason: str) -> None:
    config = CtcTraining()
    fit, skipped = spell_lines([line], Alphabet(tuple(" ?n")), config)
    if "17 columns" in reason:  # just enough
        assert [each.classes for each in fit] == [(3,) * 9]
        fit, skipped = spell_lines([line_of("n" * 10, 64)], Alphabet(tuple(" n")), config)
        reason = "needs 19 columns of output, its width gives 17"
    assert not fit
    assert reason in skipped[0].reason


def test_ocrs_puts_a_question_mark_for_unknown_characters() -> None:
    config = CtcTraining(unknown="question-mark")
    fit, skipped = spell_lines([line_of("né", 100)], OCRS, config)
    assert not skipped
    assert OCRS.decode(fit[0].classes) == "n?"
