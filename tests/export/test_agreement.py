"""How far a localizer in int8 may be from the one in float."""

import numpy as np
import pytest

from effocr.errors import ParityError
from effocr.export.parity import agree_on_boxes


class Peaks:
    """Sees a glyph at some columns of every line."""

    def __init__(self, *columns: int) -> None:
        self.columns = list(columns)

    def maps(self, lines: np.ndarray) -> np.ndarray:
        maps = np.zeros((len(lines), 8, lines.shape[2] // 2), np.float32)
        maps[:, 1:3], maps[:, 4] = 3.0, 28.0
        maps[:, 0, self.columns] = 0.9
        return maps


LINES = [np.full((40, 128), 255, np.uint8)] * 2


def test_agreement_is_the_f_score_of_the_boxes() -> None:
    many = Peaks(*range(4, 60, 8))  # seven a line
    found = agree_on_boxes(Peaks(*range(4, 60, 8)), many, LINES, peak_threshold=0.5)
    assert found == 1.0
    with pytest.raises(ParityError, match=r"agrees .* on 92\.3% of the boxes"):
        agree_on_boxes(many, Peaks(*range(4, 52, 8)), LINES, peak_threshold=0.5)  # six of them


def test_two_that_see_nothing_agree() -> None:
    assert agree_on_boxes(Peaks(), Peaks(), LINES, peak_threshold=0.5) == 1.0
    assert agree_on_boxes(Peaks(), Peaks(), [], peak_threshold=0.5) == 1.0
