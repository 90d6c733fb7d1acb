"""Calibration error, against a double loop."""

import numpy as np
import pytest

from effocr.metrics.calibration import expected_calibration_error, reliability


def naive_ece(confidence: list[float], correct: list[bool], bins: int) -> float:
    total = 0.0
    for b in range(bins):
        inside = [
            i
            for i, c in enumerate(confidence)
            if (b / bins < c <= (b + 1) / bins) or (b == 0 and c == 0)
        ]
        if inside:
            mean = sum(confidence[i] for i in inside) / len(inside)
            right = sum(correct[i] for i in inside) / len(inside)
            total += len(inside) / len(confidence) * abs(mean - right)
    return total


def test_ece_matches_a_double_loop() -> None:
    rng = np.random.default_rng(2)
    confidence = rng.random(500)
    correct = rng.random(500) < confidence**2
    expected = naive_ece(confidence.tolist(), correct.tolist(), 15)
    assert expected_calibration_error(confidence, correct) == pytest.approx(expected)


def test_certainty_that_is_always_right_has_no_error() -> None:
    assert expected_calibration_error(np.ones(4), np.ones(4, bool)) == 0.0
    assert expected_calibration_error(np.ones(4), np.zeros(4, bool)) == 1.0
    assert expected_calibration_error(np.zeros(0), np.zeros(0, bool)) == 0.0


def test_every_prediction_falls_in_one_interval() -> None:
    rows = reliability(np.array([0.0, 0.5, 1.0]), np.array([False, True, True]), bins=2)
    assert [(row.count, row.accuracy) for row in rows] == [(2, 0.5), (1, 1.0)]


def test_a_confidence_outside_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        expected_calibration_error(np.array([1.2]), np.array([True]))
    with pytest.raises(ValueError, match="2 confidences, 1"):
        expected_calibration_error(np.array([1.0, 1.0]), np.array([True]))
