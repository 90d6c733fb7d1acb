"""What fine-tuning is given besides model and lines."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from effocr.evaluation.sets import NamedSet
from effocr.learn.finetune.config import FinetuneTraining
from effocr.learn.teach import TeachOptions

__all__ = ["FinetuneInputs"]


@dataclass(frozen=True, slots=True)
class FinetuneInputs:
    """What is given besides model and lines.

    Attributes:
        document_of: name of a line's file -> its document; documents are kept aside whole.
        options: of aligning and of the rows.
        fonts: folders of fonts that lines of known type are drawn with.
        config: of the training.
        run: folder of the training; kept.
        resume: run to go on with exactly, of the same model and lines.
        init_from: folder of a model whose weights to start from instead of the model's.
        known: line pairs of what the model reads well already; none may become worse.
    """

    document_of: Callable[[str], str]
    options: TeachOptions
    fonts: tuple[Path, ...]
    config: FinetuneTraining
    run: Path
    resume: Path | None = None
    init_from: Path | None = None
    known: tuple[NamedSet, ...] = ()
