"""A run from its first file to its last: what the trainers do once model and data are there."""

from pathlib import Path

from pydantic import BaseModel

from effocr.errors import UsageError
from effocr.training.checkpoints import LAST
from effocr.training.config import CONFIG, LoopConfig, load_config, save_config
from effocr.training.distributed import is_main
from effocr.training.log import RunLog
from effocr.training.loop import Outcome, Task, fit

__all__ = ["begun_run", "finished", "run_task"]


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


def begun_run(run: Path, config: BaseModel) -> Path | None:
    """The run of a recipe to go on with, if it was begun; one that is finished trains no more.

    Args:
        run: folder of the run.
        config: of the whole run, as the recipe has it now.

    Raises:
        UsageError: it was begun with other settings; a network of these would be taken for one of
            the recipe.
    """
    if not (run / LAST).is_file():
        return None
    begun = load_config(type(config), run / CONFIG)
    changed = [
        name for name in type(config).model_fields if getattr(begun, name) != getattr(config, name)
    ]
    if changed:
        raise UsageError(
            f"{run}: begun with another {', '.join(changed)}; give another work folder, or delete "
            "this run to train it anew"
        )
    return run


def finished(outcome: Outcome) -> Outcome:
    """A training that came to its end: nothing is built on one that was stopped.

    Raises:
        KeyboardInterrupt: it was stopped.
    """
    if outcome.interrupted:
        raise KeyboardInterrupt
    return outcome
