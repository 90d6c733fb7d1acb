"""Words are corrected to words that look the same, glyph for glyph, and to nothing else."""

from pathlib import Path

import pytest

from effocr.document import UNKNOWN, Glyph, Line, Word
from effocr.errors import DataFormatError
from effocr.pipeline.postprocess.lexicon import Lexicon, correct_words, read_lexicon

BOX = (0.0, 0.0, 1.0, 1.0)
ALIKE = {
    "c": "e", "e": "c", "0": "oO", "1": "lI", "l": "1I", "I": "l1", "u": "nv", "n": "u",
    "h": "b", "b": "h", "v": "y", "|": "l1",
}  # fmt: skip


def glyph(text: str) -> Glyph:
    """A glyph whose look-alikes are a little less similar each."""
    others = ((other, 0.85 - 0.02 * n) for n, other in enumerate(ALIKE.get(text, "")))
    return Glyph(text, BOX, 0.8, ((text, 0.9), *others, ("#", 0.3)))


def line_of(text: str) -> Line:
    glyphs, words, first = [], [], 0
    for word in text.split():
        glyphs += [glyph(letter) for letter in word]
        words.append(Word(word, BOX, (first, len(glyphs))))
        first = len(glyphs)
    return Line(text, BOX, (), 0.8, tuple(words), tuple(glyphs))


def corrected(text: str, *words: str) -> str:
    return correct_words(line_of(text), Lexicon(frozenset(words))).text


def test_a_word_becomes_the_word_that_looks_the_same_and_is_marked() -> None:
    line = correct_words(line_of("tbe he11 w0rld,"), Lexicon(frozenset({"the", "hell", "world"})))
    assert line.text == "the hell world,"
    assert [word.text for word in line.words] == ["the", "hell", "world,"]
    assert len(line.glyphs) == len("tbehe11w0rld,")
    marked = [(g.read_as, g.text) for g in line.glyphs if g.read_as]
    assert marked == [("b", "h"), ("1", "l"), ("1", "l"), ("0", "o")]


def test_the_more_similar_of_two_words_is_taken() -> None:
    assert corrected("uot", "not", "vot") == "not"  # n is the first look-alike of u


def test_a_word_that_nothing_similar_can_replace_stays() -> None:
    line = line_of("xylem")
    assert correct_words(line, Lexicon(frozenset({"nylon", "the"}))) is line


@pytest.mark.parametrize(
    "text",
    ["the", "The", "THE", "1830", "1830s", "5th", "TBE", "h", "tbc.", "U.S.b.", "e.g."],
)
def test_words_numbers_capitals_and_abbreviations_stay(text: str) -> None:
    assert corrected(text, "the", "tbe", "sth", "l830", "eg") == text


@pytest.mark.parametrize("text", ["12v4", "19c7", "3p5", "1a2b3c", "", "-", "'", "7"])
def test_defect_33_digits_with_letters_between_them_never_crash(text: str) -> None:
    assert corrected(text, "the", "ape") == text


def test_defect_31_the_number_of_glyphs_never_changes() -> None:
    line = line_of("tHe corn HoH")
    out = correct_words(line, Lexicon(frozenset({"com", "hollow", "the"})))
    assert len(out.glyphs) == len(line.glyphs)
    assert [word.glyphs for word in out.words] == [word.glyphs for word in line.words]


def test_capitals_of_the_lexicon_and_of_the_line_are_respected() -> None:
    assert corrected("Tbe", "the") == "The"
    assert corrected("Lcipzig", "Leipzig") == "Leipzig"
    assert corrected("tOe 0f", "toe", "of") == "tOe of"  # a capital inside is no word


def test_punctuation_around_a_word_and_parts_of_compounds_are_seen() -> None:
    assert corrected("“tbe” well-kuown", "the", "well", "known") == "“the” well-known"
    assert corrected("wel|s", "wells") == "wells"  # a bar inside may be a letter


def test_a_word_cut_by_the_lines_end_stays() -> None:
    assert corrected("tbe tbe-", "the") == "the tbe-"


def test_an_unknown_glyph_is_named_by_its_word() -> None:
    line = line_of("t" + UNKNOWN + "e")
    strange = Glyph(UNKNOWN, BOX, 0.1, (("b", 0.4), ("h", 0.38)), True)
    line = Line(line.text, BOX, (), 0.5, line.words, (line.glyphs[0], strange, line.glyphs[2]))
    out = correct_words(line, Lexicon(frozenset({"the"})))
    assert (out.text, out.glyphs[1].unknown, out.glyphs[1].read_as) == ("the", False, UNKNOWN)


def test_a_long_word_of_look_alikes_takes_no_time() -> None:
    assert corrected("1l" * 40, "lI" * 39, "ab") == "1l" * 40


def test_a_word_list_of_any_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("\ufeffthe 23135\r\nλόγος\n\n“cafe\u0301”, don't\n1234\n".encode())
    assert read_lexicon(path).words == {"the", "λόγος", "café", "don't"}


@pytest.mark.parametrize("content", [b"", b"12 34\n", b"\xff\xfe\x00"])
def test_a_file_without_words_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(DataFormatError, match=r"words\.txt"):
        read_lexicon(path)
    with pytest.raises(DataFormatError, match=r"missing\.txt"):
        read_lexicon(tmp_path / "missing.txt")
