"""Supervised contrastive loss: crops of one character attract each other, all others repel.

Khosla et al. 2020, arXiv 2004.11362, equation 2.
"""

from collections.abc import Callable

from pytorch_metric_learning.losses import SupConLoss
from torch import Tensor


def supcon(*, temperature: float) -> Callable[[Tensor, Tensor], Tensor]:
    """The loss as a function.

    Args:
        temperature: divides the cosines; lower looks harder at near neighbours.

    Returns:
        (embeddings [n, dim] float32 of unit length, labels [n] int64) -> scalar, the mean over
        crops that have another of their character in the batch.
    """
    loss: Callable[[Tensor, Tensor], Tensor] = SupConLoss(temperature=temperature)
    return loss
