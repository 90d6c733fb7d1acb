"""Paper on a ground: the truth goes where the print goes."""

import cv2
import numpy as np
import pytest

from effocr.synth.pages.ground import crumple, lay_on_ground
from effocr.synth.pages.truth import PageLine, PageWord, SyntheticPage
from tests.synth.pages.conftest import MakeMaker

BOXES = ((20, 30, 140, 50), (200, 30, 260, 50), (40, 200, 70, 220), (150, 330, 280, 352))


def page_of_bars() -> SyntheticPage:
    """White paper with black bars that fill their outlines."""
    image = np.full((400, 300), 255, np.uint8)
    lines = []
    for x0, y0, x1, y1 in BOXES:
        image[y0:y1, x0:x1] = 0
        polygon = np.array(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), np.float32)
        baseline = np.array(((x0, y1), (x1, y1)), np.float32)
        lines.append(PageLine("a", polygon, baseline, 9.0, "table", 0, (PageWord("a", polygon),)))
    return SyntheticPage(image, tuple(lines), "slip", "grey")


def mask(shape: tuple[int, ...], polygon: np.ndarray) -> np.ndarray:
    drawn = np.zeros(shape, np.uint8)
    cv2.fillPoly(drawn, [np.round(polygon - 0.5).astype(np.int32)], 1)
    return drawn


@pytest.mark.parametrize("seed", range(5))
def test_outlines_lie_around_what_they_lay_around(seed: int) -> None:
    page = page_of_bars()
    laid = lay_on_ground(np.random.default_rng(seed), page)
    assert min(np.subtract(laid.image.shape, page.image.shape)) > 0
    black = np.zeros(laid.image.shape, np.uint8)
    for line in laid.lines:
        black |= mask(laid.image.shape, line.polygon)
        assert (line.words[0].polygon == line.polygon).all()
        assert np.allclose(line.baseline, line.polygon[[3, 2]], atol=1e-3)
    inner, outer = cv2.erode(black, np.ones((5, 5))), cv2.dilate(black, np.ones((5, 5)))
    ring = cv2.dilate(black, np.ones((9, 9))) - outer
    assert laid.image[inner > 0].max() < 20
    assert laid.image[ring > 0].min() > 75  # paper, with its creases


def test_the_ground_is_darker_than_the_paper() -> None:
    laid = lay_on_ground(np.random.default_rng(1), page_of_bars())
    edge = np.concatenate((laid.image[0], laid.image[-1], laid.image[:, 0], laid.image[:, -1]))
    assert edge.mean() < 0.8 * np.median(laid.image)


def test_creases_only_darken() -> None:
    grey = np.full((120, 90), 200, np.uint8)
    shades = [crumple(np.random.default_rng(seed), grey) for seed in range(6)]
    assert all(shade.max() <= 200 and shade.min() > 50 for shade in shades)
    assert any(len(np.unique(shade)) > 10 for shade in shades)


def test_a_laid_page_decodes_from_its_jpeg(make_maker: MakeMaker) -> None:
    settings = {"layouts": {"slip": 1}, "conditions": {"photograph": 1}, "width": (120, 160)}
    flat, laid = (
        make_maker(**settings, laid=share).page(np.random.default_rng(0)) for share in (0, 1)
    )
    assert laid.jpeg is not None
    decoded = cv2.imdecode(np.frombuffer(laid.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert (decoded == laid.image).all()
    assert laid.image.size > flat.image.size
    assert laid.text == flat.text
