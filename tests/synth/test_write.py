"""Synthetic data sets on disk are read back as what was drawn."""

import errno
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from effocr.charset import Charset, read_charset
from effocr.cli.main import main
from effocr.data.coco import read_coco
from effocr.data.glyph_folders import read_glyph_folders
from effocr.data.records import Skipped
from effocr.errors import UsageError
from effocr.synth.fonts import FontFile, FontReport, load_fonts
from effocr.synth.lines import LineMaker
from effocr.synth.pool import draw_lines
from effocr.synth.text import Kind
from effocr.synth.write import write_glyphs, write_lines, write_parts

NO_TEXT = json.dumps(dict.fromkeys(get_args(Kind), 0))


def test_lines_come_back_with_their_text_glyphs_and_boxes(
    tmp_path: Path, fonts: tuple[FontFile, ...], english: Charset
) -> None:
    maker, rng = LineMaker(fonts, english), np.random.default_rng(0)
    drawn = [maker.line(rng) for _ in range(6)]
    assert write_lines(drawn, tmp_path) == 6
    found = read_coco(tmp_path / "annotations.json")
    assert not found.problems
    for line, read in zip(drawn, found.lines, strict=True):
        assert (read.text, read.glyphs) == (line.text, line.glyphs)
        assert read.boxes is not None
        height, width = line.grey.shape
        clipped = np.clip(line.boxes, 0, (width, height, width, height))
        assert np.abs(read.boxes - clipped).max() <= 0.01
        assert np.array_equal(cv2.imread(str(read.path), cv2.IMREAD_GRAYSCALE), line.grey)


def test_the_command_draws_lines_that_the_checker_accepts(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    fonts, charset = root / "english_font_files", root / "english_charsets"
    arguments = ["--fonts", str(fonts), "--charset", str(charset), "--count", "8"]
    assert main(["synth", "lines", str(tmp_path / "a"), *arguments, "--processes", "1"]) == 0
    assert main(["data", "check", str(tmp_path / "a" / "annotations.json")]) == 0
    assert main(["synth", "lines", str(tmp_path / "a"), *arguments]) == 2  # is there already


@pytest.mark.parametrize("kind", ["lines", "pages"])
@pytest.mark.parametrize("setting", ["text.word_lists=[gone.txt]", f"text={NO_TEXT}"])
def test_what_cannot_be_drawn_leaves_no_folder(tmp_path: Path, kind: str, setting: str) -> None:
    fonts = Path(__file__).parents[2] / "english_font_files" / "VT323-Regular.ttf"
    (tmp_path / "charset.txt").write_text("n\no\nx\n", "utf-8")
    command = ["synth", kind, str(tmp_path / "out"), "--fonts", str(fonts)]
    command += ["--charset", str(tmp_path / "charset.txt"), "--count", "2", "--processes", "1"]
    assert main([*command, "--set", setting]) == 2
    assert not (tmp_path / "out").exists()


def test_fonts_that_claim_what_they_cannot_draw_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fonts = Path(__file__).parents[2] / "english_font_files" / "VT323-Regular.ttf"
    found = load_fonts(fonts, charset="nox")
    asked: list[set[str]] = []

    def claim(folders: object, *, charset: Iterable[str]) -> FontReport:
        asked.append(set(charset))
        return replace(found, glyphs=(Skipped("some.ttf", "blank: x (U+0078)"),))

    monkeypatch.setattr("effocr.synth.fonts.load_fonts", claim)
    (tmp_path / "charset.txt").write_text("n\no\nx\n\u4e00\n", "utf-8")
    arguments = ["--fonts", str(fonts), "--charset", str(tmp_path / "charset.txt"), "--count", "1"]
    assert main(["synth", "glyphs", str(tmp_path / "out"), *arguments]) == 0
    told = capsys.readouterr()
    assert "some.ttf: blank: x (U+0078)" in told.err
    assert told.out == f"{tmp_path / 'out'}: 3 characters, 1 glyphs each\n"
    assert asked[0] >= set("nox")
    assert len(asked[0]) < 20  # not everything that the font has


def test_glyphs_keep_their_place_on_the_line(tmp_path: Path, fonts: tuple[FontFile, ...]) -> None:
    charset = Charset((",", "'", "\u4e00"))
    maker = LineMaker(fonts, charset)
    skipped = write_glyphs(maker, charset, tmp_path, each=5, rng=np.random.default_rng(0))
    assert [item.source for item in skipped] == ["\u4e00"]
    rows: dict[str, list[float]] = {",": [], "'": []}
    for image in read_glyph_folders(tmp_path).images:
        dark = cv2.imread(str(image.path), cv2.IMREAD_GRAYSCALE) < 100
        rows[image.glyph].append(float(np.nonzero(dark)[0].mean()))
    assert len(rows[","]) == len(rows["'"]) == 5
    assert np.median(rows[","]) > np.median(rows["'"]) + 5


def test_defect_5_ids_and_names_are_unique_over_the_parts_and_boxes_lie_in_the_image(
    tmp_path: Path, fonts: tuple[FontFile, ...], english: Charset
) -> None:
    maker, rng = LineMaker(fonts, english), np.random.default_rng(0)
    parts = {part: [maker.line(rng) for _ in range(3)] for part in ("train", "val", "test")}
    assert write_parts(parts, tmp_path) == {"train": 3, "val": 3, "test": 3}
    images, annotations, names = [], [], []
    for part, lines in parts.items():
        content = json.loads((tmp_path / f"{part}.json").read_text("utf-8"))
        sizes = {image["id"]: (image["width"], image["height"]) for image in content["images"]}
        images += sizes
        names += [image["file_name"] for image in content["images"]]
        annotations += [annotation["id"] for annotation in content["annotations"]]
        for annotation in content["annotations"]:
            x, y, width, height = annotation["bbox"]
            assert min(x, y) >= 0 < min(width, height)
            assert x + width <= sizes[annotation["image_id"]][0] + 0.01
            assert y + height <= sizes[annotation["image_id"]][1] + 0.01
        assert [line.text for line in read_coco(tmp_path / f"{part}.json").lines] == [
            line.text for line in lines
        ]
    for numbers in (images, annotations, names):
        assert len(set(numbers)) == len(numbers)
    assert not (tmp_path / "annotations.json").exists()  # a folder that trains on all parts


def test_the_characters_that_were_written_are_listed(
    tmp_path: Path, fonts: tuple[FontFile, ...]
) -> None:
    maker, rng = LineMaker(fonts, Charset(tuple("abx_"))), np.random.default_rng(0)
    write_lines([maker.line(rng, "ba_ x")], tmp_path)
    assert tuple(read_charset(tmp_path / "charset.txt")) == ("_", "a", "b", "x")


def test_a_disk_that_is_full_is_told(
    tmp_path: Path, fonts: tuple[FontFile, ...], english: Charset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, __: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match=r"000000.png: cannot be written \(No space left"):
        write_lines(draw_lines(fonts, english, 1, seed=0), tmp_path)
