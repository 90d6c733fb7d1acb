"""Which rows make up a batch. A step always gives the same rows, whatever was asked before."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from effocr.errors import TrainingError, UsageError

__all__ = ["ClassBalancedOrder", "Order", "ShuffledOrder"]

Ints = npt.NDArray[np.int64]


class Order(Protocol):
    """Rows of batches by step."""

    def __len__(self) -> int:
        """Steps in an epoch."""
        ...

    def __getitem__(self, step: int) -> Ints:
        """Rows of the batch of a step; steps go on past `len`."""
        ...


class ClassBalancedOrder:
    """m rows of each of some characters in a batch; an epoch reaches every character.

    Characters come in random order, none again before all have come. The rows of a character come
    in random order too, none again in an epoch before all have come.

    Attributes:
        characters: in order; their places are the codes.
        codes: [rows] int64, character of each row.
        batch_size: rows in a batch.
        at_once: characters in a batch.
    """

    def __init__(
        self,
        labels: Sequence[str],
        *,
        batch_size: int,
        views_per_class: int,
        seed: int,
        passes: int | None = None,
    ) -> None:
        """Take the character of each row. Fewer characters than fit make batches smaller.

        Args:
            labels: of each row.
            batch_size: most rows in a batch.
            views_per_class: m.
            seed: of all draws.
            passes: how often an epoch comes to each character; None: so often that every row comes
                once on average, if all characters had as many, and at least once.

        Raises:
            TrainingError: there are fewer than two characters.
            UsageError: a batch does not hold two characters.
        """
        characters = {label: i for i, label in enumerate(sorted(set(labels)))}
        if len(characters) < 2:
            raise TrainingError(f"{len(characters)} characters to learn; two are needed to compare")
        if batch_size < 2 * views_per_class:
            raise UsageError(
                f"a batch of {batch_size} has no room for two characters with {views_per_class} "
                "rows each; make it larger"
            )
        self.codes = np.array([characters[label] for label in labels], np.int64)
        self.characters = tuple(characters)
        self.views, self.seed = views_per_class, seed
        self.at_once = min(batch_size // views_per_class, len(characters))
        self.batch_size = self.at_once * views_per_class
        order = np.argsort(self.codes, kind="stable")
        self._rows = np.split(order, np.cumsum(np.bincount(self.codes))[:-1])
        steps = math.ceil((passes or 1) * len(characters) / self.at_once)
        self._steps = steps if passes else max(steps, len(labels) // self.batch_size)
        self._epoch, self._classes = -1, np.zeros((0, self.at_once), np.int64)
        self._turns = self._classes
        self._shuffled: dict[int, Ints] = {}

    def __len__(self) -> int:
        """Steps in an epoch."""
        return self._steps

    def __getitem__(self, step: int) -> Ints:
        """Rows of the batch of a step, [batch_size]."""
        return self.batch(*divmod(step, len(self)))

    def batch(self, epoch: int, place: int) -> Ints:
        """Rows of a batch of an epoch, [batch_size]."""
        self._turn_to(epoch)
        chosen = zip(self._classes[place], self._turns[place], strict=True)
        return np.concatenate([self._views_of(int(code), int(turn)) for code, turn in chosen])

    def rows_of(self, codes: Sequence[int], rng: np.random.Generator) -> Ints:
        """Random rows, m of each of some characters, [m * characters]; different where possible."""
        return np.concatenate(
            [np.resize(rng.permutation(self._rows[c]), self.views) for c in codes]
        )

    def _turn_to(self, epoch: int) -> None:
        """Draw the characters of all batches of an epoch."""
        if epoch == self._epoch:
            return
        rng = np.random.default_rng((self.seed, epoch, 0))
        wanted = self._steps * self.at_once
        drawn: list[Ints] = []
        count = 0
        while count < wanted:
            turn = rng.permutation(len(self.characters))
            started = count % self.at_once  # places of the batch that the last turn filled
            if started:  # what is in that batch already comes last
                again = np.isin(turn, drawn[-1][len(drawn[-1]) - started :])
                turn = np.concatenate([turn[~again], turn[again]])
            drawn.append(turn)
            count += len(turn)
        classes = np.concatenate(drawn)
        turns = np.repeat(np.arange(len(drawn)), len(self.characters))
        self._classes = classes[:wanted].reshape(self._steps, self.at_once)
        self._turns = turns[:wanted].reshape(self._steps, self.at_once)
        self._shuffled.clear()
        self._epoch = epoch

    def _views_of(self, code: int, turn: int) -> Ints:
        """The rows of a character when its turn comes, [m]."""
        if code not in self._shuffled:
            rng = np.random.default_rng((self.seed, self._epoch, 1, code))
            self._shuffled[code] = rng.permutation(self._rows[code])
        places = np.arange(turn * self.views, (turn + 1) * self.views)
        return self._shuffled[code].take(places, mode="wrap")


class ShuffledOrder:
    """Every row once in an epoch, in random order; rows of the start fill up the last batch."""

    def __init__(self, count: int, *, batch_size: int, seed: int) -> None:
        """Order `count` rows, at least one."""
        self.count, self.seed = count, seed
        self.batch_size = min(batch_size, count)
        self._epoch, self._rows = -1, np.zeros(0, np.int64)

    def __len__(self) -> int:
        """Steps in an epoch."""
        return math.ceil(self.count / self.batch_size)

    def __getitem__(self, step: int) -> Ints:
        """Rows of the batch of a step, [batch_size]."""
        epoch, place = divmod(step, len(self))
        if epoch != self._epoch:
            rows = np.random.default_rng((self.seed, epoch, 0)).permutation(self.count)
            self._epoch, self._rows = epoch, np.resize(rows, len(self) * self.batch_size)
        return self._rows[place * self.batch_size : (place + 1) * self.batch_size]
