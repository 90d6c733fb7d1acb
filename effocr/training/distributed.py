"""Several processes that train together, as `torchrun` starts them: who writes, and who waits.

Each process takes its own batches, gradients are averaged, and only the main process writes files.
"""

import os

__all__ = ["is_main", "wait_for_all"]


def is_main() -> bool:
    """Whether this process writes logs and files; the only one does."""
    return os.environ.get("RANK", "0") == "0"


def wait_for_all() -> None:
    """Wait until every process of the training is here, so that what the main one wrote is there.

    Call it in every process, after the first `fit`. Nothing happens where there is only one.
    """
    import torch

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.barrier()
