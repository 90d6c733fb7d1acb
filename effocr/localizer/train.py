"""Train the native localizer on lines with glyph boxes."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from effocr.bundle import LineShape
from effocr.charset import Charset
from effocr.errors import TrainingError
from effocr.frame import PAPER, frame_width
from effocr.localizer import arrays
from effocr.localizer.config import LocalizerTraining
from effocr.localizer.loss import TargetTensors, localizer_loss
from effocr.localizer.model import DeployedLocalizer, NativeLocalizer
from effocr.localizer.targets import FrameTruth, build_targets
from effocr.metrics.boxes import BoxCounts, count_matches
from effocr.synth.frames import LOCALIZER_SEES, FramedLine, PreparedLine, draw_frame, frame_line
from effocr.training.checkpoints import apply_weights, load_weights
from effocr.training.loop import Outcome, Task
from effocr.training.process import seeded
from effocr.training.run import run_task

logger = logging.getLogger(__name__)

KIND: Final = "localizer"
UNKNOWN_CLASS: Final = -1
VALIDATION_IOU: Final = 0.5
VALIDATION_SEED: Final = 7


class LineBatches:
    """Batches of framed lines with targets; the same step gives the same batch."""

    def __init__(
        self, lines: Sequence[PreparedLine], charset: Charset, config: LocalizerTraining
    ) -> None:
        """Sort the lines by the width that holds them.

        Raises:
            TrainingError: there are no lines.
        """
        if not lines:
            raise TrainingError("the localizer has no lines to learn from")
        self.lines, self.config = lines, config
        self.class_of = {glyph: number for number, glyph in enumerate(charset)}
        widths = np.array(config.widths)
        shape = config.model.line
        needed = np.array([_true_width(line, shape) for line in lines])
        self.bucket = np.minimum(np.searchsorted(widths, needed), len(widths) - 1)
        self.members = [np.flatnonzero(self.bucket == b) for b in range(len(widths))]
        pixels = np.array(
            [len(m) * w for m, w in zip(self.members, widths, strict=True)], np.float64
        )
        self.shares = pixels / pixels.sum()

    def __len__(self) -> int:
        """Steps in which every line is seen about once."""
        total = sum(len(m) * w for m, w in zip(self.members, self.config.widths, strict=True))
        return max(1, total // self.config.batch_columns)

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """The batch of a step: uint8 lines [n, height, width] and the fields of `TargetTensors`."""
        rng = np.random.default_rng((self.config.loop.seed, step))
        bucket = int(rng.choice(len(self.shares), p=self.shares))
        width = self.config.widths[bucket]
        size = max(1, self.config.batch_columns // width)
        chosen = rng.choice(self.members[bucket], size)
        shape = self.config.model.line
        pixels = np.full((size, shape.height, width), PAPER, np.uint8)
        truths = []
        for row, index in enumerate(chosen):
            framed = draw_training_frame(self.lines[index], width, shape, rng)
            pixels[row] = framed.pixels
            truths.append(frame_truth(framed, self.lines[index], self.class_of))
        targets = build_targets(truths, width // arrays.STRIDE)
        fields = {name: torch.from_numpy(getattr(targets, name)) for name in targets.__slots__}
        return {"lines": torch.from_numpy(pixels), **fields}


def _true_width(line: PreparedLine, shape: LineShape) -> int:
    left, right = float(line.truth.boxes[0, 0]), float(line.truth.boxes[:, 2].max())
    return frame_width(right - left, line.truth.x_height / shape.x_height_px)


def draw_training_frame(
    line: PreparedLine, width: int, shape: LineShape, rng: np.random.Generator
) -> FramedLine:
    """A frame of exactly `width` pixels.

    What is too long is cut at a random place, what is short is padded.
    """
    frame, needed = draw_frame(line, shape, LOCALIZER_SEES, rng)
    if needed > width:
        shift = float(rng.uniform(0, needed - width))
    else:
        shift = -float(rng.uniform(0, min(width - needed, 8)))
    moved = type(frame).scale_shift(1.0, 1.0, x_shift=shift).then(frame)
    return frame_line(line, moved, width, shape)


def frame_truth(framed: FramedLine, line: PreparedLine, class_of: Mapping[str, int]) -> FrameTruth:
    """The truth of the glyphs whose middle lies inside of the frame."""
    middle = (framed.boxes[:, 0] + framed.boxes[:, 2]) / 2
    inside = (middle >= 0) & (middle < framed.pixels.shape[1])
    kept = np.cumsum(np.concatenate(([0], inside)))
    words = [(int(kept[a]), int(kept[b])) for a, b in line.truth.words]
    classes = np.array(
        [class_of.get(glyph, UNKNOWN_CLASS) for glyph in line.truth.glyphs], np.int64
    )
    return FrameTruth(
        boxes=framed.boxes[inside],
        classes=classes[inside],
        words=tuple((a, b) for a, b in words if b > a),
        baseline=framed.baseline,
        x_height=framed.x_height,
    )


def _loss(
    model: nn.Module, batch: dict[str, Tensor], *, config: LocalizerTraining
) -> dict[str, Tensor]:
    raw, logits = model(batch["lines"])
    fields = {name: batch[name] for name in TargetTensors.__slots__}
    parts = localizer_loss(
        raw.float(),
        None if logits is None else logits.float(),
        TargetTensors(**fields),
        config.model,
        character_weight=config.character_weight,
    )
    return {"loss": torch.stack(list(parts.values())).sum(), **parts}


class Validation:
    """Boxes and word gaps on lines kept aside, in the frames that reading would settle on."""

    def __init__(self, lines: Sequence[PreparedLine], config: LocalizerTraining) -> None:
        """Frame the lines once."""
        rng = np.random.default_rng(VALIDATION_SEED)
        self.shape = config.model.line
        widest = max(config.widths)
        self.framed = [draw_training_frame(line, widest, self.shape, rng) for line in lines]
        self.lines = lines

    def __call__(self, model: nn.Module) -> dict[str, float]:
        """Precision, recall and F of boxes at IoU 0.5, and the share of word gaps that are right.

        Gaps count on lines where as many boxes were found as there are glyphs.
        """
        deployed = DeployedLocalizer(model)  # type: ignore[arg-type]
        counts = BoxCounts()
        gaps_right = gaps = 0
        for line, framed in zip(self.lines, self.framed, strict=True):
            maps = _maps(deployed, framed.pixels)
            located = arrays.decode(maps, width=framed.pixels.shape[1], peak_threshold=0.3)
            truth = frame_truth(framed, line, {})
            counts += count_matches(located.boxes, truth.boxes, VALIDATION_IOU)
            if len(located.boxes) == len(truth.boxes):
                starts = np.zeros(len(truth.boxes), bool)
                starts[[a for a, _ in truth.words[1:]]] = True
                spaces = arrays.spaces_before(located, arrays.GAP_THRESHOLD)
                gaps_right += int((spaces == starts)[1:].sum())
                gaps += max(0, len(starts) - 1)
        return {
            "precision": counts.precision,
            "recall": counts.recall,
            "f_score": counts.f_score,
            "gaps_right": gaps_right / max(gaps, 1),
        }


def _maps(deployed: DeployedLocalizer, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    device = next(deployed.parameters()).device
    maps: npt.NDArray[np.float32] = (
        deployed(torch.from_numpy(pixels[None]).to(device))[0].float().cpu().numpy()
    )
    return maps


def _start_from(model: NativeLocalizer, path: Path) -> None:
    """Take over weights; the head that names characters starts anew where these are others.

    Raises:
        TrainingError: the weights are of another network.
    """
    own, given = model.state_dict(), load_weights(path)
    head = {name for name in own if name.startswith("characters.")}
    if any(name not in given or given[name].shape != own[name].shape for name in head):
        given = {name: weights for name, weights in given.items() if name in own.keys() - head}
        given |= {name: own[name] for name in head}
    apply_weights(model, given, source=path)


def train_localizer(
    lines: Sequence[PreparedLine],
    validation: Sequence[PreparedLine],
    charset: Charset,
    config: LocalizerTraining,
    *,
    run: Path,
    resume: Path | None = None,
    init_from: Path | None = None,
) -> Outcome:
    """Train, and leave `best.pt`, `last.pt`, `config.yaml` and the log in the run folder.

    Args:
        lines: to learn from.
        validation: kept aside; may be empty.
        charset: characters of the auxiliary head, which the export leaves out.
        config: of network and run.
        run: folder of the run.
        resume: run folder or checkpoint to go on from exactly.
        init_from: run folder, checkpoint or .safetensors whose weights to start from.

    Raises:
        TrainingError: no lines, a loss that is not finite, a checkpoint that does not fit.
    """
    with seeded(config.loop.seed):
        model = NativeLocalizer(config.model, characters=len(charset))
    if init_from is not None:
        _start_from(model, init_from)
    settings: dict[str, Any] = {
        "kind": KIND, "config": config.model_dump(mode="json"), "charset": list(charset),
    }  # fmt: skip
    task = Task(
        model=model,
        loss=partial(_loss, config=config),
        batches=LineBatches(lines, charset, config),
        optimizer=torch.optim.AdamW(
            model.parameters(), lr=config.loop.learning_rate, weight_decay=config.loop.weight_decay
        ),
        validate=Validation(validation, config) if validation else None,
        settings=settings,
    )
    logger.info("training the localizer on %d lines", len(lines))
    return run_task(task, config, config.loop, run=run, resume=resume)
