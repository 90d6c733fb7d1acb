"""The files that a training on corrections leaves."""

from pathlib import Path

import pytest
import torch

from effocr.errors import UsageError
from effocr.learn.correction_models import find_trained, history_of, write_model
from effocr.training.checkpoints import read_tensors

ROWS = [
    {"step": 3, "loss": 2.0, "steps_per_s": 1.0},
    {"step": 3, "cer": 1.0, "exact": 0.0, "val_loss": 3.0},
    {"step": 6, "loss": 1.0, "steps_per_s": 1.0},
    {"step": 6, "cer": 0.5, "exact": 0.25, "val_loss": 2.5},
]


def test_the_history_has_a_figure_for_each_epoch() -> None:
    history = history_of(ROWS)
    assert history.train_loss == (2.0, 1.0)
    assert history.val_loss == (3.0, 2.5)
    assert history.val_accuracy == (0.0, 0.25)
    assert history_of(ROWS, 1).val_accuracy == (0.0,)
    assert history_of(ROWS[::2]).val_loss == ()


def test_weights_are_stored_once_under_both_names(tmp_path: Path) -> None:
    weights = {"w": torch.arange(250_000, dtype=torch.float32)}
    state = {"model": weights, "optimizer": {}, "settings": {"alphabet": [" ", "a"]}}
    write_model(state, tmp_path / "m.pth", history_of(ROWS))
    assert (tmp_path / "m.pth").stat().st_size < 1.1 * 1_000_000
    found = read_tensors(tmp_path / "m.pth")
    assert torch.equal(found["model"]["w"], weights["w"])
    assert torch.equal(found["model_state_dict"]["w"], weights["w"])
    assert found["vocab"] == ["<PAD>", " ", "a"]
    assert found["char_to_idx"] == {"<PAD>": 0, " ": 1, "a": 2}
    assert (found["epoch"], found["loss"], found["accuracy"]) == (2, 2.5, 0.25)


def test_the_best_model_is_used_else_the_latest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing was trained here"):
        find_trained(tmp_path)
    (tmp_path / "latest_model.pth").touch()
    assert find_trained(tmp_path).name == "latest_model.pth"
    (tmp_path / "best_model.pth").touch()
    assert find_trained(tmp_path).name == "best_model.pth"
