"""How a line is set and cut out, drawn at random: spacing, skew, tight crops."""

from typing import Final

import numpy as np

from effocr.synth.compose import Setting
from effocr.synth.options import LineOptions

__all__ = ["draw_clip", "draw_setting", "draw_slope"]

CLIPPED: Final = 0.12  # most of the print's height that a crop cuts off at one side


def draw_setting(rng: np.random.Generator, *, uneven: bool) -> Setting:
    """How a line is set: tight or letterspaced, by a tidy press or a worn typewriter."""
    if uneven:
        return Setting(
            tracking=rng.uniform(-0.06, 0.1),
            sentence_space=float(rng.random() < 0.6),
            word_space=rng.uniform(0.25, 0.6),
            glyph_shift=rng.uniform(0, 0.035) if rng.random() < 0.7 else 0.0,
            glyph_ink=rng.uniform(0.55, 1.0) if rng.random() < 0.6 else 1.0,
        )
    spaced = rng.random() < 0.06
    tracking = (
        rng.uniform(0.08, 0.3) if spaced else float(np.clip(rng.normal(0.01, 0.03), -0.05, 0.12))
    )
    return Setting(
        tracking=tracking,
        word_space=(rng.uniform(0.5, 1.0) if spaced else _word_space(rng)) + max(tracking, 0),
        sentence_space=rng.uniform(0.2, 1.0) if rng.random() < 0.4 else 0.0,
        word_space_spread=rng.uniform(0, 0.06),
        glyph_shift=rng.uniform(0, 0.02) if rng.random() < 0.4 else 0.0,
        glyph_ink=rng.uniform(0.7, 1.0) if rng.random() < 0.2 else 1.0,
        thin_space=rng.uniform(0.03, 0.28) if rng.random() < 0.4 else 0.0,
    )


def _word_space(rng: np.random.Generator) -> float:
    """Justified lines are set wide now and then; ems."""
    return float(rng.uniform(0.2, 0.6) if rng.random() < 0.75 else rng.uniform(0.5, 1.0))


def draw_clip(rng: np.random.Generator, share: float) -> tuple[float, float]:
    """What a crop cuts off above and below, as shares of the print's height."""
    if rng.random() >= share:
        return 0.0, 0.0
    above, below = rng.uniform(0, CLIPPED, 2)
    side = rng.random()
    return above if side < 0.67 else 0.0, below if side > 0.33 else 0.0


def draw_slope(rng: np.random.Generator, options: LineOptions) -> float:
    """Slope of the baseline: most lines are level, a share of them is not."""
    if rng.random() < options.strong_skew:
        return float(rng.uniform(-0.035, 0.035))
    return float(rng.normal(0, 0.002))
