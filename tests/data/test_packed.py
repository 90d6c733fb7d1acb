"""Packed glyph data sets: what goes in comes out, anywhere, and damage is noticed."""

import copy
import multiprocessing
import os
import sqlite3
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from effocr.data.packed import PackedGlyphs, is_packed
from effocr.data.packed_writer import PackedWriter
from effocr.errors import DataFormatError, UsageError

Grey = npt.NDArray[np.uint8]
NAMES = ("0x61_0_Font.png", "PAIRED_p_1_5_0x63_0x68_1.png", "mine.png")


def pictures() -> list[Grey]:
    """A tiny one, one that a PNG makes shorter, one that it does not."""
    rng = np.random.default_rng(3)
    return [
        np.arange(12, dtype=np.uint8).reshape(3, 4),
        np.full((40, 60), 7, np.uint8),
        rng.integers(0, 256, (40, 60), dtype=np.uint8),
    ]


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A packed data set of three images."""
    path = tmp_path / "some.glyphs.sqlite"
    with PackedWriter(path) as writer:
        for glyph, pixels, name in zip(("a", "ch", "e\u0301"), pictures(), NAMES, strict=True):
            writer.add(glyph, pixels, name)
    return path


def read_all(path_or_set: Path | PackedGlyphs) -> list[int]:
    """Sums of the pixels; for another process."""
    glyphs = PackedGlyphs(path_or_set) if isinstance(path_or_set, Path) else path_or_set
    return [int(glyphs[number].sum()) for number in range(len(glyphs))]


def test_what_was_packed_comes_out_unchanged(packed: Path) -> None:
    glyphs = PackedGlyphs(packed)
    assert len(glyphs) == 3
    assert is_packed(packed)
    for number, expected in enumerate(pictures()):
        np.testing.assert_array_equal(glyphs[number], expected)
    for found, expected in zip(glyphs.images(), pictures(), strict=True):
        np.testing.assert_array_equal(found, expected)
    entries = list(glyphs.entries())
    assert [entry.glyph for entry in entries] == ["a", "ch", "é"]
    assert [entry.kind for entry in entries] == ["render", "paired", "render"]
    assert [entry.line for entry in entries] == [None, "p_1", None]
    assert [entry.font for entry in entries] == ["Font", None, None]
    assert tuple(entry.name for entry in entries) == NAMES
    assert list(glyphs.check()) == []


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_an_open_set_is_used_on_in_other_processes(packed: Path, way: str) -> None:
    glyphs = PackedGlyphs(packed)
    expected = read_all(glyphs)
    with multiprocessing.get_context(way).Pool(2) as pool:
        assert pool.map(read_all, [glyphs, packed]) == [expected, expected]
    assert read_all(glyphs) == expected


def test_a_copy_of_an_open_set_reads_the_same(packed: Path) -> None:
    assert read_all(copy.deepcopy(PackedGlyphs(packed))) == read_all(packed)


def test_a_set_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "some.glyphs.sqlite"
    with pytest.raises(KeyboardInterrupt), PackedWriter(path) as writer:
        writer.add("a", pictures()[0], NAMES[0])
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unless_forced(packed: Path) -> None:
    with pytest.raises(UsageError, match="there already"):
        PackedWriter(packed)
    with pytest.raises(DataFormatError), PackedWriter(packed, force=True) as writer:
        writer.add(" ", pictures()[0], "blank.png")
    assert len(PackedGlyphs(packed)) == 3
    with PackedWriter(packed, force=True):
        pass
    assert len(PackedGlyphs(packed)) == 0


def test_a_truncated_file_is_refused(packed: Path) -> None:
    os.truncate(packed, packed.stat().st_size - 5000)
    with pytest.raises(DataFormatError, match="truncated"):
        PackedGlyphs(packed)
    os.truncate(packed, 50)
    with pytest.raises(DataFormatError, match="no packed glyph data set"):
        PackedGlyphs(packed)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.sqlite"
    file = sqlite3.connect(foreign)
    file.execute("CREATE TABLE t (a)")
    file.close()
    with pytest.raises(DataFormatError, match="SQLite file, but no packed"):
        PackedGlyphs(foreign)
    text = tmp_path / "text.sqlite"
    text.write_text("hello")
    with pytest.raises(DataFormatError, match="no packed glyph data set"):
        PackedGlyphs(text)
    with pytest.raises(DataFormatError, match="No such file"):
        PackedGlyphs(tmp_path / "missing")


def test_damage_in_the_middle_is_reported(packed: Path) -> None:
    file = sqlite3.connect(packed)
    file.execute("UPDATE sample SET pixels = x'00' WHERE number = 1")
    file.execute("DELETE FROM sample WHERE number = 2")
    file.commit()
    file.close()
    glyphs = PackedGlyphs(packed)
    assert [problem.reason for problem in glyphs.check()] == [
        "image 1 is damaged",
        "2 images, but 3 were written",
    ]
    with pytest.raises(DataFormatError, match="no image 2; there are 3"):
        glyphs[2]
    content = bytearray(packed.read_bytes())
    content[200:] = b"\x55" * (len(content) - 200)
    packed.write_bytes(bytes(content))
    with pytest.raises(DataFormatError, match="damaged"):
        list(PackedGlyphs(packed).entries())


def test_a_label_and_a_kind_that_nobody_knows_are_reported(packed: Path) -> None:
    file = sqlite3.connect(packed)
    file.execute("UPDATE sample SET label = 99 WHERE number = 0")
    file.execute("UPDATE sample SET kind = 7 WHERE number = 1")
    file.commit()
    file.close()
    glyphs = PackedGlyphs(packed)
    assert [problem.reason for problem in glyphs.check()] == [
        "2 images of an unknown label or kind"
    ]
    with pytest.raises(DataFormatError, match="image 1 is of an unknown kind"):
        list(glyphs.entries())


def test_a_file_that_was_not_written_to_its_end_is_refused(packed: Path) -> None:
    file = sqlite3.connect(packed)
    file.execute("DELETE FROM meta")
    file.commit()
    file.close()
    with pytest.raises(DataFormatError, match="not written to its end; make it again"):
        PackedGlyphs(packed)


def test_names_that_are_not_utf_8_come_out_as_they_were(tmp_path: Path) -> None:
    name = os.fsdecode(b"PAIRED_q\xff_3_0x61_0.png")
    with PackedWriter(tmp_path / "some.glyphs.sqlite") as writer:
        writer.add("a", pictures()[0], name)
    (entry,) = PackedGlyphs(tmp_path / "some.glyphs.sqlite").entries()
    assert (entry.name, entry.line) == (name, os.fsdecode(b"q\xff"))
