"""Running text in a tongue whose words are made, not looked up: sentences, quotations, numbers.

The text means nothing. It has the words, the marks and the neighbourhoods of print, and it is the
same for the same seed on every machine.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from effocr.charset import normalise
from effocr.synth.phrases import Draw

__all__ = ["Tongue", "running_text"]

QUOTED = 0.2  # of sentences between quotation marks or brackets
DASHED = 0.08  # of words with a dash or a hyphen after them
BROKEN = 0.05  # of words cut by the hyphen of the line's end
CAPITALS = 0.02  # of words in capitals


@dataclass(frozen=True, slots=True)
class Tongue:
    """How a language is printed.

    Attributes:
        word: makes a word, in small letters but for words that always have a capital.
        extra: makes what stands between words: names, numbers, abbreviations, foreign words.
        capital: gives a word the capital of a sentence.
        printed: changes the words of a paragraph to one manner of printing.
        pairs: opening and closing quotation marks and brackets.
        ends: marks that end a sentence, each as often as it stands here.
        dashes: that join or part words.
        hyphen: at the end of a line.
        shout: gives a word capitals throughout.
        extras: share of sentences with a name, a number or the like.
    """

    word: Callable[[Draw], str]
    extra: Callable[[Draw], list[str]]
    capital: Callable[[str], str]
    printed: Callable[[Draw, list[str]], list[str]]
    pairs: tuple[str, ...]
    ends: str
    dashes: tuple[str, ...]
    hyphen: str
    shout: Callable[[str], str] = str.upper
    extras: float = 0.3


def running_text(tongue: Tongue, words: int, rng: np.random.Generator) -> str:
    """Write `words` words or a few more, a paragraph a line, in NFC."""
    draw = Draw(rng)
    paragraphs: list[str] = []
    written = 0
    while written < words:
        tokens = [token for _ in range(draw.between(2, 6)) for token in _sentence(draw, tongue)]
        paragraphs.append(" ".join(tongue.printed(draw, tokens)))
        written += len(tokens)
    return normalise("\n".join(paragraphs)) + "\n"


def _sentence(draw: Draw, tongue: Tongue) -> list[str]:
    tokens = [_token(draw, tongue) for _ in range(draw.between(3, 11))]
    tokens[0] = tongue.capital(tokens[0])
    if len(tokens) > 3 and draw.unit() < 0.7:
        tokens[draw.between(1, len(tokens) - 2)] += draw.pick(",,,,,;:")
    if draw.unit() < tongue.extras:
        place = draw.between(1, len(tokens) - 1)
        tokens[place:place] = tongue.extra(draw)
    end = draw.pick(tongue.ends)
    if draw.unit() < QUOTED:
        pair = draw.pick(tongue.pairs)
        first = draw.below(len(tokens))
        tokens[first] = pair[0] + tokens[first]
        end = end + pair[1] if draw.unit() < 0.5 else pair[1] + end
    tokens[-1] += end
    return tokens


def _token(draw: Draw, tongue: Tongue) -> str:
    word, kind = tongue.word(draw), draw.unit()
    if kind < BROKEN:
        return word[: max(2, len(word) // 2)] + tongue.hyphen
    if kind < BROKEN + DASHED:
        return (
            f"{word} {draw.pick(tongue.dashes)}"
            if draw.unit() < 0.6
            else (word + draw.pick(tongue.dashes) + tongue.word(draw))
        )
    if kind < BROKEN + DASHED + CAPITALS:
        return tongue.shout(word)
    return word
