"""Options of pages that make no sense are refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from effocr.synth.pages import PageOptions
from effocr.synth.text import TextMix


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layouts": {"scroll": 1}}, "scroll"),
        ({"layouts": {"book": 0}}, "layouts: give one of them a share above 0"),
        ({"layouts": {"book": float("inf")}}, "finite"),
        ({"conditions": {}}, "conditions: give one of them"),
        ({"text": {"prose": float("inf")}}, "finite"),
        ({"text": {"prices": 2}}, "text: the layouts of pages say what is written"),
        ({"width": (900, 600)}, "width: 900 to 600"),
        ({"width": (8, 600)}, "width: 8 to 600"),
        ({"longest": 10}, "longest"),
        ({"skewed": 1.5}, "skewed"),
        ({"colour": 1}, "colour"),
    ],
)
def test_bad_options_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PageOptions.model_validate(settings)


def test_word_lists_may_be_set_with_the_usual_weights() -> None:
    text = {**TextMix().model_dump(), "word_lists": ["words.txt"]}
    assert PageOptions.model_validate({"text": text}).text.word_lists == (Path("words.txt"),)
