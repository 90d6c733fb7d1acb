"""The lines of a set that were read worst, with what the reader saw on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from effocr.charset import graphemes
from effocr.document import Document, Line
from effocr.evaluation.sets import NamedSet
from effocr.metrics.confusions import align, same_if
from effocr.metrics.text import score_line
from effocr.pipeline.reader import Reader

__all__ = ["Compared", "Strip", "WorstLine", "compare_texts", "worst_lines", "worst_of"]


@dataclass(frozen=True, slots=True)
class Strip:
    """A run of characters of one text.

    Attributes:
        text: the characters.
        same: whether the other text has them too.
    """

    text: str
    same: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A text that was read against its reference.

    Attributes:
        reference: the whole of it, in runs.
        read: the whole of what was read, in runs.
        wrong: numbers of the glyphs that differ from the reference.
    """

    reference: tuple[Strip, ...]
    read: tuple[Strip, ...]
    wrong: frozenset[int]


@dataclass(frozen=True, slots=True)
class WorstLine:
    """A line and how it was read.

    Attributes:
        path: of the image.
        edits: characters wrong, missing or too many.
        cer: edits per character of the reference.
        compared: both texts.
        lines: what was read, one line or the columns of the image; none if it could not be read.
        problem: why it could not be read; "" if it could.
    """

    path: Path
    edits: int
    cer: float
    compared: Compared
    lines: tuple[Line, ...]
    problem: str = ""


def worst_of(
    lines: NamedSet,
    texts: Sequence[str | None],
    most: int,
    *,
    raw: bool = False,
    ignore_case: bool = False,
) -> list[int]:
    """Numbers of the lines with the most edits, worst first; none without an edit.

    Args:
        lines: the set.
        texts: what was read in each of its lines; None for nothing.
        most: lines wanted.
        raw: compare texts as they are.
        ignore_case: compare without regard to case.
    """
    scores = [
        score_line(reference, text or "", raw=raw)
        for reference, text in zip(lines.texts, texts, strict=True)
    ]
    edits = [score.edits_ci if ignore_case else score.edits for score in scores]
    wrong = [number for number, count in enumerate(edits) if count]
    return sorted(wrong, key=lambda number: (-edits[number], -scores[number].cer, number))[:most]


def worst_lines(
    lines: NamedSet,
    numbers: Sequence[int],
    reader: Reader,
    *,
    raw: bool = False,
    ignore_case: bool = False,
) -> list[WorstLine]:
    """Read some lines of a set once more, for the boxes of their glyphs.

    Args:
        lines: the set.
        numbers: of its lines.
        reader: the one that read them.
        raw: compare texts as they are.
        ignore_case: compare without regard to case.
    """
    results = reader.read_many(lines.paths[number] for number in numbers)
    found = []
    for number, result in zip(numbers, results, strict=True):
        reference = lines.texts[number]
        read = result.lines if isinstance(result, Document) else ()
        text = result.text if isinstance(result, Document) else ""
        score = score_line(reference, text, raw=raw)
        found.append(
            WorstLine(
                path=lines.paths[number],
                edits=score.edits_ci if ignore_case else score.edits,
                cer=score.cer_ci if ignore_case else score.cer,
                compared=compare_texts(reference, read, raw=raw, ignore_case=ignore_case),
                lines=read,
                problem="" if isinstance(result, Document) else result.reason,
            )
        )
    return found


def compare_texts(
    reference: str, lines: Sequence[Line], *, raw: bool = False, ignore_case: bool = False
) -> Compared:
    """Set the lines that were read in an image against their reference.

    Args:
        reference: what is printed.
        lines: what was read; their glyphs are numbered together.
        raw: compare texts as they are.
        ignore_case: compare without regard to case.
    """
    same = same_if(raw=raw, ignore_case=ignore_case)
    wanted = graphemes(reference if raw else " ".join(reference.split()))
    read, owners = _characters(lines)
    pieces = align([same(part) for part in wanted], [same(part) for part in read])
    return Compared(
        tuple(_strip(wanted, piece.reference, piece.same) for piece in pieces),
        tuple(_strip(read, piece.read, piece.same) for piece in pieces),
        frozenset(
            owner
            for piece in pieces
            if not piece.same
            for owner in owners[slice(*piece.read)]
            if owner is not None
        ),
    )


def _characters(lines: Sequence[Line]) -> tuple[list[str], list[int | None]]:
    """Characters of the lines, and the number of the glyph that each belongs to."""
    characters: list[str] = []
    owners: list[int | None] = []
    first = 0
    for line in lines:
        for place, word in enumerate(line.words):
            if place or first:
                characters.append(" " if place else "\n")
                owners.append(None)
            for number in range(*word.glyphs):
                parts = graphemes(line.glyphs[number].text)
                characters += parts
                owners += [first + number] * len(parts)
        first += len(line.glyphs)
    return characters, owners


def _strip(characters: Sequence[str], place: tuple[int, int], same: bool) -> Strip:
    return Strip("".join(characters[slice(*place)]), same)
