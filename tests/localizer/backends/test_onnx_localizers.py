"""Localizers in ONNX files: the forms of their outputs, and where their boxes lie."""

import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from effocr.errors import BundleError, DataFormatError, UsageError
from effocr.localizer.backends.boxes import Backend, LineBoxes
from effocr.localizer.backends.letterbox import MMDETECTION, MMDETECTION_BGR
from effocr.localizer.backends.load import load_localizer
from effocr.localizer.backends.mmdetection import load_mmdetection
from effocr.localizer.backends.options import OnnxOptions, read_options

Write = Callable[..., Path]

SIZES = [(20, 100), (100, 20), (64, 64), (48, 1900), (1500, 40), (31, 333), (700, 900), (9, 11)]


def locate(
    backend: Backend, path: Path, line: np.ndarray, *, score: float = 0.3, iou: float = 0.5,
    shape: tuple[int, int] | None = None,
) -> LineBoxes:  # fmt: skip
    """What a model finds on a line."""
    localizer = load_localizer(
        backend, path, score_threshold=score, iou_threshold=iou, input_shape=shape
    )
    return localizer.locate([line])[0]


LINE = np.full((20, 100), 255, np.uint8)  # in 640 x 640: 6.4 times as large, 256 down
ONE_GLYPH = {  # of a YOLO with two classes, from (10, 5) to (20, 15)
    "output0": np.tile(np.array([[[96], [320], [64], [64], [0.9], [0]]], np.float32), (1, 1, 40))
}


@pytest.mark.parametrize(
    ("backend", "outputs"),
    [
        ("yolo", {"output0": np.zeros((1, 0, 6), np.float32)}),
        ("mmdetection", {"dets": np.zeros((1, 0, 5), np.float32), "labels": np.zeros((1, 0), int)}),
        (
            "detectron2-onnx",
            {
                "1": np.zeros((0, 4), np.float32),
                "2": np.zeros(0, int),
                "3": np.zeros(0, np.float32),
                "4": np.array([640, 640]),
            },
        ),
    ],
)
def test_a_network_that_finds_nothing_on_blank_paper_is_a_good_one(
    constant_graph: Write, backend: Backend, outputs: dict[str, np.ndarray]
) -> None:
    assert locate(backend, constant_graph(outputs), LINE).glyphs.shape == (0, 4)


@pytest.mark.parametrize("batch", [True, False])
def test_mmdetection_gives_scores_with_its_boxes_and_pads_at_the_right_and_below(
    constant_graph: Write, batch: bool
) -> None:
    dets = np.array([[64, 32, 128, 96, 0.9], [0, 0, 640, 128, 0.8], [5, 5, 9, 9, 0.1]], np.float32)
    labels = np.array([0, 1, 0])
    outputs = {"dets": dets, "labels": labels}
    if batch:
        outputs = {name: value[None] for name, value in outputs.items()}
    found = locate("mmdetection", constant_graph(outputs), LINE)
    np.testing.assert_allclose(found.glyphs, [[10, 5, 20, 15]], atol=1e-4)
    np.testing.assert_allclose(found.words, [[0, 0, 100, 20]], atol=1e-4)
    np.testing.assert_allclose([found.scores[0], found.word_scores[0]], [0.9, 0.8])


@pytest.mark.parametrize(
    "order",
    [
        ("pred_boxes", "pred_classes", "scores", "image_size"),
        ("boxes", "scores", "labels"),
        ("image_size", "s", "b", "c"),
        ("1207", "1209", "1210", "1214"),
    ],
)
def test_detectron2_outputs_are_told_apart_in_any_order(
    constant_graph: Write, order: tuple[str, ...]
) -> None:
    values = {
        "boxes": np.array([[64, 288, 128, 352], [0, 256, 640, 384]], np.float32),
        "classes": np.array([0, 1]),
        "scores": np.array([0.9, 0.8], np.float32),
        "size": np.array([640, 640]),
    }
    kinds = {
        "1207": "boxes", "1209": "classes", "1210": "scores", "1214": "size", "s": "scores",
        "b": "boxes", "c": "classes", "labels": "classes", "pred_boxes": "boxes",
        "pred_classes": "classes", "image_size": "size",
    }  # fmt: skip
    if "1207" in order:  # without names the number of boxes must tell; any but two does
        values |= {k: v[:1] for k, v in values.items() if k != "size"}
    outputs = {name: values[kinds.get(name, name)] for name in order}
    found = locate("detectron2-onnx", constant_graph(outputs, shape=(3, 640, 640)), LINE)
    np.testing.assert_allclose(found.glyphs, [[10, 5, 20, 15]], atol=1e-4)
    assert found.scores.tolist() == pytest.approx([0.9])


def test_defect_44_detectron2_boxes_in_another_space_than_the_input_are_brought_back(
    constant_graph: Write,
) -> None:
    path = constant_graph(
        {
            "pred_boxes": np.array([[80, 360, 160, 440]], np.float32),
            "pred_classes": np.array([0]),
            "scores": np.array([0.9], np.float32),
            "image_size": np.array([800, 800]),
        }
    )
    np.testing.assert_allclose(
        locate("detectron2-onnx", path, LINE).glyphs, [[10, 5, 20, 15]], atol=1e-4
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", [(640, 640), (320, 640), (640, 320), (96, 1024)])
@pytest.mark.parametrize(
    ("backend", "family", "ink_below"),
    [("yolo", "yolo", 0.43), ("mmdetection", "mmdetection", 0), ("detectron2-onnx", "d2", 110)],
)
def test_defect_44_a_network_that_looks_finds_the_glyph_where_it_stands(
    seeing_graph: Write,
    backend: Backend,
    family: str,
    ink_below: float,
    shape: tuple[int, int],
    size: tuple[int, int],
) -> None:
    height, width = size
    x0, y0, x1, y1 = width // 4, height // 5, width - width // 3, height - height // 3
    line = np.full(size, 255, np.uint8)
    line[y0:y1, x0:x1] = 0
    axes = (3, *shape) if family == "d2" else (1, 3, *shape)
    path = seeing_graph(family, shape=axes, ink_below=ink_below)
    if family == "mmdetection":  # zero is grey in its eyes, so ink is what is darker than that
        path.with_name("best_bbox_mAP.options.yaml").write_text("fill: 2\n")
    found = locate(backend, path, line)
    pixel = max(height / shape[0], width / shape[1])  # of the input, on the line
    # Its limit is not half way between ink and paper, since padding must not be ink.
    np.testing.assert_allclose(found.glyphs, [[x0, y0, x1, y1]], atol=0.15 + 1.1 * pixel)


def test_every_size_goes_to_a_network_without_a_fixed_one(seeing_graph: Write) -> None:
    path = seeing_graph("yolo", shape=(1, 3, "height", "width"), ink_below=0.3)
    line = np.full((40, 80), 255, np.uint8)
    line[10:30, 20:40] = 0
    for shape in (None, (640, 640), (64, 128), (320, 320)):
        found = locate("yolo", path, line, shape=shape)
        np.testing.assert_allclose(found.glyphs, [[20, 10, 40, 30]], atol=0.6)


def test_an_empty_line_and_no_lines_have_no_boxes(constant_graph: Write) -> None:
    path = constant_graph(ONE_GLYPH)
    localizer = load_localizer("yolo", path, score_threshold=0.3, iou_threshold=0.5)
    assert localizer.locate([]) == []
    (found,) = localizer.locate([np.zeros((0, 30), np.uint8)])
    assert (found.glyphs.shape, found.words.shape) == ((0, 4), (0, 4))


@pytest.mark.parametrize(
    ("backend", "outputs"),
    [
        ("yolo", {"maps": np.zeros((1, 8), np.float32)}),
        ("yolo", {"output0": np.zeros((1, 4, 30), np.float32)}),
        ("mmdetection", {"output0": np.zeros((1, 30, 7), np.float32)}),
        ("mmdetection", {"dets": np.zeros((1, 3, 5), np.float32), "labels": np.zeros((1, 2), int)}),
        ("detectron2-onnx", {"dets": np.zeros((3, 5), np.float32), "labels": np.zeros(3, int)}),
        ("detectron2-onnx", {"boxes": np.zeros((3, 4), np.float32)}),
    ],
)
def test_outputs_of_another_kind_are_an_error_that_names_the_file_and_the_shapes(
    constant_graph: Write, backend: Backend, outputs: dict[str, np.ndarray]
) -> None:
    path = constant_graph(outputs)
    with pytest.raises(BundleError) as caught:
        locate(backend, path, LINE)
    message = str(caught.value)
    assert str(path) in message
    assert all(str(list(value.shape)) in message for value in outputs.values())


def test_inputs_that_are_no_single_picture_are_an_error(constant_graph: Write) -> None:
    for shape in ((1, 3), (8, 3, 640, 640), (1, 640, 640, 3)):
        with pytest.raises(BundleError, match=r"best_bbox_mAP\.onnx: its input"):
            locate("yolo", constant_graph(ONE_GLYPH, shape=shape), LINE)


def test_a_size_that_the_network_cannot_take_is_an_error_that_tells_what_to_give(
    seeing_graph: Write, tmp_path: Path
) -> None:
    from onnx import TensorProto, helper, save

    shape = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, "h", "w"])
    output = helper.make_tensor_value_info("output0", TensorProto.FLOAT, None)
    reshape = helper.make_node("Reshape", ["images", "as"], ["output0"])
    seven = helper.make_tensor("as", TensorProto.INT64, [3], [1, 7, 100])
    graph = helper.make_graph([reshape], "g", [shape], [output], [seven])
    path = tmp_path / "a.onnx"
    save(helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)]), path)
    with pytest.raises(BundleError, match=r"640 high and 640 wide .* input shape"):
        locate("yolo", path, LINE)


def test_a_folder_gives_its_onnx_file(constant_graph: Write, tmp_path: Path) -> None:
    constant_graph(ONE_GLYPH, name="mine.onnx")
    assert len(locate("yolo", tmp_path, LINE).glyphs) == 1
    constant_graph({"output0": np.zeros((1, 1), np.float32)}, name="other.onnx")
    with pytest.raises(BundleError, match=r"found mine\.onnx, other\.onnx"):
        locate("yolo", tmp_path, LINE)
    constant_graph(ONE_GLYPH, name="best_bbox_mAP.onnx")
    assert len(locate("yolo", tmp_path, LINE).glyphs) == 1
    with pytest.raises(BundleError, match="no such file or folder"):
        locate("yolo", tmp_path / "nowhere", LINE)


def test_a_file_that_is_no_onnx_file_and_options_out_of_form_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(BundleError, match="onnxruntime cannot open it"):
        locate("mmdetection", path, LINE)
    path.with_name("model.options.yaml").write_text("shape: [640, 640]\n")
    with pytest.raises(DataFormatError, match=r"model\.options\.yaml: shape"):
        locate("mmdetection", path, LINE)


def test_native_and_thresholds_out_of_range_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="from a run or a model folder"):
        locate("native", tmp_path, LINE)
    with pytest.raises(UsageError, match="score threshold 35"):
        locate("yolo", tmp_path, LINE, score=35)


def test_defect_46_threads_share_one_session_and_find_what_one_thread_finds(
    seeing_graph: Write,
) -> None:
    path = seeing_graph("yolo", shape=(1, 3, 320, 320), ink_below=0.3)
    localizer = load_localizer("yolo", path, score_threshold=0.3, iou_threshold=0.5)
    lines = []
    for place in range(40):
        line = np.full((30, 300), 255, np.uint8)
        line[5:25, 5 * place : 5 * place + 40] = 0
        lines.append(line)
    alone = localizer.locate(lines)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda line: localizer.locate([line])[0], lines))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.glyphs, other.glyphs)


def test_defect_41_nothing_but_onnxruntime_is_needed(constant_graph: Write) -> None:
    path = constant_graph(ONE_GLYPH)
    code = f"""
        import sys
        from pathlib import Path
        import numpy as np
        from effocr.localizer.backends.load import load_localizer
        for backend in ("yolo", "mmdetection", "detectron2-onnx"):
            try:
                localizer = load_localizer(
                    backend, Path({str(path)!r}), score_threshold=0.3, iou_threshold=0.5
                )
                localizer.locate([np.full((20, 100), 255, np.uint8)])
            except Exception as error:
                assert "it gives" in str(error), error
        hidden = {{"torch", "torchvision", "onnx", "mmcv", "mmdet", "detectron2", "deepsparse"}}
        print(sorted(hidden & set(sys.modules)))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_options_of_the_manual_are_options() -> None:
    manual = Path(__file__).parents[3] / "docs" / "localizer-backends.md"
    (block,) = re.findall(r"```yaml\n(.*?)```", manual.read_text("utf-8"), re.DOTALL)
    assert set(yaml.safe_load(block)) == set(OnnxOptions.model_fields)
    OnnxOptions.model_validate(yaml.safe_load(block))


def test_an_mmdetection_model_may_want_its_colours_the_other_way(constant_graph: Write) -> None:
    dets = {"dets": np.zeros((1, 1, 5), np.float32), "labels": np.zeros((1, 1), int)}
    path = constant_graph(dets)
    told = path.with_name("best_bbox_mAP.options.yaml")
    for text, style in (
        ("", MMDETECTION),
        ("colours: bgr", MMDETECTION_BGR),
        ("spread: [1, 1, 1]", replace(MMDETECTION, spread=(1, 1, 1))),
    ):
        told.write_text(text)
        assert load_mmdetection(path, read_options(path), score_threshold=0.3).style == style
