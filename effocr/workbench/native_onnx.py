"""A native localizer run as an ONNX file in the original's place, read without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from effocr.errors import UsageError
from effocr.localizer.config import LocalizerTraining
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.onnx_engines import OnnxLocalizer
from effocr.training.config import load_config

__all__ = ["LOCALIZER_ONNX", "export_native", "open_native_onnx"]

LOCALIZER_ONNX: Final = "best_bbox_mAP.onnx"
_CONFIG: Final = "config.yaml"


def export_native(run: Path) -> Path:
    """Write the best weights of a run as `best_bbox_mAP.onnx` into its folder.

    Raises:
        TrainingError: not a run of the native localizer.
    """
    from effocr.export.onnx import export_localizer
    from effocr.pipeline.torch_engines import open_localizer

    module, config = open_localizer(run)
    path = run / LOCALIZER_ONNX
    export_localizer(module, path, height=config.model.line.height)
    return path


def open_native_onnx(run: Path, *, score_threshold: float) -> NativeLocator:
    """Open what `export_native` wrote; the run's config.yaml says how lines are framed.

    Raises:
        UsageError: the folder lacks one of the two files, or the config is of something else.
        BundleError: the ONNX file is damaged.
    """
    for name in (LOCALIZER_ONNX, _CONFIG):
        if not (run / name).is_file():
            raise UsageError(
                f"{run}: no {name}; --backend native needs a run of "
                "`train_effocr_localizer_d2.py --backend native`, or a model folder"
            )
    config = load_config(LocalizerTraining, run / _CONFIG)
    return NativeLocator(OnnxLocalizer(run / LOCALIZER_ONNX), config.model.line, score_threshold)
