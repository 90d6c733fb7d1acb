"""What a recipe does with the folder of a run: goes on with its own, and with no other."""

from pathlib import Path

import pytest

from effocr.errors import UsageError
from effocr.localizer.config import LocalizerTraining
from effocr.training.config import save_config
from effocr.training.loop import Outcome
from effocr.training.run import begun_run, finished


def test_a_run_of_other_settings_is_not_gone_on_with(tmp_path: Path) -> None:
    config = LocalizerTraining()
    assert begun_run(tmp_path, config) is None
    save_config(config, tmp_path / "config.yaml")
    (tmp_path / "last.pt").touch()
    assert begun_run(tmp_path, config) == tmp_path
    with pytest.raises(UsageError, match="begun with another batch_columns; give another work"):
        begun_run(tmp_path, config.model_copy(update={"batch_columns": 4096}))


def test_nothing_goes_on_after_a_training_that_was_stopped() -> None:
    whole = Outcome(step=5)
    assert finished(whole) is whole
    with pytest.raises(KeyboardInterrupt):
        finished(Outcome(step=3, interrupted=True))
