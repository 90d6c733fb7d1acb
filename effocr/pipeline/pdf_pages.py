"""Pages of a PDF as images, and the text that is in them already.

A page is drawn at a resolution that suits what is on it: 300 dpi, or for a scan that of the image
that covers it. pdfium must not be called by two threads at once, so a lock goes around all of it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from effocr.errors import ImageError
from effocr.pdfium import (
    COVERS,
    PDFIUM_LOCK,
    POINTS,
    drawing_scale,
    drawn_size,
    has_text,
    is_digital,
)
from effocr.pipeline.images import MOST_PIXELS, Grey

if TYPE_CHECKING:
    import pypdfium2

    from effocr.document import Box

__all__ = ["USUAL_DPI", "PdfFile", "is_pdf"]

USUAL_DPI: Final = 300
SCAN_DPI: Final = (100, 600)  # an image of less or more is drawn as if of this
_FINER: Final = 16  # pdfium gives places in whole pixels
_PASSWORD_ERROR: Final = 4  # FPDF_ERR_PASSWORD
_IMAGE: Final = 3  # FPDF_PAGEOBJ_IMAGE


def is_pdf(source: object) -> bool:
    """Whether a path or the bytes of a file are a PDF, by their beginning."""
    if isinstance(source, (str, Path)):
        try:
            with Path(source).open("rb") as file:
                head = file.read(1024)
        except (OSError, ValueError):
            return False
    elif isinstance(source, (bytes, bytearray, memoryview)):
        head = bytes(source[:1024])
    else:
        return False
    return b"%PDF-" in head


class PdfFile:
    """An open PDF; may be used by several threads.

    Args:
        source: a path, or the bytes of the file.

    Raises:
        ImageError: it is encrypted or broken, or has no page; the reason, without the path.
    """

    def __init__(self, source: str | Path | bytes) -> None:
        import pypdfium2
        import pypdfium2.raw as pdfium

        given = str(source) if isinstance(source, (str, Path)) else bytes(source)
        with PDFIUM_LOCK:
            # Of a file without pages pdfium says what it said last: not that of another file, then.
            pdfium.FPDF_LoadMemDocument(b"", 0, None)
            try:
                self._file = pypdfium2.PdfDocument(given)
                self._count = len(self._file)
            except pypdfium2.PdfiumError as error:
                raise ImageError(_why_not(error)) from error
            except (OSError, ValueError) as error:
                raise ImageError(f"cannot be opened ({error})") from error
        if not self._count:
            self.close()
            raise ImageError("a PDF without pages")

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Give the file back."""
        with PDFIUM_LOCK:
            self._file.close()

    def size(self, number: int, dpi: int | None = None) -> tuple[tuple[int, int], float]:
        """Width and height in pixels, and resolution, that `render` would draw a page in.

        Raises:
            ImageError: it is damaged.
        """
        with PDFIUM_LOCK, _page(self._file, number) as page:
            used = float(dpi or _suitable_dpi(page))
            return drawn_size(page, used), used

    def render(self, number: int, dpi: int | None = None) -> tuple[Grey, float]:
        """Draw a page.

        Args:
            number: from 1.
            dpi: resolution; None for one that suits the page.

        Returns:
            The page, [height, width] uint8, and its resolution.

        Raises:
            ImageError: it is damaged or too large.
        """
        with PDFIUM_LOCK, _page(self._file, number) as page:
            used = float(dpi or _suitable_dpi(page))
            width, height = drawn_size(page, used)
            if width * height > MOST_PIXELS:
                raise ImageError(
                    f"{width} x {height} at {used:g} dpi is more than "
                    f"{MOST_PIXELS // 10**6} million pixels; give a smaller --dpi"
                )
            drawn = page.render(scale=drawing_scale(page, used), grayscale=True)
            pixels = drawn.to_numpy()
            grey = np.array(pixels[..., 0] if pixels.ndim == 3 else pixels, np.uint8, order="C")
            drawn.close()
        return grey, used

    def text(self, number: int, dpi: float) -> list[tuple[str, Box]]:
        """The text that a page holds already.

        Args:
            number: of the page, from 1.
            dpi: resolution of the pixels.

        Returns:
            Every character and its box in pixels of the page drawn at `dpi`, in the order of the
            PDF; line ends and spaces have no extent.

        Raises:
            ImageError: the page is damaged.
        """
        with PDFIUM_LOCK, _page(self._file, number) as page:
            text = page.get_textpage()
            count = text.count_chars()
            found = [(_character(text, n), _place(page, text, n, dpi)) for n in range(count)]
            text.close()
        return found

    def has_text(self, number: int) -> bool:
        """Whether a page holds text already; from 1.

        Raises:
            ImageError: the page is damaged.
        """
        with PDFIUM_LOCK, _page(self._file, number) as page:
            return has_text(page)

    def is_digital(self, number: int) -> bool:
        """Whether a page was made of text, see `effocr.pdfium.is_digital`; from 1.

        Raises:
            ImageError: the page is damaged.
        """
        with PDFIUM_LOCK, _page(self._file, number) as page:
            return is_digital(page)


@contextmanager
def _page(file: pypdfium2.PdfDocument, number: int) -> Iterator[Any]:
    """A page, open in a `with`; an error of pdfium is one of ours."""
    import pypdfium2

    try:
        page = file[number - 1]
        try:
            yield page
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise ImageError(f"damaged page ({error})") from error


def _why_not(error: Exception) -> str:
    """Why pdfium does not open a file."""
    if getattr(error, "err_code", None) == _PASSWORD_ERROR or "password" in str(error).lower():
        return "an encrypted PDF: take its password off first, for example with qpdf --decrypt"
    return f"a broken PDF, or one without pages ({error})"


def _suitable_dpi(page: Any) -> float:
    """The resolution of the scan that covers the page, else the usual one."""
    width, height = page.get_size()
    for image in page.get_objects(filter=[_IMAGE], max_depth=2):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) < COVERS * width * height:
            continue
        columns, rows = image.get_px_size()
        # The longer side of the one is that of the other, however the page is turned.
        inches = max(right - left, top - bottom) / POINTS
        found = float(max(columns, rows) / max(inches, 1e-6))
        return round(min(max(found, SCAN_DPI[0]), SCAN_DPI[1]), 2)
    return USUAL_DPI


def _character(text: Any, number: int) -> str:
    """One character of a page."""
    import pypdfium2.raw as pdfium

    code = pdfium.FPDFText_GetUnicode(text, number)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _place(page: Any, text: Any, number: int, dpi: float) -> Box:
    """Box of a character in pixels of the page drawn at `dpi`."""
    left, bottom, right, top = text.get_charbox(number)
    corners = list(_on_image(page, ((left, bottom), (right, top)), dpi))
    xs, ys = zip(*corners, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def _on_image(
    page: Any, points: tuple[tuple[float, float], ...], dpi: float
) -> Iterator[tuple[float, float]]:
    """Points of a page, in its own units, as pixels of its image."""
    import pypdfium2.raw as pdfium

    width, height = (side * _FINER for side in drawn_size(page, dpi))
    for x, y in points:
        column, row = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, column, row)
        yield column.value / _FINER, row.value / _FINER
