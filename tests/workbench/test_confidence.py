"""The confidence of a run of a classic recognizer is fitted on its validation crops."""

from pathlib import Path

import numpy as np
import pytest

from effocr.bundle import Calibration
from effocr.errors import BundleError
from effocr.pipeline.assemble import confidences
from effocr.recognizer.index import GlyphIndex
from effocr.workbench.confidence import CONFIDENCE, read_confidence, write_confidence


def drawn(count: int) -> tuple[GlyphIndex, np.ndarray, list[str]]:
    """An index of two near characters, and queries between them, half of them beyond the middle."""
    index = GlyphIndex.create(2)
    angles = np.array([0.0, 0.4])
    index.add(np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32), ["a", "b"])
    spread = np.linspace(0, 0.3, count)
    queries = np.stack((np.cos(spread), np.sin(spread)), axis=1).astype(np.float32)
    return index, queries, ["a"] * count


def test_confidence_falls_where_answers_are_wrong(tmp_path: Path) -> None:
    index, queries, labels = drawn(400)
    weights = write_confidence(tmp_path, index, queries, labels)
    assert weights == read_confidence(tmp_path)
    assert weights is not None
    found = index.search(queries, 2)
    sure = confidences(found.similarities.astype(float), np.ones(400, np.float32), weights)
    right = np.array([row[0] == "a" for row in found.labels])
    assert sure.mean() == pytest.approx(right.mean(), abs=0.05)
    usual = confidences(found.similarities.astype(float), np.ones(400, np.float32), Calibration())
    assert abs(usual.mean() - right.mean()) > 0.1


def test_too_few_crops_leave_no_file_of_an_earlier_run(tmp_path: Path) -> None:
    assert read_confidence(tmp_path) is None
    (tmp_path / CONFIDENCE).write_text("{}")
    assert write_confidence(tmp_path, *drawn(3)) is None
    assert not (tmp_path / CONFIDENCE).exists()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / CONFIDENCE).write_text('{"bias": "x"}')
    with pytest.raises(BundleError, match=r"confidence\.json"):
        read_confidence(tmp_path)
