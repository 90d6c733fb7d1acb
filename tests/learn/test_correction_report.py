"""The report of a training on corrections has the agreed keys, and its zeros."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from effocr.errors import DataFormatError
from effocr.learn.correction_report import TrainingReport, read_report, write_report

GIVEN: dict[str, Any] = {
    "timestamp": datetime(2025, 1, 11, 15, 30, 45, 123456),
    "samples_used": 12,
    "train_samples": 9,
    "val_samples": 3,
    "epochs": 20,
    "batch_size": 16,
    "learning_rate": 0.001,
    "device": "cpu",
    "vocab_size": 65,
    "final_train_loss": 0.0,
    "final_val_loss": 0.0,
    "final_val_accuracy": 0.0,
    "best_val_accuracy": 0.0,
    "model_path": "models/ocr_weights/latest_model.pth",
    "history_summary": {"train_loss": [3.45], "val_loss": [3.21], "val_accuracy": [0.0]},
}


def test_the_keys_are_the_agreed_ones_in_their_order_and_zero_is_zero(tmp_path: Path) -> None:
    path = write_report(TrainingReport.model_validate(GIVEN), tmp_path)
    content = json.loads(path.read_text(encoding="utf-8"))
    expected = {"status": "success", **GIVEN, "timestamp": "2025-01-11T15:30:45.123456"}
    assert content == expected
    assert list(content) == list(expected)
    assert content["final_val_accuracy"] == 0.0
    assert read_report(path) == TrainingReport.model_validate(GIVEN)


def test_name_and_timestamp_agree(tmp_path: Path) -> None:
    path = write_report(TrainingReport.model_validate(GIVEN), tmp_path / "new")
    assert path.name == "training_report_20250111_153045.json"


def test_what_was_not_measured_is_null(tmp_path: Path) -> None:
    measured = ("final_val_loss", "final_val_accuracy", "best_val_accuracy")
    given = {key: value for key, value in GIVEN.items() if key not in measured}
    content = json.loads(write_report(TrainingReport(**given), tmp_path).read_text())
    assert all(content[key] is None for key in measured)


def test_a_loss_that_is_no_number_makes_no_report() -> None:
    with pytest.raises(ValidationError, match="finite"):
        TrainingReport(**{**GIVEN, "final_train_loss": float("nan")})


def test_what_is_no_report_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(DataFormatError, match="not a training report"):
        read_report(tmp_path / "a.json")
    with pytest.raises(DataFormatError, match="cannot be read"):
        read_report(tmp_path / "b.json")
