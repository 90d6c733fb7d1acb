"""Write the trained networks as ONNX files, normalisation inside, batch size and width free."""

import warnings
from pathlib import Path
from typing import Final

import torch
from torch import nn

from effocr.bundle import WindowShape

OPSET: Final = 17
SAMPLE_WIDTH: Final = 64  # pixels; any multiple of 8 reads


def export_localizer(module: nn.Module, path: Path, *, height: int) -> None:
    """Write localizer.onnx.

    `lines` uint8 [n, height, width] -> `maps` float32 [n, channels + features, width / 2].

    Args:
        module: in eval mode.
        path: file to write.
        height: of the frame, pixels.
    """
    sample = torch.full((2, height, SAMPLE_WIDTH), 255, dtype=torch.uint8)
    axes = {"lines": {0: "n", 2: "width"}, "maps": {0: "n", 2: "columns"}}
    _export(module, sample, path, axes=axes)


def export_encoder(module: nn.Module, path: Path, *, height: int, width: int) -> None:
    """Write recognizer.onnx.

    `crops` uint8 [n, height, width] -> `embeddings` float32 [n, dimensions] of unit length.

    Args:
        module: in eval mode.
        path: file to write.
        height: of a crop, pixels.
        width: of a crop, pixels.
    """
    sample = torch.full((2, height, width), 255, dtype=torch.uint8)
    _export(module, sample, path, axes={"crops": {0: "n"}, "embeddings": {0: "n"}})


def export_window_encoder(module: nn.Module, path: Path, window: WindowShape) -> None:
    """Write recognizer.onnx of a recognizer that looks at the localizer's features.

    `windows` float32 [n, channels, columns] -> `embeddings` float32 [n, dimensions] of unit length.

    Args:
        module: in eval mode.
        path: file to write.
        window: that it takes.
    """
    sample = torch.zeros(2, window.channels, window.columns)
    _export(module, sample, path, axes={"windows": {0: "n"}, "embeddings": {0: "n"}})


def export_line_reader(module: nn.Module, path: Path, *, height: int) -> None:
    """Write ctc.onnx, in the form of ocrs.

    `line_image` float32 [batch, 1, height, width] -> `chars` float32 [out_seq, batch, classes].

    Args:
        module: in eval mode.
        path: file to write.
        height: of a line, pixels.
    """
    sample = torch.zeros(2, 1, height, SAMPLE_WIDTH)
    axes = {"line_image": {0: "batch", 3: "width"}, "chars": {0: "out_seq", 1: "batch"}}
    _export(module, sample, path, axes=axes)


def export_detector(module: nn.Module, path: Path) -> None:
    """Write detector.onnx.

    `pages` uint8 [n, height, width] -> `maps` float32 [n, channels, height / stride, width /
    stride]; sides are multiples of 32.

    Args:
        module: in eval mode.
        path: file to write.
    """
    sample = torch.full((1, SAMPLE_WIDTH, 2 * SAMPLE_WIDTH), 255, dtype=torch.uint8)
    axes = {
        "pages": {0: "n", 1: "height", 2: "width"},
        "maps": {0: "n", 2: "rows", 3: "columns"},
    }
    _export(module, sample, path, axes=axes)


def export_mask(module: nn.Module, path: Path, *, size: tuple[int, int]) -> None:
    """Write text-detection.onnx, in the form of ocrs.

    `image` float32 [batch, 1, height, width], -0.5 to 0.5 -> `mask` float32 of the same shape.

    Args:
        module: in eval mode.
        path: file to write.
        size: height and width of a page, pixels.
    """
    sample = torch.zeros(2, 1, *size)
    _export(module, sample, path, axes={"image": {0: "batch"}, "mask": {0: "batch"}})


def export_bgr_detector(module: nn.Module, path: Path) -> None:
    """Write det_model.onnx, in the form of OpenOCR.

    `input` float32 [n, 3, height, width], normalised -> `output` float32 [n, 1, height, width];
    sides are multiples of 32.

    Args:
        module: in eval mode.
        path: file to write.
    """
    sample = torch.zeros(1, 3, SAMPLE_WIDTH, 2 * SAMPLE_WIDTH)
    axes = {name: {0: "n", 2: "height", 3: "width"} for name in ("input", "output")}
    _export(module, sample, path, axes=axes)


def export_pictures(module: nn.Module, path: Path, *, size_px: int) -> None:
    """Write the original's form of a recognizer.

    `imgs` float32 [n, 3, size, size], normalised -> `embs` float32 [n, numbers].

    Args:
        module: in eval mode.
        path: file to write.
        size_px: side of the pictures.
    """
    sample = torch.zeros(2, 3, size_px, size_px)
    _export(module, sample, path, axes={"imgs": {0: "n"}, "embs": {0: "n"}})


def _export(
    module: nn.Module, sample: torch.Tensor, path: Path, *, axes: dict[str, dict[int, str]]
) -> None:
    source, target = axes
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The tracing exporter is announced as old; the new one needs one more package (onnxscript).
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            (sample,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=[source],
            output_names=[target],
            dynamic_axes=axes,
        )
