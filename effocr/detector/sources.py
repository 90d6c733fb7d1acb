"""Data sets of pages: images with the regions of their text, of several forms."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from effocr.data.hiertext import HierImage, Split, is_hiertext, read_hiertext
from effocr.data.records import Skipped
from effocr.detector.config import Level
from effocr.errors import DataFormatError, UsageError

__all__ = ["LABELS", "PageTruth", "read_pages"]

Polygon = npt.NDArray[np.float32]

LABELS: Final = "labels.txt"  # in a folder of pages
IGNORED_TEXTS: Final = ("###", "*")
LEAST_POINTS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class PageTruth:
    """An image file and the regions on it; the pixels are not loaded.

    Attributes:
        path: of the image.
        polygons: each [n, 2] float32, pixels.
        ignored: of each: neither finding it nor missing it counts.
    """

    path: Path
    polygons: tuple[Polygon, ...]
    ignored: tuple[bool, ...]


def read_pages(
    path: Path, *, level: Level, max_images: int | None = None, split: Split = "train"
) -> tuple[list[PageTruth], list[Skipped]]:
    """Read a data set.

    Args:
        path: a file of labels (`image TAB json`), a folder with a labels.txt, or one of HierText.
        level: lines or words, where the data set has both.
        max_images: the first so many; None: all.
        split: of HierText.

    Raises:
        UsageError: there is no such path.
        DataFormatError: it is no such data set.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if path.is_dir() and is_hiertext(path):
        return _hiertext(path, level, max_images, split)
    file = path / LABELS if path.is_dir() else path
    if not file.is_file():
        raise DataFormatError(f"{path}: expected {LABELS} in it, or a folder of HierText")
    return _labels(file, max_images)


def _labels(file: Path, max_images: int | None) -> tuple[list[PageTruth], list[Skipped]]:
    """A file of lines `image TAB json`, the form of ICDAR2015 in OpenOCR."""
    pages: list[PageTruth] = []
    skipped: list[Skipped] = []
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataFormatError(f"{file}: not a readable file of labels ({error})") from error
    for number, line in enumerate(lines, 1):
        if max_images is not None and len(pages) == max_images:
            break
        if not line.strip():
            continue
        source = f"{file}:{number}"
        name, tab, text = line.partition("\t")
        try:
            entries = json.loads(text)
        except ValueError:
            entries = None
        if not tab or not isinstance(entries, list):
            skipped.append(Skipped(source, "left out: expected `image TAB [{points, ...}, ...]`"))
            continue
        regions = list(_regions(entries, source, skipped))
        pages.append(
            PageTruth(
                file.parent / name,
                tuple(polygon for polygon, _ in regions),
                tuple(ignored for _, ignored in regions),
            )
        )
    if not pages:
        raise DataFormatError(f"{file}: no page in it; a line is `image TAB [{{points}}, ...]`")
    return pages, skipped


def _regions(
    entries: list[Any], source: str, skipped: list[Skipped]
) -> Iterator[tuple[Polygon, bool]]:
    """Polygons of a page, and which are ignored; what is no polygon is named."""
    for place, entry in enumerate(entries):
        try:
            polygon = np.array(entry["points"], np.float32)
            text = str(entry.get("transcription", ""))
        except (TypeError, KeyError, ValueError, AttributeError):
            polygon, text = np.zeros(0, np.float32), ""
        if (
            polygon.ndim != 2
            or polygon.shape[1:] != (2,)
            or len(polygon) < LEAST_POINTS
            or not np.isfinite(polygon).all()
        ):
            skipped.append(
                Skipped(source, f"region {place} left out: `points` must be 3 or more [x, y]")
            )
            continue
        yield polygon, text in IGNORED_TEXTS


def _hiertext(
    folder: Path, level: Level, max_images: int | None, split: Split
) -> tuple[list[PageTruth], list[Skipped]]:
    found = read_hiertext(folder, split, max_images=max_images)
    return [_hiertext_page(image, level) for image in found.images], list(found.problems)


def _hiertext_page(image: HierImage, level: Level) -> PageTruth:
    """What can't be read is ignored, and so are paragraphs of it whose lines nobody marked."""
    regions: list[tuple[Polygon, bool]] = []
    for paragraph in image.paragraphs:
        if not paragraph.legible:
            regions.append((paragraph.polygon, True))
        for line in paragraph.lines:
            if level == "line":
                regions.append((line.polygon, not line.legible))
            else:
                regions += [(word.polygon, not word.legible) for word in line.words]
    regions = [(polygon, ignored) for polygon, ignored in regions if len(polygon) >= LEAST_POINTS]
    return PageTruth(
        image.path,
        tuple(polygon for polygon, _ in regions),
        tuple(ignored for _, ignored in regions),
    )
