"""Make a model folder from a run of the localizer and a run of the recognizer."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from effocr.bundle import (
    BACKGROUND,
    INDEX,
    LABELS,
    LOCALIZER,
    LOCALIZER_WEIGHTS,
    MEMORY,
    RECOGNIZER,
    RECOGNIZER_WEIGHTS,
    Bundle,
    Calibration,
    FontCredit,
    LineShape,
    Manifest,
    WindowShape,
    write_bundle,
)
from effocr.errors import UsageError
from effocr.export.calibrate import (
    LEAST_SAMPLES,
    fit_calibration,
    unknown_threshold,
    weigh_evidence,
)
from effocr.export.onnx import export_encoder, export_localizer, export_window_encoder
from effocr.export.parity import ParityReport, agree_on_boxes, prove_parity
from effocr.export.quantize import int8_graph
from effocr.export.sample import Sample, collect_sample, fit_handicaps, ordinary_lines
from effocr.frame import warp
from effocr.localizer.arrays import GAP_THRESHOLD
from effocr.pipeline.cutters import FrameCutter, WindowCutter
from effocr.pipeline.engines import Cutter, Localizer
from effocr.pipeline.onnx_engines import OnnxEncoder, OnnxLocalizer
from effocr.pipeline.torch_engines import TorchEncoder, TorchLocalizer
from effocr.recognizer.config import EncoderConfig
from effocr.recognizer.gallery import build_index, pick_per_label
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.sources import GlyphSource
from effocr.synth.frames import PreparedLine
from effocr.training.checkpoints import save_weights
from effocr.versions import Lineage

Grey = npt.NDArray[np.uint8]

JUDGED = 100_000  # glyphs that the rows of the index are tried on
REMEMBERED = 8_000  # glyphs of lines kept aside, in the model folder
PARITY_CROPS_PER_LABEL = 8
PARITY_LINES = 100
INT8_AGREEMENT = "parity_int8_boxes"  # metric of a model whose localizer is in int8
WIDTH_STEP = 8


class ModelDetails(BaseModel, frozen=True, extra="forbid"):
    """What a person says about a model."""

    name: str = Field(min_length=1)
    version: str = "1"
    languages: tuple[str, ...] = ()
    licence: str = "Apache-2.0"
    description: str = ""
    fonts: tuple[FontCredit, ...] = ()
    recipe: dict[str, str | int | float] = {}
    metrics: dict[str, float] = {}
    peak_threshold: float = Field(0.3, ge=0, le=1)
    gap_threshold: float = Field(GAP_THRESHOLD, ge=0, le=1)
    frequencies: dict[str, int] = Field(
        {}, description="how often each character occurs in text; rare ones get handicaps"
    )
    rows_per_label: int = Field(24, gt=0, description="at most, of each character in the index")
    int8: bool = Field(False, description="the localizer in int8 instead of float")


@dataclass(frozen=True, slots=True)
class Assembled:
    """A model folder that was written, and the proof that it equals its runs."""

    bundle: Bundle
    parity: ParityReport


def assemble_model(
    out: Path,
    *,
    localizer: Path,
    recognizer: Path,
    source: Callable[[Localizer], GlyphSource],
    lines: Sequence[PreparedLine],
    details: ModelDetails,
    rng: np.random.Generator,
) -> Assembled:
    """Export both networks, fill the index, fit the confidence, prove parity, write the folder.

    Args:
        out: model folder; nothing is written there unless parity holds.
        localizer: its run folder or checkpoint.
        recognizer: its run folder or checkpoint.
        source: gives what the index is filled with, cut without jitter, when it is given the
            localizer that is shipped: one in int8 has features of its own.
        lines: kept aside from training, for confidence and parity; with too few of them the
            confidence keeps its default weights.
        details: what the manifest says.
        rng: chooses exemplars.

    Raises:
        ParityError: an exported network decides differently.
        UsageError: the two runs use different frames.
    """
    trained_localizer, trained_encoder = TorchLocalizer(localizer), TorchEncoder(recognizer)
    line, window = trained_encoder.config.line, trained_encoder.config.window
    cutter: Cutter = WindowCutter(window) if window else FrameCutter(trained_encoder.config.crop)
    if trained_localizer.config.model.line != line:
        raise UsageError(
            f"{localizer} and {recognizer} were trained with different line shapes; train both "
            "with the same model.line"
        )
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder)
        export_localizer(trained_localizer.module, parts / LOCALIZER, height=line.height)
        export_recognizer(trained_encoder, parts / RECOGNIZER)
        exported_localizer = OnnxLocalizer(parts / LOCALIZER)
        frames = [first_frame(each, line) for each in lines[:PARITY_LINES]]
        shipped, int8 = exported_localizer, None
        if details.int8:
            int8 = int8_graph(localizer, parts / LOCALIZER, frames)
            shipped = OnnxLocalizer(int8)
        exported_encoder = OnnxEncoder(parts / RECOGNIZER)
        glyphs = source(shipped)
        index = build_index(
            exported_encoder.embed,
            glyphs,
            rows_per_label=details.rows_per_label,
            rng=rng,
            judged=JUDGED,
        )
        sample = collect_sample(
            lines,
            localizer=shipped,
            encoder=exported_encoder,
            line=line,
            cutter=cutter,
            peak_threshold=details.peak_threshold,
        )
        if details.frequencies:
            index = index.with_handicaps(fit_handicaps(index, sample, details.frequencies))
        index.save(parts)
        sample.as_memory(REMEMBERED).save(parts / MEMORY)
        if window:
            ordinary_lines(lines, shipped, line, details.peak_threshold).save(parts / BACKGROUND)
        save_weights(localizer, parts / LOCALIZER_WEIGHTS)
        save_weights(recognizer, parts / RECOGNIZER_WEIGHTS)
        places = pick_per_label(glyphs.labels, most=PARITY_CROPS_PER_LABEL, rng=rng)
        crops = glyphs.batch(rng, places)
        parity = prove_parity(
            (trained_localizer, trained_encoder),
            (exported_localizer, exported_encoder),
            index=index,
            lines=frames,
            crops=crops,
            peak_threshold=details.peak_threshold,
            gap_threshold=details.gap_threshold,
        )
        parity.check()
        agreement = None
        if int8 is not None:
            shutil.copyfile(int8, parts / LOCALIZER)
            agreement = agree_on_boxes(
                exported_localizer, shipped, frames, peak_threshold=details.peak_threshold
            )
        calibration, unknown = _calibrate(sample, index)
        manifest = _manifest(
            details,
            index,
            encoder=trained_encoder.config,
            calibration=calibration,
            unknown=unknown,
            parity=parity,
            agreement=agreement,
        )
        bundle = write_bundle(out, manifest, {name: parts / name for name in _names(window)})
    return Assembled(bundle, parity)


def _names(window: WindowShape | None) -> tuple[str, ...]:
    """Files of the model."""
    names = (
        LOCALIZER, RECOGNIZER, INDEX, LABELS, MEMORY, LOCALIZER_WEIGHTS, RECOGNIZER_WEIGHTS,
    )  # fmt: skip
    return (*names, BACKGROUND) if window else names


def export_recognizer(encoder: TorchEncoder, path: Path) -> None:
    """Write a recognizer.onnx of crops or of windows."""
    config = encoder.config
    if config.window is not None:
        export_window_encoder(encoder.module, path, config.window)
    else:
        export_encoder(encoder.module, path, height=config.line.height, width=config.crop.width)


def _calibrate(sample: Sample, index: GlyphIndex) -> tuple[Calibration, float]:
    """Weights of the confidence, and the similarity below which a glyph is unknown."""
    evidence = weigh_evidence(sample, index)
    if len(evidence.correct) < LEAST_SAMPLES:
        return Calibration(), 0.0
    calibration = fit_calibration(evidence.features, evidence.correct)
    return calibration, unknown_threshold(evidence)


def _manifest(
    details: ModelDetails,
    index: GlyphIndex,
    *,
    encoder: EncoderConfig,
    calibration: Calibration,
    unknown: float,
    parity: ParityReport,
    agreement: float | None,
) -> Manifest:
    given = details.model_dump(exclude={"rows_per_label", "metrics", "frequencies", "int8"})
    metrics = {
        **details.metrics,
        "parity_maps": parity.maps_difference,
        "parity_embeddings": parity.embeddings_difference,
        "index_rows": float(len(index)),
    }
    if agreement is not None:
        metrics[INT8_AGREEMENT] = round(agreement, 5)
    return Manifest(
        **given,
        charset=tuple(sorted(index.characters)),
        direction=encoder.line.direction,
        line=encoder.line,
        crop=encoder.crop,
        window=encoder.window,
        embedding_size=index.dim,
        unknown_similarity=unknown,
        calibration=calibration,
        metrics=metrics,
        lineage=Lineage(method="export"),
    )


def first_frame(line: PreparedLine, shape: LineShape) -> Grey:
    """A line as the localizer sees it first, padded to a width that it takes."""
    width = line.prepared.frame_width
    width += -width % WIDTH_STEP
    return warp(line.prepared.grey, line.prepared.frame, width, shape.height)
