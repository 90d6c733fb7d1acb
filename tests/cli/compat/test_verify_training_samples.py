"""The check of correction samples, by the compat command and by `effocr data check`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effocr.cli.main import main
from effocr.data.correction_writer import write_sample
from effocr.data.corrections import Correction
from effocr.data.forms import recognise

MOMENT = datetime(2025, 1, 11, 15, 30, 45)


def fill(folder: Path, count: int) -> None:
    for number in range(count):
        add(folder, f"w{number}", f"text {number}", number)


def add(folder: Path, word: str, text: str, seed: int) -> Path:
    picture = np.random.default_rng(seed).integers(0, 256, (20, 50), np.uint8)
    told: dict[str, Any] = {"document_id": "d", "page": 0, "original_text": "x"}
    told |= {"word_id": word, "corrected_text": text, "timestamp": MOMENT}
    return write_sample(folder, picture, Correction.model_validate(told))


def test_good_samples_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, 12)
    assert main(["compat", "verify-training-samples", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "12 samples, 1 documents, " in out
    assert "enough to train on" in out
    assert main(["data", "check", str(tmp_path)]) == 0
    assert "corrections, 12 samples, 1 documents" in capsys.readouterr().out


def test_too_few_samples_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(Path("data/training_data/ocr_samples"), 4)
    assert main(["compat", "verify-training-samples"]) == 1
    assert "Insufficient samples: 4/10" in capsys.readouterr().out
    assert main(["data", "check", "data/training_data/ocr_samples"]) == 0  # nothing is wrong


def test_contradictions_and_unreadable_files_are_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, 12)
    one = add(tmp_path, "w0", "other", 0)
    (tmp_path / "d_w99_20250111_153045.png").write_bytes(b"x")
    assert main(["compat", "verify-training-samples", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"{one}: the same picture is 'other' here and 'text 0' in d_w0_2025" in out
    assert "1 left out, 1 contradictions, 0 duplicates" in out
    assert main(["data", "check", str(tmp_path), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)[str(tmp_path)]
    assert report["form"] == "corrections"
    assert report["counts"]["samples"] == 13
    assert len(report["problems"]) == 3


def test_a_missing_folder_is_an_error_of_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compat", "verify-training-samples", "no/such"]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_samples_become_line_pairs(tmp_path: Path) -> None:
    fill(tmp_path / "samples", 3)
    add(tmp_path / "samples", "w0", "text 0", 0)  # twice the same
    pairs = tmp_path / "pairs"
    assert main(["data", "convert", str(tmp_path / "samples"), str(pairs), "--to", "pairs"]) == 1
    texts = sorted(path.read_text() for path in pairs.glob("*.gt.txt"))
    assert texts == ["text 0\n", "text 1\n", "text 2\n"]
    assert recognise(pairs) == "pairs"  # though the names are those of samples
