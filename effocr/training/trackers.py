"""Where a run can be watched besides its own log: TensorBoard, Weights & Biases.

A tracker is imported when it is asked for and started by the first row, so that only the process
that writes has one. Nothing leaves the machine unless the user's WANDB_MODE says so.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from effocr.errors import MissingDependencyError, TrainingError

Row = Mapping[str, float]
TrackerName = Literal["tensorboard", "wandb"]


@dataclass(frozen=True)
class Watched:
    """What trackers are told of a run.

    Attributes:
        folder: of the run; its name is the name of the run.
        project: that the run belongs to in Weights & Biases.
        settings: plain values shown beside the figures in Weights & Biases.
    """

    folder: Path
    project: str
    settings: Mapping[str, Any] = field(default_factory=dict)


class Tracker(Protocol):
    """Shows rows somewhere."""

    def __call__(self, row: Row) -> None:
        """Show one row; it has a `step`."""

    def close(self, *, failed: bool) -> None:
        """Write what is left; `failed` where an error ended the run."""


def check_installed(name: TrackerName) -> None:
    """Import a tracker.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        match name:
            case "tensorboard":
                import torch.utils.tensorboard.writer  # noqa: F401
            case "wandb":
                import wandb  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            f"the tracker needs {name}: pip install 'effocr[{name}]'"
        ) from error


def open_tracker(name: TrackerName, watched: Watched, kept: Iterable[Row], step: int) -> Tracker:
    """Start a tracker.

    Args:
        name: which.
        watched: the run.
        kept: rows of the run so far, of a part of it that ended earlier.
        step: the last of them; a tracker that has later ones forgets them.
    """
    match name:
        case "tensorboard":
            return TensorBoard(watched, step)
        case "wandb":
            return WandB(watched, kept)


class TensorBoard:
    """Event files in `tensorboard/` of the run folder."""

    def __init__(self, watched: Watched, step: int) -> None:
        """Go on after a step: TensorBoard hides later rows of event files that are there."""
        from torch.utils.tensorboard.writer import SummaryWriter

        folder = watched.folder / "tensorboard"
        later = step + 1 if folder.is_dir() else None
        self._writer = SummaryWriter(str(folder), purge_step=later)  # type: ignore[no-untyped-call, unused-ignore]

    def __call__(self, row: Row) -> None:
        """Write one row, at once: a run may be killed."""
        for name, value in row.items():
            if name != "step":
                self._writer.add_scalar(name, value, int(row["step"]))  # type: ignore[no-untyped-call, unused-ignore]
        self._writer.flush()  # type: ignore[no-untyped-call, unused-ignore]

    def close(self, *, failed: bool) -> None:
        """End the event file."""
        self._writer.close()  # type: ignore[no-untyped-call, unused-ignore]


class WandB:
    """A run of Weights & Biases, kept in `wandb/` of the run folder; `wandb sync` can send it.

    Its steps only ever grow, so a training that goes on after a kill is a new run of the same name
    that begins with the rows of the log that are still valid: each run is whole and has each step
    once. What the user's environment says (`WANDB_MODE`, `WANDB_PROJECT`, `WANDB_NAME`,
    `WANDB_DIR`) counts more than what is said here.
    """

    def __init__(self, watched: Watched, kept: Iterable[Row]) -> None:
        """Start a run and show the rows so far.

        Raises:
            TrainingError: W&B refuses, for want of a login or because of a variable.
        """
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # it reports crashes to its makers
        import wandb  # type: ignore[import-not-found, unused-ignore]

        ours = {
            "WANDB_PROJECT": ("project", watched.project),
            "WANDB_NAME": ("name", watched.folder.resolve().name),
            "WANDB_DIR": ("dir", str(watched.folder)),
            "WANDB_MODE": ("mode", "offline"),
        }
        options: dict[str, Any] = dict(
            option for variable, option in ours.items() if not os.environ.get(variable)
        )
        config = dict(watched.settings)
        try:
            self._run = wandb.init(**options, config=config, reinit="create_new")
        except (wandb.Error, ValueError) as error:
            reason = " ".join(str(error).split())
            raise TrainingError(
                f"{watched.folder}: Weights & Biases does not start: {reason}; unset WANDB_MODE to "
                "keep the run on this machine"
            ) from error
        for row in kept:
            self(row)

    def __call__(self, row: Row) -> None:
        """Show one row."""
        figures = {name: value for name, value in row.items() if name != "step"}
        self._run.log(figures, step=int(row["step"]))

    def close(self, *, failed: bool) -> None:
        """End the run."""
        self._run.finish(exit_code=int(failed))
