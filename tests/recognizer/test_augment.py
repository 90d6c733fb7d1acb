"""Drawn glyphs are changed as the original does, but whole: padding and all."""

import numpy as np
import pytest

from effocr.recognizer.augment import Look, augment_squares

LOOK = Look.of("line")


def glyph(size: int = 64) -> np.ndarray:
    """A block at the upper left, as in a square that was padded right and below."""
    square = np.full((size, size), 255, np.uint8)
    square[size // 8 : size // 2, size // 8 : size // 3] = 0
    return square


def test_defect_25_padding_has_the_background_of_the_glyph() -> None:
    still = Look(shift=0.0, scale=(1.0, 1.0), strokes=0.0)
    changed = augment_squares(np.stack([glyph()] * 80), still, np.random.default_rng(0))
    tinted = [square for square in changed if square[0, 0] < 240 and square.std() > 1]
    assert len(tinted) > 5
    for square in tinted:
        beside, far = square[:6].astype(float), square[-16:, -16:].astype(float)
        assert abs(np.median(beside) - np.median(far)) < 8


def test_the_same_seed_changes_glyphs_in_the_same_way_and_leaves_the_source() -> None:
    squares = np.stack([glyph()] * 8)
    one, two, other = (
        augment_squares(squares, LOOK, np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert np.array_equal(squares, np.stack([glyph()] * 8))


@pytest.mark.parametrize("size", [16, 64, 224])
@pytest.mark.parametrize("framing", ["line", "centred"])
def test_glyphs_stay_readable_at_any_size(size: int, framing: str) -> None:
    squares = np.stack([glyph(size)] * 40)
    changed = augment_squares(squares, Look.of(framing), np.random.default_rng(1))
    assert changed.shape == squares.shape
    assert changed.dtype == np.uint8
    ink = [(square < (int(square.min()) + int(square.max())) / 2).mean() for square in changed]
    assert 0.03 < np.median(ink) < 0.2
    assert len({square.tobytes() for square in changed}) > 25


def test_strokes_change_in_english_only_and_high_blur_blurs_more() -> None:
    assert Look.of("centred").strokes == 0 < LOOK.strokes
    blurs = {
        high: augment_squares(
            np.stack([glyph()] * 60), Look.of("line", high_blur=high), np.random.default_rng(5)
        )
        for high in (False, True)
    }
    edges = {high: np.abs(np.diff(x.astype(float), axis=2)).max(axis=(1, 2)).mean()
             for high, x in blurs.items()}  # fmt: skip
    assert edges[True] < edges[False]


def test_no_glyphs_are_no_error() -> None:
    none = np.zeros((0, 32, 32), np.uint8)
    assert augment_squares(none, LOOK, np.random.default_rng(0)).shape == (0, 32, 32)
