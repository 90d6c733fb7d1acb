"""Several processes that train together, as `torchrun` starts them: who writes, and who waits.

Each process takes its own batches, gradients are averaged, and only the main process writes files.
"""

import os
import sys

__all__ = ["is_main", "steps_an_epoch", "wait_for_all"]


def is_main() -> bool:
    """Whether this process writes logs and files; only one does."""
    torch = sys.modules.get("torch")  # not imported for the question
    together = torch.distributed if torch is not None else None
    if together is not None and together.is_available() and together.is_initialized():
        return bool(together.get_rank() == 0)
    return os.environ.get("RANK", "0") == "0"


def steps_an_epoch(batches: int) -> int:
    """Steps in which the processes of this training take that many batches together."""
    return max(1, -(-batches // int(os.environ.get("WORLD_SIZE", "1"))))


def wait_for_all() -> None:
    """Wait until every process of the training is here, so that what the main one wrote is there.

    Call it in every process, after the first `fit`. Nothing happens where there is only one.
    """
    import torch

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.barrier()
