"""A run from its first file to its last: what the trainers do once model and data are there."""

from pathlib import Path

from pydantic import BaseModel

from effocr.training.config import CONFIG, LoopConfig, save_config
from effocr.training.distributed import is_main
from effocr.training.log import RunLog
from effocr.training.loop import Outcome, Task, fit

__all__ = ["run_task"]


def run_task(
    task: Task, config: BaseModel, loop: LoopConfig, *, run: Path, resume: Path | None
) -> Outcome:
    """Write the configuration, open the log, train.

    Args:
        task: what is trained.
        config: of the whole run; `task.settings["config"]` holds the same as plain values.
        loop: of it, the part that says how to go on.
        run: folder of the run.
        resume: run folder or checkpoint to go on from exactly.

    Raises:
        UsageError: there is no such checkpoint.
        TrainingError: the loss is not finite, or the checkpoint is of another run.
    """
    if is_main():
        run.mkdir(parents=True, exist_ok=True)
        save_config(config, run / CONFIG)
    with RunLog(
        run,
        trackers=loop.trackers,
        project=loop.project,
        settings=task.settings["config"],
    ) as log:
        return fit(task, loop, run=run, log=log, resume=resume)
