"""Glyph folders: one folder per character, named by its decimal code points (`97`, `99_104`)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from effocr.charset import folder_to_glyph, glyph_to_folder, normalise
from effocr.data.line_pairs import free_name
from effocr.data.records import GlyphImage, GlyphSet, Skipped, check_image, is_image
from effocr.data.sample_names import FULL_CHARSET
from effocr.errors import DataFormatError

__all__ = ["check_glyph_folders", "read_glyph_folders", "write_glyph"]


def read_glyph_folders(root: Path | str) -> GlyphSet:
    """Read glyph images, ordered by folder and file name; they are not opened.

    Folders whose name is no character are left out and reported, and so are files that are no
    images and folders without any. A folder name that is not NFC is read as its NFC character and
    reported. Hidden files and the original's lists of characters are passed over.

    Raises:
        DataFormatError: there is no such folder, or it holds no glyph folder.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataFormatError(
            f"{root}: no such folder; expected glyph folders such as 97 or 99_104"
        )
    images: list[GlyphImage] = []
    problems: list[Skipped] = []
    good_folders = 0
    for entry in sorted(root.iterdir()):
        if entry.name.startswith(".") or entry.match(FULL_CHARSET.format("*")):
            continue
        glyph = _glyph_of(entry, problems)
        if glyph is not None:
            good_folders += 1
            images += _images_in(entry, glyph, problems)
    if not good_folders:
        raise DataFormatError(f"{root}: no glyph folder in it; expected names such as 97 or 99_104")
    return GlyphSet(tuple(images), tuple(problems))


def _glyph_of(folder: Path, problems: list[Skipped]) -> str | None:
    """Return the character a folder stands for, or None with a problem."""
    if not folder.is_dir():
        problems.append(Skipped(str(folder), "left out: a file beside the glyph folders"))
        return None
    try:
        glyph = normalise(folder_to_glyph(folder.name))
    except DataFormatError as error:
        problems.append(Skipped(str(folder), f"left out: {error}"))
        return None
    if not glyph.strip():
        problems.append(Skipped(str(folder), "left out: white space is no glyph"))
        return None
    if glyph_to_folder(glyph) != folder.name:
        reason = f"read as {glyph!r}, whose folder should be called {glyph_to_folder(glyph)}"
        problems.append(Skipped(str(folder), reason))
    return glyph


def _images_in(folder: Path, glyph: str, problems: list[Skipped]) -> Iterator[GlyphImage]:
    empty = True
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_file() and is_image(path):
            empty = False
            yield GlyphImage(path, glyph)
        else:
            problems.append(Skipped(str(path), "left out: not an image file"))
    if empty:
        problems.append(Skipped(str(folder), f"no images of {glyph!r}"))


def check_glyph_folders(root: Path | str) -> Iterator[GlyphImage | Skipped]:
    """Read glyph folders and open every image; yields the problems of reading first.

    Raises:
        DataFormatError: as `read_glyph_folders`.
    """
    found = read_glyph_folders(root)
    yield from found.problems
    for image in found.images:
        yield image
        try:
            check_image(image.path)
        except DataFormatError as error:
            yield Skipped(str(image.path), str(error).removeprefix(f"{image.path}: "))


def write_glyph(root: Path | str, glyph: str, image: npt.NDArray[np.uint8], *, name: str) -> Path:
    """Save one glyph image as PNG in the folder of its character.

    Args:
        root: holds the glyph folders; missing folders are made.
        glyph: the character; written under its NFC form.
        image: [height, width] or [height, width, 3] uint8, not empty.
        name: file name without suffix; an equal one gets a number.

    Returns:
        The path of the file.

    Raises:
        DataFormatError: the image has no pixels, or the glyph is blank.
    """
    glyph = normalise(glyph)
    if image.size == 0 or not glyph.strip():
        raise DataFormatError(f"{name}: a glyph image needs pixels and a character that prints")
    folder = Path(root) / glyph_to_folder(glyph)
    folder.mkdir(parents=True, exist_ok=True)
    path = free_name(folder, name, ".png")
    Image.fromarray(image).save(path)
    return path
