"""What is learnt from and what is measured on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.ctc.alphabet import Alphabet
from effocr.ctc.config import CtcTraining
from effocr.ctc.gather import gather_data
from effocr.errors import DataFormatError

Settings = Callable[..., CtcTraining]


def load(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("L"))


def test_every_twentieth_line_is_kept_aside(line_folder: Path, small_training: Settings) -> None:
    data, skipped = gather_data([line_folder], [], small_training(), load=load)
    assert [line.text for line in data.validation] == ["ab ba"]
    assert len(data.lines) == 5
    assert data.alphabet.characters == tuple(" abc")
    assert not skipped


def test_validation_data_is_measured_with_the_alphabet_of_the_training(
    line_folder: Path, small_training: Settings, tmp_path: Path
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    Image.new("L", (90, 48), 255).save(aside / "x.png")
    (aside / "x.gt.txt").write_text("axb", encoding="utf-8")
    data, skipped = gather_data([line_folder], [aside], small_training(), load=load)
    assert len(data.lines) == 6
    (line,) = data.validation  # its x counts as an error, it is not left out
    assert (line.text, data.alphabet.decode(line.classes)) == ("axb", "ab")
    assert not skipped


def test_lines_with_characters_that_the_alphabet_lacks_are_named(
    line_folder: Path, small_training: Settings
) -> None:
    data, skipped = gather_data(
        [line_folder], [], small_training(), load=load, alphabet=Alphabet(tuple(" ab"))
    )
    assert [line.text for line in data.lines] == ["aab"]
    assert len(skipped) == 4
    assert "'c'" in skipped[0].reason


def test_a_folder_that_is_no_data_is_an_error(tmp_path: Path, small_training: Settings) -> None:
    with pytest.raises(DataFormatError, match="no line pairs"):
        gather_data([tmp_path], [], small_training(), load=load)
