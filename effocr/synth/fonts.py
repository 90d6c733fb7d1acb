"""Fonts: which characters each really has, how tall they are, what kind of type it is.

A font has a character if its Unicode cmap says so and the glyph there is neither blank nor the
"missing" box (.notdef, tofu) in disguise. Nothing is taken from the font's name or language tags.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageFont
from pydantic import BaseModel, TypeAdapter, ValidationError

from effocr.charset import normalise
from effocr.data.records import Skipped
from effocr.errors import FontError
from effocr.synth.font_tables import (
    FontKind,
    FontStyle,
    extent,
    face_count,
    guess_kind,
    open_font,
    own_licence,
    style,
)

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

__all__ = [
    "FONT_INDEX",
    "FontEntry",
    "FontFile",
    "FontKind",
    "FontReport",
    "FontStyle",
    "font_files",
    "load_fonts",
    "read_font",
]

FONT_INDEX: Final = "index.json"  # kind and licence of the fonts of a folder, where it has one
_SUFFIXES: Final = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_LOW: Final = "x\u03bd\u03b1"  # letters without ascenders
_DRAWN_PX: Final = 40  # size at which glyphs are compared with .notdef


@dataclass(frozen=True, slots=True)
class FontFile:
    """One face that can be drawn.

    Attributes:
        path: the font file.
        index: of the face in a collection (.ttc), else 0.
        family: such as `EB Garamond`.
        style: `roman`, `italic`, `bold` or `bold italic`.
        kind: of type, from the folder's index.json, else guessed (`typewriter` if every glyph is
            equally wide, `sans` if the font says so, else `book`).
        licence: SPDX identifier from the folder's index.json, else what the font says of itself,
            else `unknown`.
        characters: code points that it has, as checked; white space included.
        x_height: top of x above the baseline, in ems (0.45 is usual), of the Greek ν or α where
            there is no x; None: it has neither.
        cap_height: top of H above the baseline, in ems, or None.
        ascender: top of d above the baseline, in ems, or None.
        descender: bottom of p, in ems, negative below the baseline, or None.
    """

    path: Path
    index: int
    family: str
    style: FontStyle
    kind: FontKind
    licence: str
    characters: frozenset[str]
    x_height: float | None
    cap_height: float | None
    ascender: float | None
    descender: float | None

    def covers(self, glyph: str) -> bool:
        """Whether the font has the character: every code point of it, after NFC."""
        return bool(glyph) and self.characters.issuperset(normalise(glyph))


@dataclass(frozen=True, slots=True)
class FontReport:
    """What a search for fonts found.

    Attributes:
        fonts: in order of path.
        refused: font files that cannot be used, and why.
        glyphs: for each font that claims characters it cannot draw, which and why; the font itself
            is in `fonts` and does not cover them.
    """

    fonts: tuple[FontFile, ...]
    refused: tuple[Skipped, ...]
    glyphs: tuple[Skipped, ...]


class FontEntry(BaseModel, frozen=True, extra="ignore"):
    """What is used of a row of index.json."""

    path: str
    kind: FontKind
    licence: str
    family: str | None = None


def load_fonts(
    folders: Path | str | Iterable[Path | str], *, charset: Iterable[str] | None = None
) -> FontReport:
    """Find every .ttf, .otf, .ttc and .otc file and check what it can draw.

    Args:
        folders: folders (searched with their sub-folders) or font files.
        charset: check these characters only, which is faster for fonts with many; a font then
            covers nothing else. None: all that the font claims.

    Raises:
        FontError: a folder is missing, or its index.json is not in form.
        MissingDependencyError: fontTools is not installed.
    """
    places = [folders] if isinstance(folders, Path | str) else list(folders)
    wanted = None if charset is None else frozenset("".join(map(normalise, charset)))
    fonts: list[FontFile] = []
    refused: list[Skipped] = []
    glyphs: list[Skipped] = []
    for path, entry in _font_files([Path(place) for place in places]):
        try:
            for index in range(face_count(path)):
                font, problems = read_font(path, index=index, entry=entry, wanted=wanted)
                fonts.append(font)
                glyphs += problems
        except FontError as error:
            refused.append(Skipped(str(path), str(error)))
    return FontReport(tuple(fonts), tuple(refused), tuple(glyphs))


def read_font(
    path: Path,
    *,
    index: int = 0,
    entry: FontEntry | None = None,
    wanted: frozenset[str] | None = None,
) -> tuple[FontFile, list[Skipped]]:
    """Open one face and check what it can draw.

    Args:
        path: the font file.
        index: of the face in a collection.
        entry: what index.json says of the file.
        wanted: code points to check; None: all of the cmap.

    Returns:
        The font, and the characters it claims and cannot draw: one `Skipped` for each cause.

    Raises:
        FontError: the file is damaged, or has no Unicode cmap, or not one usable character.
    """
    with open_font(path, index) as content:
        mapped = {chr(code): name for code, name in (content.getBestCmap() or {}).items()}
        claimed = {char: name for char, name in mapped.items() if wanted is None or char in wanted}
        if not claimed:
            raise FontError("none of the characters" if mapped else "no Unicode character map")
        characters, blank, tofu = _sort_out(claimed, _Drawn(path, index, mapped))
        if not any(_is_visible(char) for char in characters):
            raise FontError("every glyph is blank or the missing-glyph box")
        heights = {char: extent(content, mapped.get(char)) for char in "Hdp"}
        font = FontFile(
            path=path,
            index=index,
            family=(entry and entry.family) or content["name"].getBestFamilyName() or path.stem,
            style=style(content),
            kind=entry.kind if entry else guess_kind(content),
            licence=entry.licence if entry else own_licence(content),
            characters=frozenset(characters),
            x_height=_x_height(content, mapped),
            cap_height=heights["H"] and heights["H"][1],
            ascender=heights["d"] and heights["d"][1],
            descender=heights["p"] and heights["p"][0],
        )
    problems = [("blank", blank), ("same shape as the missing-glyph box", tofu)]
    return font, [
        Skipped(str(path), f"{reason}: {' '.join(map(_name, sorted(bad)))}")
        for reason, bad in problems
        if bad
    ]


def _x_height(content: TTFont, mapped: dict[str, str]) -> float | None:
    """Top of the first of `_LOW` that the font has, in ems."""
    for char in _LOW:
        if found := extent(content, mapped.get(char)):
            return found[1]
    return None


class _Drawn:
    """Draws single glyphs of a face, and the missing-glyph box."""

    def __init__(self, path: Path, index: int, mapped: dict[str, str]) -> None:
        self._font = ImageFont.truetype(
            str(path), _DRAWN_PX, index=index, layout_engine=ImageFont.Layout.BASIC
        )
        free = (chr(code) for code in range(0x10FFFD, 0x100000, -1))
        self.missing = self.ink(next(char for char in free if char not in mapped))

    def ink(self, char: str) -> tuple[tuple[int, int], bytes]:
        """Size and pixels of the ink's bounding box; ((0, 0), b"") for a blank."""
        mask = self._font.getmask(char, mode="L")
        if not mask.size[0] or not mask.size[1]:
            return (0, 0), b""
        image = Image.frombytes("L", mask.size, bytes(mask))
        box = image.getbbox()
        if box is None:
            return (0, 0), b""
        image = image.crop(box)
        return image.size, image.tobytes()


def _sort_out(claimed: dict[str, str], drawn: _Drawn) -> tuple[set[str], set[str], set[str]]:
    """Characters that are drawn, blank, and tofu."""
    good: set[str] = set()
    blank: set[str] = set()
    tofu: set[str] = set()
    for char, glyph_name in claimed.items():
        if glyph_name == ".notdef":
            tofu.add(char)
        elif not _is_visible(char):
            good.add(char)
        else:
            ink = drawn.ink(char)
            (tofu if ink == drawn.missing and ink[1] else good if ink[1] else blank).add(char)
    return good, blank, tofu


def _is_visible(char: str) -> bool:
    """Whether a character should leave ink: no white space, control or format character."""
    return unicodedata.category(char)[0] not in "ZC"


def _name(char: str) -> str:
    """How a report names a character: the character and its code point."""
    return f"{char} (U+{ord(char):04X})" if char.isprintable() else f"U+{ord(char):04X}"


def font_files(folder: Path) -> list[Path]:
    """Font files of a folder and its sub-folders, by name; licences and the like are no fonts.

    Raises:
        FontError: there is no such folder, or no font in it.
    """
    found = [path for path, _ in _font_files([folder])]
    if not found:
        raise FontError(f"{folder}: no font in it ({', '.join(sorted(_SUFFIXES))})")
    return found


def _font_files(places: Sequence[Path]) -> Iterator[tuple[Path, FontEntry | None]]:
    """Font files of the places in order, each once, with its entry in index.json."""
    seen: set[Path] = set()
    for place in places:
        if not place.exists():
            raise FontError(f"{place}: no such file or folder")
        entries = _read_index(place / FONT_INDEX) if place.is_dir() else {}
        paths = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in paths:
            is_font = path.suffix.lower() in _SUFFIXES and path.is_file()
            if is_font and path.resolve() not in seen:
                seen.add(path.resolve())
                yield path, entries.get(path)


def _read_index(path: Path) -> dict[Path, FontEntry]:
    """Entries of an index.json by path; empty if there is none."""
    if not path.is_file():
        return {}
    try:
        rows = TypeAdapter(list[FontEntry]).validate_python(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise FontError(
            f"{path}: expected a list of objects with path, kind and licence ({reason})"
        ) from error
    return {path.parent / row.path: row for row in rows}
