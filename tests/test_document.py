"""Text and confidence of documents put together by hand."""

import pytest

from effocr.document import Block, Document, Glyph, Line, Page

BOX = (0.0, 0.0, 1.0, 1.0)


def line(text: str, *confidences: float) -> Line:
    glyphs = tuple(Glyph("x", BOX, confidence, ()) for confidence in confidences)
    return Line(text, BOX, (), sum(confidences) / max(len(confidences), 1), (), glyphs)


def test_text_is_joined_by_lines_blocks_and_pages() -> None:
    page = Page(1, 9, 9, (Block((line("a"), line("b"))), Block((line("c"),))))
    document = Document("x", (page, Page(2, 9, 9, (Block((line("d"),)),))))
    assert page.text == "a\nb\n\nc"
    assert document.text == "a\nb\n\nc\fd"
    assert [line.text for line in document.lines] == ["a", "b", "c", "d"]


def test_confidence_of_a_page_is_that_of_its_glyphs() -> None:
    page = Page(1, 9, 9, (Block((line("ab", 1.0, 0.4), line("c", 0.1))),))
    assert page.confidence == pytest.approx(0.5)
    assert Page(1, 9, 9, ()).confidence == 1
    assert Page(1, 9, 9, (Block((line("", 0.0),)),)).confidence == 0
