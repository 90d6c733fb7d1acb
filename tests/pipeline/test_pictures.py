"""Pictures take the place of the pieces that the localizer made of them."""

from dataclasses import dataclass

import numpy as np
import pytest

from effocr.bundle import LineShape, WindowShape
from effocr.geometry import Affine
from effocr.localizer.arrays import CHANNELS, GAP, Located
from effocr.pipeline.engines import LocatedLine
from effocr.pipeline.pictures import Answer, FoundPicture, find_pictures, put_in
from effocr.recognizer.pictures import OFFSETS, Picture, Pictures

COLUMNS = 60


def line_of(boxes: list[list[float]], features: np.ndarray | None = None) -> LocatedLine:
    maps = np.zeros((CHANNELS + 1, COLUMNS), np.float32)
    maps[GAP, 18:22] = 1.0  # a gap before the last glyph
    if features is not None:
        maps[CHANNELS:] = features
    count = len(boxes)
    located = Located(
        np.array(boxes, np.float32), np.full(count, 0.9, np.float32),
        np.zeros(count, np.float32), (28.0, 0.0), 13.0,
    )  # fmt: skip
    pixels = np.full((40, 2 * COLUMNS), 255, np.uint8)
    return LocatedLine(pixels, Affine.identity(), pixels, located, maps)


def picture(label: str = "☞", threshold: float = 0.6) -> Picture:
    weights = np.zeros((1, len(OFFSETS)), np.float32)
    weights[0, 2] = 1.0  # the middle column
    rows = np.array([[1.0, 0.0]], np.float32)
    return Picture(label, weights, 0.0, threshold, 1.0, (-1.0, -1.0, 1.0, 0.0), rows)


BOXES = [[0.0, 10, 8, 28], [10, 10, 17, 28], [18, 10, 30, 28], [44, 10, 54, 28]]
FOUND = Answer(
    [["a", "x"], ["o", "c"], ["r", "n"], ["b", "h"]],
    np.tile(np.array([0.9, 0.5], np.float32), (4, 1)),
)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_pieces_give_way_to_the_picture(direction: str) -> None:
    turned = direction == "rtl"
    step = -1 if turned else 1
    line = line_of(BOXES[::step])
    answer = Answer(FOUND.labels[::step], FOUND.similarities)
    box = np.array([9, 9, 31, 28], np.float32)
    standing = [FoundPicture(picture(), 0.8, box, (("o", 0.7), ("r", 0.4)))]
    changed, found = put_in(
        line, answer, standing, unknown_similarity=0.6, direction="rtl" if turned else "ltr"
    )
    assert [row[0] for row in found.labels] == ["a", "☞", "b"][::step]
    assert found.labels[1] == ["☞", "o"]
    # halfway from the threshold to the examples, so halfway from the unknown to 1
    np.testing.assert_allclose(found.similarities[1], [0.8, 0.7], atol=1e-6)
    np.testing.assert_array_equal(changed.located.boxes[1], box)
    assert changed.located.gaps.argmax() == (1 if turned else 2)
    assert len(line.located.boxes) == 4


def test_a_line_without_pictures_is_the_same_object() -> None:
    line = line_of(BOXES)
    changed, found = put_in(line, FOUND, [], unknown_similarity=0.6, direction="ltr")
    assert changed is line
    assert found.labels is FOUND.labels


@dataclass
class _Near:
    labels: list[list[str]]
    similarities: np.ndarray


class _Engines:
    """Every place looks like (cos, sin) of its feature to the encoder; `o` is what (0, 1) is."""

    def embed(self, views: np.ndarray) -> np.ndarray:
        turn = views[:, 0, 1]
        return np.stack((turn, np.sqrt(np.maximum(1 - turn**2, 0))), axis=1).astype(np.float32)

    def search(self, embeddings: np.ndarray, k: int, ends: object = None) -> _Near:
        return _Near([["o"]] * len(embeddings), embeddings[:, 1:])


def test_the_best_of_pictures_that_cover_each_other_is_found() -> None:
    features = np.zeros((1, COLUMNS), np.float32)
    features[0, [10, 13, 40]] = 0.9, 1.0, 0.3
    line = line_of(BOXES, features)
    engines = _Engines()
    window, shape = WindowShape(channels=1, columns=3), LineShape()
    found = find_pictures(line, Pictures([picture()]), engines, engines, window=window, shape=shape)
    assert len(found) == 1
    # the template gives 1, the embedding half of 1 - 0 more; around column 13 on the baseline
    assert found[0].score == pytest.approx(1.5)
    np.testing.assert_allclose(found[0].box, [27 - 13, 28 - 13, 27 + 13, 28])
    assert found[0].others == (("o", 0.0),)
    deaf = Pictures([picture(threshold=1.6)])
    assert find_pictures(line, deaf, engines, engines, window=window, shape=shape) == []
