"""Runs that go on must be of what they began with."""

from pathlib import Path

import pytest

from effocr.errors import TrainingError, UsageError
from effocr.learn.finetune.train import KIND, refuse_other_run
from effocr.training.checkpoints import save_checkpoint

BEGUN = {"kind": KIND, "data": "1", "origin": "2", "drawn": "3"}


def test_what_a_run_began_with_may_go_on(tmp_path: Path) -> None:
    save_checkpoint({"settings": BEGUN}, tmp_path / "last.pt")
    refuse_other_run(tmp_path, BEGUN)
    refuse_other_run(tmp_path / "last.pt", {"data": "1"})


@pytest.mark.parametrize(
    ("name", "message"),
    [("data", "other lines"), ("origin", "other model"), ("drawn", "other fonts")],
)
def test_what_it_did_not_begin_with_is_named(name: str, message: str, tmp_path: Path) -> None:
    save_checkpoint({"settings": BEGUN}, tmp_path / "last.pt")
    with pytest.raises(TrainingError, match=f"a run of {message}"):
        refuse_other_run(tmp_path, {**BEGUN, name: "another"})


def test_a_run_of_another_kind_is_named(tmp_path: Path) -> None:
    save_checkpoint({"settings": {"kind": "localizer"}}, tmp_path / "last.pt")
    with pytest.raises(TrainingError, match="a run of a localizer, not of"):
        refuse_other_run(tmp_path, BEGUN)


def test_a_folder_without_a_checkpoint_is_an_error_of_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no checkpoint"):
        refuse_other_run(tmp_path, BEGUN)
