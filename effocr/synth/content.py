"""What a user wants to be written: groups of characters, texts, numbers, set phrases.

`effocr.synth.content_lines` writes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from effocr.charset import Charset, graphemes, leaves_ink, normalise, read_utf8
from effocr.data.records import Skipped
from effocr.errors import DataFormatError

__all__ = [
    "CharacterGroup",
    "Content",
    "content_charset",
    "left_out",
    "read_group",
    "read_groups",
    "read_words",
]

DIGITS: Final = tuple("0123456789")


class CharacterGroup(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """Characters and how often they are drawn."""

    file: Path = Field(description="the characters, see `read_group`")
    share: float = Field(gt=0, description="of the characters of a line; weights of any sum")


class Content(BaseModel, frozen=True, extra="forbid"):
    """What is written instead of the built-in mix. Shares are 0 to 1."""

    groups: tuple[CharacterGroup, ...] = Field((), description="words of random characters")
    texts: tuple[Path, ...] = Field((), description="word lists or running texts, UTF-8")
    real_words: float = Field(
        0.5, ge=0, le=1, description="share of lines from the texts, where there are groups, too"
    )
    numbers: int = Field(0, ge=0, description="most numbers put into a line")
    sequences: tuple[str, ...] = Field((), description="phrases put into lines as they are")
    sequence_share: float = Field(0.3, ge=0, le=1, description="share of lines with a phrase")
    sequence_count: int = Field(1, ge=1, description="most phrases in such a line")
    single_words: float = Field(0.0, ge=0, le=1, description="share of lines of one word")
    changed_case: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of lines in capitals, small letters, Title Case or tURNED",
    )


@lru_cache(maxsize=64)
def read_group(path: Path) -> tuple[str, ...]:
    """Read the characters of a group, in order, each once, in NFC.

    A line with tabs holds one character in its last column, as in a charset. Of any other line
    every character counts, so `0123456789` is ten digits: numbers are never code points.

    Raises:
        DataFormatError: the file cannot be read, is not UTF-8, or holds no character.
    """
    found: dict[str, None] = {}
    for line in read_utf8(path).split("\n"):
        column = line.rstrip("\r").rsplit("\t", 1)[-1]
        found.update((glyph, None) for glyph in graphemes(column) if leaves_ink(glyph))
    if not found:
        raise DataFormatError(f"{path}: no characters; expected one a line, or many")
    return tuple(found)


@lru_cache(maxsize=64)
def read_words(path: Path) -> tuple[str, ...]:
    """Read the words of a text or a list, in order, in NFC.

    Raises:
        DataFormatError: the file cannot be read, is not UTF-8, or holds no word.
    """
    words = tuple(word for word in normalise(read_utf8(path)).split() if leaves_ink(word))
    if not words:
        raise DataFormatError(f"{path}: no words; give a text or a list of words")
    return words


def read_groups(path: Path) -> Charset:
    """Characters of a file or of all `.txt` and `.tsv` files of a folder, read as groups are.

    Raises:
        DataFormatError: a file cannot be read or holds no character, or the folder has no file.
    """
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in (".txt", ".tsv"))
        if not files:
            raise DataFormatError(f"{path}: no .txt or .tsv file with characters")
    return Charset(tuple(dict.fromkeys(glyph for file in files for glyph in read_group(file))))


def content_charset(content: Content) -> Charset | None:
    """Every character that the content may need; None where the built-in mix is written."""
    if not content.groups and not content.texts:
        return None
    found: dict[str, None] = {}
    for group in content.groups:
        found.update((glyph, None) for glyph in read_group(group.file))
    for path in content.texts:
        found.update((glyph, None) for word in read_words(path) for glyph in graphemes(word))
    for sequence in content.sequences:
        found.update((glyph, None) for glyph in graphemes(sequence) if leaves_ink(glyph))
    if content.numbers:
        found.update((digit, None) for digit in DIGITS)
    if content.changed_case:
        cases = (normalise(glyph.upper() + glyph.lower()) for glyph in tuple(found))
        found.update((glyph, None) for both in cases for glyph in graphemes(both))
    return Charset(tuple(found))


def left_out(content: Content, covered: Iterable[str]) -> list[Skipped]:
    """What cannot be written with the fonts at hand, and why.

    Args:
        content: what is wanted.
        covered: characters that a font has.
    """
    known = frozenset(covered)
    problems = []
    for group in content.groups:
        lacking = [glyph for glyph in read_group(group.file) if glyph not in known]
        if lacking:
            problems.append(Skipped(str(group.file), f"fonts or charset lack {_some(lacking)}"))
    for path in content.texts:
        words = read_words(path)
        bad = [word for word in words if not known.issuperset(graphemes(word))]
        if bad:
            lacking = [g for word in bad for g in graphemes(word) if g not in known]
            reason = (
                f"{len(bad)} of {len(words)} words left out: fonts or charset lack {_some(lacking)}"
            )
            problems.append(Skipped(str(path), reason))
    problems += [
        Skipped(sequence, "left out: fonts or charset lack some of it")
        for sequence in content.sequences
        if not known.issuperset(glyph for glyph in graphemes(sequence) if glyph != " ")
    ]
    return problems


def _some(glyphs: Iterable[str]) -> str:
    """The ten most frequent of them, for people."""
    frequent = [glyph for glyph, _ in Counter(glyphs).most_common(11)]
    return " ".join(frequent[:10]) + (" ..." if len(frequent) > 10 else "")
