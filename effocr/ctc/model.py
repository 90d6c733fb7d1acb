"""The network of the sequence reader: a CRNN (Shi, Bai and Yao, arXiv 1507.05717) as ocrs has it.

Convolutions fold 64 rows into one, two bidirectional recurrent layers look along the line, and a
class is named for every 4 pixels. Layers and tensors have the names and sizes of ocrs, so that its
checkpoints can be started from.
"""

from typing import Final

import torch
from torch import Tensor, nn

from effocr.ctc.config import CrnnConfig

CHANNELS: Final = 128  # of the columns that the recurrent layers see
# (channels, normalised, pooling after it) of each 3x3 convolution
_CONVOLUTIONS: Final = (
    (32, False, (2, 2)),
    (64, True, (2, 2)),
    (128, False, None),
    (128, True, (2, 1)),
    (128, False, None),
    (128, True, (2, 1)),
)


def _convolutions() -> nn.Sequential:
    """[n, 1, 64, w] -> [n, 128, 1, w / 4 + 1]; the last one, 2x2 and padded, adds the column."""
    layers: list[nn.Module] = []
    before = 1
    for channels, normalised, pooling in _CONVOLUTIONS:
        layers.append(nn.Conv2d(before, channels, 3, padding=1, bias=not normalised))
        if normalised:
            layers.append(nn.BatchNorm2d(channels))
        layers.append(nn.ReLU())
        if pooling is not None:
            layers.append(nn.MaxPool2d(pooling))
        before = channels
    layers += [
        nn.Conv2d(before, CHANNELS, 2, padding=1, bias=False),
        nn.BatchNorm2d(CHANNELS),
        nn.AvgPool2d((4, 1)),  # of five rows the first four
    ]
    return nn.Sequential(*layers)


class Crnn(nn.Module):
    """Line images to log probabilities of classes, column by column."""

    def __init__(self, config: CrnnConfig, *, classes: int) -> None:
        """Build the layers.

        Args:
            config: sizes.
            classes: characters and the blank, which is class 0.
        """
        super().__init__()
        self.conv = _convolutions()
        self.gru = nn.GRU(CHANNELS, config.hidden, num_layers=config.layers, bidirectional=True)
        self.output = nn.Sequential(nn.Linear(2 * config.hidden, classes), nn.LogSoftmax(dim=2))

    def forward(self, line_image: Tensor) -> Tensor:
        """Log probabilities of the classes.

        Args:
            line_image: [n, 1, 64, width] float32, -0.5 black to 0.5 white, padded with 0.

        Returns:
            [width / 4 + 1, n, classes] float32.
        """
        columns = self.conv(line_image).squeeze(2).permute(2, 0, 1)
        # A recurrent layer in bfloat16 is not there on every device, and adds up rounding errors.
        with torch.autocast(columns.device.type, enabled=False):
            seen, _ = self.gru(columns.float())
            log_probs: Tensor = self.output(seen)
        return log_probs
