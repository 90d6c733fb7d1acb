"""Pages of a PDF as pdfium sees them: their text, and the size that they are drawn in.

pdfium must not be called by two threads at once, whatever they read: everything here is called
with PDFIUM_LOCK held.
"""

from __future__ import annotations

import math
import threading
from typing import Any, Final, Literal

__all__ = [
    "COVERS",
    "PDFIUM_LOCK",
    "POINTS",
    "TextLayer",
    "drawing_scale",
    "drawn_size",
    "has_text",
    "is_digital",
]

TextLayer = Literal["auto", "keep", "skip", "redo"]
"""What is done with pages that hold text already: `keep` it, `skip` the page, or `redo`: read it;
`auto` keeps the text of pages that were made of text, and reads scans that an OCR program read."""

PDFIUM_LOCK: Final = threading.RLock()

POINTS: Final = 72  # to the inch
COVERS: Final = 0.7  # of the page, and images are a scan of it
STAMP: Final = 300  # visible characters on a scan; fewer are a stamp or a note of the library
_TEXT, _IMAGE = 1, 3  # FPDF_PAGEOBJ_TEXT, FPDF_PAGEOBJ_IMAGE
_HIDDEN: Final = (3, 7)  # render modes: neither filled nor stroked
_DEEPEST: Final = 8  # forms in forms


def drawing_scale(page: Any, dpi: float) -> float:
    """Pixels for a point, so that sides are rounded to the nearest pixel.

    pypdfium2 rounds them up, which draws many a scan a pixel wider or higher than its image.

    Args:
        page: of pypdfium2.
        dpi: resolution.
    """
    sides = [max(float(side), 1e-6) for side in page.get_size()]
    return min(max(round(side * dpi / POINTS), 1) / side for side in sides) * (1 - 1e-6)


def drawn_size(page: Any, dpi: float) -> tuple[int, int]:
    """Width and height, pixels, of the page drawn with `drawing_scale`."""
    scale = drawing_scale(page, dpi)
    width, height = (max(math.ceil(side * scale), 1) for side in page.get_size())
    return width, height


def has_text(page: Any) -> bool:
    """Whether a page holds text, visible or not."""
    text = page.get_textpage()
    found = bool(text.get_text_range().strip()) if text.count_chars() else False
    text.close()
    return found


def is_digital(page: Any) -> bool:
    """Whether a page was made of text, and is no scan with the text of an OCR program.

    It has visible text, and on a page that images cover, more than a stamp would have. What an
    image lies upon is not visible.
    """
    text = page.get_textpage()
    visible, covered = 0, 0.0
    width, height = page.get_size()
    for one in page.get_objects(filter=[_TEXT, _IMAGE], max_depth=_DEEPEST):
        if one.type == _TEXT:
            visible += _visible(one, text)
            continue
        left, bottom, right, top = one.get_bounds()
        share = (right - left) * (top - bottom) / max(width * height, 1e-6)
        covered += share
        if share >= COVERS:
            visible = 0
    text.close()
    return visible > (STAMP if covered >= COVERS else 0)


def _visible(one: Any, text: Any) -> int:
    """Characters of a text object that can be seen."""
    import pypdfium2.raw as pdfium

    if pdfium.FPDFTextObj_GetTextRenderMode(one.raw) in _HIDDEN:
        return 0
    size = pdfium.FPDFTextObj_GetText(one.raw, text.raw, None, 0)  # bytes, with the end
    units = (pdfium.FPDF_WCHAR * (size // 2))()
    pdfium.FPDFTextObj_GetText(one.raw, text.raw, units, size)
    return len("".join(bytes(units).decode("utf-16-le", "replace").rstrip("\0").split()))
