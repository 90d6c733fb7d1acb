"""The original EffOCR's figures of a reading, and the corrected ones beside them.

The original divides the edits by the length of the truth *before* it is cleaned, so that a line
read wholly wrong can score less than 1. Both figures are kept: the first compares with what was
published, the second is right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

__all__ = ["Cleaning", "LineScores", "score_texts"]

_QUOTES = ("“", "”", "''", "‘‘", "’’")


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What is done to texts before they are compared.

    Attributes:
        spaces: spaces count.
        uncased: upper and lower case are the same.
        normalisation: Unicode form, for the corrected figures only.
    """

    spaces: bool = True
    uncased: bool = False
    normalisation: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFC"

    def clean(self, text: str) -> str:
        """A text as the original compares it: quotes made the same, no ends, no line feeds."""
        for quote in _QUOTES:
            text = text.replace(quote, '"')
        text = text.replace("\n", "").strip()
        if not self.spaces:
            text = text.replace(" ", "")
        return text.lower() if self.uncased else text

    def correct(self, text: str) -> str:
        """The same in one Unicode form."""
        return self.clean(unicodedata.normalize(self.normalisation, text))


@dataclass(frozen=True, slots=True)
class LineScores:
    """Sums over lines; add them up.

    Attributes:
        lines: compared.
        exact: of them, without any difference.
        edits: least insertions, deletions and substitutions, as the original cleans texts.
        raw_length: of the truth before cleaning, the original's denominator.
        shares: sum of edits / length of the longer text, for the normalised distance.
        corrected_edits: edits of texts in one Unicode form.
        corrected_length: of the truth after cleaning.
    """

    lines: int = 0
    exact: int = 0
    edits: int = 0
    raw_length: int = 0
    shares: float = 0.0
    corrected_edits: int = 0
    corrected_length: int = 0

    def __add__(self, other: LineScores) -> LineScores:
        """The scores of both sets of lines together."""
        return LineScores(
            lines=self.lines + other.lines,
            exact=self.exact + other.exact,
            edits=self.edits + other.edits,
            raw_length=self.raw_length + other.raw_length,
            shares=self.shares + other.shares,
            corrected_edits=self.corrected_edits + other.corrected_edits,
            corrected_length=self.corrected_length + other.corrected_length,
        )

    @property
    def accuracy(self) -> float:
        """Percent of the lines that are exact; 0 when there is no line."""
        return 100 * self.exact / self.lines if self.lines else 0.0

    @property
    def cer(self) -> float:
        """The original's character error rate."""
        return self.edits / max(self.raw_length, 1)

    @property
    def normalised(self) -> float:
        """Mean normalised edit distance of the lines, as in ICDAR 2019."""
        return self.shares / max(self.lines, 1)

    @property
    def corrected_cer(self) -> float:
        """Edits per character of the truth as it is compared."""
        return self.corrected_edits / max(self.corrected_length, 1)

    def as_json(self) -> dict[str, float]:
        """The figures for programs, in percent."""
        return {
            "accuracy": round(self.accuracy, 3),
            "cer": round(100 * self.cer, 3),
            "norm_edit": round(100 * self.normalised, 3),
            "corrected_cer": round(100 * self.corrected_cer, 3),
        }

    def as_text(self, *, norm_edit: bool = False) -> str:
        """The original's metric line, and a line with the corrected rate.

        Args:
            norm_edit: the first line shows the normalised edit distance.
        """
        first = self.normalised if norm_edit else self.cer
        return (
            f"EffOCR | Textline accuracy = {self.accuracy} | CER = {first}\n"
            f"EffOCR corrected | lines = {self.lines} | CER = {self.corrected_cer}"
        )


def score_texts(pairs: Iterable[tuple[str, str]], cleaning: Cleaning) -> LineScores:
    """Sum over (truth, read) pairs."""
    return sum((_score(truth, read, cleaning) for truth, read in pairs), LineScores())


def _score(truth: str, read: str, cleaning: Cleaning) -> LineScores:
    given, seen = cleaning.clean(truth), cleaning.clean(read)
    edits = Levenshtein.distance(given, seen)
    right, found = cleaning.correct(truth), cleaning.correct(read)
    return LineScores(
        lines=1,
        exact=int(given == seen),
        edits=edits,
        raw_length=len(truth),
        shares=edits / max(len(given), len(seen), 1),
        corrected_edits=Levenshtein.distance(right, found),
        corrected_length=len(right),
    )
