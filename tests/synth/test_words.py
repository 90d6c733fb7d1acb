"""Lists of words."""

from pathlib import Path

import pytest

from effocr.errors import DataFormatError
from effocr.synth.words import read_word_list


def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("one two\none", "utf-8-sig")
    assert read_word_list(tmp_path / "words.txt") == ("one", "two")


def test_a_list_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes(b"caf\xe9")
    with pytest.raises(DataFormatError, match=r"words.txt: not UTF-8 \(.*\); convert it first"):
        read_word_list(tmp_path / "words.txt")
