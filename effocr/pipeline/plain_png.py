"""The images that most lines are, read fast: PNG files of grey or black and white pixels alone.

OpenCV reads these in two thirds of Pillow's time, without holding up other threads. Whatever needs
any care (colours, transparency, 16 bits, EXIF, animation, damage) is left to Pillow.
"""

from __future__ import annotations

import struct
import zlib
from typing import IO, Final

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["plain_png"]

Grey = npt.NDArray[np.uint8]

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
BIT_DEPTHS: Final = (1, 8)
GREY: Final = 0  # kind of colour
HARMLESS: Final = frozenset({b"IDAT", b"pHYs", b"tIME", b"bKGD"})  # parts that leave pixels alone
MOST_PIXELS: Final = 1 << 27  # larger ones are left to Pillow, which knows bombs


def plain_png(file: IO[bytes]) -> Grey | None:
    """Read a plain PNG file.

    Args:
        file: at its beginning; it stands there again where the result is None.

    Returns:
        [height, width] uint8, C-contiguous; None for any other file, and for a damaged one.
    """
    if file.read(len(SIGNATURE)) != SIGNATURE:
        file.seek(0)
        return None
    data = SIGNATURE + file.read()
    size = _plain_size(data)
    pixels = None if size is None else _decoded(data)
    if pixels is None or pixels.shape != size:
        file.seek(0)
        return None
    return pixels


def _plain_size(data: bytes) -> tuple[int, int] | None:
    """Height and width of the image; None if it is not plain, or if its file is damaged."""
    size, place, view = None, len(SIGNATURE), memoryview(data)
    while place + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        checked = zlib.crc32(view[place + 4 : place + 8 + length])
        if view[place + 8 + length : place + 12 + length] != checked.to_bytes(4, "big"):
            return None
        if kind == b"IEND":
            return size
        if kind == b"IHDR" and length == 13:
            width, height, depth, colour = struct.unpack_from(">IIBB", data, place + 8)
            if colour != GREY or depth not in BIT_DEPTHS or width * height > MOST_PIXELS:
                return None
            size = (height, width)
        elif kind not in HARMLESS:
            return None
        place += 12 + length  # length, kind and checksum take 4 bytes each
    return None


def _decoded(data: bytes) -> Grey | None:
    """Grey pixels; None where OpenCV finds fault."""
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)
