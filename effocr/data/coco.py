"""Character-level COCO: line images with a box for every printed glyph.

Both forms of `effocr.data.coco_entries` are read. A label on the annotation itself (`text`) goes
before what image or category say. Written is the first form, `text` on every annotation. COCO's x y
width height is known here and in the checker only.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from effocr.charset import graphemes, leaves_ink, normalise
from effocr.data.coco_entries import (
    CHAR,
    WORD,
    AnnotationEntry,
    CocoFile,
    ImageEntry,
    load_coco,
    save_json,
)
from effocr.data.labelled import word_spans
from effocr.data.reading_order import reading_order
from effocr.data.records import Boxes, LineImage, LineSet, Skipped, image_size
from effocr.errors import DataFormatError
from effocr.geometry import union_box

__all__ = ["box_of", "labelled", "overhang", "read_coco", "solid", "word_hulls", "write_coco"]

ROUNDING_PX = 0.01


def read_coco(path: Path | str, images: Path | str | None = None) -> LineSet:
    """Read the lines of a character-level COCO file in either form.

    The boxes of a line keep the order of the file, unless only their order along the line agrees
    with the text, see `effocr.data.reading_order`. Where the labels come from the image's text and
    the numbers differ, `glyphs` is None. Boxes are cut to the image.

    Args:
        path: the JSON file, or a folder with `annotations.json`.
        images: folder that image names are relative to; None: that of the file.

    Returns:
        The lines whose image file exists, in the order of the file, and everything that was left
        out or mended.

    Raises:
        DataFormatError: the file is missing, is not JSON, or lacks one of the three lists.
    """
    coco = load_coco(path, images)
    problems = coco.problems
    lines = []
    for image in coco.images:
        if not coco.image_path(image).is_file():
            problems.append(Skipped(coco.source(image), "left out: the image is missing"))
            continue
        lines.append(_read_line(coco, image, problems))
    return LineSet(tuple(lines), tuple(problems))


def _read_line(coco: CocoFile, image: ImageEntry, problems: list[Skipped]) -> LineImage:
    chars: list[AnnotationEntry] = []
    words: list[AnnotationEntry] = []
    for annotation in coco.annotations[image.id]:
        x0, y0, x1, y1 = box_of(annotation, image)
        if x0 >= x1 or y0 >= y1:
            reason = "left out: the box has no area inside the image"
            problems.append(Skipped(coco.place(annotation), reason))
            continue
        (words if coco.is_word(annotation) else chars).append(annotation)
        if overhang(annotation, image) > 0:
            problems.append(Skipped(coco.place(annotation), "the box was cut to the image"))
    chars, labels = labelled(coco, image, chars)
    if chars and labels is None:
        reason = (
            f"no labels: {len(chars)} boxes, but the text has {len(solid(image.text))} characters"
        )
        problems.append(Skipped(coco.source(image), reason))
    text = image.text
    if text is None:
        text = "".join(labels or ())
    return LineImage(
        coco.image_path(image),
        normalise(text).strip(),
        boxes=_boxes(chars, image),
        glyphs=labels,
        word_boxes=_boxes(words, image) if words else None,
        size=None if image.width is None or image.height is None else (image.width, image.height),
    )


def solid(text: str | None) -> list[str]:
    """Graphemes of a text that leave ink: no white space of any width, no invisible signs."""
    found = graphemes("".join((text or "").split()))
    return [glyph for glyph in found if leaves_ink(glyph)]


def labelled(
    coco: CocoFile, image: ImageEntry, chars: list[AnnotationEntry], *, spaced: bool = False
) -> tuple[list[AnnotationEntry], tuple[str, ...] | None]:
    """Bring the boxes of glyphs into reading order and name them.

    Args:
        coco: the file.
        image: the line.
        chars: the glyphs' boxes, in the order of the file.
        spaced: white space may have boxes of its own.

    Returns:
        The annotations in the order of the file or, if only that agrees with the text, along
        the line; their labels, or None if a box has none of its own and the text has another number
        of graphemes than there are boxes.
    """
    own = [coco.label(annotation) for annotation in chars]
    if None in own:
        expected = solid(image.text)
        spaces = spaced and len(expected) != len(chars)
        if spaces:
            expected = graphemes((image.text or "").strip("\r\n"))
        labels = tuple(expected) if len(expected) == len(chars) else None
        return _along(chars, image.text, spaces=spaces), labels
    if image.text is not None and solid("".join(map(str, own))) != solid(image.text):
        along = _along(chars, image.text)
        moved = [str(coco.label(annotation)) for annotation in along]
        if solid("".join(moved)) == solid(image.text):
            return along, tuple(moved)
    return chars, tuple(map(str, own))


def _along(
    chars: Sequence[AnnotationEntry], text: str | None, *, spaces: bool = False
) -> list[AnnotationEntry]:
    """The boxes in reading order."""
    characters = graphemes((text or "").strip("\r\n"))
    boxed = [spaces or leaves_ink(character) for character in characters]
    order = reading_order([annotation.bbox for annotation in chars], characters, boxed)
    return [chars[place] for place in order]


def box_of(annotation: AnnotationEntry, image: ImageEntry) -> tuple[float, float, float, float]:
    """Return x0 y0 x1 y1 of an annotation, cut to the image as far as its size is stated."""
    x, y, width, height = annotation.bbox
    right = x + width if image.width is None else min(x + width, image.width)
    bottom = y + height if image.height is None else min(y + height, image.height)
    return max(x, 0.0), max(y, 0.0), right, bottom


def overhang(annotation: AnnotationEntry, image: ImageEntry) -> float:
    """Return by how many pixels a box reaches out of its image, a rounding error passed over."""
    x, y, width, height = annotation.bbox
    x0, y0, x1, y1 = box_of(annotation, image)
    out = max(x0 - x, y0 - y, x + width - x1, y + height - y1)
    return out if out > ROUNDING_PX else 0.0


def _boxes(annotations: Sequence[AnnotationEntry], image: ImageEntry) -> Boxes:
    boxes = [box_of(annotation, image) for annotation in annotations]
    return np.asarray(boxes, dtype=np.float32).reshape(-1, 4)


def write_coco(
    lines: Iterable[LineImage],
    path: Path | str,
    *,
    description: str = "",
    first_image: int = 1,
    first_annotation: int = 1,
) -> None:
    """Write lines as character-level COCO: categories char and word, `text` on every annotation.

    A line without word boxes gets those around its words' glyphs, where labels and text agree.
    Images stay where they are; their names are written relative to the folder of `path`. A line's
    size is read from the image if the record lacks it. Boxes are rounded to a hundredth of a pixel.

    Args:
        lines: the lines; those without boxes become images without annotations.
        path: the JSON file to write.
        description: what the data is, for `info`.
        first_image: id of the first image.
        first_annotation: id of the first annotation.

    Raises:
        DataFormatError: the size of an image is needed and it cannot be read.
        UsageError: the file cannot be written.
    """
    path = Path(path)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, line in enumerate(lines, first_image):
        width, height = line.size or image_size(line.path)
        name = Path(os.path.relpath(line.path, path.parent)).as_posix()
        images.append(
            {"id": number, "file_name": name, "width": width, "height": height, "text": line.text}
        )
        for category, box, text in _written(line):
            entry = _annotation(box, category, text)
            place = first_annotation + len(annotations)
            annotations.append({"id": place, "image_id": number, **entry})
    content = {
        "info": {"description": description},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 0, "name": CHAR}, {"id": 1, "name": WORD}],
    }
    save_json(content, path, indent=1)


def _written(line: LineImage) -> Iterator[tuple[int, list[float], str | None]]:
    """Yield category id, x0 y0 x1 y1 and label of every annotation of a line."""
    if line.boxes is not None:
        labels = line.glyphs or (None,) * len(line.boxes)
        yield from ((0, box, text) for box, text in zip(line.boxes.tolist(), labels, strict=True))
    word_boxes = word_hulls(line) if line.word_boxes is None else line.word_boxes
    words: Sequence[str | None] = line.text.split()
    if len(words) != len(word_boxes):
        words = (None,) * len(word_boxes)
    yield from ((1, box, text) for box, text in zip(word_boxes.tolist(), words, strict=True))


def word_hulls(line: LineImage) -> Boxes:
    """[m, 4] boxes around the glyphs of each word; none where labels and text disagree."""
    if line.boxes is None or line.glyphs is None:
        return np.zeros((0, 4), np.float32)
    try:
        spans = word_spans(line)
    except DataFormatError:
        return np.zeros((0, 4), np.float32)
    hulls = [union_box(line.boxes[first:last]) for first, last in spans]
    return np.array(hulls, np.float32).reshape(-1, 4)


def _annotation(box: list[float], category: int, text: str | None) -> dict[str, Any]:
    x0, y0, x1, y1 = box
    bbox = [_short(value) for value in (x0, y0, x1 - x0, y1 - y0)]
    entry = {"category_id": category, "bbox": bbox, "area": _short(bbox[2] * bbox[3]), "iscrowd": 0}
    return entry if text is None else {**entry, "text": text}


def _short(value: float) -> float:
    """Round to two decimals; whole numbers become int."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded
