"""Write what a user wants to be written, with the characters that a font has.

A word of a text with a character that the font lacks is passed over, and a group is drawn from the
characters that the font has, so nothing becomes an empty box.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from effocr.charset import Charset, graphemes, normalise
from effocr.synth.content import Content, read_group, read_words

__all__ = ["can_write", "write_content"]

LONGEST_WORD: Final = 9  # of characters drawn from groups
NUMBER_P: Final = 0.005  # of the geometric distribution that numbers follow: 200 in the mean
CASES: Final = (str.upper, str.lower, str.title, str.swapcase)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What of the content a font can write.

    Attributes:
        groups: characters of each group.
        shares: of the groups, summing to 1.
        words: of all texts in order.
        sequences: phrases.
        charset: of the font.
    """

    groups: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    words: tuple[str, ...]
    sequences: tuple[str, ...]
    charset: frozenset[str]

    def writes(self, word: str) -> bool:
        """Whether the font has every character of a word."""
        return bool(word) and self.charset.issuperset(graphemes(word))


@lru_cache(maxsize=512)  # every font of a synthesis has a charset of its own
def _sources(charset: Charset, content: Content) -> _Sources:
    known = frozenset(charset)
    drawn = [
        (tuple(g for g in read_group(group.file) if g in known and _stands_alone(g)), group.share)
        for group in content.groups
    ]
    drawn = [(glyphs, share) for glyphs, share in drawn if glyphs]
    total = sum(share for _, share in drawn)
    words = (word for path in content.texts for word in read_words(path))
    sequences = (" ".join(normalise(sequence).split()) for sequence in content.sequences)
    return _Sources(
        groups=tuple(glyphs for glyphs, _ in drawn),
        shares=tuple(share / total for _, share in drawn),
        words=tuple(word for word in words if known.issuperset(graphemes(word))),
        sequences=tuple(
            sequence
            for sequence in sequences
            if sequence and known.issuperset(graphemes(sequence.replace(" ", "")))
        ),
        charset=known,
    )


def _stands_alone(glyph: str) -> bool:
    """Whether a character never joins its neighbours, as combining marks do."""
    return graphemes(f"a{glyph}a") == ["a", glyph, "a"]


def can_write(charset: Charset, content: Content) -> bool:
    """Whether a font with these characters can write any line of the content."""
    if not content.groups and not content.texts:
        return True
    sources = _sources(charset, content)
    return bool(sources.groups or sources.words)


def write_content(
    rng: np.random.Generator,
    charset: Charset,
    content: Content,
    lengths: tuple[int, int],
    mix: str = "",
) -> str:
    """Write one line.

    Args:
        rng: draws all of it.
        charset: characters that the font of the line has.
        content: what is wanted; `can_write` it.
        lengths: fewest and most characters of the line. A line of one word or one that ends with a
            phrase may be shorter, and a single word is cut to the most.
        mix: line of the built-in mix, for content without groups and texts.

    Returns:
        Words with single spaces between them, of characters of `charset`.
    """
    sources = _sources(charset, content)
    least, most = lengths
    target = int(rng.integers(least, most + 1))
    if rng.random() < content.single_words:
        target = 1
    words = _words(rng, sources, content, target, mix)
    if target == 1:
        words = words[:1]
    words = _with_numbers(rng, sources, content, words)
    words = _with_sequences(rng, sources, content, words)
    return _cut(_in_case(rng, sources, content, words), most)


def _words(
    rng: np.random.Generator, sources: _Sources, content: Content, target: int, mix: str
) -> list[str]:
    """Words of `target` characters together, or a few more."""
    if not sources.groups and not sources.words:
        return mix.split()
    real = 1.0 if not sources.groups else content.real_words if sources.words else 0.0
    words: list[str] = []
    length = -1
    if rng.random() < real:
        place = int(rng.integers(len(sources.words)))
        while length < target:  # goes on from a place as the text does, round its end
            words.append(sources.words[place % len(sources.words)])
            length += len(graphemes(words[-1])) + 1
            place += 1
        return words
    while length < target:
        size = int(rng.integers(1, LONGEST_WORD + 1))
        words.append("".join(_character(rng, sources) for _ in range(size)))
        length += size + 1
    return words


def _character(rng: np.random.Generator, sources: _Sources) -> str:
    group = sources.groups[int(rng.choice(len(sources.groups), p=sources.shares))]
    return group[int(rng.integers(len(group)))]


def _with_numbers(
    rng: np.random.Generator, sources: _Sources, content: Content, words: list[str]
) -> list[str]:
    """Put up to so many numbers somewhere."""
    for _ in range(int(rng.integers(content.numbers + 1)) if content.numbers else 0):
        number = str(int(rng.geometric(NUMBER_P)))
        if sources.writes(number):
            place = int(rng.integers(len(words) + 1))
            words = [*words[:place], number, *words[place:]]
    return words


def _with_sequences(
    rng: np.random.Generator, sources: _Sources, content: Content, words: list[str]
) -> list[str]:
    """Put phrases somewhere, as often as is wanted."""
    if not sources.sequences or rng.random() >= content.sequence_share:
        return words
    for _ in range(int(rng.integers(1, content.sequence_count + 1))):
        place = int(rng.integers(len(words) + 1))
        sequence = sources.sequences[int(rng.integers(len(sources.sequences)))]
        words = [*words[:place], sequence, *words[place:]]
    return words


def _in_case(
    rng: np.random.Generator, sources: _Sources, content: Content, words: list[str]
) -> list[str]:
    """The words in another case, where that is wanted and the font has the letters; no phrase."""
    if rng.random() >= content.changed_case:
        return words
    change = CASES[int(rng.integers(len(CASES)))]
    changed = [normalise(change(word)) for word in words]
    return [
        new if sources.writes(new) and old not in sources.sequences else old
        for old, new in zip(words, changed, strict=True)
    ]


def _cut(words: list[str], most: int) -> str:
    """As many of the words as fit, one at least."""
    text = words[0] if words else ""
    if len(graphemes(text)) > most:
        return "".join(graphemes(text)[:most]).strip()
    for word in words[1:]:
        if len(graphemes(text)) + 1 + len(graphemes(word)) > most:
            break
        text += " " + word
    return text
