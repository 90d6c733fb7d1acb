"""Characters are graphemes in NFC."""

import unicodedata
from pathlib import Path

import pytest

from effocr.charset import (
    Charset,
    folder_to_glyph,
    glyph_to_folder,
    graphemes,
    group_glyphs,
    leaves_ink,
    read_charset,
    write_charset,
)
from effocr.errors import DataFormatError


def test_a_text_is_cut_into_graphemes_in_nfc() -> None:
    assert graphemes("cafe\u0301") == ["c", "a", "f", "é"]
    assert graphemes("x\u0304y") == ["x\u0304", "y"]
    assert graphemes("a b") == ["a", " ", "b"]
    assert graphemes("") == []
    assert graphemes("\r\n") == ["\r\n"]


def test_every_character_has_a_folder_and_comes_back() -> None:
    for glyph in [*map(chr, range(0x20, 0x2FF)), "ch", "x\u0304", "ſt", "/", ".", "\U0001d11e"]:
        name = glyph_to_folder(glyph)
        assert set(name) <= set("0123456789_")
        assert folder_to_glyph(name) == glyph
    assert glyph_to_folder("ch") == "99_104"


@pytest.mark.parametrize("name", ["", "a", "97_", "_97", "-1", "1114112", "55296", "٣"])
def test_other_folder_names_are_refused(name: str) -> None:
    with pytest.raises(DataFormatError):
        folder_to_glyph(name)


def test_an_empty_character_has_no_folder() -> None:
    with pytest.raises(ValueError, match="empty"):
        glyph_to_folder("")


def test_a_charset_survives_writing_and_reading(tmp_path: Path) -> None:
    charset = Charset(("a", "#", "ch", "x\u0304", "“", "\\", '"', "é"))
    write_charset(charset, tmp_path / "set.tsv")
    assert read_charset(tmp_path / "set.tsv") == charset
    assert "é" in charset
    assert "z" not in charset
    assert len(charset) == 8
    assert list(charset) == list(charset.glyphs)


def test_a_folder_of_charsets_is_one_set_without_repetition(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("a\nb\n\n", "utf-8")
    (tmp_path / "a.tsv").write_text("U+0061\ta\r\nU+0065\te\u0301\r\n", "utf-8")
    (tmp_path / "readme.md").write_text("z\n", "utf-8")
    assert read_charset(tmp_path).glyphs == ("a", "é", "b")


def test_characters_that_leave_no_ink_are_passed_over(tmp_path: Path) -> None:
    inkless = "\u00a0\u00ad\u200b\u3000\u200d"
    family = "\U0001f468\u200d\U0001f469"  # joined by a character that leaves no ink itself
    private = "\ue8bf"  # a sign of medieval print in MUFI's fonts
    rows = [*inkless, family, private, "a"]
    (tmp_path / "set.txt").write_text("\n".join(rows), "utf-8")
    assert read_charset(tmp_path / "set.txt").glyphs == (family, private, "a")
    assert not any(map(leaves_ink, inkless))


def test_files_without_characters_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin1.txt").write_bytes(b"\xe9\n")
    (tmp_path / "empty.txt").write_text("\n\n")
    for name in ("latin1.txt", "empty.txt", "none.txt"):
        with pytest.raises(DataFormatError, match=name):
            read_charset(tmp_path / name)


def test_sets_with_empty_or_repeated_characters_are_refused() -> None:
    with pytest.raises(DataFormatError, match="empty"):
        Charset(("a", ""))
    with pytest.raises(DataFormatError, match="more than once in a set: a"):
        Charset(("a", "b", "a"))


def test_groups_hold_every_character_once() -> None:
    glyphs = [
        chr(point) for point in range(0x21, 0x250) if unicodedata.category(chr(point))[0] != "C"
    ]
    groups = group_glyphs([*glyphs, "ch", "α"])
    assert sorted(glyph for group in groups.values() for glyph in group) == sorted(
        [*glyphs, "ch", "α"]
    )
    assert groups["ASCII digits"] == list("0123456789")
    assert "é" in groups["accented Latin letters"]
    assert "æ" in groups["other Latin letters"]
    assert groups["Greek letters"] == ["α"]
    assert groups["several code points"] == ["ch"]
