"""Lines that were drawn once are found again exactly, and only where nothing has changed."""

import logging
import shutil
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle import LineShape
from effocr.charset import Charset
from effocr.learn.kept_lines import find_lines, keep_lines, lines_key
from effocr.synth.content import Content
from effocr.synth.fonts import FontFile, load_fonts
from effocr.synth.frames import PreparedLine, prepare_line
from effocr.synth.lines import LineOptions
from effocr.synth.pool import draw_lines

FONTS = Path(__file__).parents[2] / "english_font_files"
LETTERS = Charset(tuple("aehimnorstu."))


@pytest.fixture(scope="module")
def font() -> FontFile:
    return load_fonts([FONTS / "Besley-Regular.ttf"], charset=LETTERS).fonts[0]


@pytest.fixture(scope="module")
def lines(font: FontFile) -> list[PreparedLine]:
    drawn = draw_lines([font], LETTERS, 12, seed=0, options=LineOptions(mixed_sizes=0.5))
    return [line for each in drawn if (line := prepare_line(each, LineShape())) is not None]


def same(a: object, b: object) -> bool:
    """Equal values of equal types; arrays by their numbers."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and a == b


def test_lines_are_found_as_they_were_drawn(lines: list[PreparedLine], tmp_path: Path) -> None:
    keep_lines(tmp_path / "new" / "lines", "key", lines)
    found = find_lines(tmp_path / "new" / "lines", "key")
    assert found is not None
    assert len(found) == len(lines)
    for before, after in zip(lines, found, strict=True):
        assert same(before.prepared.grey, after.prepared.grey)
        assert same(before.prepared.frame.matrix, after.prepared.frame.matrix)
        assert before.prepared.frame_width == after.prepared.frame_width
        assert before.prepared.turned == after.prepared.turned
        truth = replace(before.truth, grey=before.prepared.grey)
        for field in fields(truth):
            assert same(getattr(truth, field.name), getattr(after.truth, field.name)), field.name
    assert {line.truth.mixed for line in found} == {False, True}
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["lines.bin", "lines.json"]


def test_pixels_are_mapped_and_cannot_be_written(lines: list[PreparedLine], tmp_path: Path) -> None:
    keep_lines(tmp_path / "lines", "key", lines)
    found = find_lines(tmp_path / "lines", "key")
    assert found
    assert not found[0].prepared.grey.flags.writeable
    assert not found[0].prepared.grey.flags.owndata
    pixels = sum(line.prepared.grey.size for line in lines)
    assert (tmp_path / "lines.bin").stat().st_size < pixels + 1_500 * len(lines)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("key", "other fonts or settings"),
        ("flip", "lines.bin: damaged"),
        ("cut", "lines.bin: damaged"),
        ("no pixels", "No such file"),
        ("header", "lines.json: damaged"),
        ("place", "lines.json: damaged"),
    ],
)
def test_what_is_damaged_or_of_other_settings_is_named_and_drawn_anew(
    lines: list[PreparedLine],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: str,
    reason: str,
) -> None:
    keep_lines(tmp_path / "lines", "key", lines)
    pixels, header = tmp_path / "lines.bin", tmp_path / "lines.json"
    content = pixels.read_bytes()
    match damage:
        case "flip":
            pixels.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
        case "cut":
            pixels.write_bytes(content[:-7])
        case "no pixels":
            pixels.unlink()
        case "header":
            header.write_text(header.read_text("utf-8")[:20], "utf-8")
        case "place":
            header.write_text(header.read_text("utf-8").replace('rows_at":', 'rows_at":1'), "utf-8")
    with caplog.at_level(logging.INFO):
        assert find_lines(tmp_path / "lines", "other" if damage == "key" else "key") is None
    assert "drawn anew" in caplog.text
    assert reason in caplog.text
    keep_lines(tmp_path / "lines", "key", lines)
    assert find_lines(tmp_path / "lines", "key") is not None


def test_where_nothing_was_kept_nothing_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert find_lines(tmp_path / "lines", "key") is None
    assert not caplog.text


def test_a_full_disk_leaves_what_was_kept_and_is_no_error(
    lines: list[PreparedLine],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    keep_lines(tmp_path / "lines", "key", lines)

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("effocr.learn.kept_lines._parts", full)
    keep_lines(tmp_path / "lines", "other", lines)
    assert "No space left" in caplog.text
    assert find_lines(tmp_path / "lines", "key") is not None
    assert len(list(tmp_path.iterdir())) == 2


def test_the_key_changes_with_all_that_decides_the_lines(font: FontFile, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("one two\n", "utf-8")
    moved = tmp_path / "moved.ttf"
    shutil.copyfile(font.path, moved)
    options = LineOptions(content=Content(texts=(words,)))

    def key(**changes: object) -> str:
        given = {
            "fonts": [font], "charset": LETTERS, "count": 12, "seed": 0, "options": options,
            "shape": LineShape(), **changes,
        }  # fmt: skip
        return lines_key(given.pop("fonts"), given.pop("charset"), given.pop("count"), **given)  # type: ignore[arg-type]

    first = key()
    assert key() == first
    assert key(fonts=[replace(font, path=moved)]) == first  # content counts, not where it lies
    others = [
        key(count=13),
        key(seed=1),
        key(charset=Charset(tuple("ab"))),
        key(shape=LineShape(height=48)),
        key(options=options.model_copy(update={"clipped": 0.5})),
        key(fonts=[font, font]),
        key(fonts=[replace(font, kind="receipt")]),
        key(fonts=[replace(font, path=FONTS / "Vollkorn-Regular.ttf")]),
    ]
    words.write_text("one three\n", "utf-8")
    assert len({first, key(), *others}) == len(others) + 2
