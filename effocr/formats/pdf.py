"""Document -> searchable PDF: the pages as they look, with the text that was read lying over them.

The pages of a PDF are kept as they are; images become pages, JPEG files without being compressed
again, others without loss. Needs pikepdf (the extra `pdf`).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from effocr.document import Document, Page
from effocr.errors import DataFormatError, ImageError, MissingDependencyError
from effocr.formats.languages import language_tags
from effocr.formats.pdf_image import USUAL_DPI, file_object, image_object
from effocr.formats.pdf_old_text import picture_of_page, strip_invisible_text, with_text
from effocr.formats.pdf_text import Characters, make_font, text_layer
from effocr.formats.shared import program
from effocr.formats.xml import source_name
from effocr.pdfium import TextLayer, is_digital

if TYPE_CHECKING:
    import pikepdf

__all__ = ["document_to_pdf", "require_pikepdf", "text_only_pdf"]

logger = logging.getLogger(__name__)

_TESSERACTS_FONT: Final = "f-0-0"  # OCRmyPDF takes over no font of another name
_POINTS: Final = 72.0  # per inch
_LEAST_PT, _LARGEST_PT = 3.0, 14_400.0  # side of a page that PDF allows
_HEAD: Final = 1024  # bytes in which a PDF begins; some have others before


def document_to_pdf(
    document: Document,
    source: Path | str | bytes,
    *,
    languages: Sequence[str] = (),
    old_text: TextLayer = "auto",
) -> bytes:
    """A PDF with all pages of the document.

    Pages of a PDF that hold text already do not get it twice, see `old_text`.

    Args:
        document: what was read.
        source: the image file or PDF that it was read from; a path, or its content. Page n of the
            document is the n-th image of the file, or its n-th page.
        languages: codes of the model's languages, the main one first.
        old_text: of pages of a PDF that hold text: `redo` takes it out (see
            `effocr.formats.pdf_old_text`) and lays the document's over them, with `keep` and `skip`
            they stay as they are, and with `auto` those do that were made of text.

    Raises:
        ImageError: `source` cannot be read; the message is the reason, without the path.
        DataFormatError: it is a PDF without such a page, or one that needs a password.
        MissingDependencyError: pikepdf is not installed.
    """
    require_pikepdf()
    import pikepdf

    content = _content(source)
    characters = Characters()
    if b"%PDF-" in content[:_HEAD]:
        try:
            pdf = pikepdf.open(io.BytesIO(content))
        except pikepdf.PasswordError as error:
            raise DataFormatError("the PDF needs a password: take it off first") from error
        except pikepdf.PdfError as error:
            reason = str(error).rpartition(": ")[2]  # before it stands which stream
            raise DataFormatError(f"a damaged PDF ({reason})") from error
        pages = _laid_over_all(pdf, content, document.pages, characters, old_text)
    else:
        pdf = pikepdf.new()
        pages = [_new_page(pdf, page, content, characters) for page in document.pages]
    if "/Title" not in pdf.docinfo:
        pdf.docinfo["/Title"] = source_name(document.source)
    return _finished(pdf, pages, characters, languages)


def text_only_pdf(page: Page, *, languages: Sequence[str] = ()) -> bytes:
    """A PDF page of the size of the image with nothing but the invisible text, to be laid over it.

    Args:
        page: what was read; its `dpi` tells the size, 300 where that is not known.
        languages: codes of the model's languages, the main one first.

    Raises:
        MissingDependencyError: pikepdf is not installed.
    """
    require_pikepdf()
    import pikepdf

    pdf, characters = pikepdf.new(), Characters(_TESSERACTS_FONT)
    scale = _scale(page, page.dpi or USUAL_DPI)
    own = _blank_page(pdf, page, scale)
    to_user = (scale, 0, 0, -scale, 0, page.height * scale)
    own.Contents = pdf.make_stream(text_layer(page, to_user, characters))
    return _finished(pdf, [own], characters, languages)


def require_pikepdf() -> None:
    """See that PDF files can be written.

    Raises:
        MissingDependencyError: pikepdf is not installed.
    """
    if find_spec("pikepdf") is None:
        raise MissingDependencyError("PDF output needs pikepdf: pip install 'effocr[pdf]'")


def _finished(
    pdf: pikepdf.Pdf,
    pages: Sequence[pikepdf.Page],
    characters: Characters,
    languages: Sequence[str],
) -> bytes:
    """The file, with the font of its text layers."""
    import pikepdf

    font = make_font(pdf, characters)
    for page in pages:
        page.add_resource(font, pikepdf.Name.Font, pikepdf.Name("/" + characters.font_name))
    if tags := language_tags(languages):
        pdf.Root.Lang = pikepdf.String(tags[0])
    pdf.docinfo["/Producer"] = program()
    written = io.BytesIO()
    pdf.save(written, deterministic_id=True)
    return written.getvalue()


def _content(source: Path | str | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise ImageError(f"cannot be opened ({error.strerror})") from error


def _laid_over_all(
    pdf: pikepdf.Pdf,
    content: bytes,
    pages: Sequence[Page],
    characters: Characters,
    old_text: TextLayer,
) -> list[pikepdf.Page]:
    """Pages of the PDF, with the text laid over them instead of what they hold.

    Raises:
        DataFormatError: there is no such page, or one is damaged.
    """
    for page in pages:
        if not 1 <= page.number <= len(pdf.pages):
            raise DataFormatError(f"the PDF has no page {page.number}, only {len(pdf.pages)}")
    pages = [page for page in pages if page.width and page.height]  # others could not be read
    old = with_text(content, [page.number for page in pages])
    if old and old_text != "redo":
        stay = with_text(content, old, is_digital) if old_text == "auto" else old
        pages = [page for page in pages if page.number not in stay]
        old = old - stay
    if old:
        for number in sorted(old):
            strip_invisible_text(pdf, pdf.pages[number - 1])
        stripped = io.BytesIO()
        pdf.save(stripped)
        left = with_text(stripped.getvalue(), old)
        for page in pages:
            if page.number in left:
                logger.warning("page %d holds visible text: it becomes a picture", page.number)
                _become_picture(pdf, page, content)
    return [_laid_over(pdf, page, characters) for page in pages]


def _become_picture(pdf: pikepdf.Pdf, page: Page, content: bytes) -> None:
    """Replace what a page shows by a picture of it; its annotations stay."""
    import pikepdf

    own = pdf.pages[page.number - 1]
    image = picture_of_page(content, page.number, page.dpi or USUAL_DPI)
    own.obj.Resources = pikepdf.Dictionary()
    name = own.add_resource(image_object(pdf, image), pikepdf.Name.XObject, pikepdf.Name.Scan)
    a, b, c, d, e, f = _to_user(own, page)
    width, height = page.width, page.height  # of the image a PDF knows a square of 1 x 1, upright
    matrix = (width * a, width * b, -height * c, -height * d, height * c + e, height * d + f)
    numbers = " ".join(f"{number:.5f}" for number in matrix)
    own.Contents = pdf.make_stream(f"q {numbers} cm {name} Do Q\n".encode("ascii"))


def _laid_over(pdf: pikepdf.Pdf, page: Page, characters: Characters) -> pikepdf.Page:
    """A page of the PDF, with the text laid over it."""
    own = pdf.pages[page.number - 1]
    layer = text_layer(page, _to_user(own, page), characters)
    own.contents_add(b"q\n", prepend=True)  # whatever it does to the space, the text does not see
    own.contents_add(b"\nQ\n" + layer)
    return own


def _to_user(own: pikepdf.Page, page: Page) -> tuple[float, ...]:
    """The map from pixels of the page as it is shown, top left first, to its user space."""
    left, bottom, right, top = _shown(own)
    stated = own.get("/Rotate", 0)
    turn = int(stated) % 360 if isinstance(stated, int | Decimal) else 0
    wide, high = right - left, top - bottom
    if turn in (90, 270):
        wide, high = high, wide
    x, y = wide / page.width, high / page.height
    match turn:
        case 90:
            return (0, x, y, 0, left, bottom)
        case 180:
            return (-x, 0, 0, y, right, bottom)
        case 270:
            return (0, -x, -y, 0, right, top)
        case _:
            return (x, 0, 0, -y, left, top)


def _shown(own: pikepdf.Page) -> tuple[float, float, float, float]:
    """The part of a page that is shown: its crop box inside of its media box."""
    boxes = []
    for box in (own.mediabox, own.cropbox):
        x0, y0, x1, y1 = (float(edge) for edge in box)
        boxes.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    (a, b, c, d), (left, bottom, right, top) = boxes
    return (max(a, left), max(b, bottom), min(c, right), min(d, top))


def _new_page(pdf: pikepdf.Pdf, page: Page, content: bytes, characters: Characters) -> pikepdf.Page:
    """A page with the image and its text.

    Raises:
        ImageError: the image cannot be read.
    """
    import pikepdf

    picture, dpi = file_object(pdf, content, page.number - 1)
    scale = _scale(page, page.dpi or dpi)
    width, height = page.width * scale, page.height * scale
    own = _blank_page(pdf, page, scale)
    name = own.add_resource(picture, pikepdf.Name.XObject, pikepdf.Name.Scan)
    shown = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm {name} Do Q\n".encode("ascii")
    layer = text_layer(page, (scale, 0, 0, -scale, 0, height), characters)
    own.Contents = pdf.make_stream(shown + layer)
    return own


def _scale(page: Page, dpi: float) -> float:
    """Points a pixel, so that no side is longer than PDF allows."""
    return min(_POINTS / dpi, _LARGEST_PT / max(page.width, page.height, 1))


def _blank_page(pdf: pikepdf.Pdf, page: Page, scale: float) -> pikepdf.Page:
    """A page of the PDF of the image's size; one that PDF takes for too small gets a margin."""
    width, height = (max(round(side * scale, 4), _LEAST_PT) for side in (page.width, page.height))
    return pdf.add_blank_page(page_size=(width, height))
