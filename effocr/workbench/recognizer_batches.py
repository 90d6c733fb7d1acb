"""Batches of a classic recognizer's training, by step."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from effocr.data.png import write_png
from effocr.errors import TrainingError
from effocr.language import load_language
from effocr.recognizer.augment import Look, augment_squares
from effocr.recognizer.hardneg import with_hard_negatives
from effocr.recognizer.sampler import ClassBalancedOrder, Order, ShuffledOrder
from effocr.workbench.glyph_squares import GlyphSquares, Ints
from effocr.workbench.recognizer_config import ClassicTraining

__all__ = ["SquareBatches", "save_samples", "square_batches"]

logger = logging.getLogger(__name__)

SAMPLES_SHOWN = 10


class SquareBatches:
    """Squares and the numbers of their characters; the same step gives the same batch."""

    def __init__(
        self,
        squares: GlyphSquares,
        rows: Ints,
        codes: Ints,
        order: Order,
        config: ClassicTraining,
    ) -> None:
        """Take rows of squares, the number of each one's character, and an order of them."""
        self.pixels, self.rows, self.codes, self.order = squares.pixels, rows, codes, order
        self.drawn = squares.drawn[rows]
        framing = load_language(config.language).framing
        self.look = Look.of(framing, high_blur=config.high_blur) if config.augment else None
        self.seed = config.loop.seed
        self.first = (config.first_epoch - 1) * len(order)

    def __len__(self) -> int:
        """Steps in an epoch."""
        return len(self.order)

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """Squares [n, size, size] uint8 and labels [n] int64."""
        step += self.first
        places = self.order[step]
        squares = self.pixels[self.rows[places]]
        drawn = self.drawn[places]
        if self.look is not None and drawn.any():
            rng = np.random.default_rng((self.seed, step, 1))
            squares[drawn] = augment_squares(squares[drawn], self.look, rng)
        return {
            "squares": torch.from_numpy(squares),
            "labels": torch.from_numpy(self.codes[places]),
        }


def square_batches(
    squares: GlyphSquares, rows: Ints, classes: Sequence[str], config: ClassicTraining
) -> SquareBatches:
    """Make the batches that a training asks for.

    Args:
        squares: all of them.
        rows: those to learn from.
        classes: characters of a classifier, by its outputs; not used by an encoder.
        config: of the training.

    Raises:
        TrainingError: there are fewer than two characters to learn.
        UsageError: no set of look-alikes has characters of the training data.
        DataFormatError: the file of look-alikes can't be read.
    """
    glyphs = squares.glyphs(rows)
    if config.classes is not None:
        return _classifier_batches(squares, rows, classes, config)
    plain = ClassBalancedOrder(
        glyphs,
        batch_size=config.batch_size,
        views_per_class=config.views_per_class,
        seed=config.loop.seed,
        passes=config.passes,
    )
    order = with_hard_negatives(plain, config.hard_negatives)
    return SquareBatches(squares, rows, plain.codes, order, config)


def _classifier_batches(
    squares: GlyphSquares, rows: Ints, classes: Sequence[str], config: ClassicTraining
) -> SquareBatches:
    """Every row once in an epoch, numbered by the classifier's outputs."""
    glyphs = squares.glyphs(rows)
    if len(set(glyphs)) < 2:
        raise TrainingError("1 characters to learn; two are needed to tell apart")
    if config.hard_negatives is not None:
        logger.warning("%s: not used, a classifier learns without sets", config.hard_negatives)
    numbers = {glyph: number for number, glyph in enumerate(classes)}
    codes = np.array([numbers[glyph] for glyph in glyphs], np.int64)
    order = ShuffledOrder(len(rows), batch_size=config.batch_size, seed=config.loop.seed)
    return SquareBatches(squares, rows, codes, order, config)


def save_samples(batches: SquareBatches, folder: Path, *, first: int, epochs: int) -> None:
    """Draw the first glyphs of each epoch into `train_sample_<epoch>_<i>.png`.

    Raises:
        UsageError: the disk is full, or the like.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for epoch in range(epochs):
        shown = batches[epoch * len(batches)]["squares"][:SAMPLES_SHOWN].numpy()
        for number, square in enumerate(shown):
            write_png(folder / f"train_sample_{first + epoch}_{number}.png", square)
