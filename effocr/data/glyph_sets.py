"""Data sets of glyph images in their three forms: plain folders, the original's folders, packed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from effocr.charset import glyph_to_folder
from effocr.data.form_names import GlyphForm
from effocr.data.glyph_folders import read_glyph_folders
from effocr.data.line_pairs import free_name
from effocr.data.packed import PACKED_SUFFIX, PackedGlyphs
from effocr.data.packed_writer import PackedWriter
from effocr.data.png import as_png
from effocr.data.records import GlyphImage, GlyphSet
from effocr.data.sample_names import FULL_CHARSET, original_name
from effocr.errors import DataFormatError

__all__ = ["GLYPH_FORMS", "GlyphPixels", "find_packed", "read_glyphs", "write_glyphs"]

Grey = npt.NDArray[np.uint8]
GLYPH_FORMS: Final = frozenset(get_args(GlyphForm))


class GlyphPixels:
    """Reads glyph images wherever they are; packed files stay open."""

    def __init__(self, load: Callable[[Path], Grey]) -> None:
        """`load` reads an image file as [height, width] uint8; its errors are passed on."""
        self._load = load
        self._packed: dict[Path, PackedGlyphs] = {}

    def __call__(self, image: GlyphImage) -> Grey:
        """Pixels [height, width] uint8, 0 black.

        Raises:
            DataFormatError: the packed file is damaged.
        """
        if image.row is None:
            return self._load(image.path)
        if image.path not in self._packed:
            self._packed[image.path] = PackedGlyphs(image.path)
        return self._packed[image.path][image.row]


def find_packed(path: Path) -> Path | None:
    """The packed file that a path means: this one, or the only one in the folder; None: neither.

    Raises:
        DataFormatError: the folder holds several.
    """
    if path.is_file():
        return path
    files = sorted(path.glob(f"*{PACKED_SUFFIX}"))
    if len(files) > 1:
        raise DataFormatError(f"{path}: {len(files)} packed data sets in it; name the file")
    return files[0] if files else None


def read_glyphs(path: Path | str) -> GlyphSet:
    """List the images of a folder of glyph folders or of a packed file; they are not opened.

    Raises:
        DataFormatError: there is no such data set.
    """
    packed = find_packed(Path(path))
    if packed is None:
        return read_glyph_folders(path)
    return GlyphSet(tuple(
        GlyphImage(packed, entry.glyph, entry.number, entry.name)
        for entry in PackedGlyphs(packed).entries()
    ))  # fmt: skip


def write_glyphs(
    images: Sequence[GlyphImage], out: Path, form: GlyphForm, *, load: Callable[[Path], Grey]
) -> None:
    """Write glyph images in one of the forms.

    Args:
        images: of any form.
        out: a folder, or the packed file.
        form: `effocr` names files as the original does and lists the characters beside them.
        load: reads an image file as [height, width] uint8.

    Raises:
        DataFormatError: an image cannot be read or copied.
        UsageError: the packed file cannot be written.
    """
    pixels = GlyphPixels(load)
    if form == "packed":
        with PackedWriter(out, force=True) as writer:
            for image in images:
                writer.add(image.glyph, pixels(image), image.name)
        return
    for number, image in enumerate(images):
        folder = out / glyph_to_folder(image.glyph)
        folder.mkdir(parents=True, exist_ok=True)
        name = original_name(image.name, image.glyph, number) if form == "effocr" else image.name
        _write_file(image, folder, Path(name), pixels)
    if form == "effocr":
        _list_classes(out, {image.glyph for image in images})


def _list_classes(out: Path, glyphs: set[str]) -> None:
    """Write the original's list of characters, of those that were there before, too."""
    place = out / FULL_CHARSET.format("en")
    before = place.read_text("utf-8").split() if place.is_file() else []
    new = [glyph_to_folder(glyph) for glyph in sorted(glyphs)]
    place.write_text("".join(f"{name}\n" for name in dict.fromkeys([*before, *new])), "utf-8")


def _write_file(image: GlyphImage, folder: Path, name: Path, pixels: GlyphPixels) -> None:
    """Copy an image file with its suffix, or write a packed image as PNG."""
    try:
        if image.row is None:
            target = free_name(folder, name.stem, image.path.suffix)
            shutil.copyfile(image.path, target)
        else:
            target = free_name(folder, name.stem, ".png")
            target.write_bytes(as_png(pixels(image)))
    except OSError as error:
        raise DataFormatError(f"{image.path}: cannot be copied ({error.strerror})") from error
