"""The default encoder: a small network for glyph crops, known to timm as `glyphnet`.

Plain 3x3 convolutions, which CPUs run fastest (docs/benchmarks.md). The last map is flattened and
not averaged, because the place on the line tells a comma from an apostrophe.
"""

from typing import Any, Final

from timm.models import register_model
from torch import Tensor, nn

CHANNELS: Final = (8, 16, 32, 64, 96, 96)
STRIDES: Final = (2, 1, 2, 1, 2, 1)
CROP: Final = (40, 32)


class GlyphNet(nn.Module):
    """Six convolutions; 5 million multiply-adds and 290 thousand parameters with the embedding.

    Attributes:
        num_features: numbers in the output.
    """

    def __init__(
        self,
        *,
        in_chans: int = 1,
        num_classes: int = 0,
        img_size: tuple[int, int] = CROP,
        channels: tuple[int, ...] = CHANNELS,
    ) -> None:
        """Build the layers; `img_size` is height and width."""
        super().__init__()
        layers: list[nn.Module] = []
        before = in_chans
        for out, stride in zip(channels, STRIDES, strict=True):
            layers += [
                nn.Conv2d(before, out, 3, stride=stride, padding=1, bias=False),
                nn.BatchNorm2d(out),
                nn.ReLU(inplace=True),
            ]
            before = out
        self.features = nn.Sequential(*layers)
        rows, columns = (-(-size // 8) for size in img_size)
        self.num_features = before * rows * columns
        self.head = nn.Linear(self.num_features, num_classes) if num_classes else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """[n, in_chans, height, width] -> [n, num_features], or [n, num_classes] if any."""
        features: Tensor = self.head(self.features(x).flatten(1))
        return features


@register_model
def glyphnet(pretrained: bool = False, **kwargs: Any) -> GlyphNet:
    """The network for timm; it has no weights of its own to load."""
    known = ("in_chans", "num_classes", "img_size", "channels")
    return GlyphNet(**{name: kwargs[name] for name in known if name in kwargs})
