"""Settings of a classic recognizer's training; the defaults are the original's."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from effocr.training.config import LoopConfig

__all__ = ["ALL_CLASSES", "ClassicTraining"]

ALL_CLASSES = 0
"""As `classes`: as many as the data set has."""


class ClassicTraining(BaseModel, frozen=True, extra="forbid"):
    """A training run of a timm or Hugging Face network on square crops."""

    timm: str | None = Field(None, description="name of a timm network; this or hf")
    hf: str | None = Field(None, description="folder of a Hugging Face model on this machine")
    size_px: int = Field(224, gt=0, description="side of the squares")
    weights: Path | None = Field(None, description="file or run folder to start from")
    classes: int | None = Field(
        None, ge=0, description="train a classifier with so many characters; 0: all of the data set"
    )
    use: Literal["both", "crops", "renders"] = Field("both", description="what is learnt from")
    language: str = Field("jp", description="name of a language, or its YAML file")
    batch_size: int = Field(128, gt=1, description="glyphs in a step")
    views_per_class: int = Field(4, gt=1, description="m, glyphs of one character in a step")
    passes: int = Field(1, gt=0, description="times that an epoch comes to each character")
    temperature: float = Field(0.1, gt=0, description="of the supervised contrastive loss")
    augment: bool = Field(True, description="change renders so that they look like print")
    high_blur: bool = Field(False, description="blur them more")
    hard_negatives: Path | None = Field(None, description="file with sets of look-alikes")
    mined: int = Field(8, ge=0, description="characters in a mined set; 0: do not mine")
    first_epoch: int = Field(1, gt=0, description="number of the first epoch")
    samples: Path | None = Field(None, description="folder for pictures of what is learnt from")
    test_at_end: bool = False
    loop: LoopConfig = LoopConfig(
        epochs=5,
        learning_rate=2e-6,
        weight_decay=5e-4,
        schedule="constant",
        warmup=0.0,
        clip_norm=None,
        log_every=10,
        project="effocr_recog_v2",
    )

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        if (self.timm is None) == (self.hf is None):
            raise ValueError(
                "name the network, with --auto_model_timm (such as mobilenetv3_small_050) or "
                "--auto_model_hf (a local folder), one of the two"
            )
        return self

    @model_validator(mode="after")
    def _room_for_two(self) -> Self:
        if self.classes is None and self.batch_size < 2 * self.views_per_class:
            raise ValueError(
                f"a batch of {self.batch_size} has no room for two characters with "
                f"{self.views_per_class} glyphs each"
            )
        return self

    @model_validator(mode="after")
    def _a_set_has_neighbours(self) -> Self:
        if self.mined == 1:
            raise ValueError("mined 1: a set of one character has no neighbour; 0 turns it off")
        return self
