"""Opening a localizer of any backend."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from effocr.errors import BundleError, UsageError
from effocr.localizer.backends.boxes import Backend, BoxLocalizer
from effocr.localizer.backends.options import OnnxOptions, read_options

__all__ = ["load_localizer"]

# As the original, its successor, and the exporters of YOLO, MMDeploy and Detectron2 name them.
ONNX_NAMES: Final = (
    "best_bbox_mAP.onnx",
    "localizer.onnx",
    "best.onnx",
    "end2end.onnx",
    "model.onnx",
)


def load_localizer(
    backend: Backend,
    path: Path,
    *,
    score_threshold: float,
    iou_threshold: float,
    input_shape: tuple[int, int] | None = None,
    threads: int = 1,
) -> BoxLocalizer:
    """Open a localizer.

    Args:
        backend: where it was trained.
        path: an ONNX file or the folder that holds it; for torchvision and detectron2 the run
            folder. Beside an ONNX file its options may lie, see `OnnxOptions`.
        score_threshold: boxes must have more, 0 to 1.
        iou_threshold: of two boxes of a class that overlap more, the weaker goes, 0 to 1; networks
            that do this inside of the ONNX file are left alone.
        input_shape: height and width that an ONNX file which takes any size is run with.
        threads: inside of one call.

    Raises:
        UsageError: a threshold is not 0 to 1, a run is not there, or the backend is no box
            localizer.
        BundleError: the ONNX file is missing or not of the backend.
        TrainingError: the weights of a run are damaged or not of the backend.
        MissingDependencyError: Detectron2 is not installed.
    """
    for name, value in (("score", score_threshold), ("IoU", iou_threshold)):
        if not 0 <= value <= 1:
            raise UsageError(f"the {name} threshold {value} is not between 0 and 1")
    match backend:
        case "torchvision":
            from effocr.localizer.backends.torchvision import TorchvisionLocalizer

            return TorchvisionLocalizer(path, score_threshold, iou_threshold)
        case "detectron2":
            from effocr.localizer.backends.detectron2 import Detectron2Localizer

            return Detectron2Localizer(path, score_threshold, iou_threshold)
        case "native":
            raise UsageError(
                "the native localizer gives more than boxes and is opened with its frame: by "
                "`effocr.workbench`, from a run or a model folder"
            )
        case "yolo" | "mmdetection" | "detectron2-onnx":
            file = _onnx_file(path)
            options = read_options(file)
            if input_shape is not None:
                options = options.model_copy(update={"input_shape": input_shape})
            return _open(backend, file, options, score_threshold, iou_threshold, threads)
    raise UsageError(f"no localizer backend {backend!r}")


def _open(
    backend: Backend,
    file: Path,
    options: OnnxOptions,
    score_threshold: float,
    iou_threshold: float,
    threads: int,
) -> BoxLocalizer:
    """Open an ONNX file."""
    match backend:
        case "yolo":
            from effocr.localizer.backends.yolo import load_yolo

            return load_yolo(
                file,
                options,
                score_threshold=score_threshold,
                iou_threshold=iou_threshold,
                threads=threads,
            )
        case "mmdetection":
            from effocr.localizer.backends.mmdetection import load_mmdetection

            return load_mmdetection(file, options, score_threshold=score_threshold, threads=threads)
        case _:
            from effocr.localizer.backends.detectron2_onnx import load_detectron2_onnx

            return load_detectron2_onnx(
                file, options, score_threshold=score_threshold, threads=threads
            )


def _onnx_file(path: Path) -> Path:
    """The ONNX file at or in `path`.

    Raises:
        BundleError: there is none, or several without a usual name.
    """
    if path.is_file():
        return path
    if not path.is_dir():
        raise BundleError(f"{path}: no such file or folder; give an ONNX file or its folder")
    usual = [path / name for name in ONNX_NAMES if (path / name).is_file()]
    files = usual[:1] or sorted(path.glob("*.onnx"))
    if len(files) != 1:
        told = ", ".join(file.name for file in files) or "none"
        raise BundleError(
            f"{path}: one ONNX file is wanted, found {told}; name it {ONNX_NAMES[0]} or give "
            "its path"
        )
    return files[0]
