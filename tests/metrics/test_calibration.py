"""Calibration error, against a double loop."""

import numpy as np
import pytest

from effocr.metrics.calibration import (
    expected_calibration_error,
    refer_least_sure,
    reliability,
)


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


def test_errors_left_when_the_least_sure_are_sent_to_a_person() -> None:
    # Ten glyphs; wrong are those of 0.1, 0.3 and 0.95.
    confidence = np.array([0.9, 0.1, 0.8, 0.3, 0.95, 0.99, 0.7, 0.6, 0.2, 0.85])
    correct = ~np.isin(confidence, [0.1, 0.3, 0.95])
    none, one, three, all_ = refer_least_sure(confidence, correct, (0.0, 0.1, 0.3, 1.0))
    assert (none.sent, none.found, none.risk, none.left) == pytest.approx((0, 0, 0.3, 0.3))
    assert (one.sent, one.found, one.risk, one.left) == pytest.approx((1, 1 / 3, 2 / 9, 0.2))
    assert (three.sent, three.found, three.risk, three.left) == pytest.approx(
        (3, 2 / 3, 1 / 7, 0.1)
    )
    assert (all_.sent, all_.found, all_.risk, all_.left) == pytest.approx((10, 1, 0, 0))


def test_equally_sure_predictions_are_sent_as_chance_has_it() -> None:
    correct = np.array([True, False, True, True])
    (half,) = refer_least_sure(np.full(4, 0.5), correct, [0.5])
    assert (half.sent, half.found, half.risk) == pytest.approx((2, 0.5, 0.25))
    (half,) = refer_least_sure(np.full(4, 0.5), correct[::-1], [0.5])
    assert half.found == pytest.approx(0.5)


def test_nothing_to_send_leaves_no_errors() -> None:
    (row,) = refer_least_sure(np.zeros(0), np.zeros(0, bool), [0.1])
    assert (row.sent, row.found, row.risk, row.left) == (0, 0, 0, 0)
    with pytest.raises(ValueError, match="share"):
        refer_least_sure(np.ones(2), np.ones(2, bool), [1.5])
