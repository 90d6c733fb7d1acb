"""Set the runs of a line as a script has it: a second font, letterspaced words, other letter forms.

`ScriptOptions` says what; without it the runs stay as they are and nothing is drawn at random.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from effocr.charset import graphemes
from effocr.synth.compose import Run
from effocr.synth.face import Face
from effocr.synth.script import ScriptOptions

__all__ = ["Dress", "dress"]

SLANT: Final = (0.14, 0.3)  # sideways over up
TRACKING: Final = (0.12, 0.34)  # of letterspaced words, ems
MOST_WORDS: Final = 3  # letterspaced or of another font, one after the other
LATIN_ENDS: Final = "\u024f"  # the last Latin letter of the blocks that fonts of text have


@dataclass(frozen=True, slots=True)
class Dress:
    """What one line may be set in.

    Attributes:
        writes: characters that the first font has.
        upright: whether it stands upright.
        second: face of the second font and what it writes, if there is one.
    """

    writes: frozenset[str]
    upright: bool
    second: tuple[Face, frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a run in one face."""

    text: str
    apart: bool  # in the second font
    tracking: float = 0.0


def dress(
    runs: Sequence[Run], clothes: Dress, options: ScriptOptions, rng: np.random.Generator
) -> list[Run]:
    """Set the runs as the script does.

    Args:
        runs: of one line, in the first font.
        clothes: what there is to set them in.
        options: what is done, and how often.
        rng: draws what happens in this line.
    """
    if options == ScriptOptions():
        return list(runs)
    forms = {
        char: other
        for char, other in options.alternates.items()
        if other in clothes.writes and rng.random() < 0.5
    }
    tight = frozenset(options.tight_pairs if rng.random() < options.tight_lines else ())
    slant = float(rng.uniform(*SLANT)) if rng.random() < options.slanted else 0.0
    words = sum(len(run.text.split()) for run in runs)
    spaced = _span(words, rng) if rng.random() < options.spaced_words else range(0)
    tracking = float(rng.uniform(*TRACKING))
    foreign = _span(words, rng) if rng.random() < options.second_words else range(0)
    latin = bool(rng.random() < options.second_latin)
    dressed: list[Run] = []
    number = 0
    for run in runs:
        pieces: list[_Piece] = []
        for word in run.text.split(" "):
            apart = clothes.second is not None and (
                number in foreign or (latin and _is_latin(word))
            )
            space = tracking if number in spaced else 0.0
            pieces += [replace(piece, tracking=space) for piece in _cut(word, apart, clothes)]
            pieces.append(_Piece(" ", apart=False))
            number += bool(word)
        face = run.face.slanted(slant) if slant and clothes.upright else run.face
        first = replace(run, face=face, drawn_as={**run.drawn_as, **forms}, tight=tight)
        dressed += [_run(first, piece, clothes) for piece in _merged(pieces[:-1])]
    return dressed


def _span(words: int, rng: np.random.Generator) -> range:
    """The numbers of a few words in a row."""
    if not words:
        return range(0)
    first = int(rng.integers(words))
    return range(first, first + int(rng.integers(1, MOST_WORDS + 1)))


def _is_latin(word: str) -> bool:
    letters = [char for char in word if char.isalpha()]
    return bool(letters) and all(char <= LATIN_ENDS for char in letters)


def _cut(word: str, apart: bool, clothes: Dress) -> list[_Piece]:
    """A word in the font that has it; where neither has all, each glyph in one that has it."""
    if clothes.second is None:
        return [_Piece(word, apart=False)]
    parts = graphemes(word)
    second = clothes.second[1]
    if second.issuperset(parts) and (apart or not clothes.writes.issuperset(parts)):
        return [_Piece(word, apart=True)]
    return [_Piece(part, apart=part not in clothes.writes and part in second) for part in parts]


def _merged(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Neighbours that are set alike as one piece; a space goes with what stands before it."""
    merged: list[_Piece] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        alike = last and (piece.apart, piece.tracking) == (last.apart, last.tracking)
        if last and (alike or piece.text == " "):
            merged[-1] = replace(last, text=last.text + piece.text)
        elif piece.text:
            merged.append(piece)
    return merged


def _run(first: Run, piece: _Piece, clothes: Dress) -> Run:
    """The piece as a run; ligatures and other forms are of the first font."""
    if piece.apart and clothes.second is not None:
        return Run(piece.text, clothes.second[0], tracking=piece.tracking)
    return replace(first, text=piece.text, tracking=piece.tracking)
