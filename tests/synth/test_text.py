"""Random lines of text."""

import itertools
import unicodedata
from collections import Counter
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import regex
from pydantic import ValidationError

from effocr.charset import Charset
from effocr.errors import DataFormatError, UsageError
from effocr.synth.text import Kind, TextMix, random_line

BUILT_IN = TextMix(word_lists=())
ASCII = Charset(tuple(chr(code) for code in range(33, 127)))
LATIN = Charset((*ASCII.glyphs, *"“”‘’„—–£§¶†‡°¼½¾æœéàèùâêîôûçëïüäößñíóúáÉÄÖÜ¿¡«»"))


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("charset", [LATIN, ASCII, Charset(tuple("0123456789.-")),
                                     Charset(tuple("αβγδεζηθικλμ"))], ids=len)  # fmt: skip
def test_lines_hold_only_the_charset_and_single_inner_spaces(kind: Kind, charset: Charset) -> None:
    rng = generator()
    for _ in range(150):
        line = random_line(rng, charset, lengths=(3, 40), kind=kind, mix=BUILT_IN)
        assert 3 <= len(line) <= 40
        assert set(line) <= {*charset, " "}
        assert line == " ".join(line.split())


def test_length_limits_are_kept_down_to_one_character() -> None:
    rng = generator()
    for length in (1, 2, 5, 17):
        lines = [
            random_line(rng, LATIN, lengths=(length, length), mix=BUILT_IN) for _ in range(200)
        ]
        assert {len(line) for line in lines} == {length}


def test_every_character_of_the_charset_occurs_in_many_neighbourhoods() -> None:
    rng = generator()
    lines = [random_line(rng, LATIN, lengths=(5, 70), mix=BUILT_IN) for _ in range(4000)]
    before: dict[str, set[str]] = {glyph: set() for glyph in LATIN}
    for line in lines:
        for left, right in itertools.pairwise(line):
            if right != " ":
                before[right].add(left)
    assert min(len(neighbours) for neighbours in before.values()) > 40


def test_combining_characters_stay_graphemes_of_the_charset() -> None:
    charset = Charset(("q̃", "x̄", "a", "b", "क्", "ष", "\u0301", "ch", "한", "ᄒ"))
    rng = generator()
    for _ in range(4000):
        line = random_line(rng, charset, lengths=(3, 12), mix=BUILT_IN)
        parts = regex.findall(r"\X", line)
        assert set(parts) <= {*charset, " "}
        assert 3 <= len(parts) <= 12
        assert unicodedata.is_normalized("NFC", line)


def test_the_same_seed_gives_the_same_lines() -> None:
    first = [random_line(generator(7), LATIN, lengths=(5, 60), mix=BUILT_IN) for _ in range(3)]
    rng = generator(7)
    again = [random_line(rng, LATIN, lengths=(5, 60), mix=BUILT_IN) for _ in range(3)]
    assert len(set(first)) == 1
    assert first[0] == again[0]
    assert len(set(again)) == 3


def test_weights_decide_the_mix() -> None:
    weights = dict.fromkeys(get_args(Kind), 0.0) | {"headings": 1.0}
    mix = TextMix(**weights, word_lists=())
    rng = generator()
    lines = [random_line(rng, ASCII, lengths=(30, 40), mix=mix) for _ in range(200)]
    cases = Counter(
        character.isupper() for line in lines for character in line if character.isalpha()
    )
    assert cases[True] > 2 * cases[False]


def test_each_kind_looks_like_its_name() -> None:
    rng = generator()

    def text_of(kind: Kind) -> str:
        lines = [
            random_line(rng, LATIN, lengths=(40, 60), kind=kind, mix=BUILT_IN) for _ in range(60)
        ]
        return "\n".join(lines)

    assert regex.search(r"RM ?\d+\.\d\d", text_of("receipts"))
    assert regex.search(r"£\d", text_of("prices"))
    assert regex.search(r"“[^”]*”", text_of("quotation"))
    assert regex.search(r"\w-$", text_of("hyphenated"), regex.MULTILINE)
    assert "—" in text_of("dashed")
    assert "†" in text_of("footnotes")
    assert regex.search(r"[éèü]", text_of("accented"))
    assert regex.search(r"\b[A-Z]\. [A-Z]", text_of("names"))
    assert regex.search(r"\w & \w", text_of("names"))  # firms: nothing else plain has an ampersand


def test_words_come_from_the_given_list(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_text("zyzzyva\nzyzzyvas\n", encoding="utf-8")
    rng = generator()
    mix = TextMix(word_lists=(path,))
    text = " ".join(
        random_line(rng, ASCII, lengths=(40, 60), kind="words", mix=mix) for _ in range(30)
    )
    assert "zyzzyva" in text


def test_a_bad_word_list_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    empty = tmp_path / "empty"
    empty.write_text("\n\n", encoding="utf-8")
    for path in (tmp_path / "missing", binary, empty):
        with pytest.raises(DataFormatError, match=path.name):
            random_line(generator(), ASCII, lengths=(1, 9), mix=TextMix(word_lists=(path,)))


def test_requests_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(UsageError, match="lengths"):
        random_line(generator(), ASCII, lengths=(9, 3), mix=BUILT_IN)
    with pytest.raises(UsageError, match="lengths"):
        random_line(generator(), ASCII, lengths=(0, 3), mix=BUILT_IN)
    with pytest.raises(UsageError, match="charset"):
        random_line(generator(), Charset((" ", "\u0301")), lengths=(1, 3), mix=BUILT_IN)
    nothing = dict.fromkeys(get_args(Kind), 0.0)
    with pytest.raises(UsageError, match="weight"):
        random_line(generator(), ASCII, lengths=(1, 3), mix=TextMix(**nothing))
    with pytest.raises(ValidationError):
        TextMix(prose=-1)
