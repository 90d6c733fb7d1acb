"""Frames: what lies where in the image must come back exactly, whatever scale, aspect or skew."""

import cv2
import numpy as np
import pytest

from effocr.bundle import LineShape
from effocr.frame import better_frame, prepare, true_frame, warp

SHAPE = LineShape()


def bars(width: int, height: int, *, top: int, bottom: int, ink: int = 0) -> np.ndarray:
    """A grey image with three dark bars between two rows."""
    image = np.full((height, width), 255, np.uint8)
    for start in (0.2, 0.5, 0.7):
        image[top:bottom, int(start * width) : int(start * width) + max(2, width // 10)] = ink
    return image


@pytest.mark.parametrize("size", [(400, 50), (60, 60), (3000, 33), (90, 300)])
def test_boxes_map_back_to_the_image_at_any_aspect_ratio(size: tuple[int, int]) -> None:
    width, height = size
    image = bars(width, height, top=height // 4, bottom=3 * height // 4)
    prepared = prepare(image, SHAPE)
    assert prepared is not None
    pixels = warp(prepared.grey, prepared.frame, prepared.frame_width, SHAPE.height)
    found = np.flatnonzero((pixels < 200).any(axis=0))
    rows = np.flatnonzero((pixels < 200).any(axis=1))
    box = np.array([[found[0], rows[0], found[-1] + 1, rows[-1] + 1]], np.float32)
    ink = np.nonzero(image < 128)
    expected = [ink[1].min(), ink[0].min(), ink[1].max() + 1, ink[0].max() + 1]
    scale = prepared.frame.matrix[0, 0]
    assert np.abs(prepared.frame.boxes(box)[0] - expected).max() <= max(1.0, 1.01 * scale)


def test_light_print_on_a_dark_ground_is_turned() -> None:
    image = bars(300, 40, top=8, bottom=32)
    as_is, turned = prepare(image, SHAPE), prepare(255 - image, SHAPE)
    assert as_is is not None and turned is not None
    assert (as_is.turned, turned.turned) == (False, True)
    assert np.array_equal(as_is.grey, turned.grey)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_line_has_no_frame(level: int) -> None:
    assert prepare(np.full((40, 200), level, np.uint8), SHAPE) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (2, 200), (200, 1), (4000, 3)])
def test_slivers_are_no_error(size: tuple[int, int]) -> None:
    image = np.full(size, 255, np.uint8)
    image[:, size[1] // 3 : size[1] // 2 + 1] = 0
    prepared = prepare(image, SHAPE)
    if prepared is not None:
        width = prepared.frame_width
        assert warp(prepared.grey, prepared.frame, width, 40).shape == (40, width)


def test_faint_print_is_stretched_to_full_contrast() -> None:
    image = bars(300, 40, top=8, bottom=32, ink=200)
    prepared = prepare(image, SHAPE)
    assert prepared is not None
    assert prepared.grey.min() == 0
    assert prepared.grey.max() == 255


def test_ink_of_neighbouring_lines_beyond_a_gap_does_not_widen_the_band() -> None:
    image = bars(400, 80, top=30, bottom=52)
    alone = prepare(image, SHAPE)
    image[0:3, 20:40] = 0
    crowded = prepare(image, SHAPE)
    assert alone is not None and crowded is not None
    assert crowded.frame.matrix[1, 1] == pytest.approx(alone.frame.matrix[1, 1])


def test_a_rule_under_the_line_does_not_pass_for_the_line() -> None:
    image = bars(400, 80, top=20, bottom=42)
    alone = prepare(image, SHAPE)
    image[60:62] = 0
    ruled = prepare(image, SHAPE)
    assert alone is not None and ruled is not None
    assert ruled.frame.matrix[1, 1] == pytest.approx(alone.frame.matrix[1, 1])


def test_the_true_frame_puts_baseline_and_x_height_on_their_rows() -> None:
    frame, _ = true_frame((60.0, 0.02), 26.0, (100.0, 900.0), SHAPE)
    to_frame = frame.inverse()
    for x in (100.0, 500.0, 900.0):
        on_line = 60.0 + 0.02 * x
        points = to_frame.points(np.array([[x, on_line], [x, on_line - 26.0]]))
        assert points[0, 1] == pytest.approx(SHAPE.baseline_px)
        assert points[1, 1] == pytest.approx(SHAPE.baseline_px - SHAPE.x_height_px)


def test_a_better_frame_is_the_true_one_when_the_metrics_are_exact() -> None:
    truth, _ = true_frame((60.0, 0.02), 26.0, (100.0, 900.0), SHAPE)
    image = bars(1000, 100, top=30, bottom=70)
    prepared = prepare(image, SHAPE)
    assert prepared is not None
    first = prepared.frame
    # What a perfect localizer would see in the first frame.
    to_first = first.inverse()
    ends = to_first.points(np.array([[100.0, 62.0], [900.0, 78.0]]))
    slope = (ends[1, 1] - ends[0, 1]) / (ends[1, 0] - ends[0, 0])
    better = better_frame(
        first,
        prepared.frame_width,
        baseline=(ends[0, 1] - slope * ends[0, 0], slope),
        x_height=26.0 * to_first.matrix[1, 1],
        extent=(ends[0, 0], ends[1, 0]),
        shape=SHAPE,
    )
    assert better is not None
    corners = np.array([[0.0, 20.0], [300.0, 35.0]])
    offset = truth.inverse().points(better[0].points(corners)) - corners
    assert np.abs(offset[:, 1]).max() < 1e-6  # rows agree
    assert np.ptp(offset[:, 0]) < 1e-6  # columns agree up to where the frame starts


def test_a_good_frame_is_left_alone() -> None:
    frame, width = true_frame((60.0, 0.0), 26.0, (100.0, 900.0), SHAPE)
    seen = {"baseline": (28.3, 0.0), "x_height": 13.4, "extent": (8.0, 400.0)}
    assert better_frame(frame, width, shape=SHAPE, **seen) is None


def test_shrinking_averages_instead_of_skipping_pixels() -> None:
    image = np.full((200, 800), 255, np.uint8)
    image[:, ::2] = 0  # half the ink everywhere
    frame, _ = true_frame((140.0, 0.0), 65.0, (0.0, 800.0), SHAPE)
    pixels = warp(image, frame, 176, SHAPE.height)
    inside = pixels[5:35, 30:140]
    assert np.abs(inside.astype(int) - 127).max() < 40


def test_warping_agrees_with_opencv_resizing_for_a_plain_scale() -> None:
    rng = np.random.default_rng(0)
    image = cv2.GaussianBlur(rng.integers(0, 255, (80, 320), np.uint8), (0, 0), 4)
    frame, _ = true_frame((56.0, 0.0), 26.0, (16.0, 300.0), SHAPE)
    assert frame.matrix[0, 2] == pytest.approx(0.0)
    pixels = warp(image, frame, 160, SHAPE.height)
    resized = cv2.resize(image, (160, 40), interpolation=cv2.INTER_AREA)
    assert np.abs(pixels.astype(int) - resized)[1:-1, 1:-1].max() <= 3
