"""File names of the original EffOCR's data sets; those of its heir are read too.

    crop    <line>_<annotation>_0x61.png               beside the data set
    paired  PAIRED_<line>_<annotation>_0x61_<number>.png   a crop, in the folder of its class
    render  0x61_<number>_<font>.png                   drawn from a font, in the folder of its class

A glyph of several code points is `0x63_0x68`. `efficient_ocr` writes
`PAIRED-<line>-<x>_<y>-<char|word>-<99_104>.png` and `<font>-word-<99_104>.png`. Names are for
people and for splits; what a sample *is* says the folder that it lies in, never its name.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal

__all__ = [
    "FULL_CHARSET",
    "Kind",
    "SampleName",
    "crop_name",
    "cut_out_of",
    "line_stems",
    "matches_line",
    "original_name",
    "paired_name",
    "read_name",
    "render_name",
]

Kind = Literal["render", "paired"]
FULL_CHARSET: Final = "full_charset_{}.txt"
"""File beside the folders of the classes; named by the language."""

LONGEST_NAME: Final = 255  # bytes that file systems allow
POINTS_NAMED: Final = 6  # code points of a glyph that a name spells out
_HASH: Final = re.compile(r"~[0-9a-f]{12}\Z")
_HEX: Final = r"0x[0-9a-fA-F]+(?:_0x[0-9a-fA-F]+)*"
_PAIRED: Final = re.compile(rf"PAIRED_(?P<line>.+)_(?P<annotation>\d+)_{_HEX}_\d+")
_RENDER: Final = re.compile(rf"{_HEX}_\d+_(?P<font>.+)")
_HEIR_PAIRED: Final = re.compile(
    r"PAIRED-(?P<line>.+)--?[\d.]+_-?[\d.]+-(?:char|word)-\d+(?:_\d+)*"
)
_NUMBERED: Final = re.compile(r"(?P<line>.+)_(?P<annotation>\d{3,})")  # of `effocr data crop`
_HEIR_RENDER: Final = re.compile(r"(?P<font>.+)-word-\d+(?:_\d+)*")


@dataclass(frozen=True, slots=True)
class SampleName:
    """What the name of a sample says.

    Attributes:
        kind: `render` (drawn from a font) or `paired` (cut out of a line).
        line: stem of the line image that it was cut out of, perhaps shortened; None: of none, or of
            one that the name does not tell.
        font: stem of the font file; None for a crop.
    """

    kind: Kind
    line: str | None = None
    font: str | None = None


def crop_name(line: str, annotation: int, glyph: str) -> str:
    """Name of a crop that lies beside the data set."""
    return _fit("", line, f"_{annotation}_{_points(glyph)}.png")


def paired_name(line: str, annotation: int, glyph: str, number: int) -> str:
    """Name of a crop in the folder of its class; `number` runs over all crops."""
    return _fit("PAIRED_", line, f"_{annotation}_{_points(glyph)}_{number}.png")


def render_name(glyph: str, number: int, font: str) -> str:
    """Name of a render in the folder of its class; `number` runs over the renders of all fonts."""
    return _fit(f"{_points(glyph)}_{number}_", font, ".png")


def read_name(name: str) -> SampleName:
    """Read the name of a sample.

    A name of no known form is that of a render without a font or, if it begins with PAIRED, of a
    crop without a line.
    """
    stem = name.rsplit(".", 1)[0]
    for pattern in (_PAIRED, _HEIR_PAIRED):
        if found := pattern.fullmatch(stem):
            return SampleName("paired", line=found["line"])
    for pattern in (_RENDER, _HEIR_RENDER):
        if found := pattern.fullmatch(stem):
            return SampleName("render", font=found["font"])
    return SampleName("paired" if stem.startswith("PAIRED") else "render")


def cut_out_of(name: str) -> str | None:
    """Stem of the line that a sample was cut out of, also by `effocr data crop`; None: not told.

    >>> cut_out_of("page_3_007.png")
    'page_3'
    """
    told = read_name(name)
    if told.line is not None or told.font is not None:
        return told.line
    found = _NUMBERED.fullmatch(name.rsplit(".", 1)[0])
    return found["line"] if found else None


def original_name(name: str, glyph: str, number: int) -> str:
    """Name of a sample as the original writes it, from any name.

    A crop of `effocr data crop` (`LINE_007.png`) stays one of its line; what is neither crop nor
    render is taken for a crop of a line of its own.

    Args:
        name: of the file that it was, with suffix.
        glyph: what it shows.
        number: the running one.
    """
    stem = name.rsplit(".", 1)[0]
    told = read_name(name)
    if told.font is not None:
        return render_name(glyph, number, told.font)
    found = _PAIRED.fullmatch(stem) or _NUMBERED.fullmatch(stem)
    if found:
        return paired_name(found["line"], int(found["annotation"]), glyph, number)
    return paired_name(told.line or stem, number, glyph, number)


def line_stems(file_name: str) -> tuple[str, ...]:
    """What crops of a line image may call it, the usual one first.

    >>> line_stems("vol_1/page.3.png")
    ('page.3', 'vol_1__page.3', 'vol_1__page.3.png')
    """
    path = PurePath(file_name.replace("\\", "/"))
    parts = [part for part in path.parts if part not in ("/", ".", "..")]
    folders, name = parts[:-1], parts[-1] if parts else file_name
    stem = name.rsplit(".", 1)[0] or name
    return tuple(dict.fromkeys([stem, "__".join([*folders, stem]), "__".join([*folders, name])]))


def matches_line(line: str, stem: str) -> bool:
    """Whether the line of a sample's name is the stem, or the stem shortened."""
    return line == stem or (bool(_HASH.search(line)) and line.endswith(_hash(stem)))


def _points(glyph: str) -> str:
    """`0x63_0x68`; of a word the first code points only."""
    return "_".join(f"0x{ord(point):x}" for point in glyph[:POINTS_NAMED])


def _fit(before: str, stem: str, after: str) -> str:
    """Join, with the stem shortened to what a file system takes; its hash keeps it unique."""
    room = LONGEST_NAME - len(before.encode()) - len(after.encode())
    content = os.fsencode(stem)
    if len(content) > room:
        mark = _hash(stem)
        stem = content[: room - len(mark)].decode(errors="ignore") + mark
    return before + stem + after


def _hash(stem: str) -> str:
    return "~" + hashlib.sha256(os.fsencode(stem)).hexdigest()[:12]
