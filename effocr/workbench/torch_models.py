"""Folders of models that torch runs, opened for reading lines."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch

from effocr.bundle import Manifest
from effocr.errors import TrainingError, UsageError
from effocr.language import Language
from effocr.localizer import train as native_localizer
from effocr.localizer.backends.boxes import Backend
from effocr.pipeline.cutters import SquareCutter, cutter_of
from effocr.pipeline.engines import Locator
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.torch_engines import open_localizer
from effocr.recognizer import train as native_recognizer
from effocr.recognizer.config import EncoderConfig
from effocr.recognizer.gallery import build_index
from effocr.recognizer.sources import GlyphSource
from effocr.training.checkpoints import BEST, kind_of
from effocr.workbench.ad_hoc import ad_hoc_index
from effocr.workbench.files import CLASS_MAP, WEIGHTS, read_class_map
from effocr.workbench.models import LocalizerChoice, is_model_folder, open_box_locator
from effocr.workbench.networks import Network, OnDevice, open_classifier, open_encoder
from effocr.workbench.recognizers import (
    Recognizer,
    check_fit,
    model_recognizer,
    square_recognizer,
    stored_index,
)

__all__ = [
    "is_native_run",
    "kind_of_run",
    "open_locator",
    "open_native",
    "open_recognizer",
    "open_square_recognizer",
]

ROWS_PER_LABEL: Final = 24
_MMDETECTION: Final = "best_bbox_mAP.pth"
_ONNX: Final = "best_bbox_mAP.onnx"
_DETECTRON2: Final = ("model_best.pth", _MMDETECTION, "model_final.pth")


def kind_of_run(folder: Path) -> str | None:
    """What a run of ours trained, told by its checkpoint; None where it is no run of ours."""
    try:
        return kind_of(folder)
    except (TrainingError, UsageError):
        return None


def is_native_run(folder: Path) -> bool:
    """Whether it is a run of the native recognizer."""
    return not (folder / WEIGHTS).exists() and kind_of_run(folder) == native_recognizer.KIND


def open_locator(choice: LocalizerChoice, device: torch.device) -> Locator:
    """Open a localizer: a native run, a model folder, or a run of another backend.

    Raises:
        UsageError: the folder holds nothing that this program runs.
        TrainingError: a checkpoint is damaged.
    """
    folder = choice.folder
    if folder is None:
        raise UsageError("a localizer is needed: name its folder with --localizer_dir")
    if not folder.exists():
        raise UsageError(f"{folder}: no such folder")
    if is_model_folder(folder):
        locator = model_recognizer(folder).locator
        if locator is None:
            raise UsageError(f"{folder}: this model folder has no localizer")
        return locator
    if choice.backend not in (None, "native"):
        return open_box_locator(choice, folder, choice.backend)
    kind = kind_of_run(folder)
    if kind == native_localizer.KIND:
        module, config = open_localizer(folder)
        network = OnDevice(module, device)
        return NativeLocator(network, config.model.line, choice.score_threshold)
    return open_box_locator(choice, folder, _backend_of(folder, kind))


def _backend_of(folder: Path, kind: str | None) -> Backend:
    """What a localizer's folder was made with, told by its files.

    Raises:
        UsageError: nothing that this program runs.
    """
    if kind is not None and "torchvision" in kind:
        return "torchvision"
    if any(folder.glob("*.py")) and (folder / _MMDETECTION).exists():
        raise UsageError(
            f"{folder}: an MMDetection model; mmcv, which runs it, is maintained no more. Export "
            f"it to ONNX as {_ONNX} and read with infer_effocr_onnx_multi.py --backend mmdetection"
        )
    if any((folder / name).exists() for name in _DETECTRON2):
        return "detectron2"
    if (folder / _ONNX).exists():
        raise UsageError(f"{folder}: an ONNX localizer; read with infer_effocr_onnx_multi.py")
    raise UsageError(
        f"{folder}: no localizer here: neither {BEST} of a run nor {_DETECTRON2[0]} of Detectron2"
    )


def open_recognizer(
    folder: Path,
    network: Network,
    device: torch.device,
    *,
    ad_hoc: tuple[Path, Language] | None = None,
) -> Recognizer:
    """Open a recognizer: a model folder, a run of the original's, efficient_ocr's or ours.

    Args:
        folder: of the recognizer.
        network: which one it is.
        device: where it computes.
        ad_hoc: data set to make an index of, and its language; None: that of the folder.

    Raises:
        EffOCRError: the folder does not hold what is needed; the message says what.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    if is_model_folder(folder):
        return model_recognizer(folder)
    known = network.of(folder)
    if known.classes is not None:
        if ad_hoc is not None:
            raise UsageError(f"{folder}: a classifier; it has classes of its own and no index")
        return _open_classifier(folder, known, device, classes=known.classes)
    encoder = open_encoder(folder, known)
    running, size = OnDevice(encoder, device), encoder.size_px
    if ad_hoc is None:
        index = stored_index(folder, classifier=False)
        check_fit(folder, encoder.embedding_size, index)
    else:
        index = ad_hoc_index(*ad_hoc, running.embed, size_px=size)
    cutter = SquareCutter(size)
    return square_recognizer(running, index, cutter, folder=folder, classifier=False)


def _open_classifier(
    folder: Path, network: Network, device: torch.device, *, classes: int
) -> Recognizer:
    labels = read_class_map(folder)
    if len(labels) != classes:
        raise UsageError(
            f"{folder}: --N_classes {classes}, but {CLASS_MAP} names {len(labels)} classes"
        )
    classifier = open_classifier(folder, network, classes=classes)
    return square_recognizer(
        OnDevice(classifier, device),
        stored_index(folder, classifier=True),
        SquareCutter(classifier.network.size_px),
        folder=folder,
        classifier=True,
    )


def open_square_recognizer(
    folder: Path, network: Network, device: torch.device
) -> tuple[Recognizer, int]:
    """Open a recognizer of squares, and say how large these are.

    Raises:
        UsageError: a native recognizer, which sees slices of lines.
    """
    if is_native_run(folder):
        raise UsageError(
            f"{folder}: a native recognizer; this is for those of train_effocr_recognizer.py. "
            f"`effocr mine {folder}` lists what this one takes for alike"
        )
    recognizer = open_recognizer(folder, network, device)
    if not isinstance(recognizer.cutter, SquareCutter):
        raise UsageError(
            f"{folder}: a model folder; this is for runs of train_effocr_recognizer.py"
        )
    return recognizer, recognizer.cutter.size_px


def open_native(
    run: Path, device: torch.device, glyphs: Callable[[EncoderConfig], GlyphSource]
) -> Recognizer:
    """Open a run of the native recognizer; its index is filled here, as no run keeps one.

    Args:
        run: its folder.
        device: where it computes.
        glyphs: gives glyphs to fill the index with, as the encoder sees them.

    Raises:
        TrainingError: not such a run.
    """
    module, config = native_recognizer.load_encoder(run)
    network = OnDevice(module, device)
    rng = np.random.default_rng(0)
    source = glyphs(config)
    index = build_index(network.embed, source, rows_per_label=ROWS_PER_LABEL, rng=rng)
    manifest = Manifest(
        name=run.name,
        version="1",
        charset=tuple(sorted(index.characters)),
        licence="NOASSERTION",
        line=config.line,
        crop=config.crop,
        window=config.window,
        embedding_size=index.dim,
    )
    return Recognizer(network, index, cutter_of(manifest), manifest, settled=True)
