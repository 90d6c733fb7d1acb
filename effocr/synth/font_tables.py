"""What the tables of one font file say: outlines, style, kind of type, licence.

Called with fontTools' open font; `effocr.synth.fonts` decides what to do with the answers.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from effocr.errors import FontError, MissingDependencyError

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

__all__ = [
    "FontKind",
    "FontStyle",
    "extent",
    "face_count",
    "guess_kind",
    "open_font",
    "own_licence",
    "style",
]

FontKind = Literal["book", "display", "typewriter", "receipt", "sans", "pixel", "fraktur", "greek"]
FontStyle = Literal["roman", "italic", "bold", "bold italic"]

UNKNOWN_LICENCE: Final = "unknown"
_BOLD_WEIGHT: Final = 600
_PANOSE_SANS: Final = range(11, 16)  # values of bSerifStyle
# what fontTools and FreeType raise on damaged files differs by the table that is damaged
_BROKEN: Final = (
    OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, AssertionError,
    OverflowError, MemoryError, struct.error,
)  # fmt: skip


def face_count(path: Path) -> int:
    """Number of faces in a file: 1, or more in a collection."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise FontError(error.strerror or str(error)) from error
    return int.from_bytes(head[8:12], "big") if head[:4] == b"ttcf" else 1


@contextmanager
def open_font(path: Path, index: int) -> Iterator[TTFont]:
    """Open a face; whatever goes wrong inside the block is a FontError."""
    try:
        from fontTools.ttLib import TTFont, TTLibError
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "drawing text needs fontTools: pip install 'effocr[train]'"
        ) from error
    # remarks on odd dates and widths; what matters is raised
    logging.getLogger("fontTools.ttLib").setLevel(logging.ERROR)
    try:
        # the file is opened here: fontTools leaves it open when the first table is damaged
        with path.open("rb") as file, TTFont(file, fontNumber=index, lazy=True) as content:
            yield content
    except (TTLibError, *_BROKEN) as error:
        raise FontError(f"damaged or no font: {error or type(error).__name__}") from error


def extent(content: TTFont, glyph_name: str | None) -> tuple[float, float] | None:
    """Bottom and top of a glyph's outline over the baseline, in ems; None if it has none."""
    from fontTools.pens.boundsPen import BoundsPen

    if glyph_name is None:
        return None
    glyphs = content.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[glyph_name].draw(pen)
    if pen.bounds is None:
        return None
    em = float(content["head"].unitsPerEm)
    return pen.bounds[1] / em, pen.bounds[3] / em


def style(content: TTFont) -> FontStyle:
    """Style by the style name, the slant and the weight class."""
    name = (content["name"].getBestSubFamilyName() or "").lower()
    weight = content["OS/2"].usWeightClass if "OS/2" in content else 0
    slant = content["post"].italicAngle if "post" in content else 0
    bold = "bold" in name or weight >= _BOLD_WEIGHT
    if "italic" in name or "oblique" in name or slant:
        return "bold italic" if bold else "italic"
    return "bold" if bold else "roman"


def guess_kind(content: TTFont) -> FontKind:
    """Kind of type by the font's own tables."""
    if "post" in content and content["post"].isFixedPitch:
        return "typewriter"
    panose = getattr(content["OS/2"], "panose", None) if "OS/2" in content else None
    return "sans" if panose is not None and panose.bSerifStyle in _PANOSE_SANS else "book"


def own_licence(content: TTFont) -> str:
    """SPDX identifier of the licence that the font's name table states, if it is a known one."""
    said = " ".join(str(content["name"].getDebugName(number) or "") for number in (13, 14)).lower()
    known = {
        "open font license": "OFL-1.1",
        "/ofl": "OFL-1.1",
        "apache license": "Apache-2.0",
        "licenses/license-2.0": "Apache-2.0",
    }
    return next((spdx for words, spdx in known.items() if words in said), UNKNOWN_LICENCE)
