"""What stands among running text."""

import numpy as np
import pytest

from effocr.charset import Charset
from effocr.synth.fonts import FontFile
from effocr.synth.pages.columns import body_style, type_area
from effocr.synth.pages.draft import Draft
from effocr.synth.pages.features import put_drop_capital
from effocr.synth.pages.options import PageOptions
from effocr.synth.pages.sheet import Sheet
from effocr.synth.pages.shelf import Shelf


class Telling(Draft):
    """A page on which something certain is told."""

    told = ""

    def running(self, charset: Charset, characters: int) -> str:
        return self.told


@pytest.mark.parametrize(
    ("text", "kinds"),
    [("On a summer day they went", ["initial", "body"]), ("A summer day they went", ["body"])],
)
def test_a_letter_that_is_a_word_is_no_drop_capital(
    fonts: tuple[FontFile, ...], english: Charset, text: str, kinds: list[str]
) -> None:
    book = [font for font in fonts if font.kind == "book"]
    draft = Telling(
        np.random.default_rng(0), Shelf(book, english), PageOptions(), Sheet.blank(900, 1200)
    )
    draft.told = text
    area = type_area(draft)
    put_drop_capital(draft, area, body_style(draft, area.width, 40))
    lines = draft.sheet.lines
    assert [line.kind for line in lines][: len(kinds)] == kinds
    told = "".join(line.text if line.kind == "initial" else f"{line.text} " for line in lines)
    assert told.strip().lower() == text.lower()
