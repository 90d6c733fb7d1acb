"""COCO with text: detection truth of the alphanumeric text spotting models of OpenVINO.

    {"images": [{"id", "file_name", "width", "height"}],
     "categories": [{"id": 1, "name": "text"}],
     "annotations": [{"image_id", "bbox": [x, y, w, h], "segmentation": [[x1, y1, ...]],
                      "attributes": {"transcription", "legible": 0 | 1}, "iscrowd": 1 - legible}]}

`text` on the annotation stands for `attributes.transcription`. What is a crowd, not legible, marked
`ignore`, or has the text `###` does not count. Without a segmentation the box is the polygon.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from effocr.data.coco_entries import save_json
from effocr.data.detection import (
    DetectionPage,
    DetectionSet,
    Region,
    finish,
    name_beside,
    region_of,
)
from effocr.data.records import Skipped
from effocr.errors import DataFormatError
from effocr.geometry import box_polygon

__all__ = ["TEXT", "read_coco_text", "write_coco_text"]

TEXT: Final = "text"  # name of the only category
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


def read_coco_text(
    paths: Sequence[Path], roots: Sequence[Path] | None = None, *, need_images: bool = True
) -> DetectionSet:
    """Read one or several files as one set; what cannot be used is named.

    Args:
        paths: annotation files.
        roots: folder of the images of each file, as many as files; their own folders if not given.
        need_images: leave out pages whose image is missing or broken.

    Raises:
        DataFormatError: a file cannot be read or is not of this form, or the numbers of files and
            folders differ.
    """
    folders = [path.parent for path in paths] if roots is None else list(roots)
    if len(folders) != len(paths):
        raise DataFormatError(
            f"{len(paths)} annotation files and {len(folders)} folders of images; name one of each"
        )
    pages: list[DetectionPage] = []
    problems: list[Skipped] = []
    for path, folder in zip(paths, folders, strict=True):
        pages.extend(_pages(path, folder, problems))
    return finish(pages, problems, need_images=need_images)


def write_coco_text(pages: Iterable[DetectionPage], path: Path) -> None:
    """Write a file; image paths are relative to it where they can be, ids count from 0."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for page in pages:
        width, height = page.size or (0, 0)
        name = name_beside(page.image, path.parent)
        number = len(images)
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        for region in page.regions:
            annotations.append({"id": len(annotations), "image_id": number, **_entry(region)})
    content = {
        "type": "instances",
        "images": images,
        "categories": [{"supercategory": "none", "name": TEXT, "id": 1}],
        "annotations": annotations,
    }
    save_json(content, path, indent=1)


def _pages(path: Path, folder: Path, problems: list[Skipped]) -> list[DetectionPage]:
    """Pages of a file, in the order of its images.

    Raises:
        DataFormatError: it cannot be read or is not of this form.
    """
    try:
        content = json.loads(path.read_text("utf-8-sig"))
        images, annotations = list(content["images"]), list(content["annotations"])
        text_ids = {one["id"] for one in content["categories"] if one["name"] == TEXT}
        regions: dict[Any, list[Region]] = {image["id"]: [] for image in images}
    except OSError as error:
        raise DataFormatError(f"{path}: {error.strerror or error}") from error
    except (*_DAMAGED, RecursionError) as error:
        raise DataFormatError(
            f"{path}: COCO with images, categories and annotations was expected ({error!r})"
        ) from error
    for number, entry in enumerate(annotations, start=1):
        source = f"{path}, annotation {number}"
        try:
            if entry["category_id"] not in text_ids:
                raise DataFormatError(f"its category is not {TEXT!r}")
            if entry["image_id"] not in regions:
                raise DataFormatError(f"there is no image {entry['image_id']}")
            regions[entry["image_id"]].append(_region(entry, source, problems))
        except (DataFormatError, *_DAMAGED) as error:
            reason = error if isinstance(error, DataFormatError) else _why(error)
            problems.append(Skipped(source, f"left out: {reason}"))
    pages = []
    used: set[Any] = set()
    for number, image in enumerate(images, start=1):
        source = f"{path}, image {number}"
        if image["id"] in used:
            reason = f"left out: the id {image['id']} is there twice; give each image its own"
            problems.append(Skipped(source, reason))
            continue
        used.add(image["id"])
        try:
            name = folder / image["file_name"]
            size = (int(image["width"]), int(image["height"]))
        except _DAMAGED as error:
            problems.append(Skipped(source, f"left out: {_why(error)}"))
            continue
        source = f"{source} ({image['file_name']})"
        known = size if min(size) > 0 else None
        pages.append(DetectionPage(name, tuple(regions[image["id"]]), known, source))
    return pages


def _why(error: Exception) -> str:
    return f"no {error} there" if isinstance(error, KeyError) else f"damaged ({error})"


def _region(entry: Mapping[str, Any], source: str, problems: list[Skipped]) -> Region:
    attributes = entry.get("attributes") or {}
    text = entry.get("text", attributes.get("transcription"))
    if text is not None and not isinstance(text, str):
        raise DataFormatError(f"its text is {text!r}")
    ignore = bool(
        entry.get("iscrowd") or entry.get("ignore") or not attributes.get("legible", True)
    )
    outlines = entry.get("segmentation") or []
    if not outlines:
        x, y, width, height = (float(value) for value in entry["bbox"])
        corners = box_polygon((x, y, x + width, y + height))
        return region_of(corners, text, ignore=ignore, score=entry.get("score"), source=source)
    if not isinstance(outlines, list):
        raise DataFormatError("its segmentation is a mask; polygons are read here")
    if len(outlines) > 1:
        problems.append(
            Skipped(source, f"{len(outlines)} outlines; the one with most corners is taken")
        )
    longest = max(outlines, key=len)
    if len(longest) % 2:
        raise DataFormatError(f"{len(longest)} coordinates do not make corners")
    pairs = [longest[place : place + 2] for place in range(0, len(longest), 2)]
    return region_of(pairs, text, ignore=ignore, score=entry.get("score"), source=source)


def _entry(region: Region) -> dict[str, Any]:
    x0, y0 = (float(value) for value in region.polygon.min(axis=0))
    x1, y1 = (float(value) for value in region.polygon.max(axis=0))
    legible = int(not region.ignore)
    entry: dict[str, Any] = {
        "category_id": 1,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "segmentation": [[float(value) for value in region.polygon.ravel()]],
        "area": (x1 - x0) * (y1 - y0),
        "attributes": {"transcription": region.text or "", "legible": legible},
        "iscrowd": 1 - legible,
        "ignore": 1 - legible,
    }
    if region.score is not None:
        entry["score"] = round(region.score, 4)
    return entry
