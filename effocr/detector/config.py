"""Settings of the detector: its network, what it learns and how it looks at a page."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, Field, model_validator

from effocr.training.config import LoopConfig

__all__ = [
    "PLAIN",
    "REPVIT",
    "CropConfig",
    "DetectorConfig",
    "DetectorTraining",
    "Level",
    "Look",
    "TruthConfig",
]

PLAIN: Final = "plain"
REPVIT: Final = "repvit"
FPN_LEVELS: Final = 4

Level = Literal["line", "word"]


class DetectorConfig(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """The network. See `effocr.detector.model`."""

    backbone: str = Field(
        "mobilenetv4_conv_small_050",
        description="name in timm; repvit: that of OpenOCR's detector; plain: 3x3 convolutions, the"
        " fastest in int8 and bfloat16",
    )
    weights: Path | None = Field(
        None, description="local file of a timm network's weights to start from; null: at random"
    )
    channels: tuple[Annotated[int, Field(gt=0)], ...] = Field(
        (32, 64, 128, 192), description="of plain, at 1/4, 1/8, 1/16 and 1/32"
    )
    layers: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (1, 2, 2, 2), description="of plain, besides the halving ones"
    )
    neck_channels: int = Field(32, gt=0, multiple_of=4, description="of the feature pyramid")
    squeeze: bool = Field(False, description="residual squeeze and excitation in the pyramid")
    map_stride: Literal[1, 2, 4] = Field(2, description="pixels of the image for one of a map")
    thickness: bool = Field(
        True,
        description="predict the height of lines, so that boxes need no fixed unclip ratio",
    )

    @model_validator(mode="after")
    def _four_levels(self) -> Self:
        if len(self.channels) != FPN_LEVELS or len(self.layers) != FPN_LEVELS:
            raise ValueError(f"channels and layers need {FPN_LEVELS} numbers each")
        return self


class Look(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """How the network looks at a page and what is made of its maps. Goes into detector.json."""

    level: Level = Field("line", description="what a region is")
    line_px: float = Field(
        20.0, gt=0, description="height of a line's box as the network sees it, pixels"
    )
    sized_by: Literal["text", "page"] = Field(
        "text",
        description="text: the page is brought to lines of line_px; page: to a long side of at "
        "most long_side_px",
    )
    least_side_px: int = Field(480, gt=0, description="of the page's long side, by text")
    least_pixels: int = Field(
        600_000,
        gt=0,
        description="of the page, by text: less than that costs little, so narrow or"
        " short ones are looked at larger",
    )
    long_side_px: int = Field(6000, gt=0, description="most of the page's long side")
    map_stride: Literal[1, 2, 4] = Field(2, description="pixels of the image for one of a map")
    binary_threshold: float = Field(0.3, gt=0, lt=1, description="of the probability map")
    box_threshold: float = Field(0.6, ge=0, le=1, description="least mean probability of a region")
    unclip_ratio: float = Field(
        1.5, gt=0, description="of networks without thickness: offset = ratio x area / perimeter"
    )
    shape: Literal["box", "band"] = Field(
        "band",
        description="of a region: the smallest rectangle, turned; or, where it bends, a band",
    )


class TruthConfig(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """What the maps shall show of a region."""

    shrink_ratio: float = Field(
        0.6,
        gt=0,
        lt=1,
        description="r of DBNet: a region is shrunk by area (1 - r^2) / perimeter. 0.4 there, for "
        "words; long lines need more, or nothing is left of small ones",
    )
    least_cells: float = Field(
        2.5, gt=0, description="height in cells of the maps; lower regions are not counted at all"
    )
    threshold_low: float = Field(0.3, ge=0, lt=1, description="of the threshold map, off borders")
    threshold_high: float = Field(0.7, gt=0, le=1, description="of the threshold map, on borders")


class CropConfig(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """What is cut from a page in training, and what is done to it. Shares are 0 to 1."""

    sizes: tuple[Annotated[int, Field(gt=0)], ...] = Field(
        (640,), min_length=1, description="sides of crops, pixels; few: each costs seconds on CPU"
    )
    smallest: float = Field(0.6, gt=0, description="least height of lines, of line_px")
    largest: float = Field(2.0, gt=0, description="greatest height of lines, of line_px")
    on_text: float = Field(0.85, ge=0, le=1, description="share of crops around some region")
    skew_deg: float = Field(1.0, ge=0, description="standard deviation of the turn")
    turned: float = Field(0.1, ge=0, le=1, description="share of crops that are turned further")
    turn_deg: float = Field(10.0, ge=0, description="by at most this")
    inverted: float = Field(0.03, ge=0, le=1, description="share of light print on dark")
    faded: float = Field(0.5, ge=0, le=1, description="share with other levels of ink and paper")
    shaded: float = Field(0.3, ge=0, le=1, description="share that is darker to one side")
    noisy: float = Field(0.3, ge=0, le=1, description="share with noise")
    blurred: float = Field(0.3, ge=0, le=1, description="share that is blurred")

    @model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        if any(size % 32 for size in self.sizes):
            raise ValueError(f"crop.sizes {list(self.sizes)} must be multiples of 32")
        if self.smallest > self.largest:
            raise ValueError(f"crop.smallest {self.smallest} is more than largest {self.largest}")
        return self


class DetectorTraining(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """A training run of the detector."""

    model: DetectorConfig = DetectorConfig()
    look: Look = Look()
    truth: TruthConfig = TruthConfig()
    crop: CropConfig = CropConfig()
    loop: LoopConfig = Field(
        LoopConfig(max_steps=4000, best="hmean", ema_decay=0.998, learning_rate=2e-3),
        description="shared by all trainers",
    )
    batch_pixels: int = Field(8 * 640 * 640, gt=0, description="of all crops of a batch")
    probability_loss: Literal["bce", "dice"] = Field(
        "bce", description="of the probability map: cross-entropy with hard negatives, or Dice"
    )
    hard_negatives: float = Field(3.0, gt=0, description="for one positive, with bce")
    probability_weight: float = Field(5.0, ge=0, description="in the loss")
    threshold_weight: float = Field(10.0, ge=0, description="in the loss")
    binary_weight: float = Field(1.0, ge=0, description="in the loss")
    thickness_weight: float = Field(2.0, ge=0, description="in the loss")
    max_images: int | None = Field(None, gt=0, description="of each data set; null: all")
    validation_pages: int = Field(40, gt=0, description="at most so many are measured")
    memory_mb: int = Field(3000, ge=0, description="of pages kept; others are read each time")

    @model_validator(mode="after")
    def _same_maps(self) -> Self:
        if self.look.map_stride != self.model.map_stride:
            raise ValueError(
                f"look.map_stride {self.look.map_stride} must be model.map_stride "
                f"{self.model.map_stride}"
            )
        return self
