"""Words that are in no lexicon, corrected to words that are and look the same.

What looks alike is not written down anywhere: every glyph brings the characters that the index
found most similar, with their similarities. A word is changed only to a word of the list, glyph
for glyph, so boxes and glyphs stay what they are; each changed glyph is marked.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path
from typing import Final

from effocr.charset import normalise, read_utf8
from effocr.document import Glyph, Line
from effocr.errors import DataFormatError
from effocr.pipeline.postprocess.changes import change_glyphs

__all__ = ["CANDIDATES", "Lexicon", "correct_words", "read_lexicon"]

CANDIDATES: Final = 12  # of a glyph: enough for its look-alikes
MOST_LOSS: Final = 0.2  # of cosine similarity that a glyph may lose by a change
MOST_TOTAL_LOSS: Final = 0.35  # that a word may lose
BEAM: Final = 200  # beginnings of words that are followed
ABBREVIATED: Final = 4  # a word of so many letters or fewer before a period may be cut short

_HYPHENS: Final = ("-", "‐", "⸗", "¬")
_JOINTS: Final = re.compile("[-‐–—⸗/'’]")  # parts of words stand between them
_ORDINAL: Final = re.compile("[0-9]+(?:st|nd|rd|th|d|er|ère|e|o|a)")


@dataclass(frozen=True)
class Lexicon:
    """Words of a language, or of anything.

    Attributes:
        words: in NFC.
    """

    words: frozenset[str]
    _folded: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the words, for looking up how they begin."""
        object.__setattr__(self, "_folded", tuple(sorted({word.lower() for word in self.words})))

    def __contains__(self, word: str) -> bool:
        """Whether it is a word: as listed, or listed in small letters and here with capitals."""
        if word in self.words:
            return True
        capitals = word.isupper() or word[:1].upper() + word[1:].lower() == word
        return capitals and (word.lower() in self.words or word.capitalize() in self.words)

    def begins(self, start: str) -> bool:
        """Whether a word begins so, whatever the case."""
        start = start.lower()
        place = bisect_left(self._folded, start)
        return place < len(self._folded) and self._folded[place].startswith(start)


def read_lexicon(path: Path | str) -> Lexicon:
    """Read a list of words in any language, or the words of any text, UTF-8.

    White space parts words; punctuation around them and bare numbers (such as frequencies) are
    left out.

    Raises:
        DataFormatError: the file cannot be read, is not UTF-8, or holds no word.
    """
    path = Path(path)
    words = frozenset(filter(None, map(_bare, normalise(read_utf8(path)).split())))
    if not words:
        raise DataFormatError(f"{path}: no words; give a file with one word per line")
    return Lexicon(words)


def _bare(token: str) -> str:
    """A word without punctuation around it; "" if there is no letter."""
    letters = [n for n, point in enumerate(token) if unicodedata.category(point)[0] in "LM"]
    return token[letters[0] : letters[-1] + 1] if letters else ""


def correct_words(line: Line, lexicon: Lexicon) -> Line:
    """Correct the words of a line that are not in the lexicon.

    Left as they are: words of the lexicon, numbers, words in capitals, single letters, what
    looks like an abbreviation, a word parted by a hyphen at the line's end, and every word that
    no similar word of the lexicon can replace.

    Args:
        line: its glyphs with as many candidates as there are, see `CANDIDATES`.
        lexicon: the words.
    """
    texts: dict[int, str] = {}
    for number, word in enumerate(line.words):
        last = number == len(line.words) - 1
        texts |= _correct(line.glyphs[slice(*word.glyphs)], word.glyphs[0], lexicon, last=last)
    return change_glyphs(line, texts)


def _correct(
    glyphs: Sequence[Glyph], first: int, lexicon: Lexicon, *, last: bool
) -> dict[int, str]:
    """Changes of one word whose glyphs begin with number `first` of the line."""
    begin, end = _core(glyphs)
    core, after = glyphs[begin:end], "".join(glyph.text for glyph in glyphs[end:])
    if _is_settled(core, after, lexicon) or (last and after[:1] in _HYPHENS):
        return {}
    better = _best(core, lexicon) or _best_parts(core, lexicon)
    return {first + begin + place: text for place, text in enumerate(better)}


def _core(glyphs: Sequence[Glyph]) -> tuple[int, int]:
    """[first, last) glyph of a word without the punctuation around it."""
    inner = [n for n, glyph in enumerate(glyphs) if glyph.unknown or glyph.text[:1].isalnum()]
    return (inner[0], inner[-1] + 1) if inner else (0, 0)


def _is_settled(core: Sequence[Glyph], after: str, lexicon: Lexicon) -> bool:
    """Whether a word is not to be corrected."""
    text = "".join(glyph.text for glyph in core)
    letters = sum(glyph.text[:1].isalpha() for glyph in core)
    if len(core) < 2 or letters * 2 < len(core) or text.isupper() or "." in text:
        return True  # a letter, mostly digits, capitals, U.S.A
    if _ORDINAL.fullmatch(text) or (after.startswith(".") and len(core) <= ABBREVIATED):
        return True
    return text in lexicon or all(part in lexicon for part in _JOINTS.split(text) if part)


def _best_parts(core: Sequence[Glyph], lexicon: Lexicon) -> tuple[str, ...]:
    """The same for each part of a compound (well-known); a part without better stays."""
    texts = [glyph.text for glyph in core]
    ends = [n for n, text in enumerate(texts) if _JOINTS.fullmatch(text)]
    for begin, end in zip([0, *(n + 1 for n in ends)], [*ends, len(core)], strict=True):
        part = core[begin:end]
        if not _is_settled(part, "", lexicon):
            texts[begin:end] = _best(part, lexicon) or texts[begin:end]
    return tuple(texts)


def _best(core: Sequence[Glyph], lexicon: Lexicon) -> tuple[str, ...]:
    """Texts of the glyphs that make the most similar word of the lexicon; () if there is none."""
    beam: list[tuple[float, tuple[str, ...]]] = [(0.0, ())]
    for glyph in core:
        grown = (
            (loss + less, (*texts, text))
            for loss, texts in beam
            for text, less in _choices(glyph)
            if loss + less <= MOST_TOTAL_LOSS and lexicon.begins("".join(texts) + text)
        )
        beam = nsmallest(BEAM, grown)
    words = (texts for _, texts in sorted(beam) if "".join(texts) in lexicon)
    return next(words, ())


def _choices(glyph: Glyph) -> Iterable[tuple[str, float]]:
    """What a glyph may be, and the similarity that is lost by taking it."""
    similarities = dict(reversed(glyph.candidates))
    read = similarities.get(glyph.text, max(similarities.values(), default=0.0))
    if not glyph.unknown:
        yield glyph.text, 0.0
    for text, similarity in similarities.items():
        less = max(read - similarity, 0.0)
        if text != glyph.text and less <= MOST_LOSS:
            yield text, less
