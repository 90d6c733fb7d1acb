"""The forms of detection truth: tell them apart, read, write and check them.

`labels` is a file of OpenOCR labels or a folder with one called labels.txt, `icdar` a folder of
gt_NAME.txt, `hiertext` a .jsonl.gz or its folder, `coco-text` a JSON file of COCO with text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from effocr.data.coco_text import TEXT, read_coco_text, write_coco_text
from effocr.data.detection import DetectionPage, DetectionSet, beyond_edges
from effocr.data.form_names import DetectionForm, Level
from effocr.data.hiertext import is_hiertext
from effocr.data.hiertext_regions import read_hiertext_regions, write_hiertext
from effocr.data.icdar import (
    CORNERS,
    LABELS,
    read_icdar,
    read_labels,
    write_icdar,
    write_labels,
)
from effocr.data.records import Skipped, check_image
from effocr.errors import DataFormatError, UsageError

__all__ = [
    "FORMS",
    "DetectionReading",
    "check_detection",
    "detection_target",
    "read_detection",
    "recognise_detection",
    "write_detection",
]

FORMS: Final[tuple[str, ...]] = get_args(DetectionForm)
_ENDS: Final[dict[DetectionForm, tuple[str, ...]]] = {  # of names of files, the usual one first
    "hiertext": (".jsonl.gz", ".jsonl", ".json.gz", ".json"),
    "coco-text": (".json",),
}


@dataclass(frozen=True, slots=True)
class DetectionReading:
    """How truth or predictions are read.

    Attributes:
        level: what a region of HierText is.
        images: folder of the images, where it is not the usual one of the form.
        need_images: leave out pages whose image is missing or broken.
        max_images: of HierText, the first so many; None: all.
        corners: of a polygon of raw ICDAR; None: as many as there are numbers.
    """

    level: Level = "word"
    images: Path | None = None
    need_images: bool = True
    max_images: int | None = None
    corners: int | None = CORNERS


def recognise_detection(path: Path) -> DetectionForm | None:
    """The form of detection truth by name and content; None: it is nothing of the kind."""
    name = path.name.lower()
    if path.is_dir():
        return _recognise_folder(path)
    if not path.is_file():
        return None
    if _is_raw(name):
        return "icdar"
    if name.endswith((".jsonl.gz", ".json.gz")):
        return "hiertext"
    if name.endswith(".txt"):
        return "labels" if _has_tab(path) else None
    return _recognise_json(path) if name.endswith((".json", ".jsonl")) else None


def read_detection(
    path: Path, form: DetectionForm | None = None, how: DetectionReading | None = None
) -> DetectionSet:
    """Read truth or predictions of any form; what cannot be used is named and left out.

    Args:
        path: file or folder.
        form: told by name and content if not given.
        how: if not given, words, and every image is needed.

    Raises:
        DataFormatError: nothing can be read, or the form is not known.
    """
    how = how or DetectionReading()
    match form or recognise_detection(path):
        case "labels":
            return read_labels(path, images=how.images, need_images=how.need_images)
        case "icdar":
            return read_icdar(
                path, images=how.images, need_images=how.need_images, corners=how.corners
            )
        case "hiertext":
            return read_hiertext_regions(
                path,
                level=how.level,
                images=how.images,
                need_images=how.need_images,
                max_images=how.max_images,
            )
        case "coco-text":
            roots = None if how.images is None else [how.images]
            return read_coco_text([path], roots, need_images=how.need_images)
        case None:
            what = "nothing of the kind" if path.exists() else "no such file or folder"
            raise DataFormatError(
                f"{path}: {what}; expected labels (image, tab, JSON), gt_NAME.txt files, "
                ".jsonl.gz of HierText or COCO with text"
            )


def detection_target(path: Path, form: DetectionForm) -> Path:
    """What `write_detection` is to write for an OUT of the command line, so that it is known again.

    Labels go into a file called *.txt, else into labels.txt in a folder.

    Raises:
        UsageError: the form is a file, and is not told by such a name.
    """
    name = path.name.lower()
    if form == "labels" and not name.endswith(".txt"):
        return path / LABELS
    ends = _ENDS.get(form, ("",))
    if not name.endswith(ends):
        raise UsageError(f"{path}: {form} is a file; call it {path.name}{ends[0]}")
    return path


def write_detection(
    pages: Sequence[DetectionPage], path: Path, form: DetectionForm
) -> tuple[Skipped, ...]:
    """Write pages in a form; what it cannot hold comes back.

    Args:
        pages: to be written; images stay where they are.
        path: a file; of `icdar` a folder.
        form: of the file.
    """
    match form:
        case "labels":
            return write_labels(pages, path)
        case "icdar":
            return write_icdar(pages, path)
        case "hiertext":
            return write_hiertext(pages, path)
        case "coco-text":
            write_coco_text(pages, path)
    return ()


def check_detection(
    path: Path, form: DetectionForm | None = None, how: DetectionReading | None = None
) -> tuple[dict[str, int], tuple[Skipped, ...]]:
    """Count what is there and collect all that is wrong; every image is opened.

    Returns:
        Counts by name; problems, those of reading first.

    Raises:
        DataFormatError: nothing can be read.
    """
    found = read_detection(path, form, how)
    problems = [*found.problems, *beyond_edges(found.pages)]
    for page in found.pages:
        try:
            check_image(page.image)
        except DataFormatError as error:
            problems.append(Skipped(page.source, str(error)))
    regions = [region for page in found.pages for region in page.regions]
    text = Counter(character for region in regions for character in region.text or "")
    counts = {
        "images": len(found.pages),
        "regions": len(regions),
        "don't care": sum(region.ignore for region in regions),
        "characters": text.total(),
        "distinct": len({character for character in text if character.strip()}),
    }
    return counts, tuple(problems)


def _recognise_folder(path: Path) -> DetectionForm | None:
    if is_hiertext(path):
        return "hiertext"
    if (path / LABELS).is_file() and _has_tab(path / LABELS):
        return "labels"
    return "icdar" if any(_is_raw(file.name.lower()) for file in path.iterdir()) else None


def _is_raw(name: str) -> bool:
    """Whether a file is one of ICDAR's; NAME.gt.txt is the text of a line."""
    starts = name.startswith(("gt_", "res_"))
    return starts and name.endswith(".txt") and not name.endswith(".gt.txt")


def _has_tab(path: Path) -> bool:
    """Whether the first line that is not empty is an image and a list."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                return b"\t[" in line.replace(b"\t ", b"\t")
    return False


def _recognise_json(path: Path) -> DetectionForm | None:
    """By its keys; character-level COCO and our own jsonl are not detection truth."""
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError, OSError):
        return None
    if not isinstance(content, dict):
        return None
    annotations, categories = content.get("annotations"), content.get("categories") or []
    if not isinstance(annotations, list) or not isinstance(categories, list):
        return None
    if any(isinstance(one, dict) and "paragraphs" in one for one in annotations[:1]):
        return "hiertext"
    names = [one.get("name") for one in categories if isinstance(one, dict)]
    return "coco-text" if names == [TEXT] else None
