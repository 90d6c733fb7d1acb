"""Exponential moving average of a model's weights."""

import copy
from collections.abc import Mapping

import torch
from torch import Tensor, nn


class MovingAverage:
    """A copy of a model whose weights follow the trained ones slowly; it often reads better."""

    def __init__(self, model: nn.Module, *, decay: float) -> None:
        """Start from the model's present weights."""
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, model: nn.Module, *, step: int) -> None:
        """Move towards the model after a step; early steps are forgotten faster.

        Args:
            model: the one being trained.
            step: steps done, from 1.
        """
        decay = min(self.decay, (1 + step) / (10 + step))
        own = self.model.state_dict()
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                own[name].lerp_(tensor, 1 - decay)
            else:
                own[name].copy_(tensor)

    def state_dict(self) -> dict[str, Tensor]:
        """Averaged weights by name."""
        return self.model.state_dict()

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Continue from saved averages."""
        self.model.load_state_dict(dict(state))
