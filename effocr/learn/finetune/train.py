"""Train the localizer and the encoder together on lines of a collection, for minutes."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from effocr.bundle import LOCALIZER_WEIGHTS, RECOGNIZER_WEIGHTS
from effocr.charset import Charset
from effocr.data.records import LineImage
from effocr.errors import TrainingError, UsageError
from effocr.learn.finetune.batches import MixedBatches
from effocr.learn.finetune.config import FinetuneTraining
from effocr.learn.finetune.net import ReadingNet, RetrievalLoss
from effocr.learn.judge import score_read
from effocr.learn.lessons import index_of
from effocr.localizer.config import LocalizerTraining
from effocr.localizer.loss import TargetTensors, localizer_loss
from effocr.localizer.model import DeployedLocalizer, NativeLocalizer
from effocr.localizer.train import KIND as LOCALIZER_KIND
from effocr.pipeline.engines import Engines, Views
from effocr.pipeline.images import ImageSource
from effocr.pipeline.locate import NativeLocator
from effocr.recognizer.config import RecognizerTraining
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.model import build_encoder
from effocr.recognizer.train import KIND as RECOGNIZER_KIND
from effocr.recognizer.windownet import WindowNet
from effocr.synth.frames import PreparedLine
from effocr.training.checkpoints import (
    apply_weights,
    load_checkpoint,
    load_run,
    load_weights,
    save_settled,
)
from effocr.training.loop import Outcome, Task
from effocr.training.run import run_task

__all__ = ["KIND", "Lines", "Start", "save_networks", "train_reading_net"]

logger = logging.getLogger(__name__)

KIND: Final = "finetune"
HEAD: Final = "characters."  # of the localizer; its rows follow their characters


@dataclass(frozen=True)
class Start:
    """The networks of a model, with their settings, ready to learn more.

    Attributes:
        net: both.
        weights: of both, as they were.
        localizer: settings of the localizer's training.
        recognizer: settings of the encoder's training.
        charset: classes of the localizer's head.
    """

    net: ReadingNet
    weights: Mapping[str, Tensor]
    localizer: LocalizerTraining
    recognizer: RecognizerTraining
    charset: Charset

    @classmethod
    def of(cls, localizer: Path, recognizer: Path, labels: Sequence[str]) -> "Start":
        """Open the weights of both; the head learns labels that it lacks from nothing.

        Args:
            localizer: its weights, a run folder or a checkpoint.
            recognizer: the same.
            labels: that are to be learnt.

        Raises:
            UsageError: there are no weights, or the recognizer looks at crops.
            TrainingError: a file is damaged or of another network.
        """
        training, settings = load_run(localizer, kind=LOCALIZER_KIND, config=LocalizerTraining)
        encoder_training, _ = load_run(recognizer, kind=RECOGNIZER_KIND, config=RecognizerTraining)
        window = encoder_training.model.window
        if window is None:
            raise UsageError(
                f"{recognizer}: this recognizer looks at crops; fine-tuning is for those that look "
                "at the localizer's features, learn with --by index"
            )
        known = tuple(settings["charset"])
        charset = Charset((*known, *dict.fromkeys(each for each in labels if each not in known)))
        network = NativeLocalizer(training.model, characters=len(charset))
        weights = load_weights(localizer)
        for name, own in network.state_dict().items():
            if name.startswith(HEAD) and name in weights:
                weights[name] = torch.cat((weights[name].to(own.dtype), own[len(known) :]))
        apply_weights(network, weights, source=localizer)
        encoder = build_encoder(encoder_training.model)
        if not isinstance(encoder, WindowNet):
            raise UsageError(f"{recognizer}: not an encoder of windows")
        apply_weights(encoder, load_weights(recognizer), source=recognizer)
        net = ReadingNet(network, encoder, columns=window.columns)
        begun = {name: value.clone() for name, value in net.state_dict().items()}
        return cls(net, begun, training, encoder_training, charset)


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
        resume: run folder or checkpoint to go on from exactly.

    Raises:
        TrainingError: no lines, or a loss that is not finite.
    """
    settings: dict[str, Any] = {
        "kind": KIND,
        "config": config.model_dump(mode="json"),
        "charset": list(start.charset),
        "data": lines.data,
    }
    if resume is not None and load_checkpoint(resume).get("settings", {}).get("data") != lines.data:
        raise TrainingError(f"{resume}: a run of other lines; give those that it began with")
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
        found: npt.NDArray[np.float32] = (
            self.module(torch.from_numpy(np.ascontiguousarray(given))).float().numpy()
        )
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


def save_networks(start: Start, folder: Path) -> tuple[Path, Path]:
    """The networks as they are now, as the files of a model folder.

    Args:
        start: the networks.
        folder: to write into.

    Returns:
        Weights of the localizer and of the recognizer.
    """
    paths = folder / LOCALIZER_WEIGHTS, folder / RECOGNIZER_WEIGHTS
    networks = start.net.localizer, start.net.encoder
    for path, network, kind, config in zip(
        paths, networks, (LOCALIZER_KIND, RECOGNIZER_KIND), (start.localizer, start.recognizer),
        strict=True,
    ):  # fmt: skip
        settings: dict[str, Any] = {"kind": kind, "config": config.model_dump(mode="json")}
        if kind == LOCALIZER_KIND:
            settings["charset"] = list(start.charset)
        save_settled(network.state_dict(), settings, path)
    return paths
