"""Text that the pages of a PDF hold already, taken out before new text is laid over them.

Invisible text (render mode 3), which is what OCR programs lay over scans, is taken out of the
page's content and of the forms that it draws. Where text is left after that, it is part of how the
page looks or hidden in some other way; such a page becomes a picture of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from effocr.errors import DataFormatError
from effocr.pdfium import PDFIUM_LOCK, drawing_scale, has_text

if TYPE_CHECKING:
    import pikepdf
    from PIL import Image

__all__ = ["picture_of_page", "strip_invisible_text", "with_text"]

INVISIBLE: Final = 3  # render mode: neither filled nor stroked
_SHOWING: Final = frozenset({"Tj", "TJ", "'", '"'})
_DEEPEST: Final = 8  # forms in forms


def with_text(
    content: bytes, numbers: Iterable[int], kind: Callable[[Any], bool] = has_text
) -> set[int]:
    """Which pages hold text of a kind, see `effocr.pdfium`; visible or not by default.

    Args:
        content: of the PDF.
        numbers: of the pages to look at, from 1.
        kind: of the text; tells it of a page of pypdfium2.

    Raises:
        DataFormatError: a page is damaged.
    """
    import pypdfium2

    found = set()
    with PDFIUM_LOCK:
        try:
            with pypdfium2.PdfDocument(content) as file:
                for number in numbers:
                    page = file[number - 1]
                    if kind(page):
                        found.add(number)
                    page.close()
        except pypdfium2.PdfiumError as error:
            raise DataFormatError(f"a damaged PDF ({error})") from error
    return found


def picture_of_page(content: bytes, number: int, dpi: float) -> Image.Image:
    """Draw a page in colour, upright, without its annotations.

    Args:
        content: of the PDF.
        number: of the page, from 1.
        dpi: resolution.

    Raises:
        DataFormatError: the page is damaged.
    """
    import pypdfium2

    with PDFIUM_LOCK:
        try:
            with pypdfium2.PdfDocument(content) as file:
                page = file[number - 1]
                scale = drawing_scale(page, dpi)
                image: Image.Image = page.render(scale=scale, draw_annots=False).to_pil()
                image = image.convert("RGB")
                page.close()
                return image
        except pypdfium2.PdfiumError as error:
            raise DataFormatError(f"a damaged PDF ({error})") from error


def strip_invisible_text(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Take the invisible text out of a page; what other pages share with it stays as it is.

    A text object that shows visible text, too, stays whole: its places depend on each other.

    Raises:
        DataFormatError: the content of the page is damaged.
    """
    import pikepdf

    page.obj.Resources = resources = _copied(page.resources)
    try:
        content = _stripped(pdf, page, resources, _Mode(), _DEEPEST)
    except (pikepdf.PdfError, TypeError, IndexError) as error:  # also operands that are none
        raise DataFormatError(f"a damaged page ({error})") from error
    page.Contents = pdf.make_stream(content)


class _Mode:
    """The render mode of text, as the operators that were followed leave it."""

    def __init__(self, mode: int = 0) -> None:
        self.now = mode
        self._saved: list[int] = []

    def follow(self, operator: str, operands: Any) -> None:
        if operator == "q":
            self._saved.append(self.now)
        elif operator == "Q" and self._saved:
            self.now = self._saved.pop()
        elif operator == "Tr":
            self.now = int(operands[0])


def _copied(given: Any) -> pikepdf.Dictionary:
    """Resources of one page or form alone, down to the list of its forms."""
    import pikepdf

    copied = pikepdf.Dictionary({} if given is None else dict(given.items()))
    if "/XObject" in copied:
        copied.XObject = pikepdf.Dictionary(dict(copied.XObject.items()))
    return copied


def _stripped(
    pdf: pikepdf.Pdf, source: Any, resources: pikepdf.Dictionary, mode: _Mode, depth: int
) -> bytes:
    """The content of a page or form without invisible text; forms that it draws are replaced."""
    import pikepdf

    kept: list[Any] = []
    shown: dict[int, int] = {}  # by the text object being read: where, and in which mode
    done: set[str] = set()
    for instruction in pikepdf.parse_content_stream(source):
        name = str(instruction.operator)
        mode.follow(name, instruction.operands)
        if name in _SHOWING:
            shown[len(kept)] = mode.now
        elif name == "Do":
            drawn = str(instruction.operands[0])
            if drawn not in done and depth:
                done.add(drawn)
                _strip_form(pdf, resources, drawn, mode.now, depth - 1)
        kept.append(instruction)
        if name == "ET":
            if all(one == INVISIBLE for one in shown.values()):
                kept = [one for place, one in enumerate(kept) if place not in shown]
            shown = {}
    return pikepdf.unparse_content_stream(kept)


def _strip_form(
    pdf: pikepdf.Pdf, resources: pikepdf.Dictionary, name: str, mode: int, depth: int
) -> None:
    """Replace a form by one without invisible text."""
    import pikepdf

    forms: Any = resources.get("/XObject", pikepdf.Dictionary())
    form = forms.get(name)
    if form is None or form.get("/Subtype") != pikepdf.Name.Form:
        return
    own = _copied(form.get("/Resources"))
    content = _stripped(pdf, form, own, _Mode(mode), depth)
    made = pdf.make_stream(content)
    for key, value in form.items():
        if key not in ("/Length", "/Filter", "/DecodeParms", "/Resources"):
            made[key] = value
    if "/Resources" in form:
        made.Resources = own
    forms[name] = made
