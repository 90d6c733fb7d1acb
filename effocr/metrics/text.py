"""Character and word error rates.

The treatment of text before scoring (`treat`) and the way lines are summed are part of the
command line's contract: figures of different engines are comparable only if both are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from effocr.charset import normalise

__all__ = [
    "Score",
    "cer",
    "compared",
    "exact",
    "fold_case",
    "score_line",
    "score_lines",
    "treat",
    "wer",
]

_TYPOGRAPHY = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "—": "-",
        "–": "-",
        "⸗": "-",
        "ſ": "s",
        "ꝛ": "r",
    }
)
_WHITE_SPACE = re.compile(r"\s+")


def treat(text: str) -> str:
    """Text as it is compared: what print and editions write differently is made the same.

    NFC; “ ” „ to "; ‘ ’ ʼ to '; — – ⸗ to -; ſ to s; ꝛ to r; white space runs to one space, none
    at the ends. `treat("„Waſ—“ ") == '"Was-"'`.
    """
    plain = unicodedata.normalize("NFD", text).translate(_TYPOGRAPHY)  # ẛ is ſ with a dot
    return _WHITE_SPACE.sub(" ", normalise(plain)).strip()


def fold_case(text: str) -> str:
    """Make texts that differ in case only the same; "STRASSE" and "Straße" too. Still NFC."""
    return normalise(text.casefold())


def compared(text: str, *, raw: bool = False, ignore_case: bool = False) -> str:
    """A text as it is compared.

    Args:
        text: printed or read.
        raw: it stays as it is, without `treat`.
        ignore_case: texts that differ in case only are the same.
    """
    text = text if raw else treat(text)
    return fold_case(text) if ignore_case else text


@dataclass(frozen=True, slots=True)
class Score:
    """Edits and lengths summed over lines; the rates are quotients of the sums.

    Attributes:
        lines: lines compared.
        edits: least insertions, deletions and substitutions of code points.
        length: code points of the references.
        edits_ci: the same as `edits` after case folding.
        length_ci: code points of the case-folded references.
        word_edits: least insertions, deletions and substitutions of words.
        words: words of the references.
        exact_lines: lines without any edit.
    """

    lines: int = 0
    edits: int = 0
    length: int = 0
    edits_ci: int = 0
    length_ci: int = 0
    word_edits: int = 0
    words: int = 0
    exact_lines: int = 0

    def __add__(self, other: Score) -> Score:
        """The score of both sets of lines together."""
        return Score(
            lines=self.lines + other.lines,
            edits=self.edits + other.edits,
            length=self.length + other.length,
            edits_ci=self.edits_ci + other.edits_ci,
            length_ci=self.length_ci + other.length_ci,
            word_edits=self.word_edits + other.word_edits,
            words=self.words + other.words,
            exact_lines=self.exact_lines + other.exact_lines,
        )

    @property
    def cer(self) -> float:
        """Edits per character of the references, 0 or more; can exceed 1."""
        return _rate(self.edits, self.length)

    @property
    def cer_ci(self) -> float:
        """The same without regard to case."""
        return _rate(self.edits_ci, self.length_ci)

    @property
    def wer(self) -> float:
        """Word edits per word of the references."""
        return _rate(self.word_edits, self.words)

    @property
    def exact(self) -> float:
        """Share of lines without any edit, 0 to 1; 0 when there is no line."""
        return self.exact_lines / self.lines if self.lines else 0.0


def score_line(reference: str, read: str, *, raw: bool = False, ignore_case: bool = False) -> Score:
    """Compare one line that was read with its reference.

    Args:
        reference: what is printed.
        read: what was read.
        raw: compare the texts as they are, without `treat`.
        ignore_case: compare words and whole lines without regard to case; characters are always
            counted both ways.
    """
    if not raw:
        reference, read = treat(reference), treat(read)
    reference_ci, read_ci = fold_case(reference), fold_case(read)
    edits = Levenshtein.distance(reference, read)
    length = len(reference)
    if ignore_case:
        reference, read = reference_ci, read_ci
    reference_words, read_words = reference.split(), read.split()
    return Score(
        lines=1,
        edits=edits,
        length=length,
        edits_ci=Levenshtein.distance(reference_ci, read_ci),
        length_ci=len(reference_ci),
        word_edits=Levenshtein.distance(reference_words, read_words),
        words=len(reference_words),
        exact_lines=int(reference == read),
    )


def score_lines(
    pairs: Iterable[tuple[str, str]], *, raw: bool = False, ignore_case: bool = False
) -> Score:
    """Sum of `score_line` over (reference, read) pairs."""
    scores = (
        score_line(reference, read, raw=raw, ignore_case=ignore_case) for reference, read in pairs
    )
    return sum(scores, Score())


def cer(reference: str, read: str, *, raw: bool = False) -> float:
    """Character error rate of one text; see `Score.cer`."""
    return score_line(reference, read, raw=raw).cer


def wer(reference: str, read: str, *, raw: bool = False) -> float:
    """Word error rate of one text; see `Score.wer`."""
    return score_line(reference, read, raw=raw).wer


def exact(reference: str, read: str, *, raw: bool = False) -> bool:
    """Whether one text was read without any error."""
    return score_line(reference, read, raw=raw).exact_lines == 1


def _rate(edits: int, length: int) -> float:
    """Edits per unit of the reference; without any reference every edit counts as a whole error."""
    return edits / max(length, 1)
