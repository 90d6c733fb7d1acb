"""Line pairs."""

from itertools import islice
from pathlib import Path

import pytest

from effocr.data.line_pairs import (
    check_line_pairs,
    free_name,
    read_line_pairs,
    write_line_pairs,
)
from effocr.data.records import LineImage, Skipped
from effocr.errors import DataFormatError


@pytest.fixture
def pair(tmp_path: Path, draw_image):
    def make(name: str, text: str | bytes, suffix: str = ".png") -> Path:
        path = draw_image(tmp_path / "pairs" / f"{name}{suffix}")
        content = text if isinstance(text, bytes) else text.encode()
        path.with_name(f"{name}.gt.txt").write_bytes(content)
        return path

    return make


def read(folder: Path) -> tuple[list[LineImage], list[Skipped]]:
    items = list(read_line_pairs(folder))
    return (
        [item for item in items if isinstance(item, LineImage)],
        [item for item in items if isinstance(item, Skipped)],
    )


def test_pairs_come_in_order_of_name_with_text_in_nfc(pair) -> None:
    pair("b.two", "e\u0301te\u0301\n", ".JPG")
    pair("a", "\ufeffone  line \r\n", ".tif")
    folder = pair("c", "").parent
    lines, skipped = read(folder)
    assert [line.path.name for line in lines] == ["a.tif", "b.two.JPG", "c.png"]
    assert [line.text for line in lines] == ["one  line", "\u00e9t\u00e9", ""]
    assert lines[0].boxes is None
    assert skipped == []


def test_what_has_no_partner_is_reported_not_dropped(pair, draw_image) -> None:
    folder = pair("a", "one").parent
    draw_image(folder / "a.tif")
    draw_image(folder / "lonely.png")
    (folder / "silent.gt.txt").write_text("text", encoding="utf-8")
    pair("latin", "\u00e9".encode("latin-1"))
    pair("two", "first\nsecond\n")
    (folder / "README.md").write_text("passed over", encoding="utf-8")
    (folder / ".hidden.png").touch()
    lines, skipped = read(folder)
    assert [line.text for line in lines] == ["one"]
    found = {Path(item.source).name: item.reason for item in skipped}
    assert set(found) == {"a.tif", "lonely.png", "silent.gt.txt", "latin.gt.txt", "two.gt.txt"}
    assert "expected lonely.gt.txt" in found["lonely.png"]
    assert "belongs to a.png" in found["a.tif"]
    assert "no image" in found["silent.gt.txt"]
    assert "UTF-8" in found["latin.gt.txt"]
    assert "2 lines" in found["two.gt.txt"]


def test_texts_are_read_only_when_their_turn_comes(pair) -> None:
    folder = pair("a", "one").parent
    pair("b", "two")
    items = read_line_pairs(folder)
    first = next(items)
    (folder / "b.gt.txt").write_text("changed", encoding="utf-8")
    second = next(items)
    assert isinstance(first, LineImage)
    assert isinstance(second, LineImage)
    assert second.text == "changed"


def test_sub_folders_are_read_only_when_asked(pair, draw_image) -> None:
    folder = pair("a", "one").parent
    draw_image(folder / "sub" / "a.png")
    (folder / "sub" / "a.gt.txt").write_text("deep", encoding="utf-8")
    assert len(read(folder)[0]) == 1
    deep = list(read_line_pairs(folder, recursive=True))
    assert [item.text for item in deep if isinstance(item, LineImage)] == ["one", "deep"]


def test_folders_without_pairs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="no line pairs"):
        next(read_line_pairs(tmp_path))
    with pytest.raises(DataFormatError, match="no such folder"):
        next(read_line_pairs(tmp_path / "missing"))


def test_the_check_opens_images_and_looks_at_texts(pair) -> None:
    pair("good", "fine")
    pair("empty", "")
    pair("wrong", "a\ufffdb")
    broken = pair("broken", "text")
    broken.write_bytes(b"no image")
    found = [item for item in check_line_pairs(broken.parent) if isinstance(item, Skipped)]
    reasons = {Path(item.source).stem: item.reason for item in found}
    assert set(reasons) == {"empty", "wrong", "broken"}
    assert "empty" in reasons["empty"]
    assert "U+FFFD" in reasons["wrong"]
    assert "not an image" in reasons["broken"]


def test_written_pairs_read_back_and_equal_names_get_numbers(pair, tmp_path: Path) -> None:
    lines, _ = read(pair("a", "\u00e9").parent)
    out = tmp_path / "out"
    assert write_line_pairs([*lines, LineImage(lines[0].path, "other")], out) == 2
    again, skipped = read(out)
    assert skipped == []
    assert [(line.path.name, line.text) for line in again] == [
        ("a.png", "\u00e9"),
        ("a-2.png", "other"),
    ]
    assert again[1].path.read_bytes() == lines[0].path.read_bytes()


def test_an_image_that_cannot_be_copied_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="gone"):
        write_line_pairs([LineImage(tmp_path / "gone.png", "a")], tmp_path / "out")


def test_free_names_avoid_texts_of_other_suffixes(tmp_path: Path) -> None:
    (tmp_path / "a.gt.txt").touch()
    assert free_name(tmp_path, "a", ".png").name == "a-2.png"
    assert free_name(tmp_path, "b", ".png").name == "b.png"


@pytest.mark.parametrize(
    ("name", "lines", "characters"),
    [
        ("oldbooks_en", 649, 35_851),
        ("ehri_typewriter_en", 585, 28_375),
        ("ajmc_grc", 439, 15_255),
        ("archiscribe_fraktur_de", 218, 11_990),
        ("sroie_receipts_en", 513, 6_355),
    ],
)
def test_real_pairs_read_whole(real_data: Path, name: str, lines: int, characters: int) -> None:
    items = list(check_line_pairs(real_data / "lines" / name))
    texts = [item.text for item in items if isinstance(item, LineImage)]
    assert [item for item in items if isinstance(item, Skipped)] == []
    assert (len(texts), sum(map(len, texts))) == (lines, characters)
    first = list(islice(read_line_pairs(real_data / "lines" / name), 3))
    assert [item.text for item in first if isinstance(item, LineImage)] == texts[:3]
