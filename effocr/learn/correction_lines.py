"""Correction samples as lines for the sequence reader, divided into two sets that share nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from effocr.ctc.alphabet import Alphabet, alphabet_of
from effocr.ctc.config import CtcTraining
from effocr.ctc.lines import LineFiles, PlainLine, open_line, spell_lines
from effocr.ctc.start import Start, network_of
from effocr.ctc.train import CtcData
from effocr.data.correction_checks import (
    SPLIT_SEED,
    check_samples,
    settle,
    split_samples,
)
from effocr.data.corrections import CorrectionSample, as_line_pairs
from effocr.data.records import Skipped
from effocr.training.config import load_config

__all__ = ["CorrectionTraining", "Gathered", "divide", "gather", "run_settings"]

# words are short, and every width costs seconds on CPU; pixels at a height of 64
_WIDTHS: Final = (128, 256, 512, 1024, 2048)


class CorrectionTraining(BaseModel, frozen=True, extra="forbid"):
    """What may be chosen of a training on correction samples."""

    epochs: int = Field(20, gt=0)
    batch_size: int = Field(16, gt=0, description="samples in a step")
    learning_rate: float = Field(1e-3, gt=0, allow_inf_nan=False)
    val_ratio: float = Field(0.2, ge=0, lt=1, description="share of the samples kept aside")
    device: Literal["auto", "cpu", "cuda"] = "auto"


@dataclass(frozen=True)
class Gathered:
    """Samples that are fit for training.

    Attributes:
        lines: the picture of each as a line, in the order of the samples.
        left_out: what is not used, and contradictions, which are named from each side.
    """

    lines: Mapping[CorrectionSample, PlainLine]
    left_out: tuple[Skipped, ...]


def gather(folder: Path, *, load: Callable[[Path], npt.NDArray[np.uint8]]) -> Gathered:
    """Read samples, and leave out what should not be learnt from.

    Args:
        folder: of the samples.
        load: reads an image as [height, width] uint8.

    Raises:
        DataFormatError: there is no such folder.
    """
    found = check_samples(folder)
    settled, unsettled = settle(found.samples)
    config, files = CtcTraining(widths=_WIDTHS), LineFiles(load)
    lines: dict[CorrectionSample, PlainLine] = {}
    left_out = [*found.problems, *unsettled]
    for sample, pair in zip(settled, as_line_pairs(settled), strict=True):
        line = open_line(pair, files)
        if isinstance(line, Skipped):
            left_out.append(line)
            continue
        # whether a text fits its picture is the same in every alphabet that has its characters
        fit, unfit = spell_lines([line], alphabet_of([line.text]), config)
        left_out += unfit
        if fit:
            lines[sample] = line
    return Gathered(lines, tuple(left_out))


def divide(
    gathered: Gathered, options: CorrectionTraining, *, start: Start | None = None
) -> tuple[CtcData, tuple[Skipped, ...]]:
    """Divide samples into those to learn from and those to judge by.

    Args:
        gathered: enough samples, see `effocr.data.correction_checks.require_enough`.
        options: of the training.
        start: weights to start from; their characters stay in the alphabet.

    Returns:
        Lines and alphabet, the latter of what is learnt from; and what was left out of the
        validation.

    Raises:
        UsageError: nothing would be left to train on.
    """
    lines, config = gathered.lines, run_settings(options)
    split = split_samples(tuple(lines), val_ratio=options.val_ratio, seed=SPLIT_SEED)
    learnt = [lines[sample] for sample in split.train]
    alphabet = _alphabet(alphabet_of(line.text for line in learnt), start)
    train, _ = spell_lines(learnt, alphabet, config)  # `gather` has seen to it that all fit
    aside = [lines[sample] for sample in split.validation]
    validation, _ = spell_lines(aside, alphabet, config, measured=True)
    return CtcData(train, validation, alphabet), split.left_out


def run_settings(
    options: CorrectionTraining,
    loop: Mapping[str, Any] | None = None,
    start: Start | None = None,
) -> CtcTraining:
    """Settings of the run: Adam, gradients cut at 5 and the lowest loss, as the original has it."""
    values = {
        "epochs": options.epochs,
        "learning_rate": options.learning_rate,
        "device": options.device,
        "weight_decay": 0.0,
        "schedule": "constant",
        "warmup": 0.0,
        "clip_norm": 5.0,
        "best": "val_loss",
        "best_is": "lowest",
        "patience": None,
        "seed": SPLIT_SEED,
        **(loop or {}),
    }
    return load_config(
        CtcTraining,
        model=None if start is None else network_of(start).model_dump(),
        loop=values,
        batch_size=options.batch_size,
        widths=_WIDTHS,
    )


def _alphabet(own: Alphabet, start: Start | None) -> Alphabet:
    """The characters of the samples, behind those that the weights know."""
    if start is None:
        return own
    known = start.alphabet
    return Alphabet((*known.characters, *(each for each in own.characters if each not in known)))
