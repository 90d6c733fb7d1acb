"""A line read in a crop, on its page."""

import numpy as np

from effocr.document import Glyph, Line
from effocr.geometry import Affine
from effocr.pipeline.moved import moved_line

CROP = Affine.scale_shift(2.0, 2.0, x_shift=100.0, y_shift=50.0)
SIZE = (400, 300)
LEVEL = ((5.0, 5.0), (55.0, 5.0), (55.0, 25.0), (5.0, 25.0))


def line(polygon: tuple[tuple[float, float], ...]) -> Line:
    glyph = Glyph("a", (5.0, 5.0, 55.0, 25.0), 0.9, (("a", 0.9),))
    return Line("a", glyph.box, polygon, 0.9, (), (glyph,), baseline=((5.0, 20.0), (55.0, 21.0)))


def test_an_outline_has_a_fifth_of_the_height_around_the_letters() -> None:
    moved = moved_line(line(LEVEL), CROP, SIZE)
    assert moved.polygon == ((102, 52), (218, 52), (218, 108), (102, 108))
    assert moved.box == (110, 60, 210, 100)
    assert moved.baseline == ((110, 90), (210, 92))


def test_the_margin_leans_with_the_line() -> None:
    turn = np.deg2rad(10)
    along, down = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    start = np.array([20.0, 10.0])
    corners = [start, start + 60 * along, start + 60 * along + 20 * down, start + 20 * down]
    moved = moved_line(line(tuple((x, y) for x, y in corners)), Affine.identity(), SIZE)
    wanted = [-along - down, along - down, along + down, down - along]
    np.testing.assert_allclose(
        moved.polygon, [c + 4 * w for c, w in zip(corners, wanted, strict=True)], atol=0.01
    )


def test_no_outline_leaves_the_page() -> None:
    moved = moved_line(line(LEVEL), Affine.identity(), (56, 26))
    assert moved.polygon == ((1, 1), (56, 1), (56, 26), (1, 26))


def test_a_line_without_letters_keeps_its_outline() -> None:
    blank = Line("", (0, 0, 60, 30), ((0, 0), (60, 0), (60, 30), (0, 30)), 1.0, (), ())
    assert moved_line(blank, CROP, SIZE).polygon == ((100, 50), (220, 50), (220, 110), (100, 110))
