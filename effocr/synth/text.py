"""Text for synthetic lines: a fixed mix of kinds, limited to the characters of a charset.

Retrieval needs the shape of every character in every neighbourhood, not language: so a part of
the lines is random strings, and the others only keep the frequencies of print within reason.
"""

import unicodedata
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from pydantic import BaseModel, Field

from effocr.charset import Charset, graphemes, normalise
from effocr.errors import UsageError
from effocr.synth import phrases, slips
from effocr.synth.phrases import Draw, Phrase, Vocabulary
from effocr.synth.words import (
    ACCENTED,
    COMMON,
    NAMES,
    PLACES,
    installed_word_lists,
    read_word_list,
)

Kind = Literal[
    "prose", "words", "random", "mutated", "headings", "names", "dates", "prices", "numbers",
    "addresses", "receipts", "figures", "quotation", "hyphenated", "dashed", "footnotes",
    "accented",
]  # fmt: skip
PHRASES: dict[Kind, Phrase] = {
    "prose": phrases.prose, "words": phrases.words, "random": phrases.random_chunks,
    "mutated": phrases.mutated, "headings": phrases.headings, "names": phrases.names,
    "dates": phrases.dates, "prices": phrases.prices, "numbers": phrases.numbers,
    "addresses": phrases.addresses, "receipts": slips.receipts, "figures": slips.figures,
    "quotation": phrases.quotation, "hyphenated": phrases.prose, "dashed": phrases.dashed,
    "footnotes": phrases.footnotes, "accented": phrases.accented,
}  # fmt: skip
PAIRS = ("\u201c\u201d", "\u2018\u2019", '""', "''", "\u201e\u201c", "\u00ab\u00bb", "()", "[]")
DASHES = ("\u2014", "\u2013", "-", "--", "\u2e17")
CURRENCIES = ("$", "\u00a3", "\u20ac", "RM")
MARKS = ("*", "\u2020", "\u2021", "\u00a7", "\u00b6", "**", "\u00b9", "\u00b2", "\u00b3", "1)")
FRACTIONS = ("\u00bc", "\u00bd", "\u00be", "1/2", "3/4", ".5")
REFUSED_IN_A_ROW = 4  # phrases without one usable token before the kind is given up for a line


class TextMix(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """How often each kind of text is drawn: weights, which need not sum to anything."""

    prose: float = Field(20, ge=0, description="sentences with punctuation")
    words: float = Field(8, ge=0, description="words of the lists as they are")
    random: float = Field(18, ge=0, description="word-like runs of any characters of the charset")
    mutated: float = Field(8, ge=0, description="words with one character replaced")
    headings: float = Field(6, ge=0, description="capitals and Title Case")
    names: float = Field(4, ge=0, description="titles, initials and surnames")
    dates: float = Field(4, ge=0, description="dates in several forms")
    prices: float = Field(3, ge=0, description="sums of money")
    numbers: float = Field(5, ge=0, description="numbers, ordinals, fractions, codes")
    addresses: float = Field(3, ge=0, description="streets, places, electronic addresses")
    receipts: float = Field(8, ge=0, description="till receipts: totals, times, fields, codes")
    figures: float = Field(4, ge=0, description="figures alone, as in columns")
    quotation: float = Field(5, ge=0, description="quotation marks, brackets, apostrophes")
    hyphenated: float = Field(3, ge=0, description="sentences cut by a hyphen at the line end")
    dashed: float = Field(3, ge=0, description="dashes, hyphens, dots of omission")
    footnotes: float = Field(2, ge=0, description="footnote marks")
    accented: float = Field(6, ge=0, description="French, German, Spanish and learned words")
    word_lists: tuple[Path, ...] | None = Field(
        None, description="files of words, one per line; none: those of the system; empty: built in"
    )


DEFAULT_MIX = TextMix()


@lru_cache(maxsize=16)
def _kinds(mix: TextMix) -> tuple[tuple[Kind, ...], tuple[float, ...]]:
    """Return the kinds and their cumulated shares, the last of which is 1."""
    kinds: tuple[Kind, ...] = get_args(Kind)
    weights = [getattr(mix, kind) for kind in kinds]
    total = sum(weights)
    if total <= 0:
        raise UsageError("every weight of the text mix is 0; give at least one kind a weight")
    return kinds, tuple(accumulate(weight / total for weight in weights))


def _pick_kind(draw: Draw, mix: TextMix) -> Kind:
    kinds, shares = _kinds(mix)
    value = draw.unit()
    for kind, share in zip(kinds, shares, strict=True):
        if value < share:
            return kind
    return kinds[-1]  # the shares sum to a little less than 1


def _is_plain(glyph: str) -> bool:
    """Tell whether a glyph is one code point that never joins its neighbours."""
    if len(glyph) != 1 or unicodedata.category(glyph)[0] not in "LNPS":
        return False
    code = ord(glyph)
    joins = 0x1100 <= code <= 0x11FF or 0xA960 <= code <= 0xA97F or 0xD7B0 <= code <= 0xD7FF
    joins = joins or 0x1F1E6 <= code <= 0x1F3FF
    return not joins and graphemes(f"a{glyph}a") == ["a", glyph, "a"]


class _Sources:
    """A charset, and what can be written with it."""

    def __init__(self, charset: Charset, word_lists: tuple[Path, ...]) -> None:
        self._single = frozenset(
            glyph
            for glyph in charset
            if not glyph.isspace() and graphemes(f"a{glyph}") == ["a", normalise(glyph)]
        )
        if not self._single:
            raise UsageError("the charset has no character to write a line with; give another")
        self.plain = frozenset(glyph for glyph in self._single if _is_plain(glyph)) | {" "}
        self.fillers = tuple(sorted(self.plain - {" "}))
        words = [word for path in word_lists for word in read_word_list(path)]
        lists = ACCENTED + tuple(word for word in words if not word.isascii())
        self.vocabulary = Vocabulary(
            frequent=self._writable(COMMON),
            words=self._writable(words),
            accented=self._writable(lists),
            names=self._writable(NAMES),
            places=self._writable(PLACES),
            pairs=tuple((pair[0], pair[1]) for pair in self._writable(PAIRS)),
            dashes=self._writable(DASHES),
            currencies=self._writable(CURRENCIES),
            marks=self._writable(MARKS),
            fractions=self._writable(FRACTIONS),
            glyphs=tuple(glyph for glyph in charset if glyph in self._single),
        )

    def _writable(self, words: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        return tuple(word for word in words if self.writes(word))

    def writes(self, text: str) -> bool:
        """Tell whether every grapheme of `text` is of the charset or a space."""
        if self.plain.issuperset(text):
            return True
        if len(self.plain) > len(self._single):  # every glyph is plain: nothing else is writable
            return False
        return all(part == " " or part in self._single for part in graphemes(text))


@lru_cache(maxsize=512)  # every font of a synthesis has a charset of its own
def _sources(charset: Charset, word_lists: tuple[Path, ...]) -> _Sources:
    return _Sources(charset, word_lists)


def _collect(draw: Draw, sources: _Sources, phrase: Phrase, target: int) -> str:
    """Join phrases of one kind until the line has `target` characters or more."""
    tokens: list[str] = []
    length = -1
    refused = 0
    while length < target:
        usable = [token for token in phrase(draw, sources.vocabulary) if sources.writes(token)]
        refused = 0 if usable else refused + 1
        if refused == REFUSED_IN_A_ROW:
            phrase = phrases.random_chunks
        tokens += usable
        length += sum(map(len, usable)) + len(usable)
    return " ".join(tokens)


def _settle(text: str, sources: _Sources) -> str:
    """Drop what became another grapheme when characters met (combining scripts only)."""
    for _ in range(3):
        text = normalise(text)
        if sources.writes(text):
            return text
        text = "".join(part for part in graphemes(text) if sources.writes(part))
    return sources.vocabulary.glyphs[0]


def _cut(text: str, sources: _Sources, *, shortest: int, target: int) -> str:
    """Cut to `target` characters, at a space if that leaves `shortest` or more."""
    if sources.plain.issuperset(text):
        if len(text) <= target:
            return text
        place = text.rfind(" ", shortest, target + 1)
        return text[:place] if place > 0 else text[:target]
    parts = graphemes(text)
    if len(parts) <= target:
        return text
    spaces = [at for at in range(shortest, target + 1) if parts[at] == " "]
    return "".join(parts[: spaces[-1] if spaces else target])


def random_line(
    rng: np.random.Generator,
    charset: Charset,
    *,
    lengths: tuple[int, int],
    kind: Kind | None = None,
    mix: TextMix = DEFAULT_MIX,
) -> str:
    """Write one random line of text.

    Args:
        rng: the only source of randomness: the same state gives the same line (and the same word
            lists, which differ between machines unless `mix.word_lists` names them).
        charset: the characters that may occur; labels that are not one grapheme, and combining
            marks on their own, cannot be written and are left out.
        lengths: fewest and most characters (graphemes) of the line, spaces counted; both included.
        kind: the kind of text; None draws one by the weights of `mix`.
        mix: the weights and the word lists.

    Returns:
        NFC text of characters of the charset and single spaces, none at either end. A kind that
        the charset cannot write becomes random strings.

    Raises:
        UsageError: `lengths` is not 1 <= fewest <= most, no kind has a weight, or the charset has
            no character that can be written.
        DataFormatError: a word list cannot be read.
    """
    shortest, longest = lengths
    if not 1 <= shortest <= longest:
        raise UsageError(f"line lengths {shortest} to {longest}: give 1 <= fewest <= most")
    lists = installed_word_lists() if mix.word_lists is None else mix.word_lists
    sources = _sources(charset, lists)
    draw = Draw(rng)
    if kind is None:
        kind = _pick_kind(draw, mix)
    target = draw.between(shortest, longest)
    text = _collect(draw, sources, PHRASES[kind], target)
    if kind == "hyphenated":
        text = _hyphenate(text, sources, target)
    return _finish(text, draw, sources, shortest=shortest, target=target)


def _hyphenate(text: str, sources: _Sources, target: int) -> str:
    """End the line with a hyphen inside a word, if it can be."""
    head = text[: target - 1]
    if target < 4 or not head[-2:].isalpha() or not text[target - 1 :][:1].isalpha():
        return text
    return f"{head}-" if sources.writes("-") else text


def _finish(text: str, draw: Draw, sources: _Sources, *, shortest: int, target: int) -> str:
    """Cut, tidy the ends and fill up what tidying made too short."""
    if not sources.plain.issuperset(text):
        text = _settle(text, sources)
    text = " ".join(_cut(text, sources, shortest=shortest, target=target).split())
    missing = shortest - (len(text) if sources.plain.issuperset(text) else len(graphemes(text)))
    if missing > 0 and sources.fillers:
        filler = "".join([draw.pick(sources.fillers) for _ in range(missing)])
        # In front: what is not plain may join what follows.
        text = text + filler if sources.plain.issuperset(text) else filler + text
    return text
