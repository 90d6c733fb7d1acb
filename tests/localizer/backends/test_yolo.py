"""YOLOs in ONNX files: the forms of their output, their classes and their suppression."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from effocr.errors import BundleError
from effocr.geometry import iou_matrix
from effocr.localizer.backends.boxes import LineBoxes
from effocr.localizer.backends.load import load_localizer

Write = Callable[..., Path]

LINE = np.full((20, 100), 255, np.uint8)  # in 640 x 640: 6.4 times as large, 256 down
CHAR_WORD = {"names": "{0: 'char', 1: 'word'}"}


def locate(path: Path, line: np.ndarray, *, iou: float = 0.5) -> LineBoxes:
    """What a YOLO finds on a line."""
    localizer = load_localizer("yolo", path, score_threshold=0.3, iou_threshold=iou)
    return localizer.locate([line])[0]


def yolov5(rows: list[tuple[float, ...]], *, classes: int, least: int = 40) -> np.ndarray:
    """[1, n, 5 + classes], filled up with boxes of score 0."""
    empty = (320.0, 320.0, 10.0, 10.0, 0.0, *([0.5] * classes))
    return np.array([rows + [empty] * (least - len(rows))], np.float32)


def yolov8(rows: list[tuple[float, ...]], *, classes: int, least: int = 40) -> np.ndarray:
    """[1, 4 + classes, n], filled up with boxes of score 0."""
    empty = (320.0, 320.0, 10.0, 10.0, *([0.0] * classes))
    return np.array([rows + [empty] * (least - len(rows))], np.float32).transpose(0, 2, 1).copy()


def test_yolov5_multiplies_objectness_and_class_and_its_boxes_are_those_by_hand(
    constant_graph: Write,
) -> None:
    rows = [
        (96, 320, 64, 64, 0.8, 0.9, 0.1),  # a glyph from (10, 5) to (20, 15), 0.72
        (320, 320, 640, 128, 0.9, 0.2, 0.9),  # the word of the whole line, 0.81
        (500, 320, 40, 64, 0.5, 0.4, 0.3),  # 0.2: too unsure
    ]
    path = constant_graph({"output0": yolov5(rows, classes=2)})
    found = locate(path, LINE)
    np.testing.assert_allclose(found.glyphs, [[10, 5, 20, 15]], atol=1e-4)
    np.testing.assert_allclose(found.scores, [0.72], atol=1e-6)
    np.testing.assert_allclose(found.words, [[0, 0, 100, 20]], atol=1e-4)
    np.testing.assert_allclose(found.word_scores, [0.81], atol=1e-6)


@pytest.mark.parametrize("metadata", [None, CHAR_WORD])
def test_yolov8_has_no_objectness_and_lies_on_its_side(
    constant_graph: Write, metadata: dict[str, str] | None
) -> None:
    rows = [(96, 320, 64, 64, 0.72, 0.1), (320, 320, 640, 128, 0.2, 0.81)]
    path = constant_graph({"output0": yolov8(rows, classes=2)}, metadata=metadata)
    found = locate(path, LINE)
    np.testing.assert_allclose(found.glyphs, [[10, 5, 20, 15]], atol=1e-4)
    np.testing.assert_allclose(found.words, [[0, 0, 100, 20]], atol=1e-4)
    np.testing.assert_allclose(found.word_scores, [0.81], atol=1e-6)


def test_a_yolo_with_one_class_finds_glyphs_and_no_words(constant_graph: Write) -> None:
    path = constant_graph({"output0": yolov8([(96, 320, 64, 64, 0.9)], classes=1)})
    found = locate(path, LINE)
    assert (len(found.glyphs), found.words.shape) == (1, (0, 4))
    path = constant_graph(
        {"output0": yolov5([(96, 320, 64, 64, 1, 0.9)], classes=1)},
        metadata={"names": "['character']"},
    )
    assert len(locate(path, LINE).glyphs) == 1


def test_names_in_the_file_say_which_class_is_words(constant_graph: Write) -> None:
    path = constant_graph(
        {"output0": yolov8([(96, 320, 64, 64, 0.1, 0.9)], classes=2)},
        metadata={"names": "{0: 'word', 1: 'char'}"},
    )
    assert len(locate(path, LINE).glyphs) == 1


def test_a_network_that_knows_only_words_is_an_error(constant_graph: Write) -> None:
    path = constant_graph({"output0": yolov8([], classes=1)}, metadata={"names": "{0: 'word'}"})
    with pytest.raises(BundleError, match="cannot be both glyphs and words"):
        locate(path, LINE)


def test_a_shape_that_means_two_things_is_an_error_until_the_options_tell(
    constant_graph: Write,
) -> None:
    boxes = np.tile(np.array([[[64, 288, 128, 352, 0.9, 0]]], np.float32), (1, 30, 1))
    path = constant_graph({"output0": boxes})
    with pytest.raises(BundleError, match=r"\[1, 30, 6\] can be read as yolov5 or end2end"):
        locate(path, LINE)
    path.with_name("best_bbox_mAP.options.yaml").write_text("output: end2end\n")
    found = locate(path, LINE)
    np.testing.assert_allclose(found.glyphs[0], [10, 5, 20, 15], atol=1e-4)
    path = constant_graph({"output0": boxes}, metadata={"end2end": "True"}, name="b.onnx")
    assert len(locate(path, LINE).glyphs) == 30
    path = constant_graph({"output0": boxes}, metadata={"args": "{'nms': True}"}, name="c.onnx")
    assert len(locate(path, LINE).glyphs) == 30


def test_a_yolov5_with_one_class_is_known_by_its_number_of_boxes(constant_graph: Write) -> None:
    boxes = yolov5([(96, 320, 64, 64, 1, 0.9)], classes=1, least=25200)
    assert len(locate(constant_graph({"output0": boxes}), LINE).glyphs) == 1


def test_the_class_count_of_the_options_decides_a_square_output(constant_graph: Write) -> None:
    boxes = yolov5([(96, 320, 64, 64, 1, 0.9, 0)], classes=2, least=7)
    path = constant_graph({"output0": boxes})
    with pytest.raises(BundleError, match="yolov5 or yolov8"):
        locate(path, LINE)
    path.with_name("best_bbox_mAP.options.yaml").write_text("classes: 2\n")
    assert len(locate(path, LINE).glyphs) == 1


def test_weaker_boxes_of_the_same_class_go_and_those_of_another_class_stay(
    constant_graph: Write,
) -> None:
    rng = np.random.default_rng(3)
    corners = rng.uniform(0, 600, (1000, 2))
    sizes = rng.uniform(10, 60, (1000, 2))
    scores, classes = rng.uniform(0.31, 1, 1000), rng.integers(0, 2, 1000)
    chances = np.zeros((1000, 2))
    chances[np.arange(1000), classes] = scores
    rows = np.hstack([corners + sizes / 2, sizes, chances]).astype(np.float32)
    path = constant_graph({"output0": rows.T[None].copy()})
    found = locate(path, np.full((640, 640), 255, np.uint8), iou=0.2)
    for mine, number in ((found.glyphs, 0), (found.words, 1)):
        of_class = np.flatnonzero(classes == number)
        boxes = np.hstack([corners, corners + sizes])[of_class]
        kept: list[int] = []
        overlaps = iou_matrix(boxes, boxes)
        for place in np.argsort(-scores[of_class]):
            if not kept or overlaps[place, kept].max() <= 0.2:
                kept.append(place)
        np.testing.assert_allclose(
            mine[np.lexsort(mine.T)],
            (clipped := np.clip(boxes[kept], 0, 640))[np.lexsort(clipped.T)],
            atol=1e-3,
        )


def test_the_size_that_the_exporter_wrote_down_is_used(constant_graph: Write) -> None:
    rows = [(96, 160, 64, 64, 0.9, 0.0)]
    path = constant_graph(
        {"output0": yolov8(rows, classes=2)},
        shape=(1, 3, "h", "w"),
        metadata=CHAR_WORD | {"imgsz": "[320, 640]"},
    )
    found = locate(path, LINE)  # 6.4 times as large, 96 down
    np.testing.assert_allclose(found.glyphs, [[10, 5, 20, 15]], atol=1e-4)


def test_half_precision_networks_are_run(constant_graph: Write) -> None:
    rows = [(96, 320, 64, 64, 0.75, 0.0)]
    path = constant_graph({"output0": yolov8(rows, classes=2).astype(np.float16)}, kind="float16")
    found = locate(path, LINE)
    assert found.glyphs.dtype == np.float32
    np.testing.assert_allclose(found.glyphs, [[10, 5, 20, 15]], atol=1e-2)


def test_boxes_in_the_padding_and_boxes_that_are_no_numbers_are_not_on_the_line(
    constant_graph: Write,
) -> None:
    rows = [(96, 100, 64, 64, 0.9, 0.0), (np.nan, 320, 64, 64, 0.9, 0.0)]
    path = constant_graph({"output0": yolov8(rows, classes=2)})
    assert len(locate(path, LINE).glyphs) == 0
