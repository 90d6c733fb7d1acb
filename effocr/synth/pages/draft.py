"""What the layouts share: a sheet, fonts, words, and random decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from effocr.charset import Charset
from effocr.synth.compose import LIGATURES, Composed, Setting
from effocr.synth.pages.options import PageOptions
from effocr.synth.pages.sheet import Sheet
from effocr.synth.pages.shelf import Letters, Shelf
from effocr.synth.pages.truth import LineKind
from effocr.synth.pages.typeset import Type, Word, set_line
from effocr.synth.text import Kind, random_line

__all__ = ["Area", "Draft"]

Item = TypeVar("Item")
RUNNING: Final[dict[Kind, float]] = {
    "prose": 0.66, "quotation": 0.12, "names": 0.05, "dates": 0.04, "numbers": 0.04,
    "accented": 0.03, "dashed": 0.04, "random": 0.02,
}  # fmt: skip


@dataclass(slots=True)
class Area:
    """Where type is put, from the top: a column, a margin.

    Attributes:
        left: pixels.
        right: pixels.
        top: where the next line may begin; moves down.
        bottom: pixels.
    """

    left: float
    right: float
    top: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels."""
        return self.right - self.left

    @property
    def room(self) -> float:
        """Pixels left below what has been set."""
        return self.bottom - self.top


@dataclass(slots=True)
class Draft:
    """A page that is being laid out.

    Attributes:
        rng: decides.
        shelf: of fonts.
        options: of the page.
        sheet: to put type on.
    """

    rng: np.random.Generator
    shelf: Shelf
    options: PageOptions
    sheet: Sheet

    def chance(self, share: float) -> bool:
        """True in a share of the cases."""
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        """A number between two."""
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """A whole number between two, both included."""
        return int(self.rng.integers(low, high + 1))

    def choose(self, items: Sequence[Item]) -> Item:
        """One of several."""
        return items[int(self.rng.integers(len(items)))]

    def phrase(self, charset: Charset, kind: Kind, lengths: tuple[int, int]) -> str:
        """A line's worth of text of one kind."""
        return random_line(self.rng, charset, lengths=lengths, kind=kind, mix=self.options.text)

    def running(self, charset: Charset, characters: int) -> str:
        """Running text of about so many characters."""
        parts: list[str] = []
        kinds, shares = list(RUNNING), list(RUNNING.values())
        while characters > 0:
            kind = kinds[int(self.rng.choice(len(kinds), p=shares))]
            most = min(characters, 160 if kind == "prose" else 45)
            parts.append(self.phrase(charset, kind, (min(most, 12), max(most, 12))))
            characters -= len(parts[-1]) + 1
        return " ".join(parts)

    def type(self, letters: Letters, x_height: float, *, tracking: float = 0.0) -> Type:
        """A size of type, set evenly or by a worn typewriter."""
        uneven = letters.font.kind == "typewriter"
        setting = Setting(
            tracking=tracking if tracking else self.between(-0.01, 0.02) * (not uneven),
            word_space=self.between(0.22, 0.38) + max(0.0, tracking),
            sentence_space=(1.0 if uneven else self.between(0.1, 0.5)) * self.chance(0.4),
            glyph_shift=self.between(0, 0.03) if uneven and self.chance(0.6) else 0.0,
            glyph_ink=self.between(0.6, 1) if uneven and self.chance(0.5) else 1.0,
        )
        joined = frozenset[str]()
        if self.chance(0.4) and not uneven:
            joined = frozenset(k for k, form in LIGATURES.items() if letters.font.covers(form))
        return Type(letters.face(x_height), x_height, setting, joined)

    def put(
        self,
        words: Sequence[Word],
        type_: Type,
        area: Area,
        baseline: float,
        kind: LineKind,
        *,
        place: float = 0.0,
        measure: float | None = None,
    ) -> bool:
        """Set a line into an area.

        Args:
            words: of the line.
            type_: to set it in.
            area: where.
            baseline: row.
            kind: of the line.
            place: 0 at the left of the area, 0.5 in its middle, 1 at its right.
            measure: pixels to fill.

        Returns:
            Whether there was room on the sheet.
        """
        line = set_line(words, type_, self.rng, measure=measure)
        return self.put_set(line, area, baseline, kind, type_.x_height, place=place)

    def put_set(
        self,
        line: Composed,
        area: Area,
        baseline: float,
        kind: LineKind,
        x_height: float,
        *,
        place: float = 0.0,
    ) -> bool:
        """The same with a line that is set already."""
        left = area.left + place * (area.width - line.ink.shape[1])
        return self.sheet.put(line, left, baseline, kind, x_height)


def words_of(text: str, type_: Type) -> list[Word]:
    """The words of a text in a face."""
    return [Word(part, type_.face) for part in text.split()]
