"""Images as objects of a PDF: JPEG files as they are, others compressed without loss."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from effocr.data.records import BROKEN_IMAGE, EXIF_ORIENTATION
from effocr.errors import ImageError

if TYPE_CHECKING:
    import pikepdf
    from PIL import Image

__all__ = ["USUAL_DPI", "file_object", "image_object"]

USUAL_DPI: Final = 300.0
_LEAST_DPI, _MOST_DPI = 50.0, 2400.0  # others are mistakes of the file
_COLOURS: Final = {"1": 1, "L": 1, "RGB": 3}
_UPRIGHT: Final = 1  # of EXIF
_RESOLUTION: Final = frozenset({0x011A, 0x0128})  # of EXIF: XResolution and its unit
_INCHES_OR_CM: Final = (1, 2)  # of JFIF


def file_object(pdf: pikepdf.Pdf, content: bytes, number: int) -> tuple[Any, float]:
    """An image as an object of the PDF, and its resolution.

    Raises:
        ImageError: it cannot be read.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:
            image.seek(number)
            dpi = _dpi(image)
            turned = image.getexif().get(EXIF_ORIENTATION, _UPRIGHT) != _UPRIGHT
            if image.format == "JPEG" and image.mode in ("L", "RGB") and not turned:
                return _object(pdf, content, image, {"Filter": "/DCTDecode"}), dpi
            return image_object(pdf, image), dpi
    except UnidentifiedImageError as error:
        raise ImageError("no image that can be read") from error
    except (Image.DecompressionBombError, *BROKEN_IMAGE) as error:
        raise ImageError(f"damaged image, or no image ({error})") from error


def image_object(pdf: pikepdf.Pdf, image: Image.Image) -> Any:
    """An image as an object of the PDF, without loss."""
    plain = _plain(image)
    return _object(pdf, _png_data(plain), plain, _deflated(plain))


def _dpi(image: Image.Image) -> float:
    """Resolution that the file states, or the usual one."""
    stated = image.info.get("dpi")
    if image.format in ("JPEG", "MPO"):  # Pillow says 72 where EXIF says nothing
        of_jfif = image.info.get("jfif_unit") in _INCHES_OR_CM
        stated = stated if of_jfif or image.getexif().keys() >= _RESOLUTION else None
    dpi = float(stated[0]) if isinstance(stated, tuple) and stated else 0.0
    return dpi if _LEAST_DPI <= dpi <= _MOST_DPI else USUAL_DPI


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
