"""Batches for fine-tuning: now of real lines, now of synthetic ones."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor

from effocr.charset import Charset
from effocr.localizer.config import LocalizerTraining
from effocr.localizer.train import LineBatches
from effocr.synth.frames import PreparedLine

__all__ = ["MixedBatches"]

MOST_OFF: Final = 1  # columns that reading may see a glyph's middle beside the true one
OFF_SHARE: Final = 0.3  # of the glyphs


class MixedBatches:
    """Batches of one kind of line each; the same step gives the same batch."""

    def __init__(
        self,
        real: Sequence[PreparedLine],
        synthetic: Sequence[PreparedLine],
        charset: Charset,
        config: LocalizerTraining,
        *,
        real_share: float,
    ) -> None:
        """Take both kinds of lines.

        Raises:
            TrainingError: there are none of a kind.
        """
        self.real = LineBatches(real, charset, config)
        self.synthetic = LineBatches(synthetic, charset, config)
        self.real_share, self.seed = real_share, config.loop.seed

    def __len__(self) -> int:
        """Steps in which every real line is seen about once."""
        return max(1, round(len(self.real) / self.real_share))

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """See `effocr.localizer.train.LineBatches`.

        And `real`, bool; `seen` [g] int64, the column at which reading sees each glyph.
        """
        rng = np.random.default_rng((self.seed, step, 1))
        real = bool(rng.random() < self.real_share)
        batch = (self.real if real else self.synthetic)[step]
        column = batch["column"].numpy()
        off = rng.integers(-MOST_OFF, MOST_OFF + 1, len(column))
        seen = column + np.where(rng.random(len(column)) < OFF_SHARE, off, 0)
        return {**batch, "seen": torch.from_numpy(seen), "real": torch.tensor(real)}
