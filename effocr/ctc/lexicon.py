"""Decoding with a list of words: a word that is read and not listed gives way to one that is.

Nothing is compared by spelling alone: each rival is scored by the network's own output over the
columns of the word, summed over all ways to spell it there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from effocr.ctc.alphabet import Alphabet
from effocr.ctc.arrays import Decoded
from effocr.ctc.beam import log_likelihoods

__all__ = ["WordList", "WordRules", "decode_words"]

Floats = npt.NDArray[np.float32]

RIVALS: Final = 60  # words scored for one that was read
MOST_LOSS: Final = 6.0  # of log probability that a listed word may be less likely than what is read


@dataclass(frozen=True, slots=True)
class WordRules:
    """When a listed word replaces what was read.

    Attributes:
        most_edits: single characters that may differ; in a short word no more than a third.
        most_loss: of log probability that the listed word may be less likely.
        closed: nothing but listed words may be read, however unlikely; for forms and codes. Words
            with digits are looked up, too; punctuation around words stays.
    """

    most_edits: int = 2
    most_loss: float = MOST_LOSS
    closed: bool = False


@dataclass(frozen=True)
class WordList:
    """Words, in NFC. A word in small letters stands for its forms with capitals, too."""

    words: frozenset[str]

    @cached_property
    def _sorted(self) -> tuple[str, ...]:
        return tuple(sorted(self.words))

    def __contains__(self, word: object) -> bool:
        """Whether it is a word: as listed, or listed in small letters and here with capitals."""
        if not isinstance(word, str):
            return False
        return word in self.words or (_has_capitals(word) and word.lower() in self.words)

    def rivals(self, word: str, rules: WordRules) -> list[str]:
        """Words of the list that look like a word that is not in it, in its case."""
        most = None if rules.closed else min(rules.most_edits, max(1, len(word) // 3))
        found = process.extract(
            word.lower(), self._sorted, scorer=Levenshtein.distance, processor=str.lower,
            score_cutoff=most, limit=RIVALS,
        )  # fmt: skip
        return list(dict.fromkeys(form for each, *_ in found for form in _forms(each, word)))


def _has_capitals(word: str) -> bool:
    """All in capitals, or the first alone."""
    return word.isupper() or word[:1].upper() + word[1:].lower() == word


def _forms(listed: str, read: str) -> Iterable[str]:
    """A listed word as it may be printed where something else was read."""
    yield listed
    if listed.islower():
        if read.isupper() and len(read) > 1:
            yield listed.upper()
        elif read[:1].isupper():
            yield listed.capitalize()


def decode_words(
    log_probs: Floats, decoded: Decoded, alphabet: Alphabet, words: WordList, rules: WordRules
) -> str:
    """Text of a line, its words replaced where the list has a word nearly as likely.

    Args:
        log_probs: [columns, classes] float32, class 0 the blank.
        decoded: what was read in it.
        alphabet: of the classes.
        words: the list.
        rules: when to replace.
    """
    return " ".join(
        _better(log_probs[first:last], text, alphabet, words, rules)
        for text, (first, last) in _words(decoded, alphabet, len(log_probs))
    )


def _words(
    decoded: Decoded, alphabet: Alphabet, columns: int
) -> Iterable[tuple[str, tuple[int, int]]]:
    """Words with the columns that are theirs: from space to space."""
    text, first = "", 0
    for number, (begin, end) in zip(decoded.classes, decoded.spans.tolist(), strict=True):
        character = alphabet.decode([number])
        if character != " ":
            text += character
            continue
        if text:
            yield text, (first, begin)
        text, first = "", end
    if text:
        yield text, (first, columns)


def _better(
    log_probs: Floats, read: str, alphabet: Alphabet, words: WordList, rules: WordRules
) -> str:
    """The word that is read, or the listed one that replaces it."""
    before, core, after = _parts(read, digits=rules.closed)
    if not core or core in words or alphabet.lacks(read):
        return read
    rivals = [word for word in words.rivals(core, rules) if not alphabet.lacks(word)]
    if not rivals:
        return read
    texts = [core, *rivals]
    scores = _scores(log_probs, [f"{before}{text}{after}" for text in texts], alphabet)
    best = int(scores[1:].argmax())
    if not np.isfinite(scores[1 + best]):
        return read
    if not rules.closed and scores[0] - scores[1 + best] > rules.most_loss:
        return read
    return f"{before}{rivals[best]}{after}"


def _scores(log_probs: Floats, texts: Sequence[str], alphabet: Alphabet) -> npt.NDArray[np.float64]:
    return log_likelihoods(log_probs, [alphabet.encode(text) for text in texts])


def _parts(word: str, *, digits: bool) -> tuple[str, str, str]:
    """Punctuation before a word, the word, punctuation after it.

    A word with digits has no core, unless digits are wanted.
    """
    kinds = "LMN" if digits else "LM"
    letters = [n for n, point in enumerate(word) if unicodedata.category(point)[0] in kinds]
    if not letters or (not digits and any(point.isdigit() for point in word)):
        return word, "", ""
    return word[: letters[0]], word[letters[0] : letters[-1] + 1], word[letters[-1] + 1 :]
