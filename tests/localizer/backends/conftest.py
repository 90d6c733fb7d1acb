"""Detection networks in ONNX files, made by hand: what YOLO, MMDetection and Detectron2 export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    import onnx

Shape = Sequence[int | str]


def save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    outputs: Mapping[str, tuple[str, Shape | None]],
    *,
    shape: Shape = (1, 3, 640, 640),
    constants: Mapping[str, np.ndarray] | None = None,
    metadata: Mapping[str, str] | None = None,
    kind: str = "float32",
) -> Path:
    """Write a graph from `images` to `outputs`, a type and a shape each."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    kinds = {
        "float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "int64": TensorProto.INT64
    }  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info("images", kinds[kind], shape)],
        [helper.make_tensor_value_info(n, kinds[k], s) for n, (k, s) in outputs.items()],
        [numpy_helper.from_array(v, n) for n, v in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, dict(metadata or {}))
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


@pytest.fixture
def constant_graph(tmp_path: Path) -> Callable[..., Path]:
    """Writes a network that finds the same for every picture."""

    def write(
        outputs: Mapping[str, np.ndarray],
        *,
        shape: Shape = (1, 3, 640, 640),
        metadata: Mapping[str, str] | None = None,
        kind: str = "float32",
        name: str = "best_bbox_mAP.onnx",
    ) -> Path:
        from onnx import helper

        nodes = [helper.make_node("Identity", [f"{one}_held"], [one]) for one in outputs]
        return save(
            tmp_path / name,
            nodes,
            {one: (str(value.dtype), value.shape) for one, value in outputs.items()},
            shape=shape,
            constants={f"{one}_held": value for one, value in outputs.items()},
            metadata=metadata,
            kind=kind,
        )

    return write


@pytest.fixture
def seeing_graph(tmp_path: Path) -> Callable[..., Path]:
    """Writes a network that truly looks: it finds the rectangle around all ink."""

    def write(family: str, *, shape: Shape, ink_below: float) -> Path:
        """A graph of `family`; ink is what lies below `ink_below`, as the network sees it."""
        from onnx import TensorProto, helper

        batched = len(shape) == 4
        rows, columns = (2, 3) if batched else (1, 2)
        others = [[a for a in range(len(shape)) if a != keep] for keep in (columns, rows)]
        nodes = [
            helper.make_node("Less", ["images", "limit"], ["is_ink"]),
            helper.make_node("Cast", ["is_ink"], ["ink"], to=TensorProto.FLOAT),
        ]
        for side, axes in zip(("x", "y"), others, strict=True):
            nodes += [
                helper.make_node("ReduceMax", ["ink"], [f"{side}_ink"], axes=axes, keepdims=0),
                helper.make_node("ArgMax", [f"{side}_ink"], [f"{side}0_at"], axis=0),
                helper.make_node(
                    "ArgMax", [f"{side}_ink"], [f"{side}1_before"], axis=0, select_last_index=1
                ),
                helper.make_node("Add", [f"{side}1_before", "one"], [f"{side}1_at"]),
                helper.make_node("Cast", [f"{side}0_at"], [f"{side}0"], to=TensorProto.FLOAT),
                helper.make_node("Cast", [f"{side}1_at"], [f"{side}1"], to=TensorProto.FLOAT),
            ]
        constants = {
            "limit": np.array(ink_below, np.float32),
            "one": np.array([1], np.int64),
            "sure": np.array([0.9], np.float32),
            "class": np.array([0], np.int64),
            "half": np.array([0.5], np.float32),
        }
        corners = ["x0", "y0", "x1", "y1"]
        outputs: dict[str, tuple[str, Shape | None]]
        if family == "yolo":
            for side in "xy":
                nodes += [
                    helper.make_node("Add", [f"{side}0", f"{side}1"], [f"{side}_sum"]),
                    helper.make_node("Mul", [f"{side}_sum", "half"], [f"{side}_middle"]),
                    helper.make_node("Sub", [f"{side}1", f"{side}0"], [f"{side}_size"]),
                ]
            numbers = ["x_middle", "y_middle", "x_size", "y_size", "sure", "sure", "sure"]
            constants |= {"as_boxes": np.array([1, 1, 7], np.int64)}
            outputs = {"output0": ("float32", (1, 1, 7))}
            nodes += [
                helper.make_node("Concat", numbers, ["numbers"], axis=0),
                helper.make_node("Reshape", ["numbers", "as_boxes"], ["output0"]),
            ]
        elif family == "mmdetection":
            constants |= {"as_boxes": np.array([1, 1, 5], np.int64), "row": np.array([1, 1])}
            outputs = {"dets": ("float32", (1, 1, 5)), "labels": ("int64", (1, 1))}
            nodes += [
                helper.make_node("Concat", [*corners, "sure"], ["numbers"], axis=0),
                helper.make_node("Reshape", ["numbers", "as_boxes"], ["dets"]),
                helper.make_node("Reshape", ["class", "row"], ["labels"]),
            ]
        else:
            constants |= {"as_boxes": np.array([1, 4], np.int64)}
            outputs = {
                "boxes": ("float32", (1, 4)),
                "classes": ("int64", (1,)),
                "scores": ("float32", (1,)),
            }
            nodes += [
                helper.make_node("Concat", corners, ["numbers"], axis=0),
                helper.make_node("Reshape", ["numbers", "as_boxes"], ["boxes"]),
                helper.make_node("Identity", ["class"], ["classes"]),
                helper.make_node("Identity", ["sure"], ["scores"]),
            ]
        return save(
            tmp_path / "best_bbox_mAP.onnx",
            nodes,
            outputs,
            shape=shape,
            constants=constants,
            metadata={"names": "{0: 'char', 1: 'word'}"},
        )

    return write
