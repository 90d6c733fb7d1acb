"""Words of a detector put into outlines of lines, by cases worked by hand."""

import numpy as np
import pytest

from effocr.layout.edges import line_edges
from effocr.pipeline.detected import DetectedLine, LineDetector
from effocr.pipeline.joined_words import JoinedWords, joined_row

PAGE = np.full((400, 900), 255, np.uint8)


class Words:
    """A detector that knows where the words are."""

    def __init__(self, *polygons: np.ndarray, scores: tuple[float, ...] = ()) -> None:
        marks = scores or (1.0,) * len(polygons)
        self.words = [DetectedLine(*one) for one in zip(polygons, marks, strict=True)]

    def detect(self, page: np.ndarray) -> list[DetectedLine]:
        return self.words


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


def lines_of(words: LineDetector) -> list[DetectedLine]:
    return JoinedWords(words).detect(PAGE)


def test_words_of_two_columns_make_a_line_each_that_holds_all_their_ink() -> None:
    left = box(10, 20, 90, 45), box(100, 12, 180, 40)  # the second has an ascender, the first not
    right = box(400, 14, 470, 40), box(482, 14, 500, 40)
    found = lines_of(Words(right[1], left[1], left[0], right[0], scores=(1.0, 0.5, 1.0, 0.6)))
    outlines = {one.polygon[0, 0]: one for one in found}
    assert outlines[10].polygon.tolist() == box(10, 12, 180, 45).tolist()
    assert outlines[400].polygon.tolist() == box(400, 14, 500, 40).tolist()
    assert outlines[10].score == pytest.approx(0.75)  # equally wide
    assert outlines[400].score == pytest.approx((70 * 0.6 + 18 * 1.0) / 88)


def test_a_leaning_line_gets_a_leaning_strip() -> None:
    lean = np.array([(0.0, 0.1 * x) for x in (0, 1, 1, 0)])
    words = [
        (box(x, 100 + 0.1 * x, x + 120, 124 + 0.1 * x) + lean * 120).astype(np.float32)
        for x in (0, 140, 280, 420)
    ]
    (line,) = lines_of(Words(*words))
    top, bottom = line.polygon[:2], line.polygon[:1:-1]
    assert (top[1] - top[0])[1] / (top[1] - top[0])[0] == pytest.approx(0.1, abs=0.002)
    assert np.hypot(*(bottom - top).T) == pytest.approx([24, 24], abs=0.5)  # not of a level box: 80


def test_the_outline_of_a_bent_line_follows_its_words() -> None:
    x = np.arange(0, 800, 100)
    drop = 36 * np.sin(np.pi * (x + 40) / 800)
    words = [box(at, 200 + y, at + 80, 230 + y) for at, y in zip(x, drop, strict=True)]
    (line,) = lines_of(Words(*words))
    top, bottom = line_edges(line.polygon)
    assert len(top) > 2
    assert np.abs(np.hypot(*(bottom - top).T) - 30).max() < 12


def test_a_word_alone_keeps_its_outline_and_a_blank_page_has_no_line() -> None:
    alone = np.array([(10, 10), (90, 18), (88, 44), (8, 36)], np.float32)
    (line,) = lines_of(Words(alone))
    assert line.polygon.tolist() == alone.tolist()
    assert lines_of(Words()) == []


def row_of(*polygons: np.ndarray) -> list[list[float]]:
    """Left ends and right ends of what is left of pieces."""
    found = joined_row([DetectedLine(polygon, 1.0) for polygon in polygons])
    return [[float(one.polygon[:, 0].min()), float(one.polygon[:, 0].max())] for one in found]


def test_pieces_of_one_row_are_one_line_however_far_apart_and_leaning() -> None:
    near = box(10, 20, 90, 45)
    assert row_of(box(300, 14, 380, 40), near) == [pytest.approx([10, 380], abs=4)]
    leaning = box(300, 60, 380, 85), box(600, 100, 680, 125)
    assert row_of(near, *leaning) == [pytest.approx([10, 680], abs=8)]
    assert row_of(near) == [[10, 90]]
    assert row_of() == []


@pytest.mark.parametrize(
    "polygons",
    [
        [box(10, 20, 300, 45), box(12, 60, 305, 85)],  # one below the other
        [box(10, 20, 300, 45), box(10, 60, 300, 85), box(400, 20, 700, 45), box(400, 60, 700, 85)],
        [
            box(10, 20, 300, 45),
            box(400, 20, 700, 45),
            box(10, 45, 700, 60),
        ],  # a cut one
        [box(10, 20, 110, 45), box(130, 200, 230, 225), box(250, 20, 350, 45)],
    ],
    ids=["a column", "two columns", "two rows", "steps"],
)
def test_a_page_of_several_rows_stays_as_it_is(polygons: list[np.ndarray]) -> None:
    assert len(row_of(*polygons)) == len(polygons)
