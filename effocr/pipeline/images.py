"""Any image -> grey pixels, upright, on white.

Reads what Pillow reads, from a path, bytes, a PIL image or an array. Everything that can be wrong
with an image becomes an `ImageError` whose message is the reason alone; the caller knows the path.
Of a file with several images the first one is read; `count_frames` and `load_frame` read the
others.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from effocr.data.records import BROKEN_IMAGE, EXIF_ORIENTATION, IMAGE_SUFFIXES
from effocr.errors import ImageError
from effocr.pipeline.pixels import eight_bits, grey_of_array, over_white
from effocr.pipeline.plain_png import plain_png

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "IMAGE_SUFFIXES",
    "MOST_PIXELS",
    "Grey",
    "ImageSource",
    "count_frames",
    "is_path",
    "load_frame",
    "load_image",
]

logger = logging.getLogger(__name__)

Grey = npt.NDArray[np.uint8]
ImageSource: TypeAlias = "str | Path | bytes | Image.Image | npt.NDArray[np.generic]"

MOST_PIXELS: Final = 178_956_970  # more is taken for a decompression bomb, as by Pillow
_DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def load_image(source: ImageSource) -> Grey:
    """Read an image as grey.

    Transparency is laid over white, EXIF orientation is applied, more than 8 bits are reduced to 8.

    Args:
        source: a path, the bytes of an image file, a PIL image, or an array: [height, width] grey,
            or with a third axis of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA); of integers,
            booleans (True is white) or floats (0 to 1, or 0 to 255).

    Returns:
        [height, width] uint8, C-contiguous, 0 black.

    Raises:
        ImageError: it cannot be read; the message is the reason, without the path.
    """
    if isinstance(source, np.ndarray):
        return grey_of_array(source)
    if isinstance(source, (str, Path)):
        return _from_path(Path(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        if not len(source):
            raise ImageError("no bytes")
        return _from_file(io.BytesIO(source))
    from PIL import Image

    if not isinstance(source, Image.Image):
        raise ImageError(
            f"{type(source).__name__} is not an image: give a path, bytes, a PIL image or an array"
        )
    try:
        return _from_pil(source)
    except BROKEN_IMAGE as error:
        raise ImageError(f"damaged image ({error})") from error


def count_frames(source: str | Path | bytes) -> int:
    """How many images a file holds: more than one in a TIFF of several pages.

    Raises:
        ImageError: it cannot be read; the message is the reason, without the path.
    """
    with _opened(source) as image:
        return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def load_frame(source: str | Path | bytes, frame: int) -> Grey:
    """Read one image of a file with several.

    Args:
        source: a path, or the bytes of an image file.
        frame: its number, from 0.

    Returns:
        See `load_image`.

    Raises:
        ImageError: it cannot be read; the message is the reason, without the path.
    """
    if frame == 0:
        return load_image(source)
    with _opened(source) as image:
        image.seek(frame)
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise _too_large(f"{width} x {height}")
        return _from_pil(image)


@contextmanager
def _opened(source: str | Path | bytes) -> Iterator[Image.Image]:
    """A file, opened by Pillow; nothing but an ImageError comes out of it."""
    from PIL import Image, UnidentifiedImageError

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    file = Path(source) if isinstance(source, (str, Path)) else io.BytesIO(source)
    try:
        with Image.open(file) as image:
            yield image
    except bombs as error:
        raise _too_large("its size") from error
    except FileNotFoundError as error:
        raise ImageError("no such file") from error
    except UnidentifiedImageError as error:
        raise ImageError("not an image (damaged, or an unknown kind)") from error
    except BROKEN_IMAGE as error:
        raise ImageError(f"damaged or truncated image ({error})") from error


def is_path(source: ImageSource) -> bool:
    """Whether the source is a path rather than an image itself."""
    return isinstance(source, (str, Path))


def _from_path(path: Path) -> Grey:
    """Read a file.

    Raises:
        ImageError: it is missing, empty, not an image, or damaged.
    """
    try:
        with path.open("rb") as file:
            return _from_file(file)
    except FileNotFoundError as error:
        raise ImageError("no such file") from error
    except IsADirectoryError as error:
        raise ImageError("a folder, not an image") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise ImageError(f"cannot be opened ({getattr(error, 'strerror', error)})") from error


def _from_file(file: IO[bytes]) -> Grey:
    """Read an open image file.

    Raises:
        ImageError: it is empty, not an image, damaged, or too large.
    """
    if (grey := plain_png(file)) is not None:
        return grey
    from PIL import Image, UnidentifiedImageError

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(file) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise _too_large(f"{width} x {height}")
            image.draft("L", None)  # lets JPEG skip the colours
            return _from_pil(image)
    except UnidentifiedImageError as error:
        raise ImageError(_why_no_image(file)) from error
    except bombs as error:
        raise _too_large("its size") from error
    except BROKEN_IMAGE as error:
        raise ImageError(f"damaged or truncated image ({error})") from error


def _too_large(size: str) -> ImageError:
    """The error for a decompression bomb."""
    return ImageError(
        f"{size} is more than {MOST_PIXELS // 10**6} million pixels: not read; cut it into "
        "pages, or make it smaller (300 dpi are enough to read)"
    )


def _why_no_image(file: IO[bytes]) -> str:
    """Why Pillow does not know the file."""
    file.seek(0)
    head = file.read(512)
    if not head:
        return "the file is empty"
    if head.startswith(b"%PDF"):
        return "a PDF, not an image of a line"
    kind = "a text file" if head.isascii() and b"\0" not in head else "damaged, or an unknown kind"
    named_pdf = str(getattr(file, "name", "")).lower().endswith(".pdf")
    return f"not {'a PDF' if named_pdf else 'an image'} ({kind})"


def _from_pil(image: Image.Image) -> Grey:
    """Turn upright and reduce to grey.

    Raises:
        ImageError: the image has no pixels.
    """
    if not image.width or not image.height:
        raise ImageError("an image without pixels")
    grey = _grey(image)
    return np.ascontiguousarray(_upright(grey, _orientation(image)))


def _grey(image: Image.Image) -> Grey:
    """Grey pixels of an image, not yet upright."""
    if image.mode in _DEEP_MODES:
        return eight_bits(np.asarray(image))
    if image.has_transparency_data:
        return over_white(np.asarray(image.convert("RGBA")))
    if image.mode == "L":
        return np.asarray(image)
    if image.mode not in ("1", "P", "RGB"):
        image = image.convert("RGB")  # CMYK and others have no direct way that keeps their colours
    return np.asarray(image.convert("L"))


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 (upright) to 8."""
    try:
        orientation = image.getexif().get(EXIF_ORIENTATION, 1)
    except BROKEN_IMAGE as error:
        logger.warning("unreadable EXIF data, taken as upright: %s", error)
        return 1
    return orientation if isinstance(orientation, int) else 1


def _upright(pixels: Grey, orientation: int) -> Grey:
    """Turn and mirror pixels [height, width] by an EXIF orientation."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.T
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
