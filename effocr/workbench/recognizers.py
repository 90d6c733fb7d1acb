"""Recognizers that are open: a network, the characters it chooses from, what it sees of a glyph.

A folder of the original holds `enc_best.onnx` (or `enc_best.pth`, see
`effocr.workbench.torch_models`), `ref.index` and `ref.txt`; that of a classifier `class_map.json`.
Nothing here imports torch.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from effocr.bundle import Calibration, Manifest
from effocr.errors import BundleError
from effocr.pipeline.cutters import FrameCutter, SquareCutter, WindowCutter
from effocr.pipeline.engines import Encoder, Locator
from effocr.pipeline.onnx_engines import load_engines
from effocr.recognizer.index import GlyphIndex
from effocr.workbench.confidence import read_confidence
from effocr.workbench.files import (
    CLASS_MAP,
    REF_INDEX,
    read_arguments,
    read_class_map,
    read_reference,
)
from effocr.workbench.onnx_squares import OnnxSquares

__all__ = [
    "ENCODER_ONNX",
    "Recognizer",
    "check_fit",
    "class_index",
    "is_classifier",
    "model_recognizer",
    "onnx_recognizer",
    "square_recognizer",
    "stored_index",
]

logger = logging.getLogger(__name__)

ENCODER_ONNX: Final = "enc_best.onnx"
_UNKNOWN_LICENCE: Final = "NOASSERTION"  # SPDX
_OF_PROBABILITIES: Final = Calibration(bias=-4, similarity=8, margin=0, location=0)
_NO_THRESHOLD: Final = -1.0  # the original knows no unknown glyphs


@dataclass(frozen=True, slots=True)
class Recognizer:
    """A recognizer that is open.

    Attributes:
        encoder: its network.
        index: its characters.
        cutter: what the network sees of a glyph.
        manifest: thresholds and confidence.
        locator: that of its model folder; None: it came alone.
        settled: look-alikes are settled by the glyphs around them.
    """

    encoder: Encoder
    index: GlyphIndex
    cutter: FrameCutter | SquareCutter | WindowCutter
    manifest: Manifest
    locator: Locator | None = None
    settled: bool = False


def model_recognizer(folder: Path) -> Recognizer:
    """Open a model folder of ours.

    Raises:
        BundleError: its files are missing, changed, or do not fit together.
    """
    engines = load_engines(folder)
    index, cutter = engines.index, engines.cutter
    if not isinstance(index, GlyphIndex) or not isinstance(
        cutter, FrameCutter | SquareCutter | WindowCutter
    ):
        raise BundleError(f"{folder}: not a model folder that this command can use")
    return Recognizer(
        engines.encoder, index, cutter, engines.manifest, engines.locator, engines.ties
    )


def onnx_recognizer(folder: Path) -> Recognizer:
    """Open `enc_best.onnx` of a run folder with its index, or with the classes of a classifier.

    Raises:
        BundleError: a file is missing or damaged, or they are of different runs.
    """
    path = folder / ENCODER_ONNX
    if not path.is_file():
        raise BundleError(
            f"{folder}: no {ENCODER_ONNX}; make it with scripts/recognizer_onnx_export.py, or, of "
            "runs of `effocr train`, a model folder with `effocr export`"
        )
    classifier = is_classifier(folder)
    size = read_arguments(folder).get("imsize")
    encoder = OnnxSquares(path, size_px=size, classifier=classifier)
    index = stored_index(folder, classifier=classifier)
    check_fit(folder, encoder.numbers, index)
    cutter = SquareCutter(encoder.size_px)
    return square_recognizer(encoder, index, cutter, folder=folder, classifier=classifier)


def is_classifier(folder: Path) -> bool:
    """Whether a run folder has the classes of a classifier and no index."""
    return not (folder / REF_INDEX).exists() and (folder / CLASS_MAP).exists()


def check_fit(folder: Path, numbers: int, index: GlyphIndex) -> None:
    """Refuse a network that gives other vectors than the index holds.

    Raises:
        BundleError: it does.
    """
    if numbers != index.dim:
        raise BundleError(
            f"{folder}: the network gives {numbers} numbers for a glyph, the reference has "
            f"{index.dim}; they are of different runs"
        )


def square_recognizer(
    encoder: Encoder, index: GlyphIndex, cutter: SquareCutter, *, folder: Path, classifier: bool
) -> Recognizer:
    """Put the parts of a classic recognizer together, its confidence from the run's folder.

    Raises:
        BundleError: the index is empty.
    """
    if not len(index):
        raise BundleError(f"{folder}: no characters to choose from; the reference is empty")
    usual = _OF_PROBABILITIES if classifier else Calibration()
    manifest = Manifest(
        name=folder.resolve().name or "recognizer",
        version="1",
        charset=tuple(sorted(index.characters)),
        licence=_UNKNOWN_LICENCE,
        embedding_size=index.dim,
        unknown_similarity=_NO_THRESHOLD,
        calibration=read_confidence(folder) or usual,
    )
    return Recognizer(encoder, index, cutter, manifest)


def stored_index(folder: Path, *, classifier: bool) -> GlyphIndex:
    """The characters of a run folder; rows of white space are left out with a warning.

    Raises:
        BundleError: a file is missing or damaged.
    """
    if classifier:
        return class_index(read_class_map(folder))
    embeddings, labels, skipped = read_reference(folder)
    for item in skipped:
        logger.warning("%s", item)
    index = GlyphIndex.create(embeddings.shape[1])
    index.add(embeddings, labels)
    return index


def class_index(labels: Sequence[str]) -> GlyphIndex:
    """An index for a classifier: each row asks for the probability of one class."""
    index = GlyphIndex.create(len(labels))
    printing = [row for row, label in enumerate(labels) if label.strip()]
    rows = np.eye(len(labels), dtype=np.float32)[printing]
    index.add(rows, [labels[row] for row in printing])
    return index
