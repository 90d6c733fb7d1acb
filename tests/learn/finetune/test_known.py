"""Lines of known type, drawn for fine-tuning."""

from pathlib import Path
from shutil import copyfile

import pytest

from effocr.bundle import load_manifest
from effocr.errors import UsageError
from effocr.learn.finetune.config import FinetuneTraining
from effocr.learn.finetune.known import draw_known

FONTS = Path(__file__).parents[3] / "english_font_files"
CONFIG = FinetuneTraining(synthetic_lines=6, known_lines=3)


def test_lines_aside_are_of_other_families(english_model: Path, tmp_path: Path) -> None:
    for name in ("Besley-Regular", "Besley-Bold", "GFSDidot", "CourierPrime"):
        (font,) = FONTS.glob(f"{name}.[ot]tf")
        copyfile(font, tmp_path / font.name)
    known = draw_known(load_manifest(english_model), [tmp_path], CONFIG, processes=1)
    families = [{line.truth.source for line in some} for some in (known.learnt, known.aside)]
    assert families[0]
    assert families[1]
    assert not families[0] & families[1]
    again = draw_known(load_manifest(english_model), [tmp_path], CONFIG, processes=1)
    assert [line.truth.text for line in again.learnt] == [line.truth.text for line in known.learnt]


def test_a_font_that_cannot_be_used_is_named(
    english_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("Besley-Regular.ttf", "GFSDidot.otf"):
        copyfile(FONTS / name, tmp_path / name)
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    assert draw_known(load_manifest(english_model), [tmp_path], CONFIG, processes=1).learnt
    assert "broken.ttf" in caplog.text


def test_a_single_family_cannot_be_divided(english_model: Path, tmp_path: Path) -> None:
    for name in ("Besley-Regular", "Besley-Bold"):
        copyfile(FONTS / f"{name}.ttf", tmp_path / f"{name}.ttf")
    with pytest.raises(UsageError, match="fonts of two families"):
        draw_known(load_manifest(english_model), [tmp_path], CONFIG, processes=1)
