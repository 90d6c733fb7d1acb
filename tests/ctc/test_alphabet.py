"""Characters and their classes."""

from pathlib import Path

import pytest

from effocr.ctc.alphabet import OCRS, Alphabet, alphabet_of, open_alphabet
from effocr.errors import DataFormatError


def test_text_comes_back_from_its_classes() -> None:
    alphabet = alphabet_of(["a q̃é", "b"])
    assert alphabet.characters == (" ", "a", "b", "q̃", "é")
    assert alphabet.classes == 6
    assert alphabet.encode("bé q̃") == (3, 5, 1, 4)
    assert alphabet.decode(alphabet.encode("bé q̃")) == "bé q̃"


def test_ocrs_reads_a_question_mark_for_what_it_does_not_know() -> None:
    assert OCRS.decode(OCRS.encode("né 5€", unknown="replace")) == "n? 5€"
    assert OCRS.characters[:2] == (" ", "0")
    assert OCRS.characters[-1] == "z"


def test_an_unknown_character_is_named() -> None:
    with pytest.raises(DataFormatError, match="'é'"):
        OCRS.encode("née")
    with pytest.raises(DataFormatError, match="'x'"):
        Alphabet(("a",)).encode("x", unknown="replace")  # there is no ? to stand for it
    assert OCRS.lacks("éaßé") == ("é", "ß")


def test_a_charset_file_makes_an_alphabet_with_a_space(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("a\nb\n", encoding="utf-8")
    assert open_alphabet(str(tmp_path / "letters.txt"), []).characters == (" ", "a", "b")
    assert open_alphabet("ocrs", []) is OCRS
    assert open_alphabet("texts", ["ba"]).characters == (" ", "a", "b")


@pytest.mark.parametrize("characters", [(), ("a", ""), ("a", "a")])
def test_an_alphabet_without_sense_is_refused(characters: tuple[str, ...]) -> None:
    with pytest.raises(DataFormatError, match="alphabet"):
        Alphabet(characters)


def test_texts_without_characters_make_no_alphabet() -> None:
    with pytest.raises(DataFormatError, match="empty"):
        alphabet_of(["", " "])
