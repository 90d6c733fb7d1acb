"""How a line is set, drawn at random: spacing, width, skew."""

import numpy as np

from effocr.synth.compose import Setting
from effocr.synth.options import LineOptions

__all__ = ["draw_setting", "draw_slope", "draw_stretch"]


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


def draw_stretch(rng: np.random.Generator, options: LineOptions) -> float:
    """Width over that of the font: double-width and condensed print is rare."""
    if rng.random() < options.stretched:
        return float(rng.uniform(1.3, 2.0) if rng.random() < 0.5 else rng.uniform(0.6, 0.8))
    return float(np.clip(rng.normal(1.0, 0.1), 0.75, 1.3))


def draw_slope(rng: np.random.Generator, options: LineOptions) -> float:
    """Slope of the baseline: most lines are level, a share of them is not."""
    if rng.random() < options.strong_skew:
        return float(rng.uniform(-0.035, 0.035))
    return float(rng.normal(0, 0.002))
