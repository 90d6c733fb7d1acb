"""Train the localizer and the encoder together on lines of a collection, for minutes."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from effocr.charset import Charset
from effocr.data.records import LineImage
from effocr.errors import TrainingError
from effocr.learn.finetune.batches import MixedBatches
from effocr.learn.finetune.config import FinetuneTraining
from effocr.learn.finetune.net import ReadingNet, RetrievalLoss
from effocr.learn.finetune.start import Start
from effocr.learn.judge import score_read
from effocr.learn.lessons import index_of
from effocr.localizer.config import LocalizerTraining
from effocr.localizer.loss import TargetTensors, localizer_loss
from effocr.localizer.model import DeployedLocalizer
from effocr.pipeline.engines import Engines, Views
from effocr.pipeline.images import ImageSource
from effocr.pipeline.locate import NativeLocator
from effocr.recognizer.index import GlyphIndex
from effocr.synth.frames import PreparedLine
from effocr.training.checkpoints import load_checkpoint
from effocr.training.loop import Outcome, Task
from effocr.training.run import run_task

__all__ = ["KIND", "Lines", "refuse_other_run", "train_reading_net", "with_networks"]

logger = logging.getLogger(__name__)

KIND: Final = "finetune"
DECIDES: Final = {
    "data": "lines",
    "origin": "model, or of other weights to start from",
    "drawn": "fonts, or of other settings of the drawn lines",
}  # what a run that goes on must have in common with the one that began


@dataclass(frozen=True)
class Lines:
    """What is learnt from, and what the best weights are chosen by.

    Attributes:
        real: of the collection.
        synthetic: of what was known before.
        aside: of the collection, never learnt from.
        known: synthetic ones of other fonts, never learnt from.
        collection: name of the real ones, in the index.
        data: their fingerprint; a run that is resumed must be of the same.
    """

    real: Sequence[PreparedLine]
    synthetic: Sequence[PreparedLine]
    aside: Sequence[LineImage]
    known: Sequence[PreparedLine]
    collection: str
    data: str


def train_reading_net(
    start: Start,
    lines: Lines,
    engines: Engines,
    config: FinetuneTraining,
    *,
    run: Path,
    origin: str,
    resume: Path | None = None,
) -> Outcome:
    """Train, and leave `best.pt`, `last.pt`, `config.yaml` and the log in the run folder.

    Args:
        start: networks; changed in place.
        lines: see there.
        engines: of the model; their index holds the collection as the networks saw it so far. The
            glyphs are drawn to its rows.
        config: of the run.
        run: folder.
        origin: of the weights: a digest of what they and the engines come from.
        resume: run folder or checkpoint to go on from exactly.

    Raises:
        TrainingError: no lines, a loss that is not finite, or a run of something else to go on
            with.
    """
    settings: dict[str, Any] = {
        "kind": KIND,
        "config": config.model_dump(mode="json"),
        "charset": list(start.charset),
        "data": lines.data,
        "origin": origin,
        "drawn": _digest(lines.synthetic),
    }
    if resume is not None:
        refuse_other_run(resume, settings)
    training = start.localizer.model_copy(update={"loop": config.loop})
    batches = MixedBatches(
        lines.real, lines.synthetic, start.charset, training, real_share=config.real_share
    )
    retrieval = _retrieval(index_of(engines), lines.collection, start.charset)
    task = Task(
        model=start.net,
        loss=partial(_loss, retrieval=retrieval, training=training, weight=config.retrieval_weight),
        batches=batches,
        optimizer=torch.optim.AdamW(
            start.net.parameters(),
            lr=config.loop.learning_rate,
            weight_decay=config.loop.weight_decay,
        ),
        validate=Validation(lines, engines),
        settings=settings,
    )
    logger.info("fine-tuning on %d lines of %s", len(lines.real), lines.collection)
    return run_task(task, config, config.loop, run=run, resume=resume)


def refuse_other_run(resume: Path, settings: Mapping[str, Any]) -> None:
    """A run goes on with what it began with.

    Args:
        resume: run folder or checkpoint.
        settings: some of those that it must have, by name.

    Raises:
        UsageError: there is no checkpoint.
        TrainingError: the run is of another kind, or began with something else.
    """
    begun = load_checkpoint(resume).get("settings", {})
    if begun.get("kind") != KIND:
        raise TrainingError(
            f"{resume}: a run of a {begun.get('kind')}, not of `effocr learn --by finetune`"
        )
    for name, what in DECIDES.items():
        if name in settings and begun.get(name) != settings[name]:
            raise TrainingError(f"{resume}: a run of other {what}; give those that it began with")


def _digest(lines: Sequence[PreparedLine]) -> str:
    """Of what was drawn."""
    texts = [f"{line.truth.source}\0{line.truth.text}\n" for line in lines]
    return sha256("".join(texts).encode()).hexdigest()


def _retrieval(index: GlyphIndex, collection: str, charset: Charset) -> RetrievalLoss:
    """The rows that count on every line and those of the collection."""
    numbers = {label: number for number, label in enumerate(charset)}
    (rows, labels), (own, own_labels) = index.rows_of(None), index.rows_of(collection)
    for label in (*labels, *own_labels):  # one that the head does not name still is a rival
        numbers.setdefault(label, len(numbers))
    classes = np.array([numbers[label] for label in (*labels, *own_labels)], np.int64)
    common = np.arange(len(classes)) < len(labels)
    return RetrievalLoss(np.concatenate((rows, own)), classes, common)


def _loss(
    model: nn.Module,
    batch: Mapping[str, Tensor],
    *,
    retrieval: RetrievalLoss,
    training: LocalizerTraining,
    weight: float,
) -> dict[str, Tensor]:
    raw, logits, embeddings = model(batch["lines"], batch["line"], batch["seen"])
    truth = TargetTensors(**{name: batch[name] for name in TargetTensors.__slots__})
    parts = localizer_loss(
        raw.float(),
        None if logits is None else logits.float(),
        truth,
        training.model,
        character_weight=training.character_weight,
    )
    retrieval.to(embeddings.device)  # it is no part of the model, which the loop moves
    found = retrieval(embeddings, batch["classes"], collection=bool(batch["real"]))
    parts["retrieval"] = weight * found
    return {"loss": torch.stack(list(parts.values())).sum(), **parts}


class Validation:
    """Reading lines that are not learnt from, with the networks as they are."""

    def __init__(self, lines: Lines, engines: Engines) -> None:
        """Take the lines, and all that reads them besides the networks."""
        self.sets: dict[str, tuple[list[ImageSource], list[str]]] = {
            "cer_aside": ([line.path for line in lines.aside], [each.text for each in lines.aside]),
            "cer_known": (
                [line.prepared.grey for line in lines.known],
                [line.truth.text for line in lines.known],
            ),
        }
        self.engines = engines

    def __call__(self, model: nn.Module) -> dict[str, float]:
        """`cer_aside` of the collection, `cer_known` of what was known, and their sum, `cer`."""
        engines = with_networks(self.engines, model)
        figures = {
            name: score_read(engines, images, texts, threads=1).cer
            for name, (images, texts) in self.sets.items()
        }
        return {**figures, "cer": sum(figures.values())}


class _Network:
    """A module as reading calls it: arrays in and out."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module.eval()

    @torch.inference_mode()
    def run(self, given: Views) -> npt.NDArray[np.float32]:
        """One batch."""
        device = next(self.module.parameters()).device
        views = torch.from_numpy(np.ascontiguousarray(given)).to(device)
        found: npt.NDArray[np.float32] = self.module(views).float().cpu().numpy()
        return found

    maps = embed = run  # as a localizer and as an encoder


def with_networks(engines: Engines, model: nn.Module) -> Engines:
    """Engines that read with networks in training.

    Raises:
        TrainingError: the model has other parts than the native ones.
    """
    if not isinstance(model, ReadingNet) or not isinstance(engines.locator, NativeLocator):
        raise TrainingError("fine-tuning is for the native localizer and its features only")
    localizer = _Network(DeployedLocalizer(model.localizer))
    return replace(
        engines,
        locator=replace(engines.locator, localizer=localizer),
        encoder=_Network(model.encoder),
    )
