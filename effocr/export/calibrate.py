"""Confidence that means what it says: logistic weights fitted on lines kept aside."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.bundle import Calibration
from effocr.errors import TrainingError
from effocr.export.sample import Sample
from effocr.pipeline.engines import Searcher

Doubles = npt.NDArray[np.float64]

FEATURES: Final = ("similarity", "margin", "location")
RIDGE: Final = 1e-2  # keeps weights finite where right and wrong can be separated without fault
ITERATIONS: Final = 50
LEAST_SAMPLES: Final = 20
FALSE_ALARMS: Final = 0.001  # share of right answers that may be called unknown


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of glyphs that were read, and whether they were right.

    Attributes:
        features: [n, 3] float64: best similarity, best minus second best, score of the localizer.
        correct: [n] bool.
    """

    features: Doubles
    correct: npt.NDArray[np.bool_]


def weigh_evidence(sample: Sample, index: Searcher) -> Evidence:
    """Look the glyphs of a sample up. A box without a true glyph under it is wrong."""
    if not sample.labels:
        return Evidence(np.zeros((0, len(FEATURES))), np.zeros(0, bool))
    found = index.search(sample.embeddings, 2)
    similarities = np.asarray(found.similarities, np.float64)
    best = similarities[:, 0]
    second = similarities[:, 1] if similarities.shape[1] > 1 else np.zeros(len(best))
    correct = [row[0] == label for row, label in zip(found.labels, sample.labels, strict=True)]
    features = np.stack((best, best - second, sample.scores.astype(np.float64)), axis=1)
    return Evidence(features, np.array(correct, bool))


def fit_calibration(features: Doubles, correct: npt.NDArray[np.bool_]) -> Calibration:
    """Logistic regression by Newton's method.

    More of any feature must not mean less confidence: a weight that would be negative is set to
    zero and the others are fitted again.

    Args:
        features: [n, 3] float, in the order of FEATURES.
        correct: [n] bool.

    Raises:
        TrainingError: too few glyphs to say anything.
    """
    if len(correct) < LEAST_SAMPLES:
        raise TrainingError(
            f"{len(correct)} glyphs to fit the confidence with, {LEAST_SAMPLES} are needed; "
            "give more lines"
        )
    used = list(range(len(FEATURES)))
    weights = _newton(features[:, used], correct)
    while used and weights[1:].min() < 0:
        used.pop(int(weights[1:].argmin()))
        weights = _newton(features[:, used], correct)
    values = {FEATURES[place]: float(weights[1 + i]) for i, place in enumerate(used)}
    return Calibration(**{"bias": float(weights[0]), **dict.fromkeys(FEATURES, 0.0), **values})


def unknown_threshold(evidence: Evidence, *, lost: float = FALSE_ALARMS) -> float:
    """Similarity below which a glyph is called unknown.

    The share of right answers that may be lost is the only measure: glyphs that the charset lacks
    are of all kinds and not known beforehand. Lines of held-out fonts lie about as far from the
    index as typescripts and receipts do, and further than books (`benchmarks/unknown.py`), so
    their quantile holds for print. Thresholds of single characters, the confidence, or margin and
    localizer score beside the cosine found no more strange glyphs at the same false alarms there.

    Args:
        evidence: of lines kept aside.
        lost: share of right answers that may be called unknown, 0 to 1.

    Returns:
        A cosine, 0 to 1; 0 where no answer is right.
    """
    similarities = evidence.features[evidence.correct, 0]
    if not similarities.size:
        return 0.0
    return float(np.clip(np.quantile(similarities, lost), 0.0, 1.0))


def _newton(features: Doubles, correct: npt.NDArray[np.bool_]) -> Doubles:
    """Bias and weights [1 + features] that make the truth likeliest, with a small ridge."""
    middle, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    design = np.concatenate((np.ones((len(features), 1)), (features - middle) / spread), axis=1)
    ridge = np.full(design.shape[1], RIDGE)
    weights = np.zeros(design.shape[1])
    for _ in range(ITERATIONS):
        sure = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (correct - sure) - ridge * weights
        curve = (design * (sure * (1 - sure))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        weights += step * min(1.0, 5.0 / float(np.abs(step).max() + 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    slopes = weights[1:] / spread
    return np.concatenate(([weights[0] - slopes @ middle], slopes))
