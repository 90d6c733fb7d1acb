"""The worst lines are found and compared character by character."""

from pathlib import Path

from effocr.data.records import LineImage
from effocr.document import Glyph, Line, Word
from effocr.evaluation.sets import NamedSet
from effocr.evaluation.worst import Strip, compare_texts, worst_of

BOX = (0.0, 0.0, 1.0, 1.0)


def line_of(*words: tuple[str, ...]) -> Line:
    glyphs = tuple(Glyph(text, BOX, 0.9, ()) for word in words for text in word)
    ends = [sum(map(len, words[: n + 1])) for n in range(len(words))]
    made = tuple(
        Word("".join(word), BOX, (end - len(word), end))
        for word, end in zip(words, ends, strict=True)
    )
    return Line(" ".join(word.text for word in made), BOX, (), 0.9, made, glyphs)


def test_worst_lines_come_first_and_right_ones_not_at_all() -> None:
    texts = ["abc", "Abc", "abcdef", "x"]
    lines = NamedSet("s", tuple(LineImage(Path(f"{n}.png"), t) for n, t in enumerate(texts)))
    assert worst_of(lines, ["abc", "abc", None, "y"], 10) == [2, 3, 1]
    assert worst_of(lines, ["abc", "abc", None, "y"], 10, ignore_case=True) == [2, 3]
    assert worst_of(lines, ["abc", "abc", None, "y"], 1) == [2]


def test_differences_are_told_for_texts_and_glyphs() -> None:
    found = compare_texts("the “cat”", [line_of(("t", "b", "e"), ('"', "c", "t", '"'))])
    assert found.reference == (
        Strip("t", True),
        Strip("h", False),
        Strip("e “c", True),
        Strip("a", False),
        Strip("t”", True),
    )
    assert "".join(strip.text for strip in found.read) == 'tbe "ct"'
    assert found.wrong == {1}


def test_a_space_too_much_marks_no_glyph_and_a_glyph_of_two_letters_is_one() -> None:
    assert compare_texts("ab", [line_of(("a",), ("b",))]).wrong == frozenset()
    assert compare_texts("fin", [line_of(("fi", "n"))]).wrong == frozenset()
    assert compare_texts("fan", [line_of(("fi", "n"))]).wrong == {0}


def test_a_line_that_was_not_read_misses_all() -> None:
    found = compare_texts("ab", [])
    assert found.reference == (Strip("ab", False),)
    assert not "".join(strip.text for strip in found.read)


def test_all_columns_of_an_image_are_compared() -> None:
    columns = [line_of(("a", "b")), line_of(("c", "x"), ("e",))]
    found = compare_texts("ab cd e", columns)
    assert "".join(strip.text for strip in found.read) == "ab\ncx e"
    assert found.wrong == {3}
