"""Words found by a detector and read by retrieval, against pictures whose words are known."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from effocr.errors import ImageError
from effocr.pipeline.chunk import ReadFailure
from effocr.pipeline.classical_lines import ClassicalLines
from effocr.pipeline.detected import DetectedLine
from effocr.pipeline.network_lines import PAGES_DETECTOR, open_detector
from effocr.pipeline.spotter import Spotter

TOP, LEFT = 40, 30


class Fixed:
    """A detector that knows where the text is."""

    def __init__(self, *polygons: list[list[float]]) -> None:
        self.polygons = polygons

    def detect(self, page: np.ndarray) -> list[DetectedLine]:
        return [DetectedLine(np.array(one, np.float32), 0.8) for one in self.polygons]


def box(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


@pytest.fixture
def picture(draw_line: Callable[..., np.ndarray]) -> np.ndarray:
    """[140, 420] uint8 with the line "Inu nI" on it."""
    page = np.full((140, 420), 255, np.uint8)
    line = draw_line("Inu nI")
    page[TOP : TOP + line.shape[0], LEFT : LEFT + line.shape[1]] = line
    return page


@pytest.fixture
def around(draw_line: Callable[..., np.ndarray]) -> list[list[float]]:
    height, width = draw_line("Inu nI").shape
    return box(LEFT, TOP, LEFT + width, TOP + height)


def test_a_line_gives_its_words_where_they_stand(
    tiny_model: Path, picture: np.ndarray, around: list[list[float]]
) -> None:
    words = Spotter(tiny_model, detector=Fixed(around), threads=1).spot(picture)
    assert [word.text for word in words] == ["Inu", "nI"]
    ink = np.flatnonzero((picture < 128).any(axis=0))
    x0, x1 = words[0].polygon[:, 0].min(), words[1].polygon[:, 0].max()
    assert abs(x0 - ink[0]) < 3
    assert abs(x1 - ink[-1] - 1) < 3
    assert words[0].polygon[:, 0].max() < words[1].polygon[:, 0].min()
    assert all(0 < word.confidence <= 1 and word.score == pytest.approx(0.8) for word in words)


def test_a_region_of_a_word_detector_is_one_word_with_its_own_outline(
    tiny_model: Path, picture: np.ndarray, around: list[list[float]]
) -> None:
    spotter = Spotter(tiny_model, detector=Fixed(around), level="word", threads=1)
    (word,) = spotter.spot(picture)
    assert word.text == "InunI"
    assert word.polygon.tolist() == around


def test_without_a_detector_the_embedded_one_finds_the_words(
    tiny_model: Path, picture: np.ndarray
) -> None:
    found, embedded, classical = (
        [word.polygon.tolist() for word in Spotter(tiny_model, threads=1, **options).spot(picture)]
        for options in (
            {},
            {"detector": open_detector(PAGES_DETECTOR).regions},
            {"detector": ClassicalLines()},
        )
    )
    assert found == embedded != classical


def test_light_on_dark_is_read_and_blank_regions_are_no_words(
    tiny_model: Path, picture: np.ndarray, around: list[list[float]]
) -> None:
    detector = Fixed(around, box(20, 100, 300, 130), box(-90, -90, -50, -50))
    words = Spotter(tiny_model, detector=detector, threads=1).spot(255 - picture)
    assert [word.text for word in words] == ["Inu", "nI"]


def test_a_leaning_line_gives_leaning_words(
    tiny_model: Path, picture: np.ndarray, around: list[list[float]]
) -> None:
    turn = cv2.getRotationMatrix2D((210, 70), 12, 1.0)
    leaning = np.asarray(cv2.warpAffine(picture, turn, (420, 140), borderValue=255), np.uint8)
    corners = np.array(around) @ turn[:, :2].T + turn[:, 2]
    words = Spotter(tiny_model, detector=Fixed(corners.tolist()), threads=1).spot(leaning)
    assert [word.text for word in words] == ["Inu", "nI"]
    along = words[0].polygon[1] - words[0].polygon[0]
    assert np.degrees(np.arctan2(along[1], along[0])) == pytest.approx(-12, abs=1.5)


def test_results_come_in_order_and_a_bad_image_stops_nothing(
    tiny_model: Path, picture: np.ndarray, around: list[list[float]], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    spotter = Spotter(tiny_model, detector=Fixed(around), threads=2)
    found = list(spotter.spot_many([picture, bad, picture, picture, 255 - picture]))
    assert [isinstance(one, ReadFailure) for one in found] == [False, True, False, False, False]
    assert isinstance(found[1], ReadFailure)
    assert found[1].path == str(bad)
    with pytest.raises(ImageError):
        spotter.spot(bad)


def test_punctuation_goes_from_the_ends_of_words_unless_it_is_wanted(
    tiny_model: Path, picture: np.ndarray, around: list[list[float]]
) -> None:
    from effocr.pipeline.spotter import ENDS

    spotter = Spotter(tiny_model, detector=Fixed(around), threads=1)
    kept = Spotter(tiny_model, detector=Fixed(around), threads=1, strip=False)
    assert spotter._bare('"Exit!"') == "Exit"
    assert kept._bare('"Exit!"') == '"Exit!"'
    assert spotter._bare("o'clock") == "o'clock"
    assert spotter._bare(ENDS) == ""
