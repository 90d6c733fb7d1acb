"""The log survives kills and new figures."""

import csv
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from effocr.errors import MissingDependencyError
from effocr.training.log import RunLog, read_log


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_figure_that_appears_late_gets_a_column(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    log({"step": 1, "loss": 0.5})
    log({"step": 2, "loss": 0.25})
    log({"step": 2, "accuracy": 0.75})
    log({"step": 3, "loss": 0.125})
    assert [row["loss"] for row in table(tmp_path / "log.csv")] == ["0.5", "0.25", "", "0.125"]
    assert table(tmp_path / "log.csv")[2]["accuracy"] == "0.75"


def test_rewinding_forgets_later_rows_and_half_lines(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    for step in (1, 2, 3):
        log({"step": step, "loss": 1 / step})
    with (tmp_path / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 4, "lo')
    again = RunLog(tmp_path)
    again.rewind(2)
    again({"step": 3, "loss": 9.0})
    assert [row["step"] for row in read_log(tmp_path / "log.jsonl")] == [1, 2, 3]
    assert [row["loss"] for row in table(tmp_path / "log.csv")] == ["1.0", "0.5", "9.0"]


def test_a_tracker_that_is_not_installed_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(MissingDependencyError, match=r"effocr\[wandb\]"):
        RunLog(tmp_path, trackers=("wandb",))


@pytest.mark.parametrize(("variable", "mode"), [(None, "offline"), ("online", "online")])
def test_nothing_is_sent_to_wandb_unless_its_variable_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None, mode: str
) -> None:
    calls: list[tuple[object, ...]] = []

    def init(**options: object) -> SimpleNamespace:
        calls.append(("init", options["mode"]))
        return SimpleNamespace(log=lambda row, step: calls.append((row["loss"], step)))

    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=init))
    monkeypatch.delenv("WANDB_MODE", raising=False)
    if variable is not None:
        monkeypatch.setenv("WANDB_MODE", variable)
    RunLog(tmp_path, trackers=("wandb",))({"step": 3, "loss": 0.5})
    assert calls == [("init", mode), (0.5, 3)]
