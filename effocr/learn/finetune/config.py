"""Settings of fine-tuning."""

from pydantic import BaseModel, Field

from effocr.synth.options import LineOptions
from effocr.training.config import LoopConfig

__all__ = ["FinetuneTraining"]


class FinetuneTraining(BaseModel, frozen=True, extra="forbid"):
    """How a model learns a collection with gradients."""

    loop: LoopConfig = Field(
        LoopConfig(
            max_steps=800, learning_rate=5e-4, ema_decay=0.99, bf16=True, patience=4,
            best="cer", best_is="lowest", validate_every=200, save_every=100, log_every=50,
        ),
        description="shared by all trainers",
    )  # fmt: skip
    real_share: float = Field(
        0.5, gt=0, lt=1, description="of the batches; the others are synthetic"
    )
    retrieval_weight: float = Field(
        1.0, ge=0, description="of naming glyphs by the index, in the loss"
    )
    blend: float = Field(
        0.5,
        gt=0,
        le=1,
        description="most of the new weights in the model, the rest are those it began with: more"
        " learns more and forgets more; less is taken where known lines would be read worse",
    )
    synthetic_lines: int = Field(4_000, gt=0, description="drawn, so that nothing is forgotten")
    known_lines: int = Field(500, gt=0, description="of other fonts, to see whether it is")
    synthesis: LineOptions = Field(LineOptions(), description="what they look like")
