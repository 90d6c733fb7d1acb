"""Going on with a run whose epochs are counted, on other pages or with other batches.

A checkpoint counts steps, and an epoch of other pages has another number of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

__all__ = ["STEPS_AN_EPOCH", "counted_again"]

STEPS_AN_EPOCH: Final = "steps_an_epoch"  # in the checkpoints of the commands that count epochs


@contextmanager
def counted_again(checkpoint: Path | None, *, steps: int, run: Path) -> Iterator[Path | None]:
    """A checkpoint to go on with whose step stands for the same epochs as before.

    Args:
        checkpoint: to go on with; None: nothing is.
        steps: of an epoch from now on.
        run: folder of the run; if the checkpoint lies elsewhere, its best figure is no figure of
            this run, which gets a best.pt of its own.

    Raises:
        UsageError: there is no such file.
        TrainingError: it is damaged or not ours.
    """
    from effocr.training.checkpoints import LAST, load_checkpoint, save_checkpoint

    if checkpoint is None:
        yield None
        return
    state = load_checkpoint(checkpoint)
    before = int(state.get(STEPS_AN_EPOCH, steps))
    state |= {name: state[name] * steps // before for name in ("step", "best_step")}
    if checkpoint.resolve().parent != run.resolve():
        state |= {"best": None, "best_step": 0}
    elif before == steps:
        yield checkpoint
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / LAST
        save_checkpoint(state, path)
        yield path
