"""Pages whose text is known: how well and how fast they are read."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rapidfuzz.distance import Levenshtein

from effocr.data.line_pairs import TEXT_SUFFIX
from effocr.data.records import Skipped, is_image
from effocr.document import Document
from effocr.errors import UsageError
from effocr.metrics.text import treat
from effocr.pipeline.pages import PageReader
from effocr.pipeline.reader import ReadFailure

__all__ = [
    "Leniency",
    "PageFile",
    "PageRow",
    "PagesReport",
    "evaluate_pages",
    "page_edits",
    "read_page_set",
]

MOST_HEADS: Final = 2  # lines at the top, and at the bottom, that may be a head or a page number
_LINE_END_HYPHEN = re.compile(r"[-\u00ac\u2010\u2e17]\s*\n\s*")
_WHITE_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Leniency:
    """What is disregarded when texts of pages are compared.

    Attributes:
        white_space: all of it, also in the lengths that edits are divided by.
        hyphens: those at line ends of the text that was read, with the line end.
        heads: up to two lines at the top and at the bottom of the text that was read, where the
            rest is closer to the reference without them: running heads and page numbers.
    """

    white_space: bool = False
    hyphens: bool = False
    heads: bool = False


@dataclass(frozen=True, slots=True)
class PageFile:
    """An image of a page and its text."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """How a page was read.

    Attributes:
        path: of its image.
        lines: found.
        edits: least insertions, deletions and substitutions.
        length: of the reference, characters.
        problem: why it could not be read; it counts as empty.
    """

    path: Path
    lines: int
    edits: int
    length: int
    problem: str | None = None

    @property
    def cer(self) -> float:
        """Edits per character of the reference."""
        return self.edits / max(self.length, 1)


@dataclass(frozen=True, slots=True)
class PagesReport:
    """How a set of pages was read.

    Attributes:
        rows: one for each page.
        seconds: from the first file opened to the last text there, the model loaded before.
    """

    rows: tuple[PageRow, ...]
    seconds: float

    def as_json(self) -> dict[str, float | int]:
        """The figures, CER in percent."""
        lines = sum(row.lines for row in self.rows)
        edits, length = sum(row.edits for row in self.rows), sum(row.length for row in self.rows)
        return {
            "pages": len(self.rows),
            "lines": lines,
            "cer": round(100 * edits / max(length, 1), 3),
            "lines_s": round(lines / max(self.seconds, 1e-9), 1),
            "seconds_page": round(self.seconds / max(len(self.rows), 1), 3),
        }


def read_page_set(folder: Path) -> tuple[list[PageFile], list[Skipped]]:
    """Images of a folder with NAME.gt.txt beside them, by name, and what was left out.

    Raises:
        UsageError: the folder is missing or holds no such pair.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    pages: list[PageFile] = []
    skipped: list[Skipped] = []
    for path in sorted(folder.iterdir()):
        if not is_image(path):
            continue
        text = path.with_name(path.stem + TEXT_SUFFIX)
        try:
            pages.append(PageFile(path, text.read_text("utf-8-sig")))
        except OSError:
            skipped.append(Skipped(str(path), f"no {text.name} beside it"))
        except UnicodeDecodeError:
            skipped.append(Skipped(str(path), f"{text.name} is not UTF-8"))
    if not pages:
        raise UsageError(f"{folder}: no page image with a {TEXT_SUFFIX} file beside it")
    return pages, skipped


def evaluate_pages(
    pages: Sequence[PageFile], reader: PageReader, leniency: Leniency, *, raw: bool = False
) -> PagesReport:
    """Read pages and compare their texts with the known ones.

    Args:
        pages: at least one.
        reader: of pages.
        leniency: what is disregarded.
        raw: compare the texts as they are, without `effocr.metrics.text.treat`.
    """
    begun = time.perf_counter()
    read = []
    for result in reader.read_many([page.path for page in pages]):
        text = "" if isinstance(result, ReadFailure) else result.text
        read.append((result, text))
    seconds = time.perf_counter() - begun
    rows = [
        _row(page, result, text, leniency, raw=raw)
        for page, (result, text) in zip(pages, read, strict=True)
    ]
    return PagesReport(tuple(rows), seconds)


def _row(
    page: PageFile, result: Document | ReadFailure, text: str, leniency: Leniency, *, raw: bool
) -> PageRow:
    """One page, compared."""
    edits, length = page_edits(page.text, text, leniency, raw=raw)
    if isinstance(result, ReadFailure):
        return PageRow(page.path, 0, edits, length, result.reason)
    return PageRow(page.path, len(result.lines), edits, length)


def page_edits(reference: str, read: str, leniency: Leniency, *, raw: bool) -> tuple[int, int]:
    """Edits between two texts of a page, and the length of the reference as it was compared."""
    plain = "\n".join(_filled_lines(reference))
    wanted = _prepared(plain, Leniency(white_space=leniency.white_space), raw)
    tops = range(MOST_HEADS + 1) if leniency.heads else range(1)
    lines = _filled_lines(read)
    ways = {(top, bottom) for top in tops for bottom in tops if top + bottom <= len(lines)}
    edits = min(
        Levenshtein.distance(
            wanted, _prepared("\n".join(lines[top : len(lines) - bottom]), leniency, raw)
        )
        for top, bottom in ways
    )
    return edits, len(wanted)


def _filled_lines(text: str) -> list[str]:
    """Lines that are not blank: how paragraphs are parted and files end is no matter of reading."""
    return [line for line in text.splitlines() if line.strip()]


def _prepared(text: str, leniency: Leniency, raw: bool) -> str:
    """A text as it is compared."""
    if leniency.hyphens:
        text = _LINE_END_HYPHEN.sub("", text)
    if not raw:
        text = treat(text)
    return _WHITE_SPACE.sub("", text) if leniency.white_space else text
