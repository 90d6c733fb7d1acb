"""What a font writes, with what is put together and without what is kept off it."""

from dataclasses import replace

import pytest

from effocr.synth.coverage import composed_by, drawn_by, written_by
from effocr.synth.fonts import FontFile
from effocr.synth.script import ScriptOptions


@pytest.fixture
def fraktur(fonts: tuple[FontFile, ...]) -> FontFile:
    return replace(fonts[0], kind="fraktur", characters=frozenset("Ifxze-."))


def test_nothing_is_put_together_unless_it_is_asked_for(fraktur: FontFile) -> None:
    assert not composed_by(fraktur, ScriptOptions())
    assert drawn_by(fraktur, "Ifſß", ScriptOptions()) == set("If")
    assert drawn_by(fraktur, "Ifſß", ScriptOptions(composed=True)) == set("Ifſß")


def test_characters_are_kept_off_a_kind(fraktur: FontFile) -> None:
    options = ScriptOptions(lacks={"fraktur": "I"})
    assert drawn_by(fraktur, "If", options) == {"f"}
    assert drawn_by(replace(fraktur, kind="book"), "If", options) == {"I", "f"}


def test_what_several_fonts_write_is_what_each_of_them_writes(fraktur: FontFile) -> None:
    other = replace(fraktur, characters=frozenset("fx"))
    assert written_by([fraktur, other], "Ifxz", ScriptOptions()) == {"f", "x"}
    assert not written_by([], "Ifxz", ScriptOptions())
