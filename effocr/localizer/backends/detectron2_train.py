"""Train a localizer with Detectron2, on CPU where there is no GPU.

The steps, losses and networks are Detectron2's; data, checkpoints, log and the choice of the best
weights are ours, so that a full disk spares the old checkpoint and nothing is downloaded.
"""

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from effocr.errors import TrainingError, UsageError
from effocr.localizer.backends.detectron2 import CONFIG
from effocr.localizer.backends.detectron2_config import (
    Detectron2Training,
    find_config,
    is_remote,
    require_detectron2,
)
from effocr.localizer.backends.detectron2_loop import OUTCOME, Run, Work
from effocr.localizer.backends.detectron2_recipe import Plan, Recipe, open_recipe
from effocr.localizer.backends.detectron2_weights import put_weights
from effocr.localizer.backends.samples import BoxSample
from effocr.training.config import save_config
from effocr.training.log import RunLog
from effocr.training.loop import Outcome

__all__ = ["train_detectron2"]

logger = logging.getLogger(__name__)

SETTINGS = "training.yaml"  # ours; config.yaml is Detectron2's
Load = Callable[[Path], npt.NDArray[np.uint8]]


def train_detectron2(
    samples: Sequence[BoxSample],
    validation: Sequence[BoxSample],
    settings: Detectron2Training,
    *,
    run: Path,
    load: Load,
    resume: bool = False,
) -> Outcome:
    """Train, and leave `model_best.pth`, `config.yaml`, `omega_config.json` and the log in `run`.

    Args:
        samples: lines to learn from.
        validation: kept aside; may be empty.
        settings: of the training.
        run: folder of the run.
        load: reads an image as [height, width] uint8; a function of a module, if there are several
            GPUs.
        resume: go on from the last checkpoint in `run`, if it has one, with the config kept there.

    Returns:
        How far it came; `best` is the bbox AP on the validation lines, percent.

    Raises:
        MissingDependencyError: Detectron2 is not installed.
        UsageError: there is no such config, or its values and options can't be used.
        TrainingError: no lines, a loss that is not finite, weights of another network.
    """
    require_detectron2()
    from detectron2.engine import launch

    if not samples:
        raise TrainingError("the localizer has no lines to learn from")
    run.mkdir(parents=True, exist_ok=True)
    gpus = min(settings.gpus, torch.cuda.device_count())
    if gpus < settings.gpus:
        logger.warning("GPUs wanted: %d, found: %d", settings.gpus, gpus)
    (run / OUTCOME).unlink(missing_ok=True)
    save_config(settings, run / SETTINGS)
    device = "cuda" if gpus else "cpu"
    work = Work(tuple(samples), tuple(validation), settings, run, load, resume, device)
    launch(
        _train,
        max(gpus, 1),
        num_machines=settings.machines if gpus else 1,
        machine_rank=settings.machine_rank if gpus else 0,
        dist_url=settings.dist_url,
        args=(work,),
    )
    if not (run / OUTCOME).is_file():  # another machine has it
        return Outcome()
    return Outcome(**json.loads((run / OUTCOME).read_text("utf-8")))


def _train(work: Work) -> None:
    """Train in one process of perhaps several."""
    from detectron2.engine.defaults import create_ddp_model
    from detectron2.utils import comm
    from detectron2.utils.env import seed_all_rng

    recipe = _recipe(work)
    pace = recipe.pace()
    seed = pace.seed if pace.seed >= 0 else work.settings.seed
    seed_all_rng(seed + work.first_step + comm.get_rank())  # a run that goes on sees other lines
    model = recipe.model()
    if work.checkpoint is None and pace.weights:
        put_weights(model, Path(pace.weights), all_of_them=False)
    if comm.is_main_process():
        recipe.save(work.run)
    model = create_ddp_model(model.to(work.device), broadcast_buffers=False)
    settings = work.settings
    with RunLog(
        work.run,
        trackers=settings.trackers if comm.is_main_process() else (),
        project=settings.project,
        settings=settings.model_dump(mode="json"),
    ) as log:
        run = Run(work, recipe, model, log)
        run.train()
        run.finish()


def _recipe(work: Work) -> Recipe:
    """The configuration of a run: the one that it has, if it goes on, or the one wanted."""
    path = work.run / CONFIG
    if work.checkpoint is None or not path.is_file():
        path = find_config(work.settings.config)
    recipe = open_recipe(path)
    plan = Plan(work.settings, work.classes, len(work.samples), work.device, work.run)
    recipe.prepare(plan)
    if recipe.pace().steps < 1:
        raise UsageError(f"{path}: {recipe.pace().steps} steps leave nothing to train")
    if work.checkpoint is None:
        _set_start(recipe, work.settings.init_checkpoint)
    return recipe


def _set_start(recipe: Recipe, init: Path | None) -> None:
    """Decide what the training starts from; nothing is downloaded.

    Raises:
        UsageError: weights are named that are not there.
    """
    weights = recipe.pace().weights if init is None else str(init)
    if is_remote(weights):
        logger.warning(
            "%s is not downloaded: the start is random; give local weights as the initial "
            "checkpoint to start from them",
            weights,
        )
    if not weights or is_remote(weights):
        recipe.start_at_random()
    elif not Path(weights).is_file():
        raise UsageError(f"{weights}: no such file of weights")
    else:
        recipe.start_from(weights)
