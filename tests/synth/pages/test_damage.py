"""Damage spares the text, except where it is meant to shine through."""

import numpy as np
import pytest

from effocr.synth.pages.damage import darken
from effocr.synth.pages.options import PageOptions

NOTHING = {"bordered": 0, "show_through": 0, "stained": 0, "punched": 0}


@pytest.mark.parametrize("kind", ["bordered", "punched"])
def test_borders_and_holes_stay_in_the_margins(kind: str) -> None:
    options = PageOptions.model_validate({**NOTHING, kind: 1})
    darkened = 0
    for seed in range(12):
        ink = np.zeros((300, 200), np.uint8)
        fade = darken(np.random.default_rng(seed), ink, (40, 50, 160, 260), 10.0, options)
        assert fade is not None
        assert not fade[50:260, 40:160].any()
        darkened += bool(fade.any())
    assert darkened > 8


def test_the_reverse_side_is_mirrored_and_pale() -> None:
    options = PageOptions.model_validate({**NOTHING, "show_through": 1})
    ink = np.zeros((300, 200), np.uint8)
    ink[100:200, 10:60] = 255
    fade = darken(np.random.default_rng(0), ink, (10, 100, 60, 200), 10.0, options)
    assert fade is not None
    assert 0 < fade.max() < 90
    assert fade[:, 100:].sum() > 5 * fade[:, :100].sum()


def test_nothing_happens_where_nothing_may() -> None:
    options = PageOptions.model_validate(NOTHING)
    ink = np.full((20, 20), 255, np.uint8)
    assert darken(np.random.default_rng(0), ink, (0, 0, 20, 20), 8.0, options) is None
