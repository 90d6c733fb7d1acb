"""Add correction samples to a folder: see `effocr.data.corrections`."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.atomic import write_whole
from effocr.data.corrections import PICTURE_SUFFIX, Correction, stamp_of
from effocr.data.png import as_png
from effocr.errors import UsageError
from effocr.file_names import numbered

__all__ = ["crop_word", "write_sample"]

Pixels = npt.NDArray[np.uint8]

PADDING_PX: Final = 5  # of the page, around the word's box
_STRANGE = re.compile(r"[^\w.-]+")  # what a file name had better not hold
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"


def write_sample(folder: Path | str, image: Pixels | bytes, correction: Correction) -> Path:
    """Add a sample; nothing that is there is overwritten.

    The JSON is written last, so a sample without it was cut off. Several programs may write at
    once.

    Args:
        folder: is made if it is missing.
        image: of the word: [height, width] uint8, or the content of a PNG file.
        correction: is written as it is, with the name of the picture.

    Returns:
        The PNG file; two corrections of one word in one second differ by a number at the end.

    Raises:
        UsageError: the image is empty or no PNG, or nothing can be written there.
    """
    folder = Path(folder)
    png = image if isinstance(image, bytes) else as_png(image) if image.size else b""
    if not png.startswith(_PNG_START):
        raise UsageError(f"{correction.word_id}: the picture is empty or no PNG; give its pixels")
    parts = (correction.document_id, correction.word_id, stamp_of(correction.timestamp))
    stem = "_".join(_STRANGE.sub("-", part) for part in parts).lstrip(".")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _claim(folder, stem)
        told = correction.model_copy(update={"image_filename": path.name})
        content = told.model_dump_json(indent=2) + "\n"
        try:
            write_whole(path, png, sync=True)
            write_whole(path.with_suffix(".json"), content.encode(), sync=True)
        except OSError:
            for file in (path, path.with_suffix(".json")):  # a picture is no sample by itself
                file.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror})") from error
    return path


def crop_word(
    page: Pixels, box: tuple[float, float, float, float], *, padding_px: int = PADDING_PX
) -> Pixels:
    """Cut the picture of a word out of its page.

    Args:
        page: [height, width] or [height, width, channels] uint8.
        box: x0 y0 x1 y1 as shares of width and height, 0 to 1.
        padding_px: around the box, as far as the page goes.

    Returns:
        A view of the page.

    Raises:
        UsageError: the box is empty or not on the page.
    """
    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise UsageError(f"box {box}: give x0 y0 x1 y1 as shares of the page, from 0 to 1")
    height, width = page.shape[:2]
    left, top = (max(math.floor(v) - padding_px, 0) for v in (x0 * width, y0 * height))
    right, bottom = (math.ceil(v) + padding_px for v in (x1 * width, y1 * height))
    return page[top : min(bottom, height), left : min(right, width)]


def _claim(folder: Path, stem: str) -> Path:
    """A name that nobody has; the empty file keeps others off it."""
    return next(
        path
        for name in numbered(stem)
        if not (path := folder / f"{name}{PICTURE_SUFFIX}").with_suffix(".json").exists()
        and _made(path)
    )


def _made(path: Path) -> bool:
    """Make an empty file, if no other program was quicker."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True
