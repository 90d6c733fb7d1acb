"""Words, lines or paragraphs of HierText as regions; `effocr.data.hiertext` describes the form.

As the official scorer sees them (eval.py of google-research-datasets/hiertext): a word is its
polygon, a line or a paragraph the union of the polygons of its words; one without words, and a
paragraph that is not legible, is its own outline. What is not legible does not count.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from effocr.atomic import write_whole
from effocr.data.detection import (
    DetectionPage,
    DetectionSet,
    Polygon,
    Region,
    finish,
    region_of,
    repeated,
    why_broken,
)
from effocr.data.form_names import Level
from effocr.data.hiertext import ground_truths, image_id, load_annotations
from effocr.data.records import Skipped, image_called
from effocr.errors import DataFormatError
from effocr.geometry import box_polygon

__all__ = ["hiertext_file", "read_hiertext_regions", "write_hiertext"]

_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


def hiertext_file(path: Path) -> Path:
    """The file of annotations: itself, or the one of a HierText folder.

    Raises:
        DataFormatError: a folder with several splits, or none.
    """
    if not path.is_dir():
        return path
    found = ground_truths(path)
    if not found:
        raise DataFormatError(f"{path}: no gt/*.jsonl.gz in it; name the file of annotations")
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise DataFormatError(f"{path}: {names} are in its gt; name one of these files")
    return found[0]


def read_hiertext_regions(
    path: Path,
    *,
    level: Level = "word",
    images: Path | None = None,
    need_images: bool = True,
    max_images: int | None = None,
) -> DetectionSet:
    """Read annotations or predictions, compressed or not; what cannot be used is named.

    Args:
        path: NAME.jsonl.gz, .jsonl or .json, or a HierText folder with one split.
        level: what a region is.
        images: folder of IMAGE_ID.jpg, .png, ...; if not given, FOLDER/NAME for
            FOLDER/gt/NAME.jsonl.gz, else that of the file.
        need_images: leave out pages whose image is missing or broken.
        max_images: the first so many that can be used; None: all.

    Raises:
        DataFormatError: the file is missing, damaged, or not of this form.
    """
    path = hiertext_file(path)
    folder = images or _images_of(path)
    pages: list[DetectionPage] = []
    problems: list[Skipped] = []
    seen: set[Path] = set()
    for number, entry in enumerate(load_annotations(path), start=1):
        if max_images is not None and len(pages) == max_images:
            break
        source = f"{path}, image {number}"
        try:
            page = _page(entry, folder, level, source, problems)
        except (DataFormatError, *_DAMAGED) as error:
            problems.append(Skipped(source, f"left out: not of HierText's form ({error!r})"))
            continue
        if page.image in seen:
            problems.append(repeated(page))
            continue
        seen.add(page.image)
        done = finish([page], [], need_images=need_images)
        problems.extend(done.problems)
        pages.extend(done.pages)
    return DetectionSet(tuple(pages), tuple(problems))


def write_hiertext(pages: Iterable[DetectionPage], path: Path) -> tuple[Skipped, ...]:
    """Write annotations, compressed if the name ends in .gz.

    A region becomes a paragraph of one line; that has a word for each of its parts, or is one word.
    Regions that do not count are not legible.

    Returns:
        What the form cannot hold: a second image of the same name without suffix.
    """
    entries: list[dict[str, Any]] = []
    problems: list[Skipped] = []
    written: set[str] = set()
    for page in pages:
        if page.image.stem in written:
            reason = f"left out: image_id {page.image.stem} is another image's"
            problems.append(Skipped(str(page.image), reason))
            continue
        written.add(page.image.stem)
        width, height = page.size or (0, 0)
        entries.append(
            {
                "image_id": page.image.stem,
                "image_width": width,
                "image_height": height,
                "paragraphs": [_paragraph(region) for region in page.regions],
            }
        )
    text = json.dumps({"annotations": entries}, ensure_ascii=False)
    content = text.encode("utf-8", "backslashreplace")  # names that are no Unicode, as JSON has it
    # the time stamp left out: the same pages give the same bytes
    write_whole(path, gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return tuple(problems)


def _images_of(path: Path) -> Path:
    if path.parent.name == "gt":
        return path.parent.parent / path.name.split(".", 1)[0]
    return path.parent


def _page(
    entry: Mapping[str, Any], folder: Path, level: Level, source: str, problems: list[Skipped]
) -> DetectionPage:
    name = image_id(entry)
    size = None
    if "image_width" in entry and "image_height" in entry:  # predictions have none
        width, height = int(entry["image_width"]), int(entry["image_height"])
        size = (width, height) if width > 0 and height > 0 else None
    regions = []
    for name_in, item in _items(entry, level):
        place = f"{source} ({name}), {name_in}"
        try:
            regions.append(replace(_region(item, level), source=place))
        except (DataFormatError, *_DAMAGED) as error:
            reason = error if isinstance(error, DataFormatError) else repr(error)
            problems.append(Skipped(place, f"left out: {reason}"))
    return DetectionPage(image_called(folder, name), tuple(regions), size, f"{source} ({name})")


def _items(entry: Mapping[str, Any], level: Level) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, annotation) of every region of the level."""
    for number, paragraph in enumerate(entry["paragraphs"], start=1):
        place = f"paragraph {number}"
        if level == "paragraph":
            yield place, paragraph
            continue
        for row, line in enumerate(paragraph["lines"], start=1):
            if level == "line":
                yield f"{place}, line {row}", line
                continue
            for column, word in enumerate(line["words"], start=1):
                yield f"{place}, line {row}, word {column}", word


def _region(item: Mapping[str, Any], level: Level) -> Region:
    ignore = not item.get("legible", True)
    words = _words(item, level)
    parts = tuple(part for word in words if (part := _whole(word["vertices"])) is not None)
    text = item.get("text") if level != "paragraph" else None
    if "vertices" in item:
        corners: Any = item["vertices"]
    elif parts:  # of predictions only words have an outline
        corners = _around(parts)
    else:
        raise DataFormatError("it has neither an outline nor words")
    return replace(region_of(corners, text, ignore=ignore, dont_care=()), parts=parts)


def _words(item: Mapping[str, Any], level: Level) -> list[Mapping[str, Any]]:
    """The words that a region consists of, by the rules of the official scorer."""
    if level == "line":
        return list(item["words"])
    if level == "paragraph" and item.get("legible", True):
        return [word for line in item["lines"] for word in line["words"]]
    return []


def _whole(corners: Any) -> Polygon | None:
    """The polygon of a word, None if it cannot be used; reading words names those."""
    try:
        polygon = region_of(corners, None).polygon
    except DataFormatError:
        return None
    return polygon if why_broken(polygon, None) is None else None


def _around(parts: tuple[Polygon, ...]) -> tuple[tuple[float, float], ...]:
    """The upright box around polygons."""
    corners = np.concatenate(parts)
    (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return box_polygon((x0, y0, x1, y1))


def _paragraph(region: Region) -> dict[str, Any]:
    kind = {"legible": not region.ignore, "handwritten": False, "vertical": False}
    text = region.text or ""
    vertices = region.polygon.tolist()
    parts = [part.tolist() for part in region.parts] or [vertices]
    texts = [text] if len(parts) == 1 else [""] * len(parts)
    words = [
        {"vertices": part, "text": word, **kind} for part, word in zip(parts, texts, strict=True)
    ]
    line = {"vertices": vertices, "text": text, **kind, "words": words}
    return {"vertices": vertices, "legible": not region.ignore, "lines": [line]}
