"""The files of a training on correction samples, under the names that its trainer gave them.

    MODELS/best_model.pth            lowest loss on the samples kept aside
    MODELS/latest_model.pth          after the last epoch
    MODELS/checkpoint_epoch_5.pth    and every five epochs more
    MODELS/training_report_STAMP.json

Each `.pth` has the keys of that trainer (`epoch`, `model_state_dict`, `vocab` ...) and beside them
those of ours, which name the same tensors: all commands that take a checkpoint of the sequence
reader take it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from effocr.errors import UsageError
from effocr.learn.correction_report import HistorySummary
from effocr.training.checkpoints import read_tensors, save_checkpoint

__all__ = [
    "BEST_MODEL",
    "CHECKPOINT_EVERY",
    "LATEST_MODEL",
    "checkpoint_name",
    "find_trained",
    "history_of",
    "place_model",
    "write_model",
]

BEST_MODEL: Final = "best_model.pth"
LATEST_MODEL: Final = "latest_model.pth"
CHECKPOINT_EVERY: Final = 5  # epochs
_BLANK: Final = "<PAD>"  # class 0, as the original calls it


def checkpoint_name(epoch: int) -> str:
    """checkpoint_epoch_5.pth; epochs count from 1."""
    return f"checkpoint_epoch_{epoch}.pth"


def find_trained(folder: Path) -> Path:
    """The model to use of a folder: the best one, else the latest.

    Raises:
        UsageError: there is none.
    """
    for name in (BEST_MODEL, LATEST_MODEL):
        if (folder / name).is_file():
            return folder / name
    raise UsageError(f"{folder}: neither {BEST_MODEL} nor {LATEST_MODEL}; nothing was trained here")


def history_of(rows: Sequence[Mapping[str, float]], epochs: int | None = None) -> HistorySummary:
    """Figures of each epoch from the log of a run.

    Args:
        rows: of `effocr.training.log.read_log`; one with a loss and one with the validation for
            each epoch.
        epochs: take the first so many; None: all.
    """
    columns = (
        tuple(row[name] for row in rows if name in row)[:epochs]
        for name in ("loss", "val_loss", "exact")
    )
    train_loss, val_loss, val_accuracy = columns
    return HistorySummary(train_loss=train_loss, val_loss=val_loss, val_accuracy=val_accuracy)


def write_model(state: Mapping[str, Any], path: Path, history: HistorySummary) -> None:
    """Write a model whole or not at all.

    Args:
        state: `model`, `optimizer` and `settings` of a checkpoint of ours.
        path: of the file.
        history: up to its epoch.

    Raises:
        TrainingError: it cannot be written; what was there before is untouched.
    """
    vocab = [_BLANK, *state["settings"]["alphabet"]]
    last = {name: values[-1] for name, values in history if values}
    save_checkpoint(
        {
            "epoch": len(history.train_loss),
            "model_state_dict": state["model"],
            "optimizer_state_dict": state["optimizer"],
            "loss": last.get("val_loss", last.get("train_loss")),
            "accuracy": last.get("val_accuracy"),
            "vocab": vocab,
            "char_to_idx": {character: number for number, character in enumerate(vocab)},
            "history": history.model_dump(mode="json"),
            "timestamp": datetime.now().isoformat(),
            # from here on as `effocr.training.loop` has it
            "model": state["model"],
            "ema": None,
            "best": last.get("val_loss"),
            "settings": state["settings"],
        },
        path,
    )


def place_model(checkpoint: Path, path: Path, history: HistorySummary) -> None:
    """Put a checkpoint of a run in the place of a model; see `write_model`."""
    write_model(read_tensors(checkpoint), path, history)
