"""The detection network of ocrs: grey page in, mask of its words out.

A U-Net (Ronneberger et al. 2015, arXiv 1505.04597) of depthwise separable convolutions, with the
sizes of ocrs-models and the names of its weights, so that a text-detection-checkpoint.pt fits.
"""

from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn

__all__ = ["Unet"]

CHANNELS: Final = (8, 16, 32, 32, 64, 128, 256)  # at the full size, and at each half of it


class _Sequence(nn.Module):
    """Layers in a row, their weights called seq.0, seq.1, ... as in ocrs."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.seq = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """[n, c, h, w] -> what the last layer gives."""
        found: Tensor = self.seq(x)
        return found


def _separable(in_channels: int, out_channels: int) -> nn.Module:
    """3x3 within every channel, then 1x1 across them."""
    return _Sequence(
        nn.Conv2d(in_channels, in_channels, 3, padding=1, groups=in_channels, bias=False),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def _twice(in_channels: int, out_channels: int) -> nn.Module:
    return _Sequence(_separable(in_channels, out_channels), _separable(out_channels, out_channels))


class _Up(nn.Module):
    """Twice as large, put beside what was that large on the way down, and both made one."""

    def __init__(self, below: int, beside: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(below, beside, 3, stride=2)
        self.contract = _twice(2 * beside, beside)

    def forward(self, below: Tensor, beside: Tensor) -> Tensor:
        """[n, below, h / 2, w / 2], [n, beside, h, w] -> [n, beside, h, w]."""
        height, width = beside.shape[2:]
        larger = self.up(below)[:, :, :height, :width]  # it comes out up to a pixel too large
        found: Tensor = self.contract(torch.cat((larger, beside), dim=1))
        return found


class Unet(nn.Module):
    """622,122 parameters."""

    def __init__(self) -> None:
        """Build the layers, with weights at random."""
        super().__init__()
        self.in_conv = _twice(1, CHANNELS[0])
        steps = list(pairwise(CHANNELS))
        self.down = nn.ModuleList(_Sequence(_twice(a, b), nn.MaxPool2d(2)) for a, b in steps)
        self.up = nn.ModuleList(_Up(below, beside) for beside, below in steps)
        self.out_conv = nn.Sequential(nn.Conv2d(CHANNELS[0], 1, 1), nn.Sigmoid())

    def forward(self, pages: Tensor) -> Tensor:
        """Find the words.

        Args:
            pages: [n, 1, height, width] float32, -0.5 black to 0.5 white; sides of 64 at least.

        Returns:
            [n, 1, height, width] float32, 0 to 1: that there is a word.
        """
        sizes = [self.in_conv(pages)]
        for down in self.down:
            sizes.append(down(sizes[-1]))
        found: Tensor = sizes.pop()
        for up, beside in zip(reversed(self.up), reversed(sizes), strict=True):
            found = up(found, beside)
        mask: Tensor = self.out_conv(found)
        return mask
