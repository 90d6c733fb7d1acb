"""Settings of the recognizer: the encoder, its training, what is done to crops in training."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, model_validator

from effocr.bundle import CropShape, LineShape, WindowShape
from effocr.training.config import LoopConfig


class EncoderConfig(BaseModel, frozen=True, extra="forbid"):
    """The network that turns a crop into an embedding."""

    timm_name: str = Field(
        "glyphnet", description="our own small network, or any name that timm knows"
    )
    embedding_size: int = Field(64, gt=0)
    channels: tuple[int, ...] | None = Field(
        None, min_length=6, max_length=6, description="of glyphnet's six convolutions"
    )
    input_size: tuple[int, int] | None = Field(
        None, description="height and width that crops are scaled to; None: the network's own size"
    )
    line: LineShape = Field(LineShape(), description="the frame that crops are cut from")
    crop: CropShape = CropShape()
    window: WindowShape | None = Field(
        None,
        description="look at windows of the localizer's features instead of at crops; the network "
        "is then our window net, whatever timm_name says",
    )
    features_of: Path | None = Field(
        None, description="run of the localizer whose features these are"
    )
    hidden: int = Field(192, gt=0, description="of the window net")


class Jitter(BaseModel, frozen=True, extra="forbid"):
    """What is done to a crop in training. Lengths are frame pixels, shares 0 to 1."""

    edge_px: float = Field(1.5, ge=0, description="either side of the box moves by up to this")
    shift_px: float = Field(0.8, ge=0, description="the glyph moves up or down by up to this")
    scale: float = Field(0.04, ge=0, lt=1, description="larger or smaller by up to this share")
    stretch: float = Field(0.05, ge=0, lt=1, description="wider or narrower by up to this share")
    shear: float = Field(0.06, ge=0, description="slant, pixels to the side for each pixel up")
    contrast: float = Field(0.25, ge=0, lt=1, description="ink is lighter by up to this share")
    noise: float = Field(0.03, ge=0, description="largest standard deviation, 1 is white")
    blurred: float = Field(0.2, ge=0, le=1, description="share of blurred crops")
    weight: float = Field(
        0.06, ge=0, le=1, description="share of crops with thinner or fatter strokes"
    )


class RecognizerTraining(BaseModel, frozen=True, extra="forbid"):
    """A training run of the recognizer."""

    model: EncoderConfig = EncoderConfig()
    loop: LoopConfig = LoopConfig(max_steps=4_000, learning_rate=2e-3, ema_decay=0.998)
    batch_size: int = Field(256, gt=1, description="crops in a step")
    views_per_class: int = Field(4, gt=1, description="crops of one character in a step")
    temperature: float = Field(0.1, gt=0, description="of the supervised contrastive loss")
    jitter: Jitter = Jitter()
    rows_per_label: int = Field(
        8, gt=0, description="of each character in the index that validation searches"
    )
    weights: Path | None = Field(
        None, description="local file with weights of the timm network, .safetensors or .pt"
    )
    hard_negatives: Path | None = Field(
        None, description="file with sets of characters that look alike, as `effocr mine` writes"
    )

    @model_validator(mode="after")
    def _whole_classes(self) -> Self:
        if self.batch_size % self.views_per_class:
            raise ValueError(
                f"batch_size {self.batch_size} must be a multiple of "
                f"views_per_class ({self.views_per_class})"
            )
        return self
