"""A trained recognizer as an ONNX file, in the original's form, compared with what torch gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from effocr.errors import ParityError, UsageError
from effocr.export.onnx import OPSET, export_encoder, export_pictures
from effocr.pipeline.engines import Encoder
from effocr.pipeline.onnx_engines import OnnxEncoder
from effocr.recognizer.classic import SquareNetwork
from effocr.recognizer.train import load_encoder
from effocr.workbench.networks import Network, OnDevice, open_classifier, open_encoder
from effocr.workbench.onnx_squares import OnnxSquares
from effocr.workbench.torch_models import is_native_run

__all__ = ["ExportReport", "export_recognizer"]

Grey = npt.NDArray[np.uint8]
Shape = tuple[int, int]

LEAST_COSINE: Final = 0.9999  # between the two vectors of a crop
ONNX_FILE, NATIVE_FILE = "enc_best.onnx", "recognizer.onnx"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written, and how near it is to torch.

    Attributes:
        path: of the ONNX file.
        numbers: in the vector of a crop.
        crops: compared, in one batch and one by one.
        difference: largest, of a number of unit vectors (of a classifier: of probabilities).
        cosine: least, between the two vectors of a crop.
    """

    path: Path
    numbers: int
    crops: int
    difference: float
    cosine: float

    def as_text(self) -> str:
        """One line for a person."""
        return (
            f"{self.path}: opset {OPSET}, {self.numbers} numbers a crop; onnxruntime against torch "
            f"on {self.crops} crops: largest difference {self.difference:.2g}, least cosine "
            f"{self.cosine:.6f}"
        )


class _Pictures(nn.Module):
    """A network of squares from the normalised picture on."""

    def __init__(self, network: SquareNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, imgs: Tensor) -> Tensor:
        """[n, 3, size, size] float32 -> [n, numbers] float32."""
        return self.network.of_pictures(imgs).float()


def export_recognizer(
    source: Path,
    network: Network,
    *,
    out: Path | None = None,
    squares: Iterable[Grey] = (),
    count: int = 64,
) -> ExportReport:
    """Write a recognizer as an ONNX file and prove that it is the same.

    Args:
        source: file of weights or run folder, of the original, efficient_ocr or ours.
        network: which network it is.
        out: file to write; None: `enc_best.onnx` beside the weights (of a native run
            `recognizer.onnx`).
        squares: crops [height, width] uint8 of any size to compare on; noise where there are fewer
            than `count`.
        count: how many to compare on.

    Raises:
        ParityError: the exported network gives something else; nothing is written.
        EffOCRError: the weights cannot be opened.
    """
    if not source.exists():
        raise UsageError(f"{source}: no such file or folder")
    native = is_native_run(source)
    folder = source if source.is_dir() else source.parent
    target = out or folder / (NATIVE_FILE if native else ONNX_FILE)
    draft = target.with_name(f".{target.name}.part")
    try:
        pair = _native(source, draft) if native else _classic(source, network, draft)
        report = _compare(*pair, squares=squares, count=count, target=target)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return report


def _classic(source: Path, network: Network, draft: Path) -> tuple[Encoder, Encoder, Shape]:
    known = network.of(source)
    module: nn.Module
    inner: SquareNetwork
    if known.classes is None:
        module = inner = open_encoder(source, known)
    else:
        module = classifier = open_classifier(source, known, classes=known.classes)
        inner = classifier.network
    export_pictures(_Pictures(inner).eval(), draft, size_px=inner.size_px)
    exported = OnnxSquares(draft, classifier=known.classes is not None)
    cpu = torch.device("cpu")
    return OnDevice(module, cpu), exported, (inner.size_px, inner.size_px)


def _native(run: Path, draft: Path) -> tuple[Encoder, Encoder, Shape]:
    module, config = load_encoder(run)
    height, width = config.line.height, config.crop.width
    export_encoder(module, draft, height=height, width=width)
    return OnDevice(module, torch.device("cpu")), OnnxEncoder(draft), (height, width)


def _compare(
    trained: Encoder,
    exported: Encoder,
    shape: Shape,
    *,
    squares: Iterable[Grey],
    count: int,
    target: Path,
) -> ExportReport:
    """Embed the same crops with both, all together and the first ones alone.

    Raises:
        ParityError: they differ.
    """
    crops = _crops(squares, shape, count)
    expected = trained.embed(crops)
    batches = [(expected, exported.embed(crops))]
    batches += [
        (expected[i : i + 1], exported.embed(crops[i : i + 1])) for i in (0, len(crops) - 1)
    ]
    differences, cosines = [], []
    for one, other in batches:
        if one.shape != other.shape or not np.isfinite(other).all():
            raise ParityError(f"{target}: the exported network gives {list(other.shape)} numbers")
        differences.append(float(np.abs(one - other).max()))
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        cosines.append(float(((one * other).sum(axis=1) / np.maximum(lengths, 1e-12)).min()))
    report = ExportReport(target, expected.shape[1], len(crops), max(differences), min(cosines))
    if report.cosine < LEAST_COSINE:
        raise ParityError(f"not written: {report.as_text()}")
    return report


def _crops(squares: Iterable[Grey], shape: Shape, count: int) -> Grey:
    """Crops [count, height, width] to compare on."""
    from effocr.recognizer.squares import to_square

    height, width = shape
    given = [to_square(crop, max(shape))[:height, :width] for crop in islice(squares, count)]
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (count - len(given), height, width)).astype(np.uint8)
    return np.concatenate([np.stack(given), noise]) if given else noise
