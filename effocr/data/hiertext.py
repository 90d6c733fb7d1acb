"""HierText: photographs with paragraphs, lines and words as polygons.

    FOLDER/gt/{train,validation,test}.jsonl.gz    one JSON object each, whatever the suffix says
    FOLDER/{train,validation,test}/IMAGE_ID.jpg   the images, not all of them need be there

    {"annotations": [{"image_id", "image_width", "image_height", "paragraphs": [
        {"vertices": [[x, y], ...], "legible", "lines": [
            {"vertices", "text", "legible", "handwritten", "vertical", "words": [
                {"vertices", "text", "legible", "handwritten", "vertical"}]}]}]}]}

Coordinates are pixels of the image. Lines of a paragraph may be in any order and may hold no word.
"""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import cv2
import numpy as np
import numpy.typing as npt

from effocr.charset import normalise
from effocr.data.records import Skipped
from effocr.errors import DataFormatError

__all__ = [
    "HierImage",
    "HierLine",
    "HierParagraph",
    "HierSet",
    "HierWord",
    "Split",
    "crop_polygon",
    "ground_truth",
    "ground_truths",
    "image_id",
    "is_hiertext",
    "lines_to_learn",
    "load_annotations",
    "read_hiertext",
    "told",
]

Split = Literal["train", "validation", "test"]
Grey = npt.NDArray[np.uint8]
Polygon = npt.NDArray[np.float32]

GZIP_MAGIC: Final = b"\x1f\x8b"

# What ocrs trains its recognition on.
LEAST_SIDE_PX: Final = 10
LEAST_ASPECT: Final = 1.0  # width over height
LEAST_COVER: Final = 0.8  # of the line's box, by the box around all its words


@dataclass(frozen=True, slots=True, eq=False)
class HierWord:
    """A word.

    Attributes:
        polygon: [n, 2] float32, tight, clockwise from the first character's top left.
        text: NFC; empty where it is not legible.
        legible: whether a person can read it.
    """

    polygon: Polygon
    text: str
    legible: bool


@dataclass(frozen=True, slots=True, eq=False)
class HierLine:
    """A line.

    Attributes:
        polygon: [n, 2] float32, loose; none may be given, with n = 0.
        text: NFC.
        legible: all words are.
        vertical: characters stand above each other.
        handwritten: by hand.
        words: in reading order, maybe none.
    """

    polygon: Polygon
    text: str
    legible: bool
    vertical: bool
    handwritten: bool
    words: tuple[HierWord, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HierParagraph:
    """A paragraph; one that is not legible is not to be counted for or against anything."""

    polygon: Polygon
    legible: bool
    lines: tuple[HierLine, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HierImage:
    """An image and what is written in it; the pixels are not loaded.

    Attributes:
        path: of the image file.
        size: width and height, pixels.
        paragraphs: in the order of the file.
    """

    path: Path
    size: tuple[int, int]
    paragraphs: tuple[HierParagraph, ...]


@dataclass(frozen=True, slots=True)
class HierSet:
    """Images of a split that are on the disk, and what reading came across."""

    images: tuple[HierImage, ...]
    problems: tuple[Skipped, ...] = ()


def ground_truth(folder: Path, split: Split) -> Path:
    """The file with the texts of a split."""
    return folder / "gt" / f"{split}.jsonl.gz"


def is_hiertext(folder: Path) -> bool:
    """Whether a folder is one of HierText."""
    return bool(ground_truths(folder))


def ground_truths(folder: Path) -> list[Path]:
    """The files with the texts of the splits that a folder holds."""
    files = (ground_truth(folder, split) for split in get_args(Split))
    return [file for file in files if file.is_file()]


def read_hiertext(folder: Path, split: Split, *, max_images: int | None = None) -> HierSet:
    """Read a split; images that are not on the disk are left out and named.

    Args:
        folder: holds `gt` and the folders of images.
        split: which.
        max_images: the first so many that are on the disk; None: all.

    Raises:
        DataFormatError: the file is missing, damaged, or not of this form.
    """
    path = ground_truth(folder, split)
    images: list[HierImage] = []
    problems: list[Skipped] = []
    for number, entry in enumerate(load_annotations(path)):
        if max_images is not None and len(images) == max_images:
            break
        try:
            image = _image(folder / split, entry)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise DataFormatError(
                f"{path}: annotation {number} is not of HierText's form ({error!r}); "
                "fetch the file again"
            ) from error
        if image.path.is_file():
            images.append(image)
        else:
            problems.append(Skipped(str(image.path), "left out: the image is missing"))
    return HierSet(tuple(images), tuple(problems))


def load_annotations(path: Path) -> list[Any]:
    """The entries of a file of ground truth or of predictions, compressed or not.

    Raises:
        DataFormatError: it is missing, damaged, or holds something else.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            content = json.load(file)
    except FileNotFoundError as error:
        raise DataFormatError(
            f"{path}: no such file; give the folder of HierText, its .jsonl.gz as they came"
        ) from error
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise DataFormatError(f"{path}: not a readable .jsonl.gz or JSON ({error})") from error
    entries = content.get("annotations") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise DataFormatError(f"{path}: one JSON object with `annotations` was expected")
    return entries


def image_id(entry: Mapping[str, Any]) -> str:
    """Name of an image without suffix.

    Raises:
        KeyError: the entry has none.
        ValueError: it is a path, or empty.
    """
    name = str(entry["image_id"])
    if not name or Path(name).name != name:
        raise ValueError(f"image_id {name!r} is not a plain name")
    return name


def _image(folder: Path, entry: Mapping[str, Any]) -> HierImage:
    name = image_id(entry)
    return HierImage(
        folder / f"{name}.jpg",
        (int(entry["image_width"]), int(entry["image_height"])),
        tuple(map(_paragraph, entry["paragraphs"])),
    )


def _paragraph(entry: Mapping[str, Any]) -> HierParagraph:
    lines = tuple(map(_line, entry["lines"]))
    return HierParagraph(_polygon(entry), bool(entry["legible"]), lines)


def _line(entry: Mapping[str, Any]) -> HierLine:
    return HierLine(
        polygon=_polygon(entry),
        text=normalise(entry["text"]),
        legible=bool(entry["legible"]),
        vertical=bool(entry["vertical"]),
        handwritten=bool(entry["handwritten"]),
        words=tuple(
            HierWord(_polygon(word), normalise(word["text"]), bool(word["legible"]))
            for word in entry["words"]
        ),
    )


def _polygon(entry: Mapping[str, Any]) -> Polygon:
    polygon = np.array(entry["vertices"], np.float32).reshape(-1, 2)
    if not np.isfinite(polygon).all():
        raise ValueError("a vertex is not a finite number")
    return polygon


def lines_to_learn(image: HierImage) -> tuple[tuple[HierLine, ...], Counter[str]]:
    """Lines that a recognizer is trained on, by the rule of ocrs, and how many fail which part.

    A line is kept if it is legible, not vertical, at least 10 pixels wide and high, no higher than
    wide, and its words cover 80 % of its box. Handwriting is kept.
    """
    kept: list[HierLine] = []
    refused: Counter[str] = Counter()
    for paragraph in image.paragraphs:
        for line in paragraph.lines:
            reason = _why_not(line)
            if reason is None:
                kept.append(line)
            else:
                refused[reason] += 1
    return tuple(kept), refused


def _why_not(line: HierLine) -> str | None:
    """Why a line is not learnt from; None: it is."""
    if not line.legible:
        return "not legible"
    if line.vertical:
        return "vertical"
    if not line.words or not line.text.strip():
        return "without words"
    corners = np.concatenate([word.polygon for word in line.words])
    if not len(line.polygon) or not len(corners):
        return "without a polygon"
    width, height = np.ptp(line.polygon, axis=0).tolist()
    if width < LEAST_SIDE_PX or height < LEAST_SIDE_PX:
        return f"smaller than {LEAST_SIDE_PX} pixels"
    if width / height < LEAST_ASPECT:
        return "higher than wide"
    words = np.ptp(corners, axis=0)
    if float(words.prod()) / (width * height) < LEAST_COVER:
        return f"whose words cover less than {LEAST_COVER:.0%} of it"
    return None


def crop_polygon(grey: Grey, polygon: Polygon, *, outside: int | None = None) -> Grey:
    """Cut the box around a polygon out of an image.

    Args:
        grey: [height, width] uint8.
        polygon: [n, 2] float32, pixels of the image; may reach beyond it.
        outside: grey of the pixels that are not inside of the polygon; None: the median of those
            that are.

    Returns:
        [height, width] uint8; of no size where the polygon is beyond the image.
    """
    height, width = grey.shape
    x0, y0 = np.clip(np.floor(polygon.min(axis=0)), 0, (width, height)).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(polygon.max(axis=0)), 0, (width, height)).astype(int).tolist()
    cut = grey[y0:y1, x0:x1].copy()
    if not cut.size:
        return cut
    corners = np.round(polygon - (x0, y0)).astype(np.int32)
    inside = cv2.fillPoly(np.zeros(cut.shape, np.uint8), [corners], (1,)).astype(bool)
    if outside is None:
        outside = int(np.median(cut[inside])) if inside.any() else 255
    cut[~inside] = outside
    return cut


def told(refused: Iterable[tuple[str, int]], source: Path) -> tuple[Skipped, ...]:
    """What to say of lines that were not kept, one entry a reason."""
    return tuple(
        Skipped(str(source), f"left out: {count} lines {reason}") for reason, count in refused
    )
