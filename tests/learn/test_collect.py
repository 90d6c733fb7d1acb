"""Readings and texts become correction samples."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.cli.main import main
from effocr.data.correction_checks import check_samples
from effocr.learn.collect import pair_words

Draw = Callable[..., np.ndarray]


@pytest.fixture
def reading(tmp_path: Path, draw_line: Draw, tiny_model: Path) -> Path:
    """Folder of what the model of blocks reads of four lines: InI un nI."""
    files = []
    for name in "abcd":
        files.append(str(tmp_path / f"{name}.png"))
        Image.fromarray(draw_line("InI un nI")).save(files[-1])
    out = tmp_path / "read"
    given = ["--lines", "--model", str(tiny_model), "--format", "jsonl", "-o", str(out)]
    assert main(["read", *files, *given]) == 0
    return out


def collect(reading: Path, *flags: str) -> int:
    files = [str(path) for path in sorted(reading.glob("*.jsonl"))]
    return main(["data", "collect", *files, "-o", str(reading.parent / "samples"), *flags])


def test_words_that_differ_become_samples(
    reading: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.gt.txt").write_text("InI dn nI\n")
    (tmp_path / "b.gt.txt").write_text("InI un nI")
    assert collect(reading) == 0
    assert "1 samples of 6 words, 2 images without a text" in capsys.readouterr().out
    report = check_samples(tmp_path / "samples")
    (sample,) = report.samples
    assert sample.word == (str(tmp_path / "a")[1:], 0, "p0_w1")  # another folder's a is another
    assert (sample.original_text, sample.corrected_text) == ("un", "dn")
    told = json.loads(sample.image.with_suffix(".json").read_text())
    assert told["image_filename"] == sample.image.name
    line = json.loads((reading / "a.jsonl").read_text())
    x0, y0, x1, y1 = line["lines"][0]["words"][1]["box"]
    page = np.asarray(Image.open(tmp_path / "a.png"))
    cut = page[max(int(y0) - 5, 0) : int(np.ceil(y1)) + 5, int(x0) - 5 : int(np.ceil(x1)) + 5]
    assert np.array_equal(np.asarray(Image.open(sample.image)), cut)


def test_words_read_right_are_samples_too_if_all_are_wanted(reading: Path, tmp_path: Path) -> None:
    (tmp_path / "a.gt.txt").write_text("InI dn nI\n")
    assert collect(reading, "--all") == 0
    texts = [sample.corrected_text for sample in check_samples(tmp_path / "samples").samples]
    assert sorted(texts) == ["InI", "dn", "nI"]


def test_what_cannot_be_used_is_named_and_the_rest_is(
    reading: Path, tmp_path: Path, draw_line: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.gt.txt").write_text("InIun nd")  # run together
    (tmp_path / "b.gt.txt").write_bytes(b"\xff\xff")
    (tmp_path / "c.gt.txt").write_text("InI un nd")
    (tmp_path / "d.gt.txt").write_text("InI un nd")
    Image.fromarray(draw_line("In")).save(tmp_path / "d.png")
    assert collect(reading) == 1
    printed = capsys.readouterr()
    assert "a.png: left out: 'InI un nI' was read where the text has 'InIun nd'" in printed.err
    assert "b.png: left out: b.gt.txt is not UTF-8" in printed.err
    assert "d.png: left out: " in printed.err
    assert "read it again" in printed.err
    assert "1 samples of 6 words" in printed.out


def test_a_file_that_is_no_reading_is_an_error_of_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "read.jsonl").write_text("[]\n")
    assert collect(tmp_path) == 2
    assert "read.jsonl:1: not a page" in capsys.readouterr().err


def test_words_are_paired_between_those_that_agree() -> None:
    read, text = ["the", "qvick", "fox", "jumps"], ["the", "quick", "fox", "it", "jumps"]
    assert [(list(numbers), words) for numbers, words in pair_words(read, text)] == [
        ([0], ("the",)), ([1], ("quick",)), ([2], ("fox",)), ([], ("it",)), ([3], ("jumps",)),
    ]  # fmt: skip
