"""Which crops make up a batch: m of each of some characters, from pytorch-metric-learning."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from pytorch_metric_learning.samplers import MPerClassSampler
from pytorch_metric_learning.utils import common_functions

from effocr.errors import TrainingError

Ints = npt.NDArray[np.int64]

ROWS_OF_A_CHARACTER = 256  # drawn for an epoch; drawing from all of many thousands is slow

_one_at_a_time = threading.Lock()


class ClassBalancedOrder:
    """Batches of rows by step, the same for the same seed: what a resumed run needs."""

    def __init__(
        self, labels: Sequence[str], *, batch_size: int, views_per_class: int, seed: int
    ) -> None:
        """Take the character of each row. Fewer characters than fit make batches smaller.

        Raises:
            TrainingError: there are fewer than two characters.
        """
        characters = {label: i for i, label in enumerate(sorted(set(labels)))}
        if len(characters) < 2:
            raise TrainingError(f"{len(characters)} characters to learn; two are needed to compare")
        self.codes = np.array([characters[label] for label in labels], np.int64)
        self.characters = tuple(characters)
        self.views, self.seed = views_per_class, seed
        self.batch_size = min(batch_size, views_per_class * len(characters))
        order = np.argsort(self.codes, kind="stable")
        self._rows = np.split(order, np.cumsum(np.bincount(self.codes))[:-1])
        self._epoch, self._order = -1, np.zeros((0, self.batch_size), np.int64)

    def __len__(self) -> int:
        """Steps in which every row comes once on average, if all characters had as many."""
        return max(1, len(self.codes) // self.batch_size)

    def __getitem__(self, step: int) -> Ints:
        """Rows of the batch of a step, [batch_size]."""
        epoch, place = divmod(step, len(self))
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._draw(epoch)
        rows: Ints = self._order[place]
        return rows

    def _draw(self, epoch: int) -> Ints:
        """Rows of all batches of an epoch, [steps, batch_size]."""
        rng = np.random.default_rng((self.seed, epoch, 0))
        rows = np.concatenate(
            [
                own
                if len(own) <= ROWS_OF_A_CHARACTER
                else rng.choice(own, ROWS_OF_A_CHARACTER, replace=False)
                for own in self._rows
            ]
        )
        sampler = MPerClassSampler(
            self.codes[rows],
            self.views,
            batch_size=self.batch_size,
            length_before_new_iter=self.batch_size * len(self),
        )
        with _drawing_from(rng):
            chosen = np.fromiter(sampler, np.int64)
        return rows[chosen].reshape(len(self), self.batch_size)


@contextmanager
def _drawing_from(rng: np.random.Generator) -> Iterator[None]:
    """Let pytorch-metric-learning draw from this generator instead of its global one."""
    with _one_at_a_time:
        before = common_functions.NUMPY_RANDOM
        common_functions.NUMPY_RANDOM = rng
        try:
            yield
        finally:
            common_functions.NUMPY_RANDOM = before
