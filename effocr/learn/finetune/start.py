"""The networks that fine-tuning begins with, and the files it makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from effocr.bundle import LOCALIZER_WEIGHTS, MANIFEST, RECOGNIZER_WEIGHTS, Bundle
from effocr.charset import Charset
from effocr.errors import UsageError
from effocr.learn.finetune.net import ReadingNet
from effocr.localizer.config import LocalizerTraining
from effocr.localizer.model import NativeLocalizer
from effocr.localizer.train import KIND as LOCALIZER_KIND
from effocr.recognizer.config import RecognizerTraining
from effocr.recognizer.model import build_encoder
from effocr.recognizer.train import KIND as RECOGNIZER_KIND
from effocr.recognizer.windownet import WindowNet
from effocr.training.checkpoints import apply_weights, load_run, load_weights, save_settled
from effocr.training.process import seeded

__all__ = ["Start", "origin_of", "save_networks", "start_from", "weights_of"]

HEAD: Final = "characters."  # of the localizer; its rows follow their characters
TURNED: Final = {"rtl": "lines from right to left", "ttb": "columns"}
SEED: Final = 0  # of what the head does not know yet


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
        with seeded(SEED):  # a run that goes on elsewhere begins with the same numbers
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


def weights_of(bundle: Bundle, init_from: Path | None) -> tuple[Path, Path]:
    """Files of the localizer's and of the recognizer's weights to start from.

    Raises:
        UsageError: the model folder has none, or the model cannot be fine-tuned.
    """
    manifest = bundle.manifest
    if manifest.direction in TURNED:
        raise UsageError(
            f"{bundle.folder}: reads {TURNED[manifest.direction]}; fine-tuning is for lines from "
            "left to right, learn with --by index"
        )
    folder = bundle.folder if init_from is None else init_from
    paths = folder / LOCALIZER_WEIGHTS, folder / RECOGNIZER_WEIGHTS
    for path in paths:
        if not path.is_file():
            raise UsageError(
                f"{path}: missing; fine-tuning starts from the weights that `effocr export` puts "
                "into a model folder: export the model again, or learn with --by index"
            )
    if manifest.window is None:
        raise UsageError(
            f"{bundle.folder}: its recognizer looks at crops; fine-tuning is for those that look "
            "at the localizer's features, learn with --by index"
        )
    return paths


def origin_of(bundle: Bundle, weights: tuple[Path, Path]) -> str:
    """A digest of the model and of the weights that a run begins with."""
    parts = [bundle.path(MANIFEST).read_bytes(), *(path.read_bytes() for path in weights)]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def start_from(bundle: Bundle, weights: tuple[Path, Path], labels: Sequence[str]) -> Start:
    """The networks to begin with.

    Raises:
        UsageError: they are not of the model's kind, and its index knows nothing of what they give.
    """
    start, manifest = Start.of(*weights, labels), bundle.manifest
    encoder, line = start.recognizer.model, start.localizer.model.line
    found = (line, encoder.window, encoder.embedding_size)
    if found != (manifest.line, manifest.window, manifest.embedding_size):
        raise UsageError(
            f"{weights[0].parent}: its networks are not of the kind of {bundle.folder}; start from "
            "those of a model that was made of it"
        )
    return start


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
