"""Texts of pages compared, by hand-worked cases."""

from pathlib import Path

import pytest

from effocr.errors import UsageError
from effocr.evaluation.pages import Leniency, page_edits, read_page_set

STRICT = Leniency()
LENIENT = Leniency(white_space=True, hyphens=True, heads=True)


def edits(reference: str, read: str, leniency: Leniency = STRICT) -> tuple[int, int]:
    return page_edits(reference, read, leniency, raw=False)


def test_line_ends_are_white_space() -> None:
    assert edits("one two\n\nthree", "one\ntwo three\n") == (0, 13)


def test_white_space_is_disregarded_in_the_length_too() -> None:
    assert edits("o ne two", "one tw o", Leniency(white_space=True)) == (0, 6)
    assert edits("o ne two", "one tw o") == (2, 8)


def test_raw_texts_keep_all_but_blank_lines_and_the_form_of_line_ends() -> None:
    read = "“one”\n\ntwo"
    assert page_edits("“one”\r\ntwo\r\n", read, STRICT, raw=True) == (0, 9)
    assert page_edits('"one"\n\ntwo\n', read, STRICT, raw=True) == (2, 9)


def test_hyphens_at_line_ends_only() -> None:
    read = "a well-\nknown well-known thing"
    assert edits("a wellknown well-known thing", read, Leniency(hyphens=True)) == (0, 28)


def test_heads_are_left_out_where_the_reference_lacks_them() -> None:
    assert edits("body text", "HEAD 12\nbody\ntext\n( 12 )", LENIENT) == (0, 8)
    assert edits("HEAD 12 body text", "HEAD 12\nbody\ntext", LENIENT) == (0, 14)


def test_heads_are_two_lines_at_most() -> None:
    assert edits("z", "a\nb\nc\nz", LENIENT) == (1, 1)


def test_nothing_read_is_all_wrong() -> None:
    assert edits("abc", "", LENIENT) == (3, 3)


def test_a_set_needs_pairs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no page image"):
        read_page_set(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        read_page_set(tmp_path / "missing")
