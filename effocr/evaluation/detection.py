"""Regions of text that were found, scored against those that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from effocr.data.detection import DetectionPage, DetectionSet, Region
from effocr.data.records import Skipped
from effocr.errors import ImageError
from effocr.metrics.boxes import BoxCounts
from effocr.metrics.icdar import match_detections
from effocr.metrics.ocrs import OcrsScore, mean_score, ocrs_score
from effocr.metrics.panoptic import PanopticCounts, panoptic_counts
from effocr.metrics.polygons import Shapes, unions
from effocr.metrics.spotting import Lexicon, Task, spot_words

__all__ = [
    "DetectionScore",
    "Detects",
    "PagePair",
    "SpottingScore",
    "detect_pages",
    "pair_pages",
    "score_detection",
    "score_spotting",
]

Image = npt.NDArray[np.uint8]
Detects = Callable[[Image], Iterable[tuple[np.ndarray, float]]]
"""A detector: an image as it was loaded -> ([n, 2] polygon in its pixels, score 0 to 1) each."""

PagePair = tuple[DetectionPage, tuple[Region, ...]]
"""A page of truth and what was found in it."""


@dataclass(frozen=True, slots=True)
class DetectionScore:
    """How well the regions of a set of pages were found.

    Attributes:
        images: pages.
        icdar: counts by the protocol of ICDAR 2015.
        panoptic: counts by the rules of HierText.
        ocrs: means over pages of the figures of ocrs-models.
    """

    images: int
    icdar: BoxCounts
    panoptic: PanopticCounts
    ocrs: OcrsScore

    def as_json(self) -> dict[str, Any]:
        """Plain values; rates in percent. `regions` and `found` leave out what does not count."""
        panoptic = {key: _percent(value) for key, value in self.panoptic.rates().items()}
        return {
            "images": self.images,
            "regions": self.icdar.truth,
            "found": self.icdar.found,
            "precision": _percent(self.icdar.precision),
            "recall": _percent(self.icdar.recall),
            "hmean": _percent(self.icdar.f_score),
            "panoptic": panoptic,
            "panoptic_e2e": {
                key: _percent(value) for key, value in self.panoptic.rates(texts=True).items()
            },
            "ocrs": {
                "precision": _percent(self.ocrs.precision),
                "recall": _percent(self.ocrs.recall),
                "merged_frac": _percent(self.ocrs.merged),
                "split_frac": _percent(self.ocrs.split),
            },
        }


@dataclass(frozen=True, slots=True)
class SpottingScore:
    """How well the words of a set of pages were found and read.

    Attributes:
        images: pages.
        detection: counts without regard to texts.
        tasks: counts of each task.
    """

    images: int
    detection: BoxCounts
    tasks: dict[Task, BoxCounts]

    def as_json(self) -> dict[str, Any]:
        """Plain values; rates in percent."""
        rows: list[tuple[str, BoxCounts]] = [("detection", self.detection), *self.tasks.items()]
        values: dict[str, Any] = {"images": self.images}
        for name, counts in rows:
            values[name] = {
                "words": counts.truth,
                "found": counts.found,
                "precision": _percent(counts.precision),
                "recall": _percent(counts.recall),
                "hmean": _percent(counts.f_score),
            }
        return values


def detect_pages(
    pages: Sequence[DetectionPage], detect: Detects, *, load: Callable[[Path], Image]
) -> DetectionSet:
    """Have a detector look at every page; an image that cannot be loaded is named.

    Args:
        pages: whose images are there.
        detect: finds the regions of an image.
        load: opens an image as the detector wants it.
    """
    found: list[DetectionPage] = []
    problems: list[Skipped] = []
    for page in pages:
        try:
            image = load(page.image)
        except ImageError as error:
            problems.append(Skipped(str(page.image), str(error)))
            continue
        regions = tuple(
            Region(np.asarray(polygon, np.float32), score=score) for polygon, score in detect(image)
        )
        found.append(replace(page, regions=regions))
    return DetectionSet(tuple(found), tuple(problems))


def pair_pages(
    truth: Sequence[DetectionPage],
    found: Sequence[DetectionPage],
    *,
    least_score: float | None = None,
) -> tuple[list[PagePair], tuple[Skipped, ...]]:
    """Put what was found beside the truth, by the image's name without folder and suffix.

    Where images of the truth share a name, as many folders count as tell them apart.

    Args:
        truth: every page of it is scored; one that nothing is told of counts as nothing found.
        found: predictions; pages that the truth does not have, and second ones of an image, are
            named and left out.
        least_score: leave out regions with a lower score.

    Returns:
        Pairs in the order of the truth; what did not match.
    """
    depth = _telling_depth(truth)
    by_name: dict[tuple[str, ...], DetectionPage] = {}
    twice = [page for page in found if by_name.setdefault(_name(page, depth), page) is not page]
    pairs: list[PagePair] = []
    problems: list[Skipped] = []
    for page in truth:
        other = by_name.pop(_name(page, depth), None)
        if other is None:
            reason = "no prediction for it: counts as nothing found"
            problems.append(Skipped(str(page.image), reason))
        regions = () if other is None else other.regions
        pairs.append((page, tuple(one for one in regions if _sure(one, least_score))))
    for page in twice:
        reason = f"left out: {page.image.stem} has predictions already"
        problems.append(Skipped(page.source or str(page.image), reason))
    for page in by_name.values():
        reason = "left out: the truth has no such image"
        problems.append(Skipped(page.source or str(page.image), reason))
    return pairs, tuple(problems)


def score_detection(pairs: Sequence[PagePair]) -> DetectionScore:
    """Score found regions by all definitions, see `effocr.metrics`."""
    icdar, panoptic = BoxCounts(), PanopticCounts()
    ocrs = []
    for page, found in pairs:
        ignore = [region.ignore for region in page.regions]
        truth = [region.polygon for region in page.regions]
        polygons = [region.polygon for region in found]
        icdar += match_detections(truth, ignore, polygons).counts
        panoptic += panoptic_counts(
            _covered(page.regions),
            ignore,
            _covered(found),
            ([region.text for region in page.regions], [region.text for region in found]),
        )
        ocrs.append(ocrs_score(truth, polygons))
    return DetectionScore(len(pairs), icdar, panoptic, mean_score(ocrs))


def score_spotting(
    pairs: Sequence[PagePair],
    lexicon: Lexicon | None = None,
    tasks: Sequence[Task] = ("word_spotting", "e2e"),
) -> SpottingScore:
    """Score words that were found and read.

    Args:
        pairs: of pages; found regions without text count as read empty.
        lexicon: found texts are replaced by its nearest words; None: they stay.
        tasks: whose figures are wanted.
    """
    detection = BoxCounts()
    counts: dict[Task, BoxCounts] = {task: BoxCounts() for task in tasks}
    for page, found in pairs:
        truth = [(region.polygon, region.text, region.ignore) for region in page.regions]
        read = [(region.polygon, region.text or "") for region in found]
        if lexicon is not None:
            read = [(one, lexicon.nearest(text, page.image.stem)) for one, text in read]
        for task in tasks:
            counts[task] += spot_words(truth, read, task)
        detection += match_detections(
            [polygon for polygon, _, _ in truth],
            [ignore for _, _, ignore in truth],
            [polygon for polygon, _ in read],
        ).counts
    return SpottingScore(len(pairs), detection, counts)


def _covered(regions: Sequence[Region]) -> Shapes:
    """What the regions cover: the union of the parts, or the outline."""
    return unions([region.parts or (region.polygon,) for region in regions])


def _telling_depth(pages: Sequence[DetectionPage]) -> int:
    """Least number of parts, from the end of their paths, that tell images apart."""
    longest = max((len(page.image.parts) for page in pages), default=1)
    most = len({_name(page, longest) for page in pages})
    depths = range(1, longest + 1)
    return next(depth for depth in depths if len({_name(one, depth) for one in pages}) == most)


def _name(page: DetectionPage, depth: int) -> tuple[str, ...]:
    return (*page.image.parts[-depth:-1], page.image.stem)


def _sure(region: Region, least_score: float | None) -> bool:
    return least_score is None or region.score is None or region.score >= least_score


def _percent(rate: float) -> float:
    return round(100 * rate, 3)
