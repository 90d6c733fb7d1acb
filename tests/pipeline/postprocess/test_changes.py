"""Changed glyphs are marked, and words and line follow."""

from effocr.document import UNKNOWN, Glyph, Line, Word
from effocr.formats.jsonl import document_to_jsonl, read_jsonl
from effocr.pipeline.assemble import one_page_document
from effocr.pipeline.postprocess.changes import change_glyphs

BOX = (0.0, 0.0, 1.0, 1.0)


def line_of(*words: str) -> Line:
    glyphs = tuple(
        Glyph(letter, BOX, 0.5, (("x", 0.9),), letter == UNKNOWN)
        for word in words
        for letter in word
    )
    ends = [sum(map(len, words[: n + 1])) for n in range(len(words))]
    made = tuple(
        Word(word, BOX, (end - len(word), end)) for word, end in zip(words, ends, strict=True)
    )
    return Line(" ".join(words), BOX, (), 0.5, made, glyphs)


def test_what_was_read_first_is_kept_through_several_changes() -> None:
    line = change_glyphs(change_glyphs(line_of("ab", "c"), {0: "x"}), {0: "y", 2: "d"})
    assert line.text == "yb d"
    assert [glyph.read_as for glyph in line.glyphs] == ["a", None, "c"]
    assert change_glyphs(line, {0: "a"}).glyphs[0].read_as is None


def test_no_change_gives_the_line_itself() -> None:
    line = line_of("ab")
    assert change_glyphs(line, {}) is line
    assert change_glyphs(line, {1: "b"}) is line


def test_an_unknown_glyph_that_is_named_is_unknown_no_more() -> None:
    line = change_glyphs(line_of("a" + UNKNOWN), {1: "b"})
    assert (line.text, line.glyphs[1].unknown, line.glyphs[1].read_as) == ("ab", False, UNKNOWN)


def test_json_lines_tell_changed_glyphs_only(tmp_path) -> None:  # type: ignore[no-untyped-def]
    document = one_page_document("a.png", (9, 9), [change_glyphs(line_of("ab"), {1: "c"})])
    written = document_to_jsonl(document)
    assert written.count('"read_as"') == 1
    path = tmp_path / "a.jsonl"
    path.write_text(written, "utf-8")
    assert [g.read_as for g in read_jsonl(path)[0].lines[0].glyphs] == [None, "b"]
