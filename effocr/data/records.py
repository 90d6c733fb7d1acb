"""What every reader of line data returns, and how it says what it left out."""

import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from effocr.errors import DataFormatError

__all__ = [
    "BROKEN_IMAGE",
    "EXIF_ORIENTATION",
    "IMAGE_SUFFIXES",
    "Boxes",
    "GlyphImage",
    "GlyphSet",
    "LineImage",
    "LineSet",
    "Skipped",
    "check_image",
    "image_called",
    "image_size",
    "is_image",
]

Boxes = npt.NDArray[np.float32]
IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jp2", ".tif", ".tiff", ".bmp", ".gif", ".webp"}
    | {".pbm", ".pgm", ".ppm", ".pnm"}
)
EXIF_ORIENTATION = 0x0112  # tag; 5 to 8 turn the image by a quarter
_FIRST_TURNED = 5
# what Pillow raises on damaged files differs by format
BROKEN_IMAGE = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError,
    MemoryError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that a reader left out or mended, or that a checker found wrong.

    Attributes:
        source: the file, and the place in it.
        reason: what is wrong and what to do, without a full stop.
    """

    source: str
    reason: str

    def __str__(self) -> str:
        """`source: reason`."""
        return f"{self.source}: {self.reason}"


@dataclass(frozen=True, slots=True, eq=False)
class LineImage:
    """An image of one text line and what is known of it. The pixels are not loaded.

    Attributes:
        path: the image file.
        text: the line's text, NFC, with spaces; empty if it is not known.
        boxes: [n, 4] float32, one box per printed glyph, x0 y0 x1 y1 in pixels of the image, right
            and bottom exclusive, in reading order; None: no boxes are known.
        glyphs: n labels, NFC, one per box; a label may have several graphemes (a ligature); None:
            not known.
        word_boxes: [m, 4] float32 in the same form, or None.
        size: width and height of the image in pixels as the data set states them, or None.
    """

    path: Path
    text: str
    boxes: Boxes | None = None
    glyphs: tuple[str, ...] | None = None
    word_boxes: Boxes | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class LineSet:
    """Lines of a data set, in its order, and what reading it came across."""

    lines: tuple[LineImage, ...]
    problems: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class GlyphImage:
    """An image of one glyph; the pixels are not loaded.

    Attributes:
        path: the image file, or the packed data set that it is in.
        glyph: the character, NFC.
        row: its number in the packed data set; None: it is a file.
        packed_name: the file name that it has there.
    """

    path: Path
    glyph: str
    row: int | None = None
    packed_name: str = ""

    @property
    def name(self) -> str:
        """File name with suffix."""
        return self.packed_name or self.path.name


@dataclass(frozen=True, slots=True)
class GlyphSet:
    """Glyph images, ordered by folder and file name, and what reading them came across."""

    images: tuple[GlyphImage, ...]
    problems: tuple[Skipped, ...] = ()


def is_image(path: Path) -> bool:
    """Tell by its suffix whether a file is an image that data sets are made of."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def image_called(folder: Path, stem: str) -> Path:
    """The image of a name without suffix: .jpg, .png, then others; NAME.jpg if there is none."""
    suffixes = (".jpg", ".png", *sorted(IMAGE_SUFFIXES - {".jpg", ".png"}))
    places = (folder / f"{stem}{suffix}" for suffix in suffixes)
    return next((path for path in places if path.is_file()), folder / f"{stem}.jpg")


def image_size(path: Path) -> tuple[int, int]:
    """Read width and height of an image, EXIF turning applied, from its header.

    Raises:
        DataFormatError: the file is missing or is no image that can be read.
    """
    return _open(path, decode=False)


def check_image(path: Path) -> tuple[int, int]:
    """Decode an image whole, so that a truncated file is found, and return its size.

    Returns:
        Width and height in pixels, EXIF turning applied.

    Raises:
        DataFormatError: the file is missing, is no image or is damaged.
    """
    return _open(path, decode=True)


def _open(path: Path, *, decode: bool) -> tuple[int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if decode:
                    image.load()
                turned = image.getexif().get(EXIF_ORIENTATION, 1) >= _FIRST_TURNED
                return (image.height, image.width) if turned else image.size
    except (Image.DecompressionBombError, *BROKEN_IMAGE) as error:
        raise DataFormatError(f"{path}: {_reason(path, error)}") from error


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "the image is missing"
    if isinstance(error, UnidentifiedImageError):
        empty = path.stat().st_size == 0
        return "the image file is empty" if empty else "not an image that can be read"
    return f"the image cannot be read ({getattr(error, 'strerror', None) or error})"
