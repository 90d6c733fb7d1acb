"""Any input -> its pages: an image, all images of a TIFF, the pages of a PDF.

Opening tells what pages there are; each is loaded when it is read, so that memory holds few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from effocr.document import Page
from effocr.errors import ImageError
from effocr.pipeline.images import (
    Grey,
    ImageSource,
    count_frames,
    is_path,
    load_frame,
    load_image,
)
from effocr.pipeline.page_range import PageRange
from effocr.pipeline.pdf_pages import PdfFile, is_pdf
from effocr.pipeline.text_layer import page_of_text

__all__ = ["LoadedPage", "PageChoice", "PageSource", "TextLayer", "open_pages"]

TextLayer = Literal["keep", "skip", "redo"]
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True)
class PageChoice:
    """Which pages are read, and how they are drawn.

    Attributes:
        pages: by number.
        dpi: resolution that PDF pages are drawn at; None: one that suits each.
        text_layer: of a PDF page that holds text already: `keep` gives that text, `skip` leaves
            the page out, `redo` reads it like any other.
    """

    pages: PageRange = field(default_factory=PageRange)
    dpi: int | None = None
    text_layer: TextLayer = "redo"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPage:
    """A page to be read.

    Attributes:
        grey: [height, width] uint8.
        dpi: resolution; None: not known.
        known: what is on it, where that is known already and it need not be read.
    """

    grey: Grey
    dpi: float | None = None
    known: Page | None = None


@dataclass(frozen=True, slots=True)
class PageSource:
    """A page that can be loaded.

    Attributes:
        number: from 1.
        load: loads it, in any thread; raises ImageError with the reason, without the path.
    """

    number: int
    load: Callable[[], LoadedPage]


def open_pages(
    source: ImageSource, choice: PageChoice
) -> tuple[list[PageSource], Callable[[], None]]:
    """The pages of an input that are to be read, and what closes it once all are loaded.

    Raises:
        ImageError: it cannot be read, or has none of these pages; without the path.
    """
    if is_pdf(source):
        return _pdf_pages(source, choice)  # type: ignore[arg-type] # told by is_pdf
    count = count_frames(source) if _is_tiff(source) else 1  # type: ignore[arg-type]
    numbers = _chosen(choice.pages, count)
    if count == 1:
        return [PageSource(1, lambda: LoadedPage(load_image(source)))], _nothing
    return [PageSource(number, _frame(source, number)) for number in numbers], _nothing


def _nothing() -> None:
    """What closes an input that is not held open."""


def _frame(source: ImageSource, number: int) -> Callable[[], LoadedPage]:
    """Loads one image of a TIFF."""
    return lambda: LoadedPage(load_frame(source, number - 1))  # type: ignore[arg-type]


def _is_tiff(source: ImageSource) -> bool:
    """Whether a file is a TIFF, the one kind whose images are pages."""
    if is_path(source):
        try:
            with open(source, "rb") as file:  # type: ignore[arg-type] # noqa: PTH123
                return file.read(4) in _TIFF
        except (OSError, ValueError):
            return False  # loading it says what is wrong
    return isinstance(source, (bytes, bytearray)) and bytes(source[:4]) in _TIFF


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
    source: str | bytes, choice: PageChoice
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
    return [PageSource(n, lambda n=n: _pdf_page(file, n, choice)) for n in numbers], file.close  # type: ignore[misc]


def _pdf_page(file: PdfFile, number: int, choice: PageChoice) -> LoadedPage:
    """One page of a PDF, drawn."""
    grey, dpi = file.render(number, choice.dpi)
    if choice.text_layer != "keep" or not file.has_text(number):
        return LoadedPage(grey, dpi)
    size = grey.shape[1], grey.shape[0]
    known = page_of_text(file.text(number, dpi), number=number, size=size, dpi=dpi)
    return LoadedPage(grey, dpi, known)
