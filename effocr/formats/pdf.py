"""Document -> searchable PDF: the pages as they look, with the text that was read lying over them.

The pages of a PDF are kept as they are; images become pages, JPEG files without being compressed
again, others without loss. Needs pikepdf (the extra `pdf`).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from effocr.data.records import BROKEN_IMAGE, EXIF_ORIENTATION
from effocr.document import Document, Page
from effocr.errors import DataFormatError, ImageError, MissingDependencyError
from effocr.formats.languages import language_tags
from effocr.formats.pdf_text import FONT_NAME, Characters, make_font, text_layer
from effocr.formats.shared import program
from effocr.formats.xml import source_name

if TYPE_CHECKING:
    import pikepdf
    from PIL import Image

__all__ = ["document_to_pdf", "require_pikepdf"]

_USUAL_DPI: Final = 300.0
_LEAST_DPI, _MOST_DPI = 50.0, 2400.0  # others are mistakes of the file
_POINTS: Final = 72.0  # per inch
_LARGEST_PT: Final = 14_400.0  # that PDF allows
_COLOURS: Final = {"1": 1, "L": 1, "RGB": 3}
_UPRIGHT: Final = 1  # of EXIF


def document_to_pdf(
    document: Document, source: Path | str | bytes, *, languages: Sequence[str] = ()
) -> bytes:
    """A PDF with all pages of the document.

    Args:
        document: what was read.
        source: the image file or PDF that it was read from; a path, or its content. Page n of the
            document is the n-th image of the file, or its n-th page.
        languages: codes of the model's languages, the main one first.

    Raises:
        ImageError: `source` cannot be read; the message is the reason, without the path.
        DataFormatError: it is a PDF without such a page, or one that needs a password.
        MissingDependencyError: pikepdf is not installed.
    """
    require_pikepdf()
    import pikepdf

    content = _content(source)
    characters = Characters()
    if content.startswith(b"%PDF-"):
        try:
            pdf = pikepdf.open(io.BytesIO(content))
        except pikepdf.PasswordError as error:
            raise DataFormatError("the PDF needs a password: take it off first") from error
        except pikepdf.PdfError as error:
            raise DataFormatError(f"a damaged PDF ({error})") from error
        pages = [_laid_over(pdf, page, characters) for page in document.pages]
    else:
        pdf = pikepdf.new()
        pages = [_new_page(pdf, page, content, characters) for page in document.pages]
    font = make_font(pdf, characters)
    for page in pages:
        page.add_resource(font, pikepdf.Name.Font, pikepdf.Name("/" + FONT_NAME))
    if tags := language_tags(languages):
        pdf.Root.Lang = pikepdf.String(tags[0])
    pdf.docinfo["/Producer"] = program()
    if "/Title" not in pdf.docinfo:
        pdf.docinfo["/Title"] = source_name(document.source)
    written = io.BytesIO()
    pdf.save(written, deterministic_id=True)
    return written.getvalue()


def require_pikepdf() -> None:
    """See that PDF files can be written.

    Raises:
        MissingDependencyError: pikepdf is not installed.
    """
    if find_spec("pikepdf") is None:
        raise MissingDependencyError("PDF output needs pikepdf: pip install 'effocr[pdf]'")


def _content(source: Path | str | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise ImageError(f"cannot be opened ({error.strerror})") from error


def _laid_over(pdf: pikepdf.Pdf, page: Page, characters: Characters) -> pikepdf.Page:
    """A page of the PDF, with the text laid over it.

    Raises:
        DataFormatError: there is no such page.
    """
    if not 1 <= page.number <= len(pdf.pages):
        raise DataFormatError(f"the PDF has no page {page.number}, only {len(pdf.pages)}")
    own = pdf.pages[page.number - 1]
    layer = text_layer(page, _to_user(own, page), characters)
    own.contents_add(b"q\n", prepend=True)  # whatever it does to the space, the text does not see
    own.contents_add(b"\nQ\n" + layer)
    return own


def _to_user(own: pikepdf.Page, page: Page) -> tuple[float, ...]:
    """The map from pixels of the page as it is shown, top left first, to its user space."""
    left, bottom, right, top = _shown(own)
    turn = int(own.get("/Rotate", 0)) % 360
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

    picture, dpi = _picture(pdf, content, page.number - 1)
    dpi = page.dpi or dpi
    scale = min(_POINTS / dpi, _LARGEST_PT / max(page.width, page.height, 1))
    width, height = page.width * scale, page.height * scale
    own = pdf.add_blank_page(page_size=(round(width, 4), round(height, 4)))
    name = own.add_resource(picture, pikepdf.Name.XObject, pikepdf.Name.Scan)
    shown = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm {name} Do Q\n".encode("ascii")
    layer = text_layer(page, (scale, 0, 0, -scale, 0, height), characters)
    own.Contents = pdf.make_stream(shown + layer)
    return own


def _picture(pdf: pikepdf.Pdf, content: bytes, number: int) -> tuple[Any, float]:
    """An image as an object of the PDF, and its resolution.

    Raises:
        ImageError: it cannot be read.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            image.seek(number)
            dpi = _dpi(image)
            turned = image.getexif().get(EXIF_ORIENTATION, _UPRIGHT) != _UPRIGHT
            if image.format == "JPEG" and image.mode in ("L", "RGB") and not turned:
                return _object(pdf, content, image, {"Filter": "/DCTDecode"}), dpi
            plain = _plain(image)
            return _object(pdf, _png_data(plain), plain, _deflated(plain)), dpi
    except (Image.DecompressionBombError, *BROKEN_IMAGE) as error:
        raise ImageError(f"damaged image, or no image ({error})") from error


def _dpi(image: Image.Image) -> float:
    """Resolution that the file states, or the usual one."""
    stated = image.info.get("dpi")
    dpi = float(stated[0]) if isinstance(stated, tuple) and stated else 0.0
    return dpi if _LEAST_DPI <= dpi <= _MOST_DPI else _USUAL_DPI


def _plain(image: Image.Image) -> Image.Image:
    """Upright, black and white, grey or RGB, transparency laid over white."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.mode in _COLOURS:
        return upright
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        deep = np.asarray(upright, np.float64)
        most = 65_535 if deep.max() > 255 else 255  # of 16 and of 8 bits
        return Image.fromarray((deep.clip(0, most) * (255 / most)).round().astype(np.uint8))
    if "A" in upright.getbands() or "transparency" in upright.info:
        over = upright.convert("RGBA")
        white = Image.new("RGBA", over.size, "white")
        return Image.alpha_composite(white, over).convert("RGB")
    return upright.convert("RGB")


def _deflated(image: Image.Image) -> dict[str, Any]:
    """How the data of a PNG file are to be read, for PDF."""
    parameters = {
        "/Predictor": 15,
        "/Colors": _COLOURS[image.mode],
        "/BitsPerComponent": _bits(image),
        "/Columns": image.width,
    }
    return {"Filter": "/FlateDecode", "DecodeParms": parameters}


def _bits(image: Image.Image) -> int:
    return 1 if image.mode == "1" else 8


def _png_data(image: Image.Image) -> bytes:
    """The compressed data of the image as a PNG file: PDF reads the same."""
    written = io.BytesIO()
    image.save(written, "PNG")
    content, at = written.getvalue(), 8  # after the signature
    data = []
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] == b"IDAT":
            data.append(content[at + 8 : at + 8 + length])
        at += 12 + length  # length, name, data, check sum
    return b"".join(data)


def _object(pdf: pikepdf.Pdf, data: bytes, image: Image.Image, form: dict[str, Any]) -> Any:
    import pikepdf

    stream = pdf.make_stream(data)
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height = image.size
    stream.ColorSpace = pikepdf.Name("/DeviceRGB" if image.mode == "RGB" else "/DeviceGray")
    stream.BitsPerComponent = _bits(image)
    stream.Filter = pikepdf.Name(form["Filter"])
    if "DecodeParms" in form:
        stream.DecodeParms = pikepdf.Dictionary(form["DecodeParms"])
    return stream
