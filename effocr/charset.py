"""Character sets and the Unicode policy.

A character ("glyph" where it is printed) is a grapheme in NFC: `e` + combining acute becomes one
code point, and what has no composed form (`x̄`, `q̃`) stays one character of several code points.
A character has a folder name for data sets made of folders: its decimal code points joined by `_`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from effocr.errors import DataFormatError

__all__ = [
    "Charset",
    "folder_to_glyph",
    "glyph_to_folder",
    "graphemes",
    "group_glyphs",
    "leaves_ink",
    "normalise",
    "read_charset",
    "read_utf8",
    "write_charset",
]

_LAST_CODE_POINT = 0x10FFFF
_CHARSET_SUFFIXES = (".txt", ".tsv")
_INKLESS = frozenset(
    {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"}
)  # private use (Co) is print: MUFI's signs


def normalise(text: str) -> str:
    """The text in NFC."""
    return unicodedata.normalize("NFC", text)


def read_utf8(path: Path) -> str:
    """Content of a text file in UTF-8, with a byte order mark or without.

    Raises:
        DataFormatError: it cannot be read or is not UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise DataFormatError(f"{path}: {error.strerror or error}; give another file") from error
    except UnicodeDecodeError as error:
        raise DataFormatError(f"{path}: not UTF-8 ({error.reason}); convert it first") from error


def graphemes(text: str) -> list[str]:
    """Cut a text into what a reader sees as single characters, in NFC.

    >>> graphemes("cafe\\u0301")
    ['c', 'a', 'f', 'é']
    """
    text = normalise(text)
    if text.isascii() and "\r\n" not in text:
        return list(text)
    import regex

    found: list[str] = regex.findall(r"\X", text)
    return found


def leaves_ink(glyph: str) -> bool:
    """Whether a character can be seen in print: no space, control or format character alone."""
    return any(unicodedata.category(point) not in _INKLESS for point in glyph)


def glyph_to_folder(glyph: str) -> str:
    """Folder name of a character: `a` -> `97`, `ch` -> `99_104`.

    Raises:
        ValueError: the character is empty.
    """
    if not glyph:
        raise ValueError("an empty character has no folder name")
    return "_".join(str(ord(point)) for point in glyph)


def folder_to_glyph(name: str) -> str:
    """Character of a folder name: `97` -> `a`, `99_104` -> `ch`.

    Raises:
        DataFormatError: the name is not decimal code points joined by `_`.
    """
    parts = name.split("_")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise DataFormatError(
            f"folder {name!r}: expected decimal code points joined by '_', such as 97 or 99_104"
        )
    points = [int(part) for part in parts]
    if any(point > _LAST_CODE_POINT or 0xD800 <= point <= 0xDFFF for point in points):
        raise DataFormatError(f"folder {name!r}: not a Unicode character")
    return "".join(map(chr, points))


@dataclass(frozen=True)
class Charset:
    """An ordered set of characters.

    Attributes:
        glyphs: the characters, unique; each may have several code points.
    """

    glyphs: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the characters.

        Raises:
            DataFormatError: a character is empty or is there twice.
        """
        if "" in self._known:
            raise DataFormatError("a character set cannot hold an empty character")
        if len(self._known) != len(self.glyphs):
            twice = sorted({glyph for glyph in self.glyphs if self.glyphs.count(glyph) > 1})
            raise DataFormatError(f"characters more than once in a set: {' '.join(twice)}")

    @cached_property
    def _known(self) -> frozenset[str]:
        """For the look-up."""
        return frozenset(self.glyphs)

    def __contains__(self, glyph: object) -> bool:
        """Whether the character is in the set."""
        return glyph in self._known

    def __len__(self) -> int:
        """How many characters there are."""
        return len(self.glyphs)

    def __iter__(self) -> Iterator[str]:
        """The characters, in order."""
        return iter(self.glyphs)


def read_charset(path: Path | str) -> Charset:
    """Read a character set: one character a line, in the last tab-separated column.

    Empty lines are passed over, and so are characters that leave no ink (spaces of any width, soft
    hyphens, controls): no glyph shows them. A character that comes again is kept once, all are put
    into NFC.

    Args:
        path: a file, or a folder whose `.txt` and `.tsv` files are read in order of name.

    Raises:
        DataFormatError: the path is missing, not UTF-8, or holds no character.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in _CHARSET_SUFFIXES)
    else:
        files = [path]
    glyphs: dict[str, None] = {}
    for file in files:
        glyphs.update(_glyphs_of(read_utf8(file)))
    if not glyphs:
        raise DataFormatError(f"{path}: no characters; expected one a line in a .txt or .tsv file")
    return Charset(tuple(glyphs))


def _glyphs_of(text: str) -> dict[str, None]:
    """Characters of a charset file, in order (the keys)."""
    columns = (line.rstrip("\r").rsplit("\t", 1)[-1].strip(" ") for line in text.split("\n"))
    return {normalise(glyph): None for glyph in columns if leaves_ink(glyph)}


def write_charset(charset: Charset, path: Path | str) -> None:
    """Write `decimal code points TAB character` a line, readable by `read_charset`."""
    lines = (f"{glyph_to_folder(glyph)}\t{glyph}\n" for glyph in charset)
    Path(path).write_text("".join(lines), "utf-8")


def group_glyphs(glyphs: Iterable[str]) -> dict[str, list[str]]:
    """Sort characters into groups that a person would name.

    Args:
        glyphs: characters in NFC.

    Returns:
        Group name -> characters in order of code points; ASCII first.
    """
    groups: dict[str, list[str]] = {}
    for glyph in sorted(glyphs):
        groups.setdefault(_group(glyph), []).append(glyph)
    return dict(sorted(groups.items(), key=lambda group: (group[1][0] > "\x7f", group[0])))


def _group(glyph: str) -> str:
    """Name of the group of a character."""
    if len(glyph) > 1:
        return "several code points"
    category = unicodedata.category(glyph)
    plain = glyph.isascii()
    match category[0]:
        case "L":
            return "ASCII letters" if plain else _letter_group(glyph)
        case "N":
            return "ASCII digits" if plain else "other numbers"
        case "P":
            return "ASCII punctuation" if plain else "typographic punctuation"
        case _:
            return "ASCII punctuation" if plain else "other signs"


def _letter_group(glyph: str) -> str:
    """Group of a letter outside of ASCII."""
    name = unicodedata.name(glyph, "")
    if not name.startswith("LATIN"):
        return f"{name.split(' ', 1)[0].capitalize()} letters" if name else "other letters"
    return "accented Latin letters" if unicodedata.decomposition(glyph) else "other Latin letters"
