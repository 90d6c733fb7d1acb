"""Correction samples: the picture of a word and what a person made of its reading.

A folder holds `{document_id}_{word_id}_{YYYYmmdd_HHMMSS}.png` and a `.json` of the same stem for
each. The names only keep samples apart: what they are of is in the JSON, see `Correction`.
`effocr.data.correction_writer` adds samples.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from effocr.charset import normalise
from effocr.data.records import BROKEN_IMAGE, LineImage, Skipped
from effocr.errors import DataFormatError
from effocr.validation import first_problem

__all__ = [
    "PICTURE_SUFFIX",
    "SAMPLES_FOLDER",
    "Correction",
    "CorrectionSample",
    "as_line_pairs",
    "read_samples",
    "stamp_of",
]

SAMPLES_FOLDER: Final = Path("data/training_data/ocr_samples")
"""Where correction samples are kept if nothing else is said, below the working directory."""

PICTURE_SUFFIX: Final = ".png"


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
        used.add(path.with_suffix(PICTURE_SUFFIX).name)  # not blamed twice if the JSON is wrong
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
        if path.suffix.lower() == PICTURE_SUFFIX and path.name not in used
    ]
    return tuple(found), tuple(skipped)


def as_line_pairs(samples: Iterable[CorrectionSample]) -> list[LineImage]:
    """The samples as labelled line images: a word is a short line."""
    return [LineImage(sample.image, sample.corrected_text) for sample in samples]


def stamp_of(moment: datetime) -> str:
    """A moment as file names have it: 20250111_153045."""
    return f"{moment:%Y%m%d_%H%M%S}"


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
        raise DataFormatError(first_problem(error, "not the JSON of a correction")) from error


def _picture_of(path: Path, correction: Correction) -> Path:
    """The picture that belongs to a JSON file.

    Raises:
        DataFormatError: it is missing.
    """
    named = correction.image_filename or ""
    if named and Path(named).name == named and (path.parent / named).is_file():
        return path.parent / named
    beside = path.with_suffix(PICTURE_SUFFIX)
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
