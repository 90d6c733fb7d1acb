"""Sets of characters that look alike, in the original's `hns.txt`, and lines of labels in general.

A line holds the characters of a set side by side. Where that could not be read back, because a
character has several code points, it is written as efficient_ocr does: code points joined by `_`
and characters by `|`. Lines end at "\\n" and nowhere else: a space of another width is a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from effocr.atomic import write_text
from effocr.charset import folder_to_glyph, glyph_to_folder
from effocr.errors import DataFormatError

__all__ = [
    "HARD_NEGATIVES",
    "in_one_line",
    "read_hard_negatives",
    "read_lines",
    "write_hard_negatives",
]

HARD_NEGATIVES: Final = "hns.txt"
_SETS: Final = re.compile(r"[0-9]{1,7}(_[0-9]{1,7})*(\|[0-9]{1,7}(_[0-9]{1,7})*)*")


def write_hard_negatives(path: Path, sets: Iterable[Sequence[str]]) -> None:
    """Write sets of characters that look alike, one a line, each with any number of characters.

    Raises:
        DataFormatError: a character is empty or a line break.
    """
    kept = [tuple(map(in_one_line, characters)) for characters in sets if characters]
    single = all(len(character) == 1 for characters in kept for character in characters)
    text = "\n".join("".join(characters) for characters in kept)
    if not single or _are_sets(text.split("\n")):
        text = "\n".join("|".join(map(glyph_to_folder, characters)) for characters in kept)
    write_text(path, text)


def read_hard_negatives(path: Path) -> list[tuple[str, ...]]:
    """Read sets of characters that look alike, of ours, the original or efficient_ocr.

    Raises:
        DataFormatError: the file is missing, not UTF-8, or names no characters.
    """
    lines = [line for line in read_lines(path) if line]
    if not _are_sets(lines):
        return [tuple(line) for line in lines]
    try:
        return [tuple(folder_to_glyph(part) for part in line.split("|")) for line in lines]
    except DataFormatError as error:
        raise DataFormatError(f"{path}: {error}") from error


def read_lines(path: Path) -> list[str]:
    """Lines of a file; the end of the file may end the last one or not.

    Raises:
        DataFormatError: it is missing or not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataFormatError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataFormatError(f"{path}: not UTF-8 text ({error.reason})") from error
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if not lines[-1] else lines


def in_one_line(label: str) -> str:
    """The label, if a line can hold it.

    Raises:
        DataFormatError: it is empty or breaks the line.
    """
    if not label or "\n" in label or "\r" in label:
        raise DataFormatError(f"{label!r} can't stand in a file of one label a line")
    return label


def _are_sets(lines: Sequence[str]) -> bool:
    """Whether lines are sets as code points: `97|72_105`."""
    return all(map(_SETS.fullmatch, lines)) and any("|" in line or "_" in line for line in lines)
