"""Grey pictures as PNG files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from effocr.errors import UsageError

__all__ = ["as_png", "write_png"]

Grey = npt.NDArray[np.uint8]


def as_png(grey: Grey) -> bytes:
    """A picture [height, width] uint8, not empty, as the content of a PNG file."""
    return cv2.imencode(".png", grey)[1].tobytes()


def write_png(path: Path, grey: Grey) -> None:
    """Write a picture [height, width] uint8, not empty.

    Raises:
        UsageError: the disk is full, or the like.
    """
    try:
        path.write_bytes(as_png(grey))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
