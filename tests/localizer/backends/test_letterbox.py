"""Lines in the inputs of networks, and boxes back."""

import itertools

import numpy as np
import pytest

from effocr.localizer.backends.letterbox import (
    DETECTRON2,
    MMDETECTION,
    MMDETECTION_BGR,
    YOLO,
    InputStyle,
    fit,
    to_input,
)

SIDES = (1, 2, 3, 7, 31, 32, 33, 64, 99, 100, 257, 640, 641, 1000, 4321)
SHAPES = ((640, 640), (320, 640), (640, 320), (96, 1024), (33, 47))


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_defect_44_boxes_come_back_exactly_for_every_size_and_aspect(
    shape: tuple[int, int], centred: bool
) -> None:
    rng = np.random.default_rng(1)
    for height, width in itertools.product(SIDES, SIDES):
        place = fit((height, width), shape, centred=centred)
        ends = np.sort(rng.uniform(0, 1, (20, 2, 2)), axis=1) * (width, height)
        boxes = ends.reshape(20, 4).astype(np.float32)
        inside = place.forward(boxes)
        (top, left), (inner_height, inner_width) = place.corner, place.inner
        assert (inside[:, :2] >= (left - 1e-3, top - 1e-3)).all()
        assert (inside[:, 2:] <= (left + inner_width + 1e-3, top + inner_height + 1e-3)).all()
        # float32 holds a coordinate of the input to 1e-4; on the line it is that many times larger
        tolerance = 1e-3 + 1e-4 * max(height / inner_height, width / inner_width)
        np.testing.assert_allclose(place.back(inside), boxes, atol=tolerance)


def test_defect_44_ordinary_lines_come_back_to_a_thousandth_of_a_pixel() -> None:
    rng = np.random.default_rng(2)
    for height, width in rng.integers(8, 1200, (300, 2)).tolist():
        place = fit((height, width), (640, 640), centred=True)
        boxes = np.array([[0, 0, width, height], [width / 3, height / 5, width / 2, height / 4]])
        np.testing.assert_allclose(place.back(place.forward(boxes)), boxes, atol=1e-3)


def test_a_wide_line_lies_in_the_middle_of_a_square_input_by_hand() -> None:
    place = fit((20, 100), (640, 640), centred=True)
    assert (place.inner, place.corner) == ((128, 640), (256, 0))
    assert place.forward([[10, 5, 20, 15]]).tolist() == [[64, 288, 128, 352]]


def test_a_column_lies_in_the_middle_of_a_square_input_by_hand() -> None:
    place = fit((100, 20), (640, 640), centred=True)
    assert (place.inner, place.corner) == ((640, 128), (0, 256))
    assert place.back([[288, 64, 352, 128]]).tolist() == [[5, 10, 15, 20]]


def test_a_square_line_in_a_wide_input_by_hand() -> None:
    place = fit((50, 50), (320, 640), centred=True)
    assert (place.inner, place.corner) == ((320, 320), (0, 160))
    place = fit((50, 50), (320, 640), centred=False)
    assert (place.inner, place.corner) == ((320, 320), (0, 0))


def test_boxes_are_cut_off_at_the_edges_of_the_line_and_those_in_the_padding_have_no_area() -> None:
    place = fit((20, 100), (640, 640), centred=True)
    found = place.back([[-50, 200, 700, 700], [10, 10, 60, 90]])
    assert found[0].tolist() == [0, 0, 100, 20]
    assert found[1, 1] == found[1, 3] == 0


@pytest.mark.parametrize("style", [YOLO, MMDETECTION, MMDETECTION_BGR, DETECTRON2])
def test_the_picture_holds_the_line_where_the_fit_says_and_padding_elsewhere(
    style: InputStyle,
) -> None:
    line = np.full((30, 90), 200, np.uint8)
    place = fit((30, 90), (64, 128), centred=style.centred)
    picture = to_input(line, place, (64, 128), style)
    assert picture.shape == (3, 64, 128) and picture.dtype == np.float32
    seen = np.full((3, 64, 128), style.fill, np.float32)
    (top, left), (height, width) = place.corner, place.inner
    for channel, (mean, spread) in enumerate(zip(style.mean, style.spread, strict=True)):
        seen[channel, top : top + height, left : left + width] = (200 - mean) / spread
    np.testing.assert_allclose(picture, seen, rtol=1e-5)


def test_mmdetections_channels_are_those_of_imagenet_in_either_order() -> None:
    assert MMDETECTION.mean == MMDETECTION_BGR.mean[::-1] == (123.675, 116.28, 103.53)
    assert MMDETECTION.spread == MMDETECTION_BGR.spread[::-1] == (58.395, 57.12, 57.375)
