"""Glyphs as reading finds them, with their truth: for index, confidence and encoder."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.bundle import LineShape, WindowShape
from effocr.data.labelled import LabelledLine
from effocr.frame import warp
from effocr.geometry import iou_matrix
from effocr.localizer.arrays import GAP_THRESHOLD, decode, spaces_before
from effocr.metrics.boxes import BoxCounts, count_matches
from effocr.pipeline.cutters import WindowCutter
from effocr.pipeline.engines import Cutter, Encoder, Localizer, LocatedLine
from effocr.pipeline.locate import locate_lines
from effocr.pipeline.tiles import locate_maps
from effocr.recognizer.background import BACKGROUND_LINES, Background
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.memory import Memory
from effocr.recognizer.sources import LabelledFrame, WindowSource
from effocr.synth.frames import PreparedLine

__all__ = [
    "Sample",
    "choose_gap_threshold",
    "choose_threshold",
    "collect_sample",
    "fit_handicaps",
    "locate_frames",
    "locate_windows",
    "true_labels",
]

LEAST_IOU: Final = 0.5
THRESHOLDS: Final = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)  # of a glyph's score
GAP_THRESHOLDS: Final = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)  # of a word gap
CHUNK: Final = 32  # lines located together
HANDICAPS: Final = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04)  # cosine for each power of ten
LEAST_GAIN: Final = 1e-4  # of the glyphs read right, for a greater handicap


@dataclass(frozen=True, slots=True)
class Sample:
    """Glyphs that were found on lines.

    Attributes:
        embeddings: [n, d] float32.
        scores: [n] float32, the localizer's.
        labels: n true characters; None where the box is on no glyph.
        ends: where each line ends among them.
    """

    embeddings: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    labels: tuple[str | None, ...]
    ends: tuple[int, ...] = ()

    def as_memory(self, most: int) -> Memory:
        """What a model folder keeps of it: the first lines, of at most so many glyphs."""
        ends = [end for end in self.ends if end <= most]
        count = ends[-1] if ends else 0
        labels = tuple(label or "" for label in self.labels[:count])
        return Memory(self.embeddings[:count], labels, np.array(ends, np.int64))


def true_labels(line: LocatedLine, truth: LabelledLine) -> list[str | None]:
    """The character under each box found; None on bare paper or where another box fits better."""
    return [None if j < 0 else truth.glyphs[j] for j in _true_places(line, truth).tolist()]


def _true_places(line: LocatedLine, truth: LabelledLine) -> npt.NDArray[np.intp]:
    """[n]: which true glyph each box found is on, see `true_labels`; -1: on none."""
    found = line.frame.boxes(line.located.boxes)
    if not len(found):
        return np.zeros(0, np.intp)
    overlap = iou_matrix(found, truth.boxes.astype(np.float64))
    nearest, best_found = overlap.argmax(axis=1), overlap.argmax(axis=0)
    places = np.arange(len(found))
    matched = (overlap[places, nearest] >= LEAST_IOU) & (best_found[nearest] == places)
    return np.where(matched, nearest, -1)


def locate(
    lines: Sequence[PreparedLine],
    localizer: Localizer,
    shape: LineShape,
    *,
    peak_threshold: float,
    exact: bool = True,
    threads: int = 1,
) -> Iterator[tuple[PreparedLine, LocatedLine]]:
    """Locate lines exactly as reading does, in order."""

    def chunk(start: int) -> list[LocatedLine]:
        part = [line.prepared for line in lines[start : start + CHUNK]]
        return locate_lines(part, localizer, shape, peak_threshold=peak_threshold, exact=exact)

    with ThreadPoolExecutor(threads) as pool:
        starts = range(0, len(lines), CHUNK)
        for start, found in zip(starts, pool.map(chunk, starts), strict=True):
            yield from zip(lines[start : start + CHUNK], found, strict=True)


def choose_threshold(
    lines: Sequence[PreparedLine], localizer: Localizer, shape: LineShape
) -> float:
    """The least score of a glyph with the best F-score of the boxes on lines kept aside.

    In the first frame of each line: the network looks at it once, whatever the threshold.
    """
    counts = dict.fromkeys(THRESHOLDS, BoxCounts())
    for start in range(0, len(lines), CHUNK):
        part = lines[start : start + CHUNK]
        frames = [
            warp(each.grey, each.frame, each.frame_width, shape.height)
            for each in (line.prepared for line in part)
        ]
        for line, frame, maps in zip(part, frames, locate_maps(frames, localizer), strict=True):
            for threshold in THRESHOLDS:
                found = decode(maps, width=frame.shape[1], peak_threshold=threshold)
                boxes = line.prepared.frame.boxes(found.boxes)
                counts[threshold] += count_matches(boxes, line.truth.boxes, LEAST_IOU)
    return max(THRESHOLDS, key=lambda threshold: counts[threshold].f_score)


def choose_gap_threshold(
    lines: Sequence[PreparedLine], localizer: Localizer, shape: LineShape, peak_threshold: float
) -> float:
    """The threshold of word gaps that gets the fewest of them wrong on lines kept aside.

    Gaps between neighbours that are both on a glyph count, located as reading does it.

    Args:
        lines: kept aside.
        localizer: the one that is shipped.
        shape: of the frame.
        peak_threshold: least score of a glyph.

    Returns:
        One of GAP_THRESHOLDS; GAP_THRESHOLD where there is nothing to compare.
    """
    wrong, compared = dict.fromkeys(GAP_THRESHOLDS, 0), 0
    found = locate(lines, localizer, shape, peak_threshold=peak_threshold, exact=False)
    for line, where in found:
        places = _true_places(where, line.truth)
        both = (places[1:] >= 0) & (places[:-1] >= 0)
        word = np.searchsorted([first for first, _ in line.truth.words], places, side="right")
        expected = word[1:] != word[:-1]
        compared += int(both.sum())
        for threshold in GAP_THRESHOLDS:
            spaces = spaces_before(where.located, threshold)[1:]
            wrong[threshold] += int((spaces != expected)[both].sum())
    return _middle_of_best(wrong) if compared else GAP_THRESHOLD


def _middle_of_best(wrong: Mapping[float, int]) -> float:
    """The middle one of the thresholds with the fewest errors: the farthest from harm.

    Numbers are equal that differ by chance only, by no more than the root of the fewest: with 400
    lines the very fewest lie anywhere on a flat stretch, at its ends too.
    """
    fewest = min(wrong.values())
    best = [threshold for threshold, errors in wrong.items() if errors <= fewest + fewest**0.5]
    return best[len(best) // 2]


def locate_frames(
    lines: Sequence[PreparedLine],
    localizer: Localizer,
    shape: LineShape,
    *,
    peak_threshold: float,
    threads: int = 1,
) -> Iterator[LabelledFrame]:
    """The glyphs that reading finds on the lines, in the frames that it settles on.

    The encoder learns from these, so that it knows the errors of the localizer.
    """
    for line, where in locate(
        lines, localizer, shape, peak_threshold=peak_threshold, threads=threads
    ):
        labels = true_labels(where, line.truth)
        known = np.array([label is not None for label in labels], bool)
        glyphs = tuple(label for label in labels if label is not None)
        if glyphs:
            yield LabelledFrame(where.pixels, where.located.boxes[known], glyphs)


def ordinary_lines(
    lines: Sequence[PreparedLine], localizer: Localizer, shape: LineShape, peak_threshold: float
) -> Background:
    """The first lines, as the localizer sees them when they are read."""
    prepared = [line.prepared for line in lines[:BACKGROUND_LINES]]
    found = locate_lines(prepared, localizer, shape, peak_threshold=peak_threshold, exact=False)
    return Background(tuple(line.pixels for line in found))


def locate_windows(
    lines: Sequence[PreparedLine],
    localizer: Localizer,
    shape: LineShape,
    window: WindowShape,
    *,
    peak_threshold: float,
    threads: int = 1,
) -> WindowSource:
    """The glyphs that reading finds on the lines, as windows of the localizer's features.

    Raises:
        TrainingError: none were found.
    """
    cutter, windows, glyphs = WindowCutter(window), [], list[str]()
    for line, where in locate(
        lines, localizer, shape, peak_threshold=peak_threshold, exact=False, threads=threads
    ):
        labels = true_labels(where, line.truth)
        known = np.array([label is not None for label in labels], bool)
        if known.any():
            windows.append(cutter.cut(where)[known].astype(np.float16))
            glyphs += [label for label in labels if label is not None]
    return WindowSource(windows, glyphs)


def collect_sample(
    lines: Sequence[PreparedLine],
    *,
    localizer: Localizer,
    encoder: Encoder,
    line: LineShape,
    cutter: Cutter,
    peak_threshold: float,
) -> Sample:
    """Read lines whose truth is known, up to the embeddings."""
    embeddings, scores = [], []
    labels: list[str | None] = []
    ends: list[int] = []
    exact = not isinstance(cutter, WindowCutter)
    for each, where in locate(lines, localizer, line, peak_threshold=peak_threshold, exact=exact):
        located = where.located
        if not len(located.boxes):
            continue
        embeddings.append(encoder.embed(cutter.cut(where)))
        scores.append(located.scores)
        labels += true_labels(where, each.truth)
        ends.append(len(labels))
    if not labels:
        return Sample(np.zeros((0, 0), np.float32), np.zeros(0, np.float32), ())
    return Sample(np.concatenate(embeddings), np.concatenate(scores), tuple(labels), tuple(ends))


def fit_handicaps(
    index: GlyphIndex, sample: Sample, frequencies: Mapping[str, int]
) -> dict[str, float]:
    """What rare characters must be more alike than frequent ones, chosen on lines kept aside.

    Bayes' rule for shapes that are the same in print (, and ‚): the prior is the logarithm of how
    often a character occurs, its weight the one of HANDICAPS that reads most glyphs right.

    Args:
        index: to look up in.
        sample: of lines kept aside.
        frequencies: how often each character occurs in the text.
    """
    most = max(frequencies.values(), default=1)
    tens = {
        glyph: float(np.log10(most / max(frequencies.get(glyph, 0), 1)))
        for glyph in index.characters
    }
    known = [place for place, label in enumerate(sample.labels) if label is not None]
    if not known:
        return {}
    truth = np.array([sample.labels[place] for place in known], dtype=object)
    given = Counter(truth.tolist())
    # Glyphs count as often as their characters occur in text, not as the sample happens to hold.
    weights = np.array([frequencies.get(label, 0) / given[label] for label in truth], np.float64)
    best: tuple[float, dict[str, float]] = (-1.0, {})
    for weight in HANDICAPS:
        handicaps = {glyph: round(weight * ten, 4) for glyph, ten in tens.items() if weight * ten}
        found = index.with_handicaps(handicaps).search(sample.embeddings[known], 1)
        answers = np.array([row[0] for row in found.labels], dtype=object)
        right = float(weights[answers == truth].sum())
        if right > best[0] * (1 + LEAST_GAIN):
            best = (right, handicaps)
    return best[1]
