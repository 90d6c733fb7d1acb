"""Settings of the torchvision backend."""

from pydantic import BaseModel, Field

from effocr.localizer.backends.torchvision_model import TorchvisionConfig
from effocr.training.config import LoopConfig


class TorchvisionTraining(BaseModel, frozen=True, extra="forbid"):
    """How the torchvision localizer is trained."""

    model: TorchvisionConfig = TorchvisionConfig()
    loop: LoopConfig = Field(
        LoopConfig(max_steps=4000, best="f_score", learning_rate=1e-3),
        description="shared by all trainers",
    )
    batch_size: int = Field(4, gt=0, description="lines")
    scale_jitter: float = Field(
        0.15, ge=0, lt=1, description="share by which lines are drawn larger or smaller, at most"
    )
    contrast_jitter: float = Field(
        0.3, ge=0, lt=1, description="share by which ink and paper are drawn closer, at most"
    )
    words: bool | None = Field(
        None, description="look for words too; null: if the data has any, or spaces in its texts"
    )
