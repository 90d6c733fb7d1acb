"""The recipes that docs/ctc.md trains a reader with."""

from pathlib import Path

import pytest

from effocr.ctc.config import CtcTraining
from effocr.training.config import load_config

RECIPES = Path(__file__).parents[2] / "scripts" / "recipes" / "ctc"


@pytest.mark.parametrize("name", ["begin", "lines"])
def test_a_recipe_is_settings_of_a_run_and_its_lines_fit_its_batches(name: str) -> None:
    config = load_config(CtcTraining, RECIPES / f"{name}.yaml")
    longest = config.synthetic.options.length[1]
    assert config.synthetic.count
    assert config.widths[-1] > 20 * longest  # pixels that a character takes at a height of 64
