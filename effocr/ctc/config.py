"""Settings of the sequence reader: its network, its training, the lines drawn for it."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from effocr.synth.options import LineOptions
from effocr.training.config import LoopConfig


class CrnnConfig(BaseModel, frozen=True, extra="forbid"):
    """The network. Lines are 64 pixels high and there is one column of output for 4 pixels."""

    hidden: int = Field(256, gt=0, description="of the recurrent layers, each way")
    layers: int = Field(2, gt=0, description="recurrent layers")


class SyntheticLines(BaseModel, frozen=True, extra="forbid"):
    """Lines drawn from fonts before the training, besides those of the data."""

    count: int = Field(0, ge=0, description="of lines; 0: none")
    fonts: tuple[Path, ...] = Field((), description="folders of fonts")
    charset: Path | None = Field(None, description="characters to draw: a file or a folder")
    options: LineOptions = Field(LineOptions(), description="what the lines look like")
    processes: int = Field(1, gt=0, description="to draw with")

    @model_validator(mode="after")
    def _fonts_and_charset(self) -> Self:
        if self.count and not (self.fonts and self.charset):
            raise ValueError("synthetic lines need synthetic.fonts and synthetic.charset")
        return self


class LineJitter(BaseModel, frozen=True, extra="forbid"):
    """What is done to a line in training. Shares are 0 to 1."""

    share: float = Field(0.5, ge=0, le=1, description="of lines that are changed at all")
    stretch: float = Field(0.12, ge=0, lt=1, description="wider or narrower by up to this share")
    shift_px: float = Field(2.0, ge=0, description="up or down by up to this, pixels of 64")
    scale: float = Field(0.06, ge=0, lt=1, description="larger or smaller by up to this share")
    shear: float = Field(0.08, ge=0, description="slant, pixels to the side for each pixel up")
    contrast: float = Field(0.3, ge=0, lt=1, description="ink is lighter by up to this share")
    noise: float = Field(0.04, ge=0, description="largest standard deviation, 1 is white")
    blurred: float = Field(0.2, ge=0, le=1, description="share of blurred lines")


class CtcTraining(BaseModel, frozen=True, extra="forbid"):
    """A training run of the sequence reader."""

    model: CrnnConfig = CrnnConfig()
    loop: LoopConfig = Field(
        LoopConfig(
            max_steps=20_000, learning_rate=1e-3, clip_norm=4.0, best="cer", best_is="lowest",
            patience=10,
        ),
        description="shared by all trainers",
    )  # fmt: skip
    batch_size: int = Field(20, gt=0, description="lines in a step")
    widths: tuple[int, ...] = Field(
        (256, 512, 1024, 1536, 2048),
        min_length=1,
        description="of batches, pixels at a height of 64; few, because every new one costs seconds"
        " on CPU. Wider lines are left out and named",
    )
    alphabet: str = Field(
        "texts",
        description="texts: every character of the texts; ocrs: its 96; else a file or a folder",
    )
    unknown: Literal["leave-out", "question-mark"] = Field(
        "leave-out",
        description="what becomes of a line with characters that the alphabet lacks: it is left out"
        " and named, or each of them is ?",
    )
    outside: Literal["paper", "black"] = Field(
        "paper", description="pixels of a HierText line outside of its polygon; ocrs has them black"
    )
    max_images: int | None = Field(None, gt=0, description="of a HierText folder; null: all")
    jitter: LineJitter = LineJitter()
    synthetic: SyntheticLines = SyntheticLines()

    @model_validator(mode="after")
    def _rising_widths(self) -> Self:
        if list(self.widths) != sorted(set(self.widths)) or any(width % 4 for width in self.widths):
            raise ValueError(f"widths {list(self.widths)} must rise and be multiples of 4")
        return self
