"""Batches of lines for the training of the sequence reader."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from effocr.ctc.arrays import STRIDE, batch_lines, columns_of, needed_columns
from effocr.ctc.config import CtcTraining
from effocr.ctc.jitter import jitter_line
from effocr.ctc.lines import LearntLine
from effocr.errors import TrainingError

__all__ = ["LineBatches", "to_batch"]

PADDED: Final = -1  # class behind the end of a text


class LineBatches:
    """Batches of lines of about one width; the same step gives the same batch.

    Every line comes once in an epoch; the last batch of a width is filled up from its beginning.
    """

    def __init__(self, lines: Sequence[LearntLine], config: CtcTraining) -> None:
        """Sort the lines by the width that holds them.

        Raises:
            TrainingError: there are no lines.
        """
        if not lines:
            raise TrainingError("the sequence reader has no lines to learn from")
        self.lines, self.config = lines, config
        self.seed = config.loop.seed
        buckets = np.searchsorted(config.widths, [line.line.width for line in lines])
        self.members = [np.flatnonzero(buckets == b) for b in range(len(config.widths))]
        self.sizes = [min(config.batch_size, len(members)) for members in self.members]
        self._order: tuple[int, list[tuple[int, npt.NDArray[np.intp]]]] = (-1, [])

    def __len__(self) -> int:
        """Steps in an epoch."""
        pairs = zip(self.members, self.sizes, strict=True)
        return sum(-(-len(members) // size) for members, size in pairs if size)

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """The batch of a step.

        Returns:
            lines [n, 1, 64, width] float32; columns [n] int64, of the line without its padding;
            classes [n, longest] int64, padded with -1; lengths [n] int64, of the texts.
        """
        epoch, place = divmod(step, len(self))
        width, chosen = self._batches(epoch)[place]
        rng = np.random.default_rng((self.seed, step, 1))
        lines = [self.lines[number] for number in chosen.tolist()]
        greys = [
            jitter_line(
                line.line.grey, self.config.jitter, rng,
                widths=(STRIDE * needed_columns(line.classes), width),
            )
            for line in lines
        ]  # fmt: skip
        return to_batch(greys, [line.classes for line in lines], width)

    def _batches(self, epoch: int) -> list[tuple[int, npt.NDArray[np.intp]]]:
        """(width, numbers of lines) of every batch of an epoch."""
        before, batches = self._order
        if before != epoch:
            rng = np.random.default_rng((self.seed, epoch))
            batches = []
            for width, members, size in zip(
                self.config.widths, self.members, self.sizes, strict=True
            ):
                if size:
                    order = rng.permutation(members)
                    whole = np.resize(order, -(-len(order) // size) * size)
                    batches += [(width, part) for part in whole.reshape(-1, size)]
            batches = [batches[number] for number in rng.permutation(len(batches))]
            self._order = (epoch, batches)
        return batches


def to_batch(
    greys: Sequence[npt.NDArray[np.uint8]], classes: Sequence[Sequence[int]], width: int
) -> dict[str, Tensor]:
    """See `LineBatches.__getitem__`."""
    padded = np.full((len(classes), max(1, *map(len, classes))), PADDED, np.int64)
    for row, numbers in zip(padded, classes, strict=True):
        row[: len(numbers)] = numbers
    return {
        "lines": torch.from_numpy(batch_lines(greys, width)),
        "columns": torch.tensor([columns_of(grey.shape[1]) for grey in greys]),
        "classes": torch.from_numpy(padded),
        "lengths": torch.tensor([len(numbers) for numbers in classes]),
    }
