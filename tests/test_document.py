"""Text and confidence of documents put together by hand."""

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from effocr.document import Block, Details, Document, Glyph, Line, Page

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


def late(made: list[int]) -> Line:
    """A line whose details are made when asked for; each time is noted."""

    def details() -> Details:
        made.append(1)
        whole = line("ab", 0.5, 0.25)
        return Details(whole.box, whole.polygon, whole.confidence, whole.words, whole.glyphs)

    return Line.with_details("ab", details)


def test_details_are_made_once_and_when_they_are_asked_for() -> None:
    made: list[int] = []
    read = late(made)
    document = Document("x", (Page(1, 9, 9, (Block((read,)),)),))
    assert (document.text, made) == ("ab", [])
    assert read.confidence == pytest.approx(0.375)
    assert len(read.glyphs) == 2
    assert made == [1]


def test_a_line_with_late_details_is_like_any_other() -> None:
    whole = line("ab", 0.5, 0.25)
    assert late([]) == whole
    assert hash(late([])) == hash(whole)
    assert repr(late([])) == repr(whole)
    assert pickle.loads(pickle.dumps(late([]))) == whole  # noqa: S301 - our own
    assert copy.deepcopy(late([])) == whole
    assert replace(late([]), text="c") == replace(whole, text="c")
    for one in (late([]), whole):
        with pytest.raises(AttributeError, match="'Line' object has no attribute 'colour'"):
            _ = one.colour  # type: ignore[attr-defined]
        with pytest.raises(FrozenInstanceError):
            one.text = "c"  # type: ignore[misc]
