"""Correction samples: the picture of a word and what a person made of its reading.

A folder holds `{document_id}_{word_id}_{YYYYmmdd_HHMMSS}.png` and a `.json` of the same stem for
each. The names only keep samples apart: what they are of is in the JSON, see `Correction`.
"""

from __future__ import annotations

import hashlib
import math
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from effocr.atomic import write_whole
from effocr.charset import normalise
from effocr.data.png import as_png
from effocr.data.records import BROKEN_IMAGE, LineImage, Skipped
from effocr.errors import DataFormatError, UsageError

__all__ = [
    "SAMPLES_FOLDER",
    "Correction",
    "CorrectionSample",
    "as_line_pairs",
    "crop_word",
    "read_samples",
    "stamp_of",
    "write_sample",
]

Pixels = npt.NDArray[np.uint8]

SAMPLES_FOLDER: Final = Path("data/training_data/ocr_samples")
"""Where correction samples are kept if nothing else is said, below the working directory."""

PADDING_PX: Final = 5  # of the page, around the word's box
_SUFFIX: Final = ".png"
_STRANGE = re.compile(r"[^\w.-]+")  # what a file name had better not hold
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"


class Correction(BaseModel):
    """What the JSON of a sample says; more keys of other programs are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)

    document_id: str = Field(min_length=1)
    page: int = Field(description="as the writing program counts")
    word_id: str = Field(min_length=1, description="such as p0_w5")
    original_text: str = Field(description="what was read")
    corrected_text: str = Field(description="what is printed")
    timestamp: datetime = Field(description="of the correction")
    image_filename: str | None = Field(None, description="of the picture; none: that of the JSON")


@dataclass(frozen=True, slots=True)
class CorrectionSample:
    """A correction whose picture was decoded.

    Attributes:
        image: the PNG file.
        document_id: that the word is in.
        page: of the document.
        word_id: on the page, such as p0_w5.
        original_text: what was read; NFC.
        corrected_text: what is printed; NFC, one line, not empty.
        timestamp: of the correction, local time.
        pixels: sha256 of the decoded picture.
    """

    image: Path
    document_id: str
    page: int
    word_id: str
    original_text: str
    corrected_text: str
    timestamp: datetime
    pixels: str

    @property
    def word(self) -> tuple[str, int, str]:
        """Document, page and word: the place in print."""
        return self.document_id, self.page, self.word_id


def read_samples(folder: Path | str) -> tuple[tuple[CorrectionSample, ...], tuple[Skipped, ...]]:
    """Read all samples of a folder, in the order of their names, and decode every picture.

    Returns:
        The samples; and what was left out: a picture without JSON, a JSON without picture, what
        cannot be read, a correction without text or of several lines.

    Raises:
        DataFormatError: there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataFormatError(f"{folder}: no such folder; expected NAME.png and NAME.json files")
    names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    found: list[CorrectionSample] = []
    skipped: list[Skipped] = []
    used: set[str] = set()
    for path in names:
        if path.suffix.lower() != ".json" or not path.is_file():
            continue
        used.add(path.with_suffix(_SUFFIX).name)  # not blamed twice if the JSON is wrong
        try:
            correction = _read_json(path)
            image = _picture_of(path, correction)
            used.add(image.name)
            found.append(_sample(path, image, correction))
        except DataFormatError as error:
            skipped.append(Skipped(str(path), f"left out: {error}"))
        except OSError as error:  # a name too long, a folder that may not be read
            skipped.append(Skipped(str(path), f"left out: cannot be read ({error.strerror})"))
    skipped += [
        Skipped(str(path), f"left out: there is no {path.stem}.json with its correction")
        for path in names
        if path.suffix.lower() == _SUFFIX and path.name not in used
    ]
    return tuple(found), tuple(skipped)


def write_sample(folder: Path | str, image: Pixels | bytes, correction: Correction) -> Path:
    """Add a sample; nothing that is there is overwritten.

    The JSON is written last, so a sample without it was cut off. Several programs may write at
    once.

    Args:
        folder: is made if it is missing.
        image: of the word: [height, width] uint8, or the content of a PNG file.
        correction: is written as it is, with the name of the picture.

    Returns:
        The PNG file; two corrections of one word in one second differ by a number at the end.

    Raises:
        UsageError: the image is empty or no PNG, or nothing can be written there.
    """
    folder = Path(folder)
    png = image if isinstance(image, bytes) else as_png(image) if image.size else b""
    if not png.startswith(_PNG_START):
        raise UsageError(f"{correction.word_id}: the picture is empty or no PNG; give its pixels")
    parts = (correction.document_id, correction.word_id, stamp_of(correction.timestamp))
    stem = "_".join(_STRANGE.sub("-", part) for part in parts).lstrip(".")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _claim(folder, stem)
        told = correction.model_copy(update={"image_filename": path.name})
        content = told.model_dump_json(indent=2) + "\n"
        try:
            write_whole(path, png, sync=True)
            write_whole(path.with_suffix(".json"), content.encode(), sync=True)
        except OSError:
            for file in (path, path.with_suffix(".json")):  # a picture is no sample by itself
                file.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror})") from error
    return path


def crop_word(
    page: Pixels, box: tuple[float, float, float, float], *, padding_px: int = PADDING_PX
) -> Pixels:
    """Cut the picture of a word out of its page.

    Args:
        page: [height, width] or [height, width, channels] uint8.
        box: x0 y0 x1 y1 as shares of width and height, 0 to 1.
        padding_px: around the box, as far as the page goes.

    Returns:
        A view of the page.

    Raises:
        UsageError: the box is empty or not on the page.
    """
    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise UsageError(f"box {box}: give x0 y0 x1 y1 as shares of the page, from 0 to 1")
    height, width = page.shape[:2]
    left, top = (max(math.floor(v) - padding_px, 0) for v in (x0 * width, y0 * height))
    right, bottom = (math.ceil(v) + padding_px for v in (x1 * width, y1 * height))
    return page[top : min(bottom, height), left : min(right, width)]


def as_line_pairs(samples: Iterable[CorrectionSample]) -> list[LineImage]:
    """The samples as labelled line images: a word is a short line."""
    return [LineImage(sample.image, sample.corrected_text) for sample in samples]


def stamp_of(moment: datetime) -> str:
    """A moment as file names have it: 20250111_153045."""
    return f"{moment:%Y%m%d_%H%M%S}"


def _claim(folder: Path, stem: str) -> Path:
    """A name that nobody has; the empty file keeps others off it."""
    number = 1
    while True:
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{_SUFFIX}"
        number += 1
        if path.with_suffix(".json").exists():
            continue
        try:
            path.open("xb").close()
        except FileExistsError:
            continue
        return path


def _read_json(path: Path) -> Correction:
    """What a JSON file says.

    Raises:
        DataFormatError: it cannot be read or lacks something.
    """
    try:
        return Correction.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataFormatError(f"cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "not the JSON of a correction"
        raise DataFormatError(f"{place}: {first['msg']}") from error


def _picture_of(path: Path, correction: Correction) -> Path:
    """The picture that belongs to a JSON file.

    Raises:
        DataFormatError: it is missing.
    """
    named = correction.image_filename or ""
    if named and Path(named).name == named and (path.parent / named).is_file():
        return path.parent / named
    beside = path.with_suffix(_SUFFIX)
    if beside.is_file():  # the folder was moved, or a name was changed
        return beside
    raise DataFormatError(f"there is no picture {named or beside.name}")


def _sample(path: Path, image: Path, correction: Correction) -> CorrectionSample:
    """Check the text and decode the picture.

    Raises:
        DataFormatError: the text is empty or of several lines, the picture is damaged, or the
            moment is none.
    """
    text = normalise(correction.corrected_text).strip()
    if not text:
        raise DataFormatError("corrected_text is empty")
    if len(text.splitlines()) > 1:
        raise DataFormatError(f"corrected_text has several lines: {text[:40]!r}")
    return CorrectionSample(
        image=image,
        document_id=correction.document_id,
        page=correction.page,
        word_id=correction.word_id,
        original_text=normalise(correction.original_text),
        corrected_text=text,
        timestamp=_local(correction.timestamp),
        pixels=_pixel_hash(image),
    )


def _local(moment: datetime) -> datetime:
    """A moment in local time, without a zone.

    Raises:
        DataFormatError: it is at an end of the calendar, in the zone of elsewhere.
    """
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone().replace(tzinfo=None)
    except (OverflowError, ValueError) as error:
        raise DataFormatError(f"timestamp {moment.isoformat()}: {error}") from error


def _pixel_hash(image: Path) -> str:
    """Tell a picture by its pixels: other compression, the same hash.

    Raises:
        DataFormatError: it is damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(image) as opened:
                pixels = opened.convert("RGBA")
    except (Image.DecompressionBombError, *BROKEN_IMAGE) as error:
        raise DataFormatError(f"the picture {image.name} cannot be read ({error})") from error
    return hashlib.sha256(repr(pixels.size).encode() + pixels.tobytes()).hexdigest()
