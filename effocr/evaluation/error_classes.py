"""What kind of error an edit is: gap, split or merged glyph, look-alike, slip of the reference.

Classes are told from texts alone, so that engines without glyph boxes are counted alike.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from effocr.document import UNKNOWN
from effocr.metrics.confusions import align, edits
from effocr.metrics.text import compared
from effocr.pipeline.agree import kind_of

__all__ = ["CLASSES", "Block", "ErrorCount", "blocks", "classes_of", "count_errors"]

GAP_MISSED: Final = "word gap missed"
GAP_INVENTED: Final = "word gap invented"
MISSED: Final = "missed letter or digit"
MARK_MISSED: Final = "missed mark"
LIGATURE: Final = "end of a ligature missed (fi as f)"
INVENTED: Final = "invented letter or digit (neighbour)"
MARK_INVENTED: Final = "invented mark (speck)"
RN_M: Final = "rn m"
MERGED: Final = "merged (two or three read as fewer)"
SPLIT: Final = "split (one or two read as more)"
UNSEEN: Final = "called unknown"
SIZE: Final = "case by size (s S, o O)"
CASE: Final = "other case"
ACCENT: Final = "accent"
QUOTES: Final = "quotes, commas, stops"
STROKES: Final = "1 l I |"
ROUNDS: Final = "0 O o Q D"
CEO: Final = "c e o"
LETTER: Final = "other letter for a letter"
DIGIT: Final = "digit for another digit or a letter"
OTHER: Final = "other substitution"
REFERENCE: Final = "both engines against the reference"
CLASSES: Final = (
    REFERENCE, MISSED, LIGATURE, MARK_MISSED, INVENTED, MARK_INVENTED, SPLIT, MERGED, RN_M,
    GAP_MISSED, GAP_INVENTED, CEO, STROKES, ROUNDS, SIZE, CASE, ACCENT, QUOTES, LETTER, DIGIT,
    OTHER, UNSEEN,
)  # fmt: skip
"""All classes, in the order of tables."""

_ALIKE: Final = (
    (CEO, frozenset("ceo")),
    (STROKES, frozenset("1lI|!i[]")),
    (ROUNDS, frozenset("0OoQD")),
    (QUOTES, frozenset("\"'`.,;:-_^~´·*")),
)
_SAME_SHAPE: Final = frozenset("ckopsuvwxyz")  # capital and small letter differ by size
_REGROUPED: Final = 3  # characters that a wrong cut affects at most


@dataclass(frozen=True, slots=True)
class Block:
    """A place where a text differs from its reference.

    Attributes:
        first: place in the reference.
        wanted: what stands there in the reference; "" where something was read too much.
        read: what was read; "" where something is missing.
        before: the character before it in the reference; "" at the start.
    """

    first: int
    wanted: str
    read: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Errors of one engine.

    Attributes:
        classes: edits by class; they add up to the least number of edits.
        confusions: (wanted, read) -> edits, "" for nothing.
        length: characters of the references.
    """

    classes: Counter[str] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    length: int = 0

    def __add__(self, other: ErrorCount) -> ErrorCount:
        """Both together."""
        return ErrorCount(
            self.classes + other.classes,
            self.confusions + other.confusions,
            self.length + other.length,
        )


def blocks(wanted: str, read: str) -> list[Block]:
    """The places where two texts differ, neighbouring edits together."""
    found: list[Block] = []
    for piece in align(wanted, read):
        if piece.same:
            continue
        first, last = piece.reference
        before = wanted[max(first - 1, 0) : first]
        part = Block(first, wanted[first:last], read[slice(*piece.read)], before)
        earlier = found[-1] if found else None
        if earlier is not None and earlier.first + len(earlier.wanted) == first:
            found[-1] = replace(
                earlier, wanted=earlier.wanted + part.wanted, read=earlier.read + part.read
            )
        else:
            found.append(part)
    return found


def classes_of(block: Block) -> Counter[str]:
    """The edits of a place, by class."""
    counts: Counter[str] = Counter()
    letters = []
    for edit in edits(block.wanted, block.read):
        if " " in edit:
            counts[GAP_MISSED if edit[0] == " " else GAP_INVENTED] += 1
        else:
            letters.append(edit)
    regrouped = _regrouped(block.wanted.replace(" ", ""), block.read.replace(" ", ""))
    if block.before == "f" and not block.read and set(block.wanted) <= set("fil"):
        regrouped = LIGATURE
    for edit in letters:
        counts[regrouped or _class_of(*edit)] += 1
    return counts


def count_errors(
    reference: str, read: str, other: str | None = None, *, ignore_case: bool = False
) -> ErrorCount:
    """Count the errors of one line.

    Args:
        reference: what is printed, as far as is known.
        read: what the engine read.
        other: what another engine read. Where both read the same against the reference, this one
            is likely to be wrong: such edits are a class of their own.
        ignore_case: upper and lower case are the same.
    """
    reference, read, other = (
        compared(text or "", ignore_case=ignore_case) for text in (reference, read, other)
    )
    agreed = frozenset(blocks(reference, other) if other else ())
    count = ErrorCount(length=len(reference))
    for block in blocks(reference, read):
        classes = classes_of(block)
        count.classes.update({REFERENCE: classes.total()} if block in agreed else classes)
        count.confusions.update(edits(block.wanted, block.read))
    return count


def _regrouped(wanted: str, read: str) -> str:
    """Class of a place whose glyphs were cut wrongly; "" where they were not."""
    if sorted((wanted, read)) == ["m", "rn"]:
        return RN_M
    if not wanted or not read or max(len(wanted), len(read)) > _REGROUPED:
        return ""
    if len(wanted) == len(read):
        return ""
    return MERGED if len(wanted) > len(read) else SPLIT


def _class_of(wanted: str, read: str) -> str:
    """Class of one edit without a space."""
    if not read:
        return MARK_MISSED if kind_of(wanted) == "mark" else MISSED
    if not wanted:
        return MARK_INVENTED if kind_of(read) == "mark" else INVENTED
    if read == UNKNOWN:
        return UNSEEN
    if wanted.casefold() == read.casefold():
        return SIZE if wanted.casefold() in _SAME_SHAPE else CASE
    if _without_accents(wanted) == _without_accents(read):
        return ACCENT
    for name, group in _ALIKE:
        if wanted in group and read in group:
            return name
    kinds = {kind_of(wanted), kind_of(read)}
    if "mark" in kinds:
        return OTHER
    return DIGIT if "digit" in kinds else LETTER


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return "".join(point for point in parts if not unicodedata.combining(point))
