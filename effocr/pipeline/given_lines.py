"""Lines that ALTO, PAGE-XML or hOCR files give, for pages whose lines need not be found."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from glob import escape
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.errors import DataFormatError, ImageError, UsageError
from effocr.formats.lines_from import read_lines

__all__ = ["GivenLines", "LinesFrom"]

Polygon = npt.NDArray[np.float32]

GivenLines = Callable[[str, int, tuple[int, int]], Sequence[Sequence[Polygon]] | None]
"""Path of an input, number of a page and its width and height in pixels -> outlines of the lines of
each block, in reading order, pixels of the page; None: they have to be found."""

SUFFIXES: Final = (".alto.xml", ".page.xml", ".xml", ".hocr")
SAME_SHAPE: Final = 0.01  # of its height, that an image may be higher or lower than its file says
_KEPT: Final = 256  # pages of files, outlines alone


@dataclass(frozen=True, slots=True, eq=False)
class _Outlines:
    """The lines of a page of a file, in its pixels."""

    number: int
    size: tuple[int, int]
    blocks: tuple[tuple[Polygon, ...], ...]


class LinesFrom:
    """The lines of the pages of one input, or of all inputs; a `GivenLines`.

    Args:
        path: a file for one input; or a folder, where the lines of STEM.png stand in
            STEM.alto.xml, STEM.page.xml, STEM.xml or STEM.hocr, or page by page in
            STEM.p1.page.xml and so on.

    Raises:
        UsageError: there is no such file or folder.
        DataFormatError: the file gives no lines.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise UsageError(f"--lines-from {path}: no such file or folder")
        self._path = path
        self._lock = threading.Lock()
        self._read = lru_cache(_KEPT)(_outlines)
        if not self.is_folder:
            self._read(path)  # what is wrong with the only file is known before reading begins

    @property
    def is_folder(self) -> bool:
        """Whether every input has a file of its own."""
        return self._path.is_dir()

    def __call__(self, path: str, number: int, size: tuple[int, int]) -> list[list[Polygon]]:
        """The lines of a page, see `GivenLines`.

        Raises:
            ImageError: no file gives them, or it gives those of another image.
        """
        files = _beside(self._path, path, number) if self.is_folder else [self._path]
        there = []
        for file in files:
            try:
                with self._lock:
                    pages = self._read(file)
            except DataFormatError as error:
                raise ImageError(f"no lines ({error})") from error
            for page in pages:
                if page.number == number or (len(files) == len(pages) == number == 1):
                    return _scaled(file, page, size)
                there.append(page.number)
        known = ", ".join(str(other) for other in sorted(there))
        raise ImageError(f"page {number} has no lines in {files[0]}, only {known}")


def _outlines(file: Path) -> list[_Outlines]:
    """The pages of a file.

    Raises:
        DataFormatError: it gives no lines.
    """
    return [
        _Outlines(
            page.number,
            (page.width, page.height),
            tuple(
                tuple(np.array(line.polygon, np.float32) for line in block.lines)
                for block in page.blocks
            ),
        )
        for page in read_lines(file)
    ]


def _beside(folder: Path, path: str, number: int) -> list[Path]:
    """The file with the lines of an input, or those of its pages, the likeliest first.

    Raises:
        ImageError: there is none.
    """
    if not path:
        raise ImageError(f"an input without a name has no lines in {folder}; give one file")
    stem = Path(path).stem
    for suffix in SUFFIXES:
        if (file := folder / (stem + suffix)).is_file():
            return [file]
    likely = f"{stem}.p{number}.page.xml"
    paged = sorted(folder.glob(f"{escape(stem)}.p[0-9]*.page.xml"), key=lambda one: one.name)
    if not paged:
        names = ", ".join(stem + suffix for suffix in SUFFIXES)
        raise ImageError(f"no lines for it in {folder}; looked for {names} and {likely}")
    return sorted(paged, key=lambda one: one.name != likely)


def _scaled(file: Path, page: _Outlines, size: tuple[int, int]) -> list[list[Polygon]]:
    """The outlines of a page in pixels of an image of that size.

    Raises:
        ImageError: the image has another shape.
    """
    width, height = (max(side, 1) for side in page.size)
    scale = size[0] / width, size[1] / height
    if abs(scale[0] * height - size[1]) > max(SAME_SHAPE * size[1], 1.0):
        raise ImageError(
            f"the lines in {file} are those of an image of {width} x {height} pixels, and this one "
            f"has {size[0]} x {size[1]}: another page, or turned or cut since"
        )
    by = np.array(scale, np.float32)
    return [[polygon * by for polygon in block] for block in page.blocks]
