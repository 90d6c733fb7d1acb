"""Phrases of each kind of text: functions from random numbers and a vocabulary to tokens.

A token is a run of characters without a space. Tokens may hold characters that the charset lacks;
`effocr.synth.text` drops those tokens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from effocr.synth.words import DAYS, MONTHS, ROADS, TITLES, UNITS

BLOCK = 96  # random numbers fetched at once: a scalar call of numpy costs as much as fifty


class Draw:
    """A stream of uniform random numbers, taken from a generator in blocks for speed."""

    __slots__ = ("_next", "_rng", "_values")

    def __init__(self, rng: np.random.Generator) -> None:
        """Take numbers from `rng`, which is left at the end of the last block."""
        self._rng = rng
        self._values: list[float] = rng.random(BLOCK).tolist()
        self._next = 0

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        if self._next == BLOCK:
            self._values = self._rng.random(BLOCK).tolist()
            self._next = 0
        value = self._values[self._next]
        self._next += 1
        return value

    def below(self, limit: int) -> int:
        """Return a whole number in [0, limit)."""
        return int(self.unit() * limit)

    def between(self, first: int, last: int) -> int:
        """Return a whole number in [first, last]."""
        return first + int(self.unit() * (last - first + 1))

    def pick(self, items: Sequence[str]) -> str:
        """Return one of `items`, each equally likely."""
        return items[int(self.unit() * len(items))]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What phrases are made of, already limited to a charset. Any part may be empty but `glyphs`.

    `pairs` are opening and closing quotation marks or brackets, `glyphs` the characters that may
    stand alone, `frequent` words come most frequent first.
    """

    frequent: tuple[str, ...]
    words: tuple[str, ...]
    accented: tuple[str, ...]
    names: tuple[str, ...]
    places: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    dashes: tuple[str, ...]
    currencies: tuple[str, ...]
    marks: tuple[str, ...]
    fractions: tuple[str, ...]
    glyphs: tuple[str, ...]


def _chunk(draw: Draw, vocabulary: Vocabulary) -> str:
    length = draw.between(1, 9)
    return "".join([draw.pick(vocabulary.glyphs) for _ in range(length)])


def _word(draw: Draw, vocabulary: Vocabulary) -> str:
    if draw.unit() < 0.55 and vocabulary.frequent:
        position = draw.unit()
        return vocabulary.frequent[int(position * position * len(vocabulary.frequent))]
    words = vocabulary.words or vocabulary.frequent
    return draw.pick(words) if words else _chunk(draw, vocabulary)


def _name(draw: Draw, names: Sequence[str], vocabulary: Vocabulary) -> str:
    return draw.pick(names) if names else _word(draw, vocabulary).capitalize()


def _initial(draw: Draw) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[draw.below(26)] + "."


def _firm(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """Partners or trades joined by an ampersand."""
    first = _name(draw, vocabulary.names, vocabulary)
    second = draw.pick(
        ("Co.", "Co.", "Sons", "Son,", "Bros.", _name(draw, vocabulary.names, vocabulary))
    )
    if draw.unit() < 0.15:
        return [f"{first[0]}&{second[0]}"]
    tokens = [first, "&", second]
    return [token.upper() for token in tokens] if draw.unit() < 0.3 else tokens


def random_chunks(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """Word-like runs of any characters, so that each is seen in all neighbourhoods."""
    return [_chunk(draw, vocabulary)]


def mutated(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A word with one character replaced by any other."""
    word = _word(draw, vocabulary)
    place = draw.below(len(word))
    return [word[:place] + draw.pick(vocabulary.glyphs) + word[place + 1 :]]


def words(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A word of the lists as it is."""
    return [_word(draw, vocabulary)]


def prose(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A sentence with commas and a full stop; one time in two its beginning is cut off."""
    tokens = [_word(draw, vocabulary) for _ in range(draw.between(4, 12))]
    tokens[-1] += draw.pick("......?!;:")
    if draw.unit() < 0.5:
        tokens[0] = tokens[0][:1].upper() + tokens[0][1:]
    if draw.unit() < 0.6:
        tokens[draw.below(len(tokens) - 1)] += draw.pick(",,,,;:")
    return tokens


def quotation(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A few words between quotation marks or brackets, and some more; possessives."""
    if not vocabulary.pairs:
        return prose(draw, vocabulary)
    tokens = [_word(draw, vocabulary) for _ in range(draw.between(1, 5))]
    opening, closing = vocabulary.pairs[draw.below(len(vocabulary.pairs))]
    tokens[0] = opening + tokens[0].capitalize()
    tokens[-1] += draw.pick((",", ".", "!", "?", "", "", ";")) + closing
    apostrophe = draw.pick("'\u2019")
    ending = draw.pick(("s", "s", "t", "ll", "d", "re"))
    return [*tokens, _word(draw, vocabulary), f"{_word(draw, vocabulary)}{apostrophe}{ending}"]


def dashed(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """Words joined or parted by dashes and hyphens, dots of omission."""
    dash = draw.pick(vocabulary.dashes or "-")
    match draw.below(5):
        case 0:
            return [_word(draw, vocabulary) + dash + _word(draw, vocabulary)]
        case 1:
            return [_word(draw, vocabulary), dash, _word(draw, vocabulary)]
        case 2:
            return [f"{draw.below(400)}{dash}{draw.between(1, 999)}"]
        case 3:
            return [_word(draw, vocabulary) + draw.pick((".", "...", "\u2026", " . .", "...."))]
        case _:
            return [_word(draw, vocabulary) + draw.pick((";", ",", ".", "!")) + dash,
                    _word(draw, vocabulary)]  # fmt: skip


def names(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A person: title, initials, surname; one time in ten a firm."""
    if draw.unit() < 0.1:
        return _firm(draw, vocabulary)
    tokens = [draw.pick(TITLES)] if draw.unit() < 0.4 else []
    tokens += [_initial(draw) for _ in range(draw.below(3))]
    if draw.unit() < 0.4:
        tokens.append(_name(draw, vocabulary.names, vocabulary))
    tokens.append(_name(draw, vocabulary.names, vocabulary) + draw.pick((",", "", "", "'s", ".")))
    return tokens


def dates(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A date in one of several forms."""
    day, month, year = draw.between(1, 31), draw.below(12), draw.between(1560, 2029)
    name = MONTHS[month]
    match draw.below(6):
        case 0:
            return [str(day), name, f"{year}{draw.pick(('', '.', ','))}"]
        case 1:
            return [name, f"{day},", str(year)]
        case 2:
            separator = draw.pick("/-.")
            return [f"{day:02d}{separator}{month + 1:02d}{separator}{year}"]
        case 3:
            return [f"{draw.pick(DAYS)},", name[:3] + ".", f"{day}{draw.pick(('th', 'st', ''))}"]
        case 4:
            return [draw.pick(("A.D.", "Anno", "in", "c.")), str(year)]
        case _:
            dash = draw.pick(vocabulary.dashes or "-")
            return [f"({year}{dash}{draw.between(1, 99):02d})"]


def prices(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A sum of money, in pounds, dollars, euros, shillings or cents."""
    sign = draw.pick(vocabulary.currencies or ("$",))
    amount = draw.below(10 ** draw.between(1, 5))
    match draw.below(5):
        case 0:
            return [f"{sign}{amount:,}"]
        case 1:
            return [f"{sign}{amount}.{draw.below(100):02d}"]
        case 2:
            return [f"{sign}{amount}", f"{draw.below(20)}s.", f"{draw.below(12)}d."]
        case 3:
            return [f"{amount}.{draw.below(100):02d}{sign}"]
        case _:
            return [draw.pick(("at", "for", "@", "Price")), f"{sign}{amount}.{draw.below(100):02d}"]


def numbers(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A number: whole, decimal, percentage, ordinal, roman, fraction, sum, section, code."""
    value = draw.below(10 ** draw.between(1, 6))
    match draw.below(9):
        case 0:
            return [str(value)]
        case 1:
            return [f"{value:,}.{draw.below(1000)}"]
        case 2:
            return [f"{value % 1000}%" if draw.unit() < 0.6 else f"{value % 100}\u00b0"]
        case 3:
            return [f"{value % 100}{draw.pick(('th', 'st', 'nd', 'rd'))}"]
        case 4:
            numeral = draw.pick(("I", "II", "III", "IV", "V", "VI", "IX", "XIV", "XL", "MDCCC"))
            return [draw.pick(("Chap.", "Vol.", "BOOK", "No.", "p.")), numeral + "."]
        case 5:
            return [f"{value % 100}{draw.pick(vocabulary.fractions or ('.5',))}", draw.pick(UNITS)]
        case 6:
            sign = draw.pick("+-=<>*/")
            return [str(value), sign, str(draw.below(1000)), "=", str(draw.below(1000))]
        case 7:
            return [draw.pick(("\u00a7", "#", "No. ", "\u00b6", "[")) + str(value)]
        case _:
            return [f"{_initial(draw)[0]}{_initial(draw)[0]}{draw.pick('-/_')}{value:06d}"]


def addresses(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A street and a place, or an electronic address."""
    name = _name(draw, vocabulary.names, vocabulary)
    place = _name(draw, vocabulary.places, vocabulary)
    if draw.unit() < 0.15:
        return [f"{name.lower()}@{place.lower()}.{draw.pick(('com', 'org', 'co.uk'))}"]
    if draw.unit() < 0.15:
        return [f"www.{name.lower()}-{place.lower()}.{draw.pick(('com/', 'net', 'org/~'))}"]
    return [f"{draw.between(1, 299)}{draw.pick(('', '', 'A', 'B'))},", name,
            f"{draw.pick(ROADS)},", place, str(draw.between(1000, 99999))]  # fmt: skip


def headings(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """Words in capitals, or each with a capital."""
    tokens = [_word(draw, vocabulary) for _ in range(draw.between(1, 4))]
    if draw.unit() < 0.7:
        tokens = [token.upper() for token in tokens]
    else:
        tokens = [token.capitalize() for token in tokens]
    tokens[-1] += draw.pick(("", "", ".", ":", "!"))
    return tokens


def footnotes(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A word with a footnote mark, or a mark and the note's beginning."""
    mark = draw.pick(vocabulary.marks or ("*",))
    if draw.unit() < 0.5:
        return [_word(draw, vocabulary) + draw.pick(("", ".", ",")) + mark]
    return [
        mark,
        _word(draw, vocabulary).capitalize(),
        draw.pick(("ibid.", "op. cit.", "cf.", "p.")),
    ]


def accented(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A word with accents or ligatures, in French, German, Spanish or learned English."""
    if not vocabulary.accented:
        return random_chunks(draw, vocabulary)
    word = draw.pick(vocabulary.accented)
    if draw.unit() < 0.2:
        word = word.upper()
    return [word + draw.pick(("", "", "", "", ",", ".", ";"))]


Phrase = Callable[[Draw, Vocabulary], list[str]]
