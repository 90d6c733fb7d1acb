"""Samples for a training: what is kept aside is never learnt from."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from effocr.ctc.alphabet import Alphabet
from effocr.ctc.lines import PlainLine
from effocr.ctc.start import Start
from effocr.data.corrections import CorrectionSample
from effocr.errors import UsageError
from effocr.learn.correction_lines import CorrectionTraining, Gathered, divide

Lines = Mapping[CorrectionSample, PlainLine]


def gathered(*words: tuple[str, str, str, str]) -> Gathered:
    """Samples of (document, word, text, picture)."""
    grey = np.full((64, 200), 255, np.uint8)
    lines = {}
    for number, (document, word, text, pixels) in enumerate(words):
        path = Path(f"{number}.png")
        moment = datetime(2025, 1, 11)
        sample = CorrectionSample(path, document, 0, word, "x", text, moment, pixels)
        lines[sample] = PlainLine.of(grey, text, str(path))
    return Gathered(lines, ())


def test_what_is_kept_aside_is_not_learnt_from_and_nothing_is_lost() -> None:
    found = gathered(*(("d", f"w{n}", f"t{n}", f"p{n}") for n in range(12)))
    data, left_out = divide(found, CorrectionTraining())
    train, aside = ({line.line.source for line in part} for part in (data.lines, data.validation))
    assert (len(train), len(aside), left_out) == (9, 3, ())
    assert not train & aside
    assert train | aside == {f"{n}.png" for n in range(12)}


def test_a_picture_or_a_word_that_is_learnt_is_not_measured_on() -> None:
    found = gathered(
        *(("d", f"w{n}", f"t{n}", f"p{n}") for n in range(8)),
        *(("e", f"w{n}", f"t{n}", f"p{n}") for n in range(4)),  # the same pictures
    )
    data, left_out = divide(found, CorrectionTraining(val_ratio=0.3))
    assert (len(data.lines), len(data.validation)) == (8, 0)
    assert [one.source for one in left_out] == [f"{n}.png" for n in range(8, 12)]


def test_the_alphabet_is_that_of_what_is_learnt_behind_that_of_the_start() -> None:
    found = gathered(
        *(("big", f"w{n}", "ab", f"p{n}") for n in range(9)), ("small", "w", "az", "p")
    )
    options = CorrectionTraining()
    data, _ = divide(found, options)
    assert data.alphabet.characters == (" ", "a", "b")  # z was never seen
    assert [(line.text, line.classes) for line in data.validation] == [("az", (2,))]
    start = Start({}, Alphabet(("é", "a")), Path("start.pt"))
    data, _ = divide(found, options, start=start)
    assert data.alphabet.characters == ("é", "a", " ", "b")


def test_a_share_that_leaves_nothing_to_learn_from_is_refused() -> None:
    found = gathered(("d", "w", "t", "p"))
    with pytest.raises(UsageError, match="leaves nothing to train on"):
        divide(found, CorrectionTraining(val_ratio=0.9))
