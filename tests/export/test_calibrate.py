"""Fitted confidence means what it says, and more evidence never means less of it."""

import numpy as np
import pytest

from effocr.errors import TrainingError
from effocr.export.calibrate import Evidence, fit_calibration, unknown_threshold
from effocr.metrics.calibration import expected_calibration_error
from effocr.pipeline.assemble import confidences


def drawn(weights: tuple[float, ...], count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features, and answers that are right as often as a logistic law with these weights says."""
    rng = np.random.default_rng(seed)
    best = rng.uniform(0.5, 1.0, count)
    features = np.stack((best, rng.uniform(0, 0.5, count), rng.uniform(0.3, 1, count)), axis=1)
    sure = 1 / (1 + np.exp(-(weights[0] + features @ np.array(weights[1:]))))
    return features, rng.random(count) < sure


def confidence_of(features: np.ndarray, correct: np.ndarray) -> np.ndarray:
    calibration = fit_calibration(features, correct)
    similarities = np.stack((features[:, 0], features[:, 0] - features[:, 1]), axis=1)
    return confidences(similarities, features[:, 2], calibration)


def test_the_weights_of_a_known_law_are_found_again() -> None:
    features, correct = drawn((-7.0, 6.0, 9.0, 2.0), 60_000, seed=0)
    found = fit_calibration(features, correct)
    assert found.bias == pytest.approx(-7, abs=0.4)
    assert found.similarity == pytest.approx(6, abs=0.4)
    assert found.margin == pytest.approx(9, abs=0.4)
    assert found.location == pytest.approx(2, abs=0.4)


def test_confidence_equals_accuracy_on_new_glyphs() -> None:
    calibrated = fit_calibration(*drawn((-4.0, 5.0, 6.0, 1.0), 20_000, seed=1))
    features, correct = drawn((-4.0, 5.0, 6.0, 1.0), 20_000, seed=2)
    similarities = np.stack((features[:, 0], features[:, 0] - features[:, 1]), axis=1)
    sure = confidences(similarities, features[:, 2], calibrated)
    assert expected_calibration_error(sure, correct) < 0.02


def test_a_feature_that_speaks_against_the_truth_gets_no_weight() -> None:
    found = fit_calibration(*drawn((2.0, -3.0, 6.0, 1.0), 20_000, seed=3))
    assert found.similarity == 0
    assert found.margin > 0


def test_answers_that_are_all_right_give_finite_weights() -> None:
    features, _ = drawn((0.0, 0.0, 0.0, 0.0), 500, seed=4)
    sure = confidence_of(features, np.ones(500, bool))
    assert np.isfinite(sure).all()
    assert sure.min() > 0.9


def test_too_few_glyphs_are_refused() -> None:
    with pytest.raises(TrainingError, match="3 glyphs"):
        fit_calibration(np.zeros((3, 3)), np.ones(3, bool))


def known(similarities: list[float], correct: list[bool]) -> Evidence:
    best = np.array(similarities)
    return Evidence(np.stack((best, best, best), axis=1), np.array(correct))


def test_the_unknown_threshold_loses_the_share_of_right_answers_it_may() -> None:
    right = [0.50, 0.60, 0.70, 0.80, 0.90]
    evidence = known([*right, 0.1, 0.2], [True] * 5 + [False] * 2)
    assert unknown_threshold(evidence, lost=0.0) == pytest.approx(0.50)  # the lowest right one
    assert unknown_threshold(evidence, lost=0.25) == pytest.approx(0.60)  # one of five below it
    assert unknown_threshold(evidence, lost=0.5) == pytest.approx(0.70)


def test_one_right_answer_in_a_thousand_is_lost_if_nothing_is_said() -> None:
    rng = np.random.default_rng(0)
    best = rng.uniform(0.6, 1.0, 50_000)
    threshold = unknown_threshold(known(best.tolist(), [True] * 50_000))
    assert np.mean(best < threshold) == pytest.approx(0.001, abs=1e-4)


def test_the_unknown_threshold_is_a_cosine_that_the_manifest_takes() -> None:
    assert unknown_threshold(known([0.9, 0.8], [False, False])) == 0
    assert unknown_threshold(known([-0.3, 0.8], [True, True])) == 0
    assert unknown_threshold(known([1.0000002, 1.0000002], [True, True])) == 1
