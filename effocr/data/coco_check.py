"""Check of character-level COCO: everything wrong with a file, line by line, without stopping."""

from collections.abc import Iterator

from effocr.data.coco import box_of, labelled, overhang, solid
from effocr.data.coco_entries import AnnotationEntry, CocoFile, ImageEntry
from effocr.data.records import Skipped, check_image
from effocr.errors import DataFormatError

__all__ = ["check_coco"]

SHOWN = 12  # graphemes shown on either side of a disagreement


def check_coco(coco: CocoFile) -> Iterator[Skipped]:
    """Yield every problem of a COCO file: of its entries, then of each line in its order.

    Checked are: entries that do not fit, ids that are there twice, unknown categories and images,
    images missing, damaged or of another size than stated, boxes without area or outside the image,
    lines without text or without boxes, labels that are blank, and lines whose boxes and text
    disagree. Boxes and text are compared by graphemes, white space aside; a box whose label has
    several graphemes (a ligature) is one glyph.
    """
    yield from coco.problems
    yield from _same_file_twice(coco)
    for image in coco.images:
        source = coco.source(image)
        yield from (Skipped(source, reason) for reason in _check_pixels(coco, image))
        for annotation in coco.annotations[image.id]:
            reason = _check_box(coco, annotation, image)
            if reason:
                yield Skipped(coco.place(annotation), reason)
        reason = _disagreement(coco, image)
        if reason:
            yield Skipped(source, reason)


def _same_file_twice(coco: CocoFile) -> Iterator[Skipped]:
    seen: dict[str, int] = {}
    for image in coco.images:
        if seen.setdefault(image.file_name, image.id) != image.id:
            reason = f"the file is also that of image {seen[image.file_name]}"
            yield Skipped(coco.source(image), reason)


def _check_pixels(coco: CocoFile, image: ImageEntry) -> Iterator[str]:
    path = coco.image_path(image)
    try:
        width, height = check_image(path)
    except DataFormatError as error:
        yield str(error).removeprefix(f"{path}: ")
        return
    if image.width is None or image.height is None:
        yield f"width and height are not stated; they are {width} and {height}"
    elif (image.width, image.height) != (width, height):
        yield f"stated to be {image.width} x {image.height} pixels, but it is {width} x {height}"


def _check_box(coco: CocoFile, annotation: AnnotationEntry, image: ImageEntry) -> str | None:
    if annotation.bbox[2] <= 0 or annotation.bbox[3] <= 0:
        return f"the box {list(annotation.bbox)} has no area"
    x0, y0, x1, y1 = box_of(annotation, image)
    if x0 >= x1 or y0 >= y1:
        return f"the box {list(annotation.bbox)} lies outside the image"
    out = overhang(annotation, image)
    if out:
        return f"the box {list(annotation.bbox)} reaches {out:g} px out of the image"
    label = coco.label(annotation)
    if label is not None and not label.strip():
        return "the label is blank; spaces have no box"
    return None


def _disagreement(coco: CocoFile, image: ImageEntry) -> str | None:
    """Say how the boxes of a line and its text disagree, or None."""
    chars = [item for item in coco.annotations[image.id] if not coco.is_word(item)]
    expected = solid(image.text)
    if not expected:
        return "no text on the image"
    if not chars:
        return f"no box for any of the {len(expected)} characters of the text"
    _, labels = labelled(coco, image, chars)
    if labels is None:
        return f"{len(chars)} boxes, but {len(expected)} characters in the text {image.text!r}"
    found = solid("".join(labels))
    if found == expected:
        return None
    at = next(
        (at for at, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]),
        min(len(found), len(expected)),
    )
    here, there = ("".join(side[at : at + SHOWN]) for side in (found, expected))
    return (
        f"{len(chars)} boxes say {len(found)} characters, the text has {len(expected)}; "
        f"from number {at + 1} on the boxes say {here!r}, the text {there!r}"
    )
