"""What every reader of detection truth returns: pages with regions of text as polygons.

Readers leave out what cannot be used, name it with file and place, and go on. A region is left out
if it has fewer than three corners, a corner that is no number, crosses itself, has no area, or lies
wholly beyond the image; one that only reaches beyond the edge is kept, and `beyond_edges` tells.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from shapely.geometry import Polygon as Shape

from effocr.charset import normalise
from effocr.data.records import Skipped, image_size
from effocr.errors import DataFormatError

__all__ = [
    "DONT_CARE",
    "DetectionPage",
    "DetectionSet",
    "Polygon",
    "Region",
    "beyond_edges",
    "finish",
    "name_beside",
    "region_of",
    "repeated",
    "why_broken",
    "with_image",
    "without_broken",
]

Polygon = npt.NDArray[np.float32]

DONT_CARE: Final = "###"
"""Transcription of a region that counts neither for nor against anything."""
LEAST_CORNERS: Final = 3
_HALF: Final = re.compile("[\ud800-\udfff]")  # JSON can say such, no file can hold it
EDGE_PX: Final = 2.0  # annotators miss the edge by this much; more is worth telling


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A word, line or paragraph.

    Attributes:
        polygon: [n, 2] float32, n >= 3, pixels of the image, in the order of the file.
        text: NFC; empty where it is not legible, None where it is not known.
        ignore: counts neither for nor against anything.
        score: confidence of a prediction, 0 to 1, or None.
        parts: polygons of the words that a line or paragraph consists of; empty: not known.
        source: the file, and the place in it, for messages.
    """

    polygon: Polygon
    text: str | None = None
    ignore: bool = False
    score: float | None = None
    parts: tuple[Polygon, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class DetectionPage:
    """An image and the regions of text in it; the pixels are not loaded.

    Attributes:
        image: the image file.
        regions: in the order of the file.
        size: width and height in pixels, or None where neither file nor image tells.
        source: the file, and the place in it, that the regions come from.
    """

    image: Path
    regions: tuple[Region, ...]
    size: tuple[int, int] | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class DetectionSet:
    """Pages of a data set, in its order, and what reading it came across."""

    pages: tuple[DetectionPage, ...]
    problems: tuple[Skipped, ...] = ()


def region_of(
    corners: Any,
    text: str | None,
    *,
    ignore: bool = False,
    score: Any = None,
    source: str = "",
    dont_care: Collection[str] = (DONT_CARE,),
) -> Region:
    """A region as a file gives it, the text in NFC and don't-care texts marked.

    Args:
        corners: [[x, y], ...] of numbers.
        text: the transcription, or None where the file has none.
        ignore: the file says that it is not to be counted.
        score: confidence of a prediction, or None.
        source: file and place, for messages about the region later on.
        dont_care: transcriptions by which the form says that a region is not to be counted.

    Raises:
        DataFormatError: the corners are no pairs of finite numbers, or too few, the score is no
            number, or the text no Unicode; the message names no file.
    """
    if score is not None and not _is_finite(score):
        raise DataFormatError(f"its score is {score!r}, not a number")
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused below
            polygon = np.asarray(corners, np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataFormatError("its corners are not pairs of numbers") from error
    if polygon.ndim != 2 or polygon.shape[1] != 2:
        raise DataFormatError("its corners are not pairs of numbers")
    if len(polygon) < LEAST_CORNERS:
        raise DataFormatError(f"{len(polygon)} corners, at least {LEAST_CORNERS} make a polygon")
    if not np.isfinite(polygon).all():
        raise DataFormatError("a corner is not a finite number")
    if text is not None and _HALF.search(text):
        raise DataFormatError(f"its text {text!r} holds half a character")
    ignore = ignore or text in dont_care
    written = None if text is None else "" if text in dont_care else normalise(text)
    return Region(polygon, written, ignore, score, source=source)


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -inf < value < inf


def name_beside(image: Path, folder: Path) -> str:
    """An image as a file in a folder names it: relative where it lies below, else in full."""
    image, folder = image.resolve(), folder.resolve()
    return str(image.relative_to(folder)) if image.is_relative_to(folder) else str(image)


def why_broken(polygon: Polygon, size: tuple[int, int] | None) -> str | None:
    """Why a polygon cannot be used; None: it can.

    Args:
        polygon: [n, 2] float32, n >= 3.
        size: width and height of the image, or None if it is not known.
    """
    shape = Shape(polygon)
    if shape.convex_hull.area == 0:  # crossing outlines may add up to no area, too
        return "it has no area"
    if not shape.is_valid:
        return "its outline crosses itself; mind the order of the corners"
    if size is not None:
        x0, y0, x1, y1 = shape.bounds
        if x1 <= 0 or y1 <= 0 or x0 >= size[0] or y0 >= size[1]:
            return f"it lies beyond the image of {size[0]} x {size[1]} pixels"
    return None


def with_image(
    page: DetectionPage, *, need_image: bool
) -> tuple[DetectionPage | None, Skipped | None]:
    """Look for the image of a page and take over its size.

    Args:
        page: as the file gives it.
        need_image: leave the page out where the image is missing or broken; else its size stays
            unknown, which is enough for scoring predictions that stand in a file.

    Returns:
        The page, None if it is left out; what is wrong.
    """
    try:
        return replace(page, size=image_size(page.image)), None
    except DataFormatError as error:
        reason = str(error).removeprefix(f"{page.image}: ")
        if not need_image:
            return page, None
        return None, Skipped(page.source or str(page.image), f"left out: {page.image}: {reason}")


def without_broken(page: DetectionPage) -> tuple[DetectionPage, tuple[Skipped, ...]]:
    """The page without regions that cannot be used, and which those are."""
    kept, problems = [], []
    for region in page.regions:
        reason = why_broken(region.polygon, page.size)
        if reason is None:
            kept.append(region)
        else:
            problems.append(Skipped(region.source or page.source, f"left out: {reason}"))
    return (replace(page, regions=tuple(kept)) if problems else page), tuple(problems)


def beyond_edges(pages: Iterable[DetectionPage]) -> list[Skipped]:
    """Regions that reach beyond their image by more than two pixels; they are kept by readers."""
    found = []
    for page in pages:
        if page.size is None:
            continue
        for region in page.regions:
            low, high = region.polygon.min(axis=0), region.polygon.max(axis=0)
            past = max(float((-low).max()), float((high - page.size).max()))
            if past > EDGE_PX:
                source = region.source or page.source or str(page.image)
                found.append(Skipped(source, f"it reaches {past:.0f} pixels beyond the image"))
    return found


def repeated(page: DetectionPage) -> Skipped:
    """What to say of a page whose image had one before."""
    return Skipped(page.source, f"left out: {page.image} was there before")


def finish(
    pages: Sequence[DetectionPage], problems: Sequence[Skipped], *, need_images: bool = True
) -> DetectionSet:
    """What a reader gives back: images looked for, broken regions and repeated images left out.

    Args:
        pages: as the file gives them.
        problems: that reading came across before.
        need_images: see `with_image`.
    """
    kept: list[DetectionPage] = []
    told = list(problems)
    seen: set[Path] = set()
    for page in pages:
        if page.image in seen:
            told.append(repeated(page))
            continue
        seen.add(page.image)
        found, problem = with_image(page, need_image=need_images)
        told.extend([problem] if problem is not None else [])
        if found is not None:
            whole, broken = without_broken(found)
            kept.append(whole)
            told.extend(broken)
    return DetectionSet(tuple(kept), tuple(told))
