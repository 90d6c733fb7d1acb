"""A few of the fonts in the repository, read once."""

from pathlib import Path

import pytest

from effocr.charset import Charset, read_charset
from effocr.synth.fonts import FontFile, load_fonts

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def english() -> Charset:
    return read_charset(ROOT / "english_charsets")


@pytest.fixture(scope="session")
def fonts(english: Charset) -> tuple[FontFile, ...]:
    return load_fonts(ROOT / "english_font_files", charset=english).fonts
