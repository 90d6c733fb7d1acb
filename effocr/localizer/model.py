"""The native localizer: a small fully convolutional network from a line to maps of one row of
columns.

Plain 3x3 convolutions with early reduction of the height, because these reach the highest share of
a CPU's arithmetic, in int8 above all (docs/benchmarks.md). The heads follow CenterNet (arXiv
1904.07850) folded to one dimension: a peak per glyph, and extents read at the peak. The features
below the heads are an output too, so that the recognizer need not look at the pixels again.
"""

from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn

from effocr.localizer import arrays
from effocr.localizer.config import LocalizerConfig

PIXELS_PER_UNIT: Final = 8.0  # network units of lengths, so that all heads learn at one rate
CENTRE_BIAS: Final = -2.2  # sigmoid gives 0.1: few columns are centres
STEM_KERNEL: Final = (8, 6)  # rows, columns
STEM_STRIDE: Final = (4, arrays.STRIDE)
STEM_PADDING: Final = (2, 2)


def _block(
    in_channels: int,
    out_channels: int,
    *,
    kernel: tuple[int, int] = (3, 3),
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (1, 1),
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel, stride=stride, padding=padding, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """x + f(x), f one convolution and a ReLU."""

    def __init__(self, channels: int, kernel: tuple[int, int] = (3, 3), dilation: int = 1) -> None:
        super().__init__()
        padding = (kernel[0] // 2, (kernel[1] // 2) * dilation)
        self.body = nn.Sequential(
            nn.Conv2d(
                channels, channels, kernel, padding=padding, dilation=(1, dilation), bias=False
            ),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, c, h, w] -> the same shape."""
        added: Tensor = x + self.body(x)
        return added


class NativeLocalizer(nn.Module):
    """Line images to raw maps, and in training to character logits that make the features tell
    glyphs apart.

    Attributes:
        config: sizes.
    """

    def __init__(self, config: LocalizerConfig, characters: int = 0) -> None:
        """Build the layers.

        Args:
            config: sizes.
            characters: classes of the auxiliary head; 0 leaves it out.
        """
        super().__init__()
        self.config = config
        middle, deep, column = (
            config.middle_channels, config.deep_channels, config.column_channels,
        )  # fmt: skip
        at_middle = [config.stem_channels, *[middle] * config.middle_layers]
        self.features = nn.Sequential(
            _block(1, at_middle[0], kernel=STEM_KERNEL, stride=STEM_STRIDE, padding=STEM_PADDING),
            *(_block(before, after) for before, after in pairwise(at_middle)),
            _block(at_middle[-1], deep, stride=(2, 1)),
            *(_block(deep, deep) for _ in range(config.deep_layers)),
            # Fold the height into channels: every row keeps weights of its own, so tops and bottoms
            # can be told.
            _block(deep, column, kernel=(config.line.height // 8, 3), padding=(0, 1)),
            *(Residual(column, (1, 3), dilation) for dilation in config.column_dilations),
        )
        self.maps = nn.Conv2d(column, arrays.CHANNELS, 1)
        self.characters = nn.Conv2d(column, characters, 1) if characters else None
        bias = self.maps.bias
        if bias is not None:
            nn.init.constant_(bias, 0.0)
            nn.init.constant_(bias[arrays.CENTRE], CENTRE_BIAS)

    def forward(self, lines: Tensor) -> tuple[Tensor, Tensor | None]:
        """Raw maps and character logits.

        Args:
            lines: [n, height, width] uint8, paper 255; width a multiple of 2.

        Returns:
            [n, channels, width / 2] float32, unscaled; [n, characters, width / 2] or None.
        """
        features = self.look(lines)
        logits = self.characters(features).squeeze(2) if self.characters is not None else None
        return self.maps(features).squeeze(2), logits

    def look(self, lines: Tensor) -> Tensor:
        """[n, height, width] uint8 -> [n, column_channels, 1, width / 2] float32.

        Paper is 0 and ink -1: so a uint8 pixel is a quantised number as it stands, zero point 255.
        """
        features: Tensor = self.features((lines.unsqueeze(1).float() - 255.0) / 255.0)
        return features


class DeployedLocalizer(nn.Module):
    """What is exported: uint8 lines in, maps in pixels and probabilities out, and the features.

    See `effocr.localizer.arrays` for the maps.
    """

    def __init__(self, localizer: NativeLocalizer) -> None:
        super().__init__()
        self.localizer = localizer
        offsets, scales, logistic = unit_tables(
            localizer.config, next(localizer.parameters()).device
        )
        self.register_buffer("offsets", offsets, persistent=False)
        self.register_buffer("scales", scales, persistent=False)
        self.register_buffer("logistic", logistic, persistent=False)

    offsets: Tensor
    scales: Tensor
    logistic: Tensor

    def forward(self, lines: Tensor) -> Tensor:
        """[n, height, width] uint8 -> [n, channels + column_channels, width / 2] float32.

        The maps come first, the features after them.
        """
        features = self.localizer.look(lines)
        raw = self.localizer.maps(features).squeeze(2)
        lengths = raw * self.scales + self.offsets
        maps = torch.where(self.logistic, raw.sigmoid(), lengths)
        return torch.cat((maps, features.squeeze(2)), dim=1)


def unit_tables(config: LocalizerConfig, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Offset and scale of each channel in pixels, and which channels are probabilities.

    Each is [1, channels, 1].
    """
    offsets = torch.zeros(arrays.CHANNELS)
    offsets[[arrays.LEFT, arrays.RIGHT]] = config.line.x_height_px / 2
    offsets[arrays.TOP] = config.line.baseline_px - config.line.x_height_px
    offsets[arrays.BOTTOM] = offsets[arrays.BASELINE] = config.line.baseline_px
    offsets[arrays.X_HEIGHT] = config.line.x_height_px
    logistic = torch.zeros(arrays.CHANNELS, dtype=torch.bool)
    logistic[[arrays.CENTRE, arrays.GAP]] = True
    shape = (1, -1, 1)
    scales = torch.full((arrays.CHANNELS,), PIXELS_PER_UNIT)
    return (
        offsets.to(device).view(shape),
        scales.to(device).view(shape),
        logistic.to(device).view(shape),
    )
