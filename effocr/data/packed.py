"""Packed glyph data sets: any number of small grey images in one SQLite file.

    meta    key, value
    label   number, glyph                the characters, each once
    source  number, name                 lines and fonts, each once; bytes where it is not UTF-8
    sample  number (from 0, without gaps), label, kind (0 render, 1 paired), line, font, name,
            height, width, pixels

`pixels` are height * width grey bytes, row by row, or a PNG file where that is shorter.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.data.records import Skipped
from effocr.data.sample_names import Kind
from effocr.errors import DataFormatError

__all__ = ["PACKED_NAME", "PACKED_SUFFIX", "PackedEntry", "PackedGlyphs", "is_packed"]

Grey = npt.NDArray[np.uint8]

PACKED_SUFFIX: Final = ".glyphs.sqlite"
PACKED_NAME: Final = f"dataset{PACKED_SUFFIX}"  # in a folder that is to hold one
APPLICATION: Final = 0x45464743  # "EFGC", in the header of the file
VERSION: Final = 1
MAGIC: Final = b"SQLite format 3\0"
KINDS: Final[tuple[Kind, ...]] = ("render", "paired")
_PIXELS: Final = "SELECT number, height, width, pixels FROM sample ORDER BY number"
_ENTRIES: Final = """
SELECT sample.number, glyph, kind, line.name, font.name, sample.name FROM sample
JOIN label ON label.number = sample.label
LEFT JOIN source AS line ON line.number = sample.line
LEFT JOIN source AS font ON font.number = sample.font
ORDER BY sample.number
"""
_STRANGE: Final = """
SELECT count(*) FROM sample WHERE label NOT IN (SELECT number FROM label) OR kind NOT IN (0, 1)
"""


@dataclass(frozen=True, slots=True)
class PackedEntry:
    """What a packed data set knows of an image, besides its pixels.

    Attributes:
        number: from 0.
        glyph: NFC.
        kind: `render` (drawn from a font) or `paired` (cut out of a line).
        line: stem of the line, or None.
        font: stem of the font, or None.
        name: of the file that it was or would be, with suffix.
    """

    number: int
    glyph: str
    kind: Kind
    line: str | None
    font: str | None
    name: str


def is_packed(path: Path) -> bool:
    """Whether a file is one of SQLite, so that it can only be a packed data set."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


class PackedGlyphs:
    """A packed data set that is open for reading.

    It may be used by several threads, sent to other processes, and used on after a fork.
    """

    def __init__(self, path: Path | str) -> None:
        """Open a file.

        Raises:
            DataFormatError: it is missing, truncated, or no packed data set.
        """
        self.path = Path(path)
        self._process = -1
        self._check_size()
        if self._value("PRAGMA application_id") != APPLICATION:
            raise DataFormatError(f"{self.path}: a SQLite file, but no packed glyph data set")
        version = self._value("PRAGMA user_version")
        if version != VERSION:
            raise DataFormatError(
                f"{self.path}: version {version} of packed glyph data sets; this EffOCR reads "
                f"version {VERSION}"
            )
        count = self._value("SELECT value FROM meta WHERE key = 'samples'")
        if not str(count).isdecimal():
            raise DataFormatError(f"{self.path}: was not written to its end; make it again")
        self._count = int(count)

    def __len__(self) -> int:
        """How many images there are."""
        return self._count

    def __getitem__(self, number: int) -> Grey:
        """Pixels of an image: [height, width] uint8, 0 black.

        Raises:
            DataFormatError: there is no such image, or it is damaged.
        """
        query = "SELECT height, width, pixels FROM sample WHERE number = ?"
        row = next(self._rows(query, (number,)), None)
        if row is None:
            raise DataFormatError(f"{self.path}: no image {number}; there are {self._count}")
        return self._decode(number, *row)

    def entries(self) -> Iterator[PackedEntry]:
        """What is known of every image, in order of their numbers.

        Raises:
            DataFormatError: the file is damaged.
        """
        for number, glyph, kind, line, font, name in self._rows(_ENTRIES):
            if kind not in (0, 1):
                raise DataFormatError(f"{self.path}: image {number} is of an unknown kind")
            yield PackedEntry(
                number, glyph, KINDS[kind], _name(line), _name(font), _name(name) or ""
            )

    def images(self) -> Iterator[Grey]:
        """Pixels of every image, in order of their numbers.

        Raises:
            DataFormatError: one is damaged.
        """
        for row in self._rows(_PIXELS):
            yield self._decode(*row)

    def check(self) -> Iterator[Skipped]:
        """Yield everything that is wrong with the file and its images."""
        try:
            yield from (Skipped(str(self.path), reason) for reason in self._wrong())
        except DataFormatError as error:
            yield Skipped(str(self.path), str(error).removeprefix(f"{self.path}: "))

    def _wrong(self) -> Iterator[str]:
        for (verdict,) in self._rows("PRAGMA quick_check"):
            if verdict != "ok":
                yield str(verdict)
        strange = self._value(_STRANGE)
        if strange:
            yield f"{strange} images of an unknown label or kind"
        found = 0
        for row in self._rows(_PIXELS):
            found += 1
            try:
                self._decode(*row)
            except DataFormatError as error:
                yield str(error).removeprefix(f"{self.path}: ")
        if found != self._count:
            yield f"{found} images, but {self._count} were written"

    def __getstate__(self) -> Path:
        """The path; another process opens the file anew."""
        return self.path

    def __setstate__(self, path: Path) -> None:
        """Open the file anew."""
        self.__init__(path)  # type: ignore[misc]

    def _check_size(self) -> None:
        """Compare the size of the file with what its header says.

        Raises:
            DataFormatError: it is missing, shorter, or no SQLite file.
        """
        try:
            with self.path.open("rb") as file:
                head = file.read(100)
            size = self.path.stat().st_size
        except OSError as error:
            raise DataFormatError(f"{self.path}: {error.strerror or error}") from error
        if not head.startswith(MAGIC) or len(head) < 100:
            raise DataFormatError(f"{self.path}: no packed glyph data set ({PACKED_SUFFIX})")
        page = int.from_bytes(head[16:18], "big")
        expected = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
        if size < expected:
            raise DataFormatError(
                f"{self.path}: truncated, {size} of {expected} bytes; copy or make it again"
            )

    def _rows(self, query: str, values: Sequence[object] = ()) -> Iterator[Any]:
        try:
            if self._process != os.getpid():  # a connection must not be used on after a fork
                place = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
                self._file = sqlite3.connect(place, uri=True, check_same_thread=False)
                self._process = os.getpid()
            yield from self._file.execute(query, values)
        except sqlite3.Error as error:
            raise DataFormatError(f"{self.path}: damaged ({error}); make it again") from error

    def _value(self, query: str) -> Any:
        row = next(self._rows(query), None)
        return None if row is None else row[0]

    def _decode(self, number: int, height: int, width: int, pixels: bytes) -> Grey:
        if len(pixels) == height * width:
            return np.frombuffer(pixels, np.uint8).reshape(height, width)
        picture = cv2.imdecode(np.frombuffer(pixels, np.uint8), cv2.IMREAD_GRAYSCALE)
        if picture is None or picture.shape != (height, width):
            raise DataFormatError(f"{self.path}: image {number} is damaged")
        return np.asarray(picture, np.uint8)


def _name(stored: str | bytes | None) -> str | None:
    """A name that was stored, perhaps as bytes that are not UTF-8."""
    return os.fsdecode(stored) if isinstance(stored, bytes) else stored
