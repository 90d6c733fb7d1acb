"""Pictures of what was read."""

import numpy as np

from effocr.document import Block, Document, Glyph, Line, Page, Word
from effocr.geometry import Direction, box_polygon
from effocr.pipeline.draw import draw_document, draw_page

GREEN, RED = (0, 130, 60), (210, 0, 40)


def a_line(y: float, confidence: float, direction: Direction = "ltr") -> Line:
    box = (20.0, y, 120.0, y + 30)
    glyph = Glyph("a", (60.0, y + 5, 80.0, y + 25), confidence, (("a", 0.9),))
    words = (Word("a", glyph.box, (0, 1)),)
    return Line("a", box, box_polygon(box), confidence, words, (glyph,), direction)


def paper() -> np.ndarray:
    return np.full((200, 160), 255, np.uint8)


def test_a_single_line_has_its_text_below() -> None:
    document = Document("", (Page(1, 160, 200, (Block((a_line(20, 0.95),)),)),))
    picture = draw_document(paper(), document)
    assert picture.width == 160
    assert picture.height > 200
    assert picture.getpixel((60, 25)) == GREEN
    assert np.asarray(picture)[200:].min() < 255  # the text
    assert picture.getpixel((22, 22)) == (255, 255, 255)  # no outline of the line


def test_lines_of_a_page_have_outlines_in_the_colour_of_their_confidence() -> None:
    page = Page(1, 160, 200, (Block((a_line(20, 0.95), a_line(120, 0.3))),))
    picture = draw_page(paper(), page)
    assert picture.size == (160, 200)
    assert picture.getpixel((100, 20)) == GREEN
    assert picture.getpixel((100, 120)) == RED
    red, green, _ = picture.getpixel((100, 130))  # inside the second: a breath of red
    assert 255 >= red > green > 180


def test_reading_order_is_a_path_from_end_to_start() -> None:
    forward = Page(1, 160, 200, (Block((a_line(20, 0.95), a_line(120, 0.95))),))
    back = Page(1, 160, 200, (Block((a_line(120, 0.95), a_line(20, 0.95))),))
    one, other = (np.asarray(draw_page(paper(), page)) for page in (forward, back))
    between = slice(60, 110)  # no line is there
    assert (one[between] != 255).any()
    columns = [np.flatnonzero((image[100] != 255).any(axis=1)).mean() for image in (one, other)]
    assert columns[0] < 60  # near the start of the second line, on the left
    assert columns[1] > 80  # near the end of the first
