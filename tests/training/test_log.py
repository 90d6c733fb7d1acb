"""The log survives kills and new figures."""

import csv
import errno
from pathlib import Path

import pytest

from effocr.errors import TrainingError
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


def test_a_log_that_cannot_be_written_names_its_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = RunLog(tmp_path)
    log({"step": 1, "loss": 0.5})

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(TrainingError, match=rf"{tmp_path}: the log can't be written: .*No space"):
        log({"step": 2, "loss": 0.25})
    monkeypatch.undo()
    assert [row["step"] for row in read_log(tmp_path / "log.jsonl")] == [1]


def test_a_process_that_only_adds_a_figure_repairs_a_half_line(tmp_path: Path) -> None:
    RunLog(tmp_path)({"step": 1, "loss": 0.5})
    with (tmp_path / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 2, "lo')
    RunLog(tmp_path)({"step": 1, "test_accuracy": 0.75})
    rows = read_log(tmp_path / "log.jsonl")
    assert rows == [{"step": 1, "loss": 0.5}, {"step": 1, "test_accuracy": 0.75}]
    assert table(tmp_path / "log.csv")[1] == {"step": "1", "loss": "", "test_accuracy": "0.75"}
