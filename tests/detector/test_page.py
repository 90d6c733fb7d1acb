"""How large pages are looked at, and huge ones in tiles."""

import cv2
import numpy as np
import pytest

from effocr.detector import page as pages
from effocr.detector.config import Look
from effocr.detector.page import estimate_x_height, find_regions, look_scale, page_maps


def text_page(x_height: int, *, rows: int = 12) -> np.ndarray:
    """Blocks as high as x, every fourth as high as b, with dots between."""
    page = np.full((rows * 4 * x_height, 60 * x_height), 240, np.uint8)
    for row in range(rows):
        base = (4 * row + 3) * x_height
        for place in range(40):
            left = x_height + round(1.4 * place * x_height)
            top = base - (round(1.6 * x_height) if place % 4 == 0 else x_height)
            page[top:base, left : left + x_height] = 20
            dot = max(1, x_height // 6)
            page[base - dot : base, left + round(1.15 * x_height) :][:, :dot] = 20
    return page


@pytest.mark.parametrize("x_height", [8, 20, 45])
def test_the_size_of_type_is_measured(x_height: int) -> None:
    found = estimate_x_height(text_page(x_height))
    assert found == pytest.approx(x_height, rel=0.15)


def test_blank_paper_and_noise_have_no_size() -> None:
    assert estimate_x_height(np.full((500, 400), 255, np.uint8)) is None
    assert estimate_x_height(np.full((1, 1), 0, np.uint8)) is None


def test_a_page_is_brought_to_the_usual_height_of_lines() -> None:
    scale = look_scale(text_page(30), Look(line_px=21, least_side_px=32, least_pixels=1))
    assert 30 * 2.1 * scale == pytest.approx(21, rel=0.15)


def test_the_long_side_has_bounds() -> None:
    small, large = np.full((100, 80), 255, np.uint8), np.full((3000, 200), 255, np.uint8)
    assert look_scale(small, Look(), line_px=60) == 1.0  # not smaller than it is
    assert look_scale(large, Look(long_side_px=1500), line_px=20) == pytest.approx(0.5)
    assert look_scale(large, Look(), line_px=2) == pytest.approx(2.0)
    assert look_scale(large, Look(sized_by="page", long_side_px=960)) == pytest.approx(0.32)
    assert look_scale(small, Look(sized_by="page", long_side_px=960)) == 1.0


def test_a_page_of_few_pixels_is_looked_at_larger_but_no_larger_than_training_saw() -> None:
    strip, leaf = np.full((2000, 800), 255, np.uint8), np.full((2000, 1500), 255, np.uint8)
    look = Look(line_px=20, least_pixels=400_000)
    assert look_scale(strip, look, line_px=50) == pytest.approx(0.5)  # 1000 x 400 pixels
    assert look_scale(leaf, look, line_px=50) == pytest.approx(0.4)  # has 800 x 600 at line_px
    assert look_scale(strip, look, line_px=100) == pytest.approx(0.4)  # lines of 40 pixels
    assert look_scale(strip[:300], look, line_px=20) == 1.0  # not larger than it is


def darkness(page: np.ndarray) -> np.ndarray:
    """A network that finds what is dark, at stride 2, and nothing beyond a cell."""
    height, width = page.shape
    assert height % 32 == 0
    assert width % 32 == 0
    small = cv2.resize(page, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.stack((1 - small / 255, np.full(small.shape, 20.0))).astype(np.float32)


def test_tiles_give_what_one_look_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    page = rng.integers(0, 255, (701, 999)).astype(np.uint8)
    whole = page_maps(page, darkness, 2)
    monkeypatch.setattr(pages, "MOST_PIXELS", 1000)
    monkeypatch.setattr(pages, "TILE_PX", 256)
    monkeypatch.setattr(pages, "OVERLAP_PX", 64)
    parts = page_maps(page, darkness, 2)
    assert whole.shape == parts.shape == (2, 351, 500)
    assert parts[:, :350, :499] == pytest.approx(whole[:, :350, :499])


def test_regions_come_back_in_pixels_of_the_page() -> None:
    page = np.full((400, 600), 255, np.uint8)
    page[100:108, 60:540] = 0
    look = Look(line_px=20, least_side_px=32, least_pixels=1)
    found = find_regions(page, darkness, look, line_px=40)  # looked at half as large
    (polygon,) = found.polygons
    assert polygon.mean(axis=0) == pytest.approx((300, 104), abs=2)
    assert polygon[:, 1].max() - polygon[:, 1].min() == pytest.approx(40, abs=3)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (500, 1)])
def test_pages_of_any_shape_are_looked_at(shape: tuple[int, int]) -> None:
    assert find_regions(np.full(shape, 255, np.uint8), darkness, Look()).polygons == ()
