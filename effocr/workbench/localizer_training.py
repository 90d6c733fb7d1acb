"""Training and scoring a localizer of any backend that is trained here, from files of lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from effocr.charset import Charset
from effocr.data.records import Skipped
from effocr.errors import UsageError
from effocr.geometry import union_box
from effocr.localizer.arrays import GAP_THRESHOLD, spaces_before
from effocr.localizer.backends.boxes import BoxLocalizer, LineBoxes
from effocr.localizer.backends.detectron2_config import Detectron2Training
from effocr.localizer.backends.load import load_localizer
from effocr.localizer.backends.samples import BoxSample, BoxSamples, read_samples
from effocr.localizer.backends.score import score
from effocr.localizer.backends.torchvision_config import TorchvisionTraining
from effocr.localizer.config import LocalizerTraining
from effocr.pipeline.engines import LocatedLine, Locator
from effocr.pipeline.images import load_image
from effocr.pipeline.locate import NativeLocator
from effocr.training.config import LoopConfig
from effocr.training.distributed import is_main
from effocr.training.lines import load_lines
from effocr.training.loop import Outcome
from effocr.workbench.native_onnx import export_native

__all__ = ["LineFiles", "TrainedBackend", "score_run", "train_backend"]

TrainedBackend = Literal["native", "torchvision", "detectron2"]
Settings = LocalizerTraining | TorchvisionTraining | Detectron2Training
Tell = Callable[[Sequence[Skipped]], None]

SCORE: Final = 0.3  # least score of a box when a run is scored
OVERLAP: Final = 0.5


@dataclass(frozen=True, slots=True)
class LineFiles:
    """Character-level COCO files.

    Attributes:
        train: to learn from.
        validation: to choose the best weights by; empty: every 20th line of those to learn from.
        images: folder of all images; None: beside each file.
    """

    train: tuple[Path, ...]
    validation: tuple[Path, ...] = ()
    images: Path | None = None


def train_backend(
    files: LineFiles,
    settings: Settings,
    *,
    run: Path,
    tell: Tell,
    resume: Path | None = None,
    init_from: Path | None = None,
) -> Outcome:
    """Train the localizer that the settings are for.

    Args:
        files: lines.
        settings: of one of the backends.
        run: folder of the run.
        tell: is given what was left out of the data, and why.
        resume: run folder or checkpoint to go on from; Detectron2 goes on from its last one.
        init_from: weights to start from; for Detectron2 they are in its settings.

    Returns:
        How far it came; `best` is the F of glyphs on the validation lines, 0 to 1, but of
        Detectron2 the bbox AP, percent.

    Raises:
        EffOCRError: of the data, the settings, the weights or the training; the message says which.
    """
    match settings:
        case LocalizerTraining():
            return _native(files, settings, run, tell, resume, init_from)
        case TorchvisionTraining():
            return _torchvision(files, settings, run, tell, resume, init_from)
        case Detectron2Training():
            return _detectron2(files, settings, run, tell, resume is not None)


def _native(
    files: LineFiles,
    settings: LocalizerTraining,
    run: Path,
    tell: Tell,
    resume: Path | None,
    init_from: Path | None,
) -> Outcome:
    from effocr.localizer.train import LineBatches, train_localizer

    shape = settings.model.line
    found = load_lines(files.train, shape, load=load_image, images=files.images)
    tell(found.skipped)
    lines, aside = found.lines, found.lines[:0]
    if files.validation:
        kept = load_lines(files.validation, shape, load=load_image, images=files.images)
        tell(kept.skipped)
        aside = kept.lines
    else:
        lines, aside = found.keep_aside()
    charset = Charset(tuple(sorted({glyph for line in lines for glyph in line.truth.glyphs})))
    loop = _paced(settings.loop, len(LineBatches(lines, charset, settings)))
    outcome = train_localizer(
        lines,
        aside,
        charset,
        settings.model_copy(update={"loop": loop}),
        run=run,
        resume=resume,
        init_from=init_from,
    )
    if is_main():
        export_native(run)
    return outcome


def _torchvision(
    files: LineFiles,
    settings: TorchvisionTraining,
    run: Path,
    tell: Tell,
    resume: Path | None,
    init_from: Path | None,
) -> Outcome:
    from effocr.localizer.backends.torchvision_train import train_torchvision

    lines, aside = _box_samples(files, tell)
    loop = _paced(settings.loop, -(-len(lines) // settings.batch_size))
    return train_torchvision(
        BoxSamples(lines),
        aside,
        settings.model_copy(update={"loop": loop}),
        run=run,
        load=load_image,
        resume=resume,
        init_from=init_from,
    )


def _detectron2(
    files: LineFiles, settings: Detectron2Training, run: Path, tell: Tell, resume: bool
) -> Outcome:
    from effocr.localizer.backends.detectron2_config import require_detectron2
    from effocr.localizer.backends.detectron2_train import train_detectron2

    require_detectron2()  # before the data is read
    lines, aside = _box_samples(files, tell)
    return train_detectron2(lines, aside, settings, run=run, load=load_image, resume=resume)


def _box_samples(
    files: LineFiles, tell: Tell
) -> tuple[tuple[BoxSample, ...], tuple[BoxSample, ...]]:
    """Lines to learn from and lines kept aside."""
    found = read_samples(files.train, images=files.images)
    tell(found.skipped)
    if not files.validation:
        return found.keep_aside()
    kept = read_samples(files.validation, images=files.images)
    tell(kept.skipped)
    return found.samples, kept.samples


def _paced(loop: LoopConfig, epoch: int) -> LoopConfig:
    """Where epochs are counted, measure after each of them if that is not too seldom or often."""
    if loop.epochs is None:
        return loop
    every = min(loop.validate_every, max(epoch, 20))
    log = min(loop.log_every, every)
    return loop.model_copy(update={"validate_every": every, "save_every": every, "log_every": log})


def score_run(
    backend: TrainedBackend,
    run: Path,
    data: Sequence[Path],
    *,
    images: Path | None,
    tell: Tell,
    detectron2: Detectron2Training | None = None,
) -> dict[str, float]:
    """Figures of a run's best weights on lines: of glyph boxes at IoU 0.5, 0 to 1.

    Of Detectron2 those of COCO (bbox/AP, ...), in percent, come first.

    Args:
        backend: of the run.
        run: its folder, or a file of weights in it.
        data: character-level COCO files.
        images: folder of the images; None: beside each file.
        tell: is given what was left out of the data, and why.
        detectron2: whose options and initial weights win over the run's, and whose config counts
            if it has none.

    Raises:
        EffOCRError: of the data or of the run.
    """
    found = read_samples(data, images=images)
    tell(found.skipped)
    if not found.samples:
        raise UsageError(f"{', '.join(map(str, data))}: no line that can be scored")
    figures: dict[str, float] = {}
    localizer: BoxLocalizer
    match backend:
        case "native":
            localizer = _LocatedBoxes(_open_native(run))
        case "torchvision":
            localizer = load_localizer(backend, run, score_threshold=SCORE, iou_threshold=OVERLAP)
        case "detectron2":
            from effocr.localizer.backends.detectron2 import Detectron2Localizer
            from effocr.localizer.backends.detectron2_data import coco_figures

            localizer = opened = Detectron2Localizer(run, SCORE, OVERLAP, detectron2)
            figures = coco_figures(opened.model, opened.recipe, found.samples, load=load_image)
    return figures | score(localizer, found.samples, load=load_image).figures()


def _open_native(run: Path) -> NativeLocator:
    from effocr.pipeline.torch_engines import TorchLocalizer

    localizer = TorchLocalizer(run)
    return NativeLocator(localizer, localizer.config.model.line, SCORE)


@dataclass(frozen=True, slots=True)
class _LocatedBoxes:
    """A `Locator`, which knows glyphs and gaps, as a `BoxLocalizer`: words lie between gaps."""

    locator: Locator

    def locate(self, lines: Sequence[npt.NDArray[np.uint8]]) -> list[LineBoxes]:
        """See `effocr.localizer.backends.boxes.BoxLocalizer`."""
        return [_boxes_of(line) for line in self.locator.locate(lines)]


def _boxes_of(line: LocatedLine | None) -> LineBoxes:
    nothing = np.zeros((0, 4), np.float32)
    if line is None or not len(line.boxes):
        return LineBoxes(nothing, nothing[:, 0], nothing, nothing[:, 0])
    first = np.flatnonzero(spaces_before(line.located, GAP_THRESHOLD))
    groups = np.split(line.boxes, first[first > 0])
    words = np.array([union_box(group) for group in groups], np.float32)
    return LineBoxes(line.boxes, line.located.scores, words, np.ones(len(words), np.float32))
