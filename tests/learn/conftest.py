"""Models that differ in what they know of blocks, and lines to judge them by."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from effocr.bundle import load_bundle
from effocr.export.update import write_with_index
from effocr.recognizer.index import GlyphIndex


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """$EFFOCR_HOME/models, empty."""
    monkeypatch.setenv("EFFOCR_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "models"


@pytest.fixture
def good(tiny_model: Path, tmp_path: Path) -> Path:
    """A model that knows I, n and u."""
    return Path(shutil.copytree(tiny_model, tmp_path / "good"))


@pytest.fixture
def poor(good: Path, tmp_path: Path) -> Path:
    """One made of it that has forgotten u."""
    index = GlyphIndex.load(good)
    index.remove("u")
    return write_with_index(load_bundle(good), index, out=tmp_path / "poor").folder


@pytest.fixture
def gate(tmp_path: Path, draw_line: Callable[..., object]) -> Path:
    """Line pairs of I, n and u."""
    folder = tmp_path / "gate"
    folder.mkdir()
    for number, text in enumerate(("Inu nI", "uu nI", "nuIu")):
        Image.fromarray(draw_line(text)).save(folder / f"a_{number}.png")  # type: ignore[arg-type]
        (folder / f"a_{number}.gt.txt").write_text(text, encoding="utf-8")
    return folder
