"""Networks that learnt more, exported to take the place of a model's own."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile

import numpy as np

from effocr.bundle import LOCALIZER, RECOGNIZER, Bundle
from effocr.errors import UsageError
from effocr.export.assemble import (
    INT8_AGREEMENT,
    PARITY_CROPS_PER_LABEL,
    PARITY_LINES,
    export_recognizer,
    first_frame,
)
from effocr.export.onnx import export_localizer
from effocr.export.parity import ParityReport, agree_on_boxes, prove_parity
from effocr.export.quantize import CALIBRATION_LINES, quantise_localizer
from effocr.export.sample import locate_windows
from effocr.pipeline.engines import Searcher
from effocr.pipeline.onnx_engines import OnnxEncoder, OnnxLocalizer
from effocr.pipeline.torch_engines import TorchEncoder, TorchLocalizer
from effocr.recognizer.gallery import pick_per_label
from effocr.synth.frames import PreparedLine

__all__ = ["export_retrained"]


def export_retrained(
    bundle: Bundle,
    weights: tuple[Path, Path],
    lines: Sequence[PreparedLine],
    index: Searcher,
    *,
    folder: Path,
) -> tuple[ParityReport, float | None]:
    """Write `localizer.onnx` and `recognizer.onnx`, the first in int8 where the model's is.

    Args:
        bundle: the model whose networks learnt more; its index stays.
        weights: of the localizer and of the recognizer, files or runs.
        lines: to take the ranges of int8 from and to prove parity on; some of what was learnt and
            some of what was known.
        index: of the model.
        folder: to write into.

    Returns:
        The proof that the graphs decide as the networks do, and the share of boxes on which int8
        agrees with float; None where the model is in float.

    Raises:
        ParityError: a graph decides differently; it may have been written all the same.
        UsageError: the recognizer looks at crops.
    """
    manifest = bundle.manifest
    if manifest.window is None:
        raise UsageError(f"{bundle.folder}: its recognizer looks at crops, not at features")
    shape, rng = manifest.line, np.random.default_rng(0)
    localizer, encoder = TorchLocalizer(weights[0]), TorchEncoder(weights[1])
    graph = folder / LOCALIZER
    export_localizer(localizer.module, graph, height=shape.height)
    export_recognizer(encoder, folder / RECOGNIZER)
    exported, exported_encoder = OnnxLocalizer(graph), OnnxEncoder(folder / RECOGNIZER)
    some = [lines[place] for place in rng.permutation(len(lines))[:CALIBRATION_LINES]]
    frames = [first_frame(line, shape) for line in some]
    glyphs = locate_windows(
        some, exported, shape, manifest.window, peak_threshold=manifest.peak_threshold
    )
    places = pick_per_label(glyphs.labels, most=PARITY_CROPS_PER_LABEL, rng=rng)
    parity = prove_parity(
        (localizer, encoder),
        (exported, exported_encoder),
        index=index,
        lines=frames[:PARITY_LINES],
        crops=glyphs.batch(rng, places),
        peak_threshold=manifest.peak_threshold,
        gap_threshold=manifest.gap_threshold,
    )
    parity.check()
    if INT8_AGREEMENT not in manifest.metrics:
        return parity, None
    quantised = folder / f"int8.{LOCALIZER}"
    quantise_localizer(graph, quantised, frames)
    agreement = agree_on_boxes(
        exported, OnnxLocalizer(quantised), frames[:PARITY_LINES],
        peak_threshold=manifest.peak_threshold,
    )  # fmt: skip
    copyfile(quantised, graph)
    quantised.unlink()
    return parity, round(agreement, 5)
