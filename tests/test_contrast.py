"""Contrast, against the definition by a histogram of all levels."""

import cv2
import numpy as np
import pytest

from effocr.contrast import INK_QUANTILE, LEAST_CONTRAST, MOST_INK, contrast_of, stretch


def by_histogram(image: np.ndarray) -> np.ndarray | None:
    """The line with its contrast stretched, dark on light, by the definition of every level."""
    level, dark = cv2.threshold(image, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if not 0 < dark.sum() < dark.size:
        return None
    counts, levels = np.bincount(image.ravel(), minlength=256), int(level) + 1
    if dark.mean() > MOST_INK:
        image, counts, levels = 255 - image, counts[::-1], 256 - levels
    ink = int((np.cumsum(counts[:levels]) < INK_QUANTILE * counts[:levels].sum()).sum())
    paper = levels + int((np.cumsum(counts[levels:]) < 0.5 * counts[levels:].sum()).sum())
    stretched = (image.astype(float) - ink) * (255 / (paper - ink))
    return np.clip(stretched, 0, 255).astype(np.uint8) if paper - ink >= LEAST_CONTRAST else None


@pytest.mark.parametrize("levels", [2, 3, 8, 200])
@pytest.mark.parametrize("light_on_dark", [False, True])
def test_contrast_is_stretched_by_the_levels_of_ink_and_paper(
    levels: int, light_on_dark: bool
) -> None:
    rng = np.random.default_rng(levels)
    for _ in range(20):
        shades = np.sort(rng.integers(0, 256, levels)).astype(np.uint8)
        share = rng.dirichlet(np.linspace(1, 8, levels))
        image = rng.choice(shades, (30, 90), p=share)
        image = 255 - image if light_on_dark else image
        line, expected = stretch(image), by_histogram(image)
        if expected is None or line is None:
            assert expected is None and line is None
        else:
            np.testing.assert_array_equal(line.grey, expected)


def test_black_and_white_print_is_left_as_it_is() -> None:
    image = np.full((20, 60), 255, np.uint8)
    image[5:15, 10:20] = 0
    line = stretch(image)
    assert line is not None
    np.testing.assert_array_equal(line.grey, image)
    np.testing.assert_array_equal(line.dark, image == 0)
    turned = stretch(255 - image)
    assert turned is not None
    assert turned.turned
    np.testing.assert_array_equal(turned.dark, line.dark)


def test_the_contrast_of_a_line_with_little_ink_is_that_of_its_ink() -> None:
    crop = np.full((40, 300), 230, np.uint8)
    crop[20:23, 140:170] = 30  # a dash
    assert contrast_of(crop) > 90


def test_contrast_is_from_ink_to_paper() -> None:
    crop = np.full((40, 300), 230, np.uint8)
    crop[10:30, 20:280:4] = 90
    crop[10:30, 21:280:4] = 90
    assert contrast_of(crop) == 140
    assert contrast_of(crop[:0]) == contrast_of(crop[:1]) == 0
    assert contrast_of(crop[:, :1]) == 0
