"""Settings of the native localizer."""

from pydantic import BaseModel, Field

from effocr.bundle import LineShape
from effocr.training.config import LoopConfig


class LocalizerConfig(BaseModel, frozen=True, extra="forbid"):
    """Size of the network. Channels are counted per stage; see `effocr.localizer.model`."""

    line: LineShape = Field(LineShape(), description="the frame that lines are warped into")
    stem_channels: int = Field(
        48, gt=0, description="of the first convolution, at a quarter of the height, half the width"
    )
    middle_channels: int = Field(48, gt=0, description="of the next, at the same size")
    middle_layers: int = Field(1, ge=0, description="convolutions there")
    deep_channels: int = Field(96, gt=0, description="at an eighth of the height")
    deep_layers: int = Field(1, ge=0, description="convolutions there, besides the one that halves")
    column_channels: int = Field(192, gt=0, description="after the height is folded away")
    column_dilations: tuple[int, ...] = Field(
        (1, 2, 4, 8, 2, 1), description="of the convolutions along the line"
    )


class LocalizerTraining(BaseModel, frozen=True, extra="forbid"):
    """How the native localizer is trained."""

    model: LocalizerConfig = LocalizerConfig()
    loop: LoopConfig = Field(
        LoopConfig(max_steps=4000, best="f_score", ema_decay=0.998, learning_rate=3e-3),
        description="shared by all trainers",
    )
    batch_columns: int = Field(
        8192, gt=0, description="frame pixels of all lines of a batch, laid end to end"
    )
    widths: tuple[int, ...] = Field(
        (256, 512, 768, 1024),
        description="of batches, pixels; few, because every new one costs seconds on CPU",
    )
    character_weight: float = Field(
        1.0, ge=0, description="of naming the character at each centre, in the loss"
    )
