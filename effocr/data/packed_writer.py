"""Write packed glyph data sets; `effocr.data.packed` says how they look and reads them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from effocr.charset import leaves_ink, normalise
from effocr.data.packed import APPLICATION, KINDS, VERSION
from effocr.data.png import as_png
from effocr.data.sample_names import read_name
from effocr.errors import DataFormatError, UsageError

__all__ = ["PackedWriter"]

Grey = npt.NDArray[np.uint8]

TINY: Final = 512  # bytes; up to here a PNG saves nothing
ROWS: Final = 2000  # written at once
_SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE label (number INTEGER PRIMARY KEY, glyph TEXT NOT NULL UNIQUE);
CREATE TABLE source (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sample (
    number INTEGER PRIMARY KEY, label INTEGER NOT NULL, kind INTEGER NOT NULL, line INTEGER,
    font INTEGER, name TEXT NOT NULL, height INTEGER NOT NULL, width INTEGER NOT NULL,
    pixels BLOB NOT NULL);
"""


class PackedWriter:
    """Writes a packed data set; it appears under its name when all is done, or not at all."""

    def __init__(self, path: Path | str, *, force: bool = False) -> None:
        """Begin a file.

        Raises:
            UsageError: it is there already and `force` is not set, or its folder cannot be written.
        """
        self.path = Path(path)
        if self.path.exists() and not force:
            raise UsageError(f"{self.path} is there already; choose another name")
        self._part = self.path.with_name(self.path.name + ".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._part.unlink(missing_ok=True)
            self._file = sqlite3.connect(self._part, isolation_level=None)
            self._file.executescript(
                f"PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                f"PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION};"
                f"{_SCHEMA} BEGIN;"
            )
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"{self.path}: cannot be written ({error})") from error
        self._labels: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._rows: list[tuple[object, ...]] = []
        self.count = 0

    def add(self, glyph: str, pixels: Grey, name: str) -> None:
        """Add an image; kind, line and font are told by its name.

        Args:
            glyph: the character; written in NFC.
            pixels: [height, width] uint8, 0 black, not empty.
            name: of the file that it was or would be, with suffix.

        Raises:
            DataFormatError: the image has no pixels, or the character leaves no ink.
            UsageError: the disk is full.
        """
        glyph = normalise(glyph)
        if not pixels.size or pixels.ndim != 2 or not leaves_ink(glyph):
            raise DataFormatError(f"{name}: needs grey pixels and a character that prints")
        told = read_name(name)
        height, width = pixels.shape
        self._rows.append((
            self.count,
            self._labels.setdefault(glyph, len(self._labels)),
            KINDS.index(told.kind),
            self._source(told.line),
            self._source(told.font),
            _stored(name),
            height,
            width,
            _encode(pixels),
        ))  # fmt: skip
        self.count += 1
        if len(self._rows) == ROWS:
            self._flush()

    def _source(self, name: str | None) -> int | None:
        return None if name is None else self._sources.setdefault(name, len(self._sources))

    def _flush(self) -> None:
        try:
            self._file.executemany("INSERT INTO sample VALUES (?,?,?,?,?,?,?,?,?)", self._rows)
        except sqlite3.Error as error:
            raise UsageError(f"{self.path}: cannot be written ({error})") from error
        self._rows.clear()

    def close(self) -> None:
        """Finish the file and give it its name.

        Raises:
            UsageError: it cannot be written.
        """
        self._flush()
        tables = {"label": self._labels, "source": self._sources}
        try:
            for table, numbers in tables.items():
                rows = ((number, _stored(name)) for name, number in numbers.items())
                self._file.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
            self._file.execute("INSERT INTO meta VALUES ('samples', ?)", (str(self.count),))
            self._file.execute("COMMIT")
            self._file.close()
            with self._part.open("rb+") as file:
                os.fsync(file.fileno())
            self._part.replace(self.path)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"{self.path}: cannot be written ({error})") from error

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Finish the file, or remove what there is of it after an error."""
        try:
            if error is None:
                self.close()
        finally:
            with suppress(sqlite3.Error):
                self._file.close()
            self._part.unlink(missing_ok=True)


def _stored(name: str) -> str | bytes:
    """A name as SQLite can hold it: one with bytes that are not UTF-8 as its bytes."""
    coded = os.fsencode(name)
    try:
        return coded.decode()
    except UnicodeDecodeError:
        return coded


def _encode(pixels: Grey) -> bytes:
    """Grey bytes or a PNG, whichever is shorter; never a PNG as long as the grey bytes."""
    plain = pixels.tobytes()
    if len(plain) <= TINY:
        return plain
    packed = as_png(pixels)
    return packed if len(packed) < len(plain) else plain
