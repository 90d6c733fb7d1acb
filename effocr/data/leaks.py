"""Leaks between the parts of a split: lines that a model could know from its training.

Found are pictures that are in two parts (the same file, the same pixels, nearly the same picture),
equal names, and equal texts of one document. Of glyph sets, crops of one line in two parts are
found, and crops with the same pixels; renders of one font belong to every part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.data.glyph_sets import GlyphPixels
from effocr.data.rearrange import DataSet
from effocr.data.records import GlyphImage, LineImage, Skipped
from effocr.data.sample_names import cut_out_of, read_name
from effocr.errors import EffOCRError

__all__ = ["Leaks", "find_leaks", "picture_hash"]

Grey = npt.NDArray[np.uint8]

HASH_SHAPE: Final = (8, 64)  # rows and columns of the picture that is compared
# bits of 512 that may differ. Lines of different text differ in 130 and more, JPEG, noise, margins
# and scaling of one line change 15 to 60 (measured on old books, typescripts, receipts)
NEAR_BITS: Final = 60
NEAR_ASPECT: Final = 0.1  # relative difference of width / height of the ink that may be
SHORTEST_TEXT: Final = 12  # characters; shorter lines repeat by themselves
SMALLEST_PX: Final = 400  # of a glyph crop; smaller ones are alike by chance
ROWS: Final = 256  # compared at once


@dataclass(frozen=True, slots=True)
class Leaks:
    """What the parts of a split share.

    Attributes:
        found: the place in the later part, and what it shares with the earlier one.
        not_compared: images that cannot be read.
    """

    found: tuple[Skipped, ...]
    not_compared: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """What is compared of a line."""

    path: Path
    text: str
    document: str
    file: bytes
    pixels: bytes
    aspect: float
    bits: Grey


def find_leaks(
    parts: Mapping[str, DataSet],
    *,
    load: Callable[[Path], Grey],
    document_of: Callable[[str], str],
) -> Leaks:
    """Compare every two parts of a split.

    Args:
        parts: name to data set; all of lines, or all of glyphs.
        load: reads an image file as [height, width] uint8.
        document_of: from the name of an image without suffix to its document.
    """
    problems: list[Skipped] = []
    lines: dict[str, list[_Line]] = {}
    crops: dict[str, tuple[set[str], dict[bytes, GlyphImage]]] = {}
    for name, data in parts.items():
        if data.lines:
            lines[name] = list(_lines(data.lines, load, document_of, problems))
        if data.glyphs:
            crops[name] = _crops(data.glyphs, GlyphPixels(load), problems)
    found: list[Skipped] = []
    for one, other in combinations(lines, 2):
        found += _line_leaks(one, lines[one], lines[other])
    for one, other in combinations(crops, 2):
        found += _crop_leaks(one, crops[one], other, crops[other])
    return Leaks(tuple(found), tuple(problems))


def picture_hash(grey: Grey) -> Grey:
    """Tell a picture by where it gets lighter from left to right; margins do not matter.

    Args:
        grey: [height, width] uint8, not empty.

    Returns:
        [64] uint8, 512 bits.
    """
    rows, columns = HASH_SHAPE
    soft = cv2.GaussianBlur(_without_margins(grey), (0, 0), 1.5)
    small = cv2.resize(soft, (columns + 1, rows), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.packbits((small[:, 1:] > small[:, :-1]).ravel())


def _without_margins(grey: Grey) -> Grey:
    """Cut to the ink; a picture without any is left as it is."""
    soft = cv2.GaussianBlur(grey, (0, 0), 2)
    way = cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU
    x, y, width, height = cv2.boundingRect(cv2.threshold(soft, 0, 255, way)[1])
    return grey[y : y + height, x : x + width] if width and height else grey


def _lines(
    lines: Iterable[LineImage],
    load: Callable[[Path], Grey],
    document_of: Callable[[str], str],
    problems: list[Skipped],
) -> Iterator[_Line]:
    for line in lines:
        try:
            grey = load(line.path)
            file = hashlib.sha256(line.path.read_bytes()).digest()
        except (EffOCRError, OSError) as error:
            problems.append(Skipped(str(line.path), f"not compared: {error}"))
            continue
        height, width = _without_margins(grey).shape
        yield _Line(
            path=line.path,
            text=line.text,
            document=document_of(line.path.stem),
            file=file,
            pixels=_digest(grey),
            aspect=width / height,
            bits=picture_hash(grey),
        )


def _digest(grey: Grey) -> bytes:
    return hashlib.sha256(repr(grey.shape).encode() + grey.tobytes()).digest()


def _line_leaks(name: str, known: list[_Line], others: list[_Line]) -> Iterator[Skipped]:
    """Leaks of the lines `others`, each with the first reason that holds."""
    if not known:
        return
    files = {line.file: line for line in known}
    pixels = {line.pixels: line for line in known}
    stems = {line.path.stem: line for line in known}
    texts = {(line.document, line.text): line for line in known}
    near = _nearest(known, others)
    for line, (twin, bits) in zip(others, near, strict=True):
        long = len(line.text) >= SHORTEST_TEXT
        reasons = (
            ("the same file as", files.get(line.file)),
            ("the same pixels as", pixels.get(line.pixels)),
            (f"nearly the same picture ({bits} of 512 bits differ) as", twin),
            ("the same name as", stems.get(line.path.stem)),
            (
                f"the same document {line.document!r} and text as",
                texts.get((line.document, line.text)) if long else None,
            ),
        )
        reason, found = next((pair for pair in reasons if pair[1] is not None), ("", None))
        if found is not None:
            yield Skipped(str(line.path), f"{reason} {found.path} of {name}")


def _nearest(known: list[_Line], others: list[_Line]) -> Iterator[tuple[_Line | None, int]]:
    """For each of `others` the nearest known picture, None if it is not near, and the distance."""
    bits = np.stack([line.bits for line in known])
    aspects = np.array([line.aspect for line in known])
    for start in range(0, len(others), ROWS):
        chunk = others[start : start + ROWS]
        differing = np.stack([line.bits for line in chunk])[:, None] ^ bits
        distances = np.bitwise_count(differing).sum(axis=-1, dtype=np.int64)
        aspect = np.array([line.aspect for line in chunk])[:, None] / aspects
        distances[np.abs(np.log(aspect)) > NEAR_ASPECT] = bits.shape[1] * 8
        for row in distances:
            place = int(row.argmin())
            yield (known[place] if row[place] <= NEAR_BITS else None), int(row[place])


def _crops(
    glyphs: Iterable[GlyphImage], pixels: GlyphPixels, problems: list[Skipped]
) -> tuple[set[str], dict[bytes, GlyphImage]]:
    """Lines that crops are of, and crops by their pixels."""
    lines: set[str] = set()
    found: dict[bytes, GlyphImage] = {}
    for image in glyphs:
        if read_name(image.name).font is not None:
            continue
        line = cut_out_of(image.name)
        if line is not None:
            lines.add(line)
        try:
            grey = pixels(image)
        except EffOCRError as error:
            problems.append(Skipped(str(image.path), f"not compared: {error}"))
            continue
        if grey.size >= SMALLEST_PX:
            found[_digest(grey)] = image
    return lines, found


def _crop_leaks(
    one: str,
    known: tuple[set[str], dict[bytes, GlyphImage]],
    other: str,
    others: tuple[set[str], dict[bytes, GlyphImage]],
) -> Iterator[Skipped]:
    for line in sorted(known[0] & others[0]):
        yield Skipped(other, f"crops of line {line!r} are also in {one}")
    same = known[1].keys() & others[1].keys()
    if same:
        first = min(same)
        names = f"such as {others[1][first].name} and {known[1][first].name}"
        yield Skipped(other, f"{len(same)} crops have the same pixels as crops of {one}, {names}")
