"""Makers of small pages."""

from collections.abc import Callable

import pytest

from effocr.charset import Charset
from effocr.synth.fonts import FontFile
from effocr.synth.pages import PageMaker, PageOptions

MakeMaker = Callable[..., PageMaker]


@pytest.fixture(scope="session")
def make_maker(fonts: tuple[FontFile, ...], english: Charset) -> MakeMaker:
    """A maker of pages small enough for a test; settings go on top."""

    def make(**settings: object) -> PageMaker:
        given = {"width": (420, 620), "longest": 900, **settings}
        return PageMaker(fonts, english, PageOptions.model_validate(given))

    return make
