"""The folder of a classic recognizer's training: begun, or gone on with."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from effocr.errors import UsageError
from effocr.training.checkpoints import BEST, LAST
from effocr.training.config import load_config, save_config
from effocr.workbench.confidence import CONFIDENCE
from effocr.workbench.files import (
    ARGUMENTS,
    CLASS_MAP,
    REF_INDEX,
    REF_LABELS,
    WEIGHTS,
    write_arguments,
)
from effocr.workbench.recognizer_config import ClassicTraining

__all__ = ["begin_run", "check_new", "check_same"]

logger = logging.getLogger(__name__)

CONFIG: Final = "config.yaml"
REPLACED: Final = (
    LAST, BEST, WEIGHTS, REF_INDEX, REF_LABELS, CLASS_MAP, CONFIDENCE, ARGUMENTS,
    "log.jsonl", "log.csv",
)  # fmt: skip
LEFT_OPEN: Final[dict[str, Any]] = {
    "weights": True,  # what it started from is in its checkpoint
    "samples": True,
    "mined": True,
    "test_at_end": True,
    "loop": {
        "epochs", "max_steps", "device", "workers", "trackers", "project", "log_every",
        "save_every", "validate_every",
    },
}  # fmt: skip
"""Settings that a run may change when it goes on: how long, where, and what is told of it."""


def check_new(run: Path, config: ClassicTraining) -> None:
    """Refuse to start from weights that a new run of this name takes away.

    Raises:
        UsageError: they are in its folder.
    """
    weights = config.weights
    if weights is not None and weights.resolve().is_relative_to(run.resolve()):
        raise UsageError(
            f"{weights}: is in the folder of the run, whose files a new run replaces; give the "
            "new one another name"
        )


def check_same(run: Path, config: ClassicTraining) -> None:
    """Refuse to go on with another run than the one that was begun.

    Raises:
        UsageError: nothing was begun, or with other settings.
    """
    if not (run / LAST).is_file():
        raise UsageError(f"{run}: no run to go on with, it has no {LAST}; leave out --resume")
    before, now = _fixed(load_config(ClassicTraining, run / CONFIG)), _fixed(config)
    changed = [f"{name} {before[name]}, not {now[name]}" for name in now
               if before[name] != now[name]]  # fmt: skip
    if changed:
        raise UsageError(
            f"{run}: was begun with {'; '.join(changed)}; a run goes on with the same settings"
        )


def begin_run(run: Path, config: ClassicTraining, arguments: Mapping[str, Any] | None) -> None:
    """Make the run folder; a new run must not be taken for an earlier one of the same name."""
    run.mkdir(parents=True, exist_ok=True)
    earlier = [run / name for name in REPLACED if (run / name).exists()]
    if earlier:
        logger.warning("%s: the files of an earlier run are replaced", run)
    for path in earlier:
        path.unlink()
    save_config(config, run / CONFIG)
    if arguments is not None:
        write_arguments(run, arguments)


def _fixed(config: ClassicTraining) -> dict[str, Any]:
    """What may not change, by name."""
    values = config.model_dump(mode="json", exclude=LEFT_OPEN)
    return {**values, **values.pop("loop")}
