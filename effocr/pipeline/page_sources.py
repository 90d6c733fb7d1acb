"""Any input -> its pages: an image, all images of a TIFF, the pages of a PDF.

Opening tells what pages there are; each is loaded when it is read, so that memory holds few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from effocr.document import Page
from effocr.errors import ImageError
from effocr.pdfium import TextLayer
from effocr.pipeline.images import (
    Grey,
    ImageSource,
    count_frames,
    load_frame,
    load_image,
)
from effocr.pipeline.page_range import PageRange
from effocr.pipeline.pdf_pages import PdfFile, is_pdf
from effocr.pipeline.text_layer import page_of_text

__all__ = ["LoadedPage", "PageChoice", "PageSource", "open_pages"]

_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True)
class PageChoice:
    """Which pages are read, and how they are drawn.

    Attributes:
        pages: by number, of PDFs and of TIFFs of several images; any other image is read.
        dpi: resolution that PDF pages are drawn at; None: one that suits each.
        text_layer: what is done with a PDF page that holds text already.
    """

    pages: PageRange = field(default_factory=PageRange)
    dpi: int | None = None
    text_layer: TextLayer = "auto"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPage:
    """A page to be read.

    Attributes:
        grey: [height, width] uint8.
        dpi: resolution; None: not known.
    """

    grey: Grey
    dpi: float | None = None


def _nothing() -> None:
    """What closes an input that is not held open, and what is known of a page to be read."""


@dataclass(frozen=True, slots=True)
class PageSource:
    """A page that can be loaded.

    Attributes:
        number: from 1.
        load: loads it, in any thread; raises ImageError with the reason, without the path.
        known: what is on it, where that is known and it need not be read; else None. In any thread,
            and with the errors of `load`.
    """

    number: int
    load: Callable[[], LoadedPage]
    known: Callable[[], Page | None] = _nothing


def open_pages(
    source: ImageSource, choice: PageChoice
) -> tuple[list[PageSource], Callable[[], None]]:
    """The pages of an input that are to be read, and what closes it once all are loaded.

    Raises:
        ImageError: it cannot be read, or has none of these pages; without the path.
    """
    file = _file(source)
    if file is not None and is_pdf(file):
        return _pdf_pages(file, choice)
    count = count_frames(file) if file is not None and _is_tiff(file) else 1
    if file is None or count == 1:
        return [PageSource(1, lambda: LoadedPage(load_image(source)))], _nothing
    numbers = _chosen(choice.pages, count)
    return [PageSource(number, partial(_frame, file, number)) for number in numbers], _nothing


def _file(source: ImageSource) -> str | Path | bytes | None:
    """The path or the bytes of a file; None for pixels."""
    if isinstance(source, (bytearray, memoryview)):
        return bytes(source)
    return source if isinstance(source, (str, Path, bytes)) else None


def _frame(file: str | Path | bytes, number: int) -> LoadedPage:
    """One image of a TIFF."""
    return LoadedPage(load_frame(file, number - 1))


def _is_tiff(file: str | Path | bytes) -> bool:
    """Whether a file is a TIFF, the one kind whose images are pages."""
    if isinstance(file, bytes):
        return file[:4] in _TIFF
    try:
        with Path(file).open("rb") as opened:
            return opened.read(4) in _TIFF
    except (OSError, ValueError):
        return False  # loading it says what is wrong


def _chosen(pages: PageRange, count: int) -> list[int]:
    """Numbers of the pages to be read.

    Raises:
        ImageError: there is none of them.
    """
    numbers = pages.of(count)
    if not numbers:
        raise ImageError(f"has {count} page{'s' * (count > 1)}, none of those asked for")
    return numbers


def _pdf_pages(
    source: str | Path | bytes, choice: PageChoice
) -> tuple[list[PageSource], Callable[[], None]]:
    """The pages of a PDF."""
    file = PdfFile(source)
    try:
        numbers = _chosen(choice.pages, len(file))
        if choice.text_layer == "skip":
            numbers = [number for number in numbers if not file.has_text(number)]
    except ImageError:
        file.close()
        raise
    pages = [
        PageSource(
            number,
            partial(_drawn, file, number, choice.dpi),
            partial(_known, file, number, choice),
        )
        for number in numbers
    ]
    return pages, file.close


def _drawn(file: PdfFile, number: int, dpi: int | None) -> LoadedPage:
    """A page of a PDF, drawn."""
    return LoadedPage(*file.render(number, dpi))


def _known(file: PdfFile, number: int, choice: PageChoice) -> Page | None:
    """The text that a page of a PDF holds, where that is kept; nothing is drawn."""
    match choice.text_layer:
        case "keep":
            kept = file.has_text(number)
        case "auto":
            kept = file.is_digital(number)
        case _:
            kept = False
    if not kept:
        return None
    size, dpi = file.size(number, choice.dpi)
    return page_of_text(file.text(number, dpi), number=number, size=size, dpi=dpi)
