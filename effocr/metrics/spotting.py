"""Word spotting and end-to-end figures of text spotting by the rules of ICDAR 2015.

Source: the end-to-end evaluation script of the Robust Reading Competition, challenge 4. Polygons
are matched as in `effocr.metrics.icdar`; a pair is a hit only if the texts agree, and one whose
texts do not agree uses both up and counts against precision and recall. Case is ignored.

Word spotting: only true words that a dictionary may hold count (`dictionary_word`), and the found
text must equal the cleaned true one; the found text is not cleaned. End-to-end: every word counts,
and the true one may lose special characters at its first, its last, or both places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from effocr.metrics.boxes import BoxCounts
from effocr.metrics.icdar import match_detections

__all__ = ["Lexicon", "Task", "dictionary_word", "end_to_end_match", "lexicon_words", "spot_words"]

Task = Literal["word_spotting", "e2e"]

LEAST_LETTERS: Final = 3
_SPECIAL: Final = frozenset("'!?.:,*\"()·[]/")
_NEVER: Final = "×÷·"
_LETTERS: Final = (("a", "z"), ("A", "Z"), ("À", "ƿ"), ("Ǆ", "ɿ"), ("Ά", "Ͽ"), ("-", "-"))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words that may occur; a found text is replaced by the nearest one.

    Attributes:
        words: of every image; may be empty.
        by_image: more words of single images, by the stem of the image's name.
    """

    words: tuple[str, ...] = ()
    by_image: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def nearest(self, text: str, image: str = "") -> str:
        """The word with the least edit distance, case ignored; the first of several.

        Args:
            text: that was read.
            image: stem of the image's name.

        Returns:
            A word; the text itself where the lexicon has none for the image.
        """
        words = (*self.by_image.get(image, ()), *self.words)
        if not words:
            return text
        best = process.extractOne(text, words, scorer=Levenshtein.distance, processor=str.upper)
        return best[0] if best is not None else text


def dictionary_word(text: str) -> str | None:
    """What word spotting looks for; None: the word does not count.

    A final 's and hyphens at the ends go, special characters become spaces, spaces at the ends go.
    It does not count if a space is left inside, if it has fewer than three letters, or a character
    that is no letter of Latin or Greek (digits are none).
    """
    if text[-2:] in ("'s", "'S"):
        text = text[:-2]
    text = text.strip("-").translate({ord(one): " " for one in _SPECIAL}).strip()
    if " " in text or len(text) < LEAST_LETTERS:
        return None
    return text if all(map(_is_letter, text)) else None


def end_to_end_match(true: str, read: str) -> bool:
    """Whether a text was read right, case and special characters at the true one's ends aside."""
    true, read = true.upper(), read.upper()
    if true == read:
        return True
    starts, ends = true[:1] in _SPECIAL, true[-1:] in _SPECIAL
    return (
        (starts and true[1:] == read)
        or (ends and true[:-1] == read)
        or (starts and ends and true[1:-1] == read)
    )


def spot_words(
    truth: Sequence[tuple[np.ndarray, str | None, bool]],
    found: Sequence[tuple[np.ndarray, str]],
    task: Task,
) -> BoxCounts:
    """Counts of one image: hits, found words that count, true words that count.

    Args:
        truth: ([n, 2] polygon, text, whether it does not count). A word without text does not
            count either.
        found: (polygon, text), texts replaced by those of a lexicon if there is one.
        task: whose rules hold.
    """
    wanted = [_wanted(text, task) for _, text, _ in truth]
    ignore = [left or text is None for (_, _, left), text in zip(truth, wanted, strict=True)]
    match = match_detections(
        [polygon for polygon, _, _ in truth], ignore, [polygon for polygon, _ in found]
    )
    hits = sum(_agree(wanted[row], found[column][1], task) for row, column in match.pairs)
    return BoxCounts(hits, len(match.found), len(match.truth))


def _wanted(text: str | None, task: Task) -> str | None:
    if not text:
        return None
    return dictionary_word(text) if task == "word_spotting" else text


def _agree(true: str | None, read: str, task: Task) -> bool:
    if true is None:
        return False
    return true.upper() == read.upper() if task == "word_spotting" else end_to_end_match(true, read)


def _is_letter(character: str) -> bool:
    return character not in _NEVER and any(low <= character <= high for low, high in _LETTERS)


def lexicon_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Words of a lexicon file: one a line, empty lines and repetitions left out."""
    return tuple(dict.fromkeys(word for text in texts if (word := text.strip())))
