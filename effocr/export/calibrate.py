"""Confidence that means what it says: logistic weights fitted on lines kept aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.bundle import Calibration, CropShape, LineShape
from effocr.errors import TrainingError
from effocr.frame import true_frame
from effocr.geometry import iou_matrix
from effocr.localizer.arrays import decode
from effocr.pipeline.engines import Encoder, Localizer, Searcher
from effocr.recognizer.arrays import cut_crops
from effocr.synth.frames import PreparedLine, frame_line

Doubles = npt.NDArray[np.float64]

FEATURES: Final = ("similarity", "margin", "location")
RIDGE: Final = 1e-2  # keeps weights finite where right and wrong can be separated without fault
ITERATIONS: Final = 50
LEAST_SAMPLES: Final = 20
LEAST_IOU: Final = 0.5
WIDTH_STEP: Final = 8  # of frames, pixels
PAPER: Final = 255
PRINT_DISTANCE: Final = 2.5  # distance of print from the index, over that of drawn lines


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of glyphs that were read, and whether they were right.

    Attributes:
        features: [n, 3] float64: best similarity, best minus second best, score of the localizer.
        correct: [n] bool.
    """

    features: Doubles
    correct: npt.NDArray[np.bool_]


def collect_evidence(
    lines: Sequence[PreparedLine],
    *,
    localizer: Localizer,
    encoder: Encoder,
    index: Searcher,
    line: LineShape,
    crop: CropShape,
    peak_threshold: float,
) -> Evidence:
    """Read lines whose truth is known. A box without a true glyph under it is wrong."""
    features, correct = [], []
    for each in lines:
        pixels, truth = _framed(each, line)
        maps = localizer.maps(pixels[None])[0]
        located = decode(maps, width=pixels.shape[1], peak_threshold=peak_threshold)
        if not len(located.boxes):
            continue
        found = index.search(encoder.embed(cut_crops(pixels, located.boxes, crop)), 2)
        similarities = np.asarray(found.similarities, np.float64)
        second = similarities[:, 1] if similarities.shape[1] > 1 else np.zeros(len(similarities))
        best = similarities[:, 0]
        features.append(np.stack((best, best - second, located.scores), axis=1))
        overlap = iou_matrix(located.boxes, truth)
        nearest = overlap.argmax(axis=1)
        correct += [
            bool(overlap[i, j] >= LEAST_IOU and each.truth.glyphs[j] == found.labels[i][0])
            for i, j in enumerate(nearest)
        ]
    rows = np.concatenate(features) if features else np.zeros((0, len(FEATURES)))
    return Evidence(rows, np.array(correct, bool))


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


def unknown_threshold(evidence: Evidence, *, lost: float = 0.001) -> float:
    """Similarity below which a glyph is called unknown.

    Lines kept aside are drawn from fonts; print lies further from the index than they do. So the
    distance at which the given share of right answers is lost is stretched by PRINT_DISTANCE:
    calling a right answer unknown is an error, calling a wrong one unknown saves none.

    Args:
        evidence: of lines kept aside.
        lost: share of right answers that may be given up.
    """
    similarities = evidence.features[evidence.correct, 0]
    if not similarities.size:
        return 0.0
    distance = 1.0 - float(np.quantile(similarities, lost))
    return max(0.0, 1.0 - PRINT_DISTANCE * distance)


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


def _framed(each: PreparedLine, shape: LineShape) -> tuple[npt.NDArray[np.uint8], Doubles]:
    """A line in its true frame, padded to a width that the localizer takes, and its true boxes."""
    boxes = each.truth.boxes
    extent = (float(boxes[:, 0].min()), float(boxes[:, 2].max()))
    frame, width = true_frame(each.truth.baseline, each.truth.x_height, extent, shape)
    framed = frame_line(each, frame, width, shape)
    pixels = np.pad(framed.pixels, ((0, 0), (0, -width % WIDTH_STEP)), constant_values=PAPER)
    return pixels, framed.boxes.astype(np.float64)
