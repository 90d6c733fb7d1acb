"""Whether confidence means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = [
    "Referred",
    "ReliabilityBin",
    "expected_calibration_error",
    "refer_least_sure",
    "reliability",
]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions whose confidence lies in one interval.

    Attributes:
        low: lower edge of the interval, exclusive but for the first.
        high: upper edge, inclusive.
        count: predictions in it.
        confidence: their mean confidence; 0 when there is none.
        accuracy: share of them that is right; 0 when there is none.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Referred:
    """What is left when the least sure predictions are sent to a person, who gets them right.

    Attributes:
        share: of the predictions that is sent.
        sent: predictions sent.
        found: share of all errors that is among them; 0 when there is no error.
        risk: share of the predictions kept that is wrong.
        left: errors kept, over all predictions.
    """

    share: float
    sent: int
    found: float
    risk: float
    left: float


def reliability(
    confidence: np.ndarray, correct: np.ndarray, *, bins: int = 15
) -> list[ReliabilityBin]:
    """Mean confidence and accuracy in intervals of equal width.

    Args:
        confidence: [n] numbers from 0 to 1.
        correct: [n] bool.
        bins: number of intervals.

    Raises:
        ValueError: the two differ in length, or a confidence is outside 0 to 1.
    """
    confidence, correct = _checked(confidence, correct)
    edges = np.linspace(0.0, 1.0, bins + 1)
    members = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(members, minlength=bins)
    divisor = np.maximum(counts, 1)
    mean_confidence = np.bincount(members, weights=confidence, minlength=bins) / divisor
    accuracy = np.bincount(members, weights=correct, minlength=bins) / divisor
    return [
        ReliabilityBin(
            low=float(edges[i]),
            high=float(edges[i + 1]),
            count=int(counts[i]),
            confidence=float(mean_confidence[i]),
            accuracy=float(accuracy[i]),
        )
        for i in range(bins)
    ]


def expected_calibration_error(
    confidence: np.ndarray, correct: np.ndarray, *, bins: int = 15
) -> float:
    """Mean distance of confidence and accuracy, weighted by the number of predictions (ECE).

    Guo et al. 2017, arXiv 1706.04599, equation 5.

    Args:
        confidence: [n] numbers from 0 to 1.
        correct: [n] bool.
        bins: number of intervals of equal width.

    Returns:
        0 (confidence is accuracy) to 1; 0 for no predictions.

    Raises:
        ValueError: the two differ in length, or a confidence is outside 0 to 1.
    """
    rows = reliability(confidence, correct, bins=bins)
    total = sum(row.count for row in rows)
    if not total:
        return 0.0
    return sum(row.count * abs(row.accuracy - row.confidence) for row in rows) / total


def refer_least_sure(
    confidence: np.ndarray, correct: np.ndarray, shares: Sequence[float]
) -> list[Referred]:
    """Errors that are left when the least sure predictions are looked at: risk and coverage.

    Among equally sure ones any may be sent; the mean over all choices is given.

    Args:
        confidence: [n] numbers from 0 to 1.
        correct: [n] bool.
        shares: of the predictions, 0 to 1, rounded to whole predictions.

    Returns:
        One for each share.

    Raises:
        ValueError: the two differ in length, or a confidence or a share is outside 0 to 1.
    """
    confidence, correct = _checked(confidence, correct)
    if any(not 0 <= share <= 1 for share in shares):
        raise ValueError("a share must be from 0 to 1")
    total = len(correct)
    _, tied = np.unique(confidence, return_inverse=True)
    among_tied = np.bincount(tied, weights=~correct) / np.maximum(np.bincount(tied), 1)
    errors_found = np.concatenate(([0.0], np.cumsum(among_tied[np.sort(tied)])))
    errors = float(errors_found[-1])
    rows = []
    for share in shares:
        sent = round(share * total)
        found = float(errors_found[sent])
        rows.append(
            Referred(
                share=share,
                sent=sent,
                found=found / errors if errors else 0.0,
                risk=max(errors - found, 0.0) / max(total - sent, 1),
                left=max(errors - found, 0.0) / max(total, 1),
            )
        )
    return rows


def _checked(confidence: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays; see `reliability`."""
    confidence = np.asarray(confidence, np.float64)
    correct = np.asarray(correct, bool)
    if confidence.shape != correct.shape:
        raise ValueError(f"{confidence.size} confidences, {correct.size} decisions")
    if confidence.size and not (confidence.min() >= 0 and confidence.max() <= 1):
        raise ValueError("confidence must be from 0 to 1")
    return confidence, correct
