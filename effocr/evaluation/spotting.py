"""Run a text spotter over pages whose words are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from effocr.data.detection import DetectionPage, DetectionSet, Region
from effocr.data.records import Skipped
from effocr.pipeline.chunk import ReadFailure
from effocr.pipeline.spotter import Spotter

__all__ = ["spot_pages"]


def spot_pages(pages: Sequence[DetectionPage], spotter: Spotter) -> DetectionSet:
    """Find and read the words of every page; an image that cannot be loaded is named.

    Args:
        pages: whose images are there.
        spotter: finds and reads.

    Returns:
        The pages with the words that were found; the score of a region is the confidence of its
        text.
    """
    found: list[DetectionPage] = []
    problems: list[Skipped] = []
    results = spotter.spot_many(page.image for page in pages)
    for page, result in zip(pages, results, strict=True):
        if isinstance(result, ReadFailure):
            problems.append(Skipped(result.path, result.reason))
            continue
        regions = tuple(Region(word.polygon, word.text, score=word.confidence) for word in result)
        found.append(replace(page, regions=regions))
    return DetectionSet(tuple(found), tuple(problems))
