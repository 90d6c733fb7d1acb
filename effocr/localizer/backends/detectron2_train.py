"""Train a localizer with Detectron2, on CPU where there is no GPU.

The steps, losses and networks are Detectron2's; data, checkpoints, log and the choice of the best
weights are ours, so that a full disk spares the old checkpoint and nothing is downloaded.
"""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from effocr.errors import TrainingError, UsageError
from effocr.localizer.backends.detectron2 import CONFIG, Detectron2Localizer, config_in
from effocr.localizer.backends.detectron2_config import (
    Detectron2Training,
    find_config,
    is_remote,
    require_detectron2,
)
from effocr.localizer.backends.detectron2_data import coco_figures
from effocr.localizer.backends.detectron2_loop import (
    OUTCOME,
    Detectron2Data,
    Detectron2Outcome,
    Run,
    Work,
)
from effocr.localizer.backends.detectron2_recipe import Plan, Recipe, open_recipe
from effocr.localizer.backends.detectron2_weights import best_weights, put_weights
from effocr.localizer.backends.samples import BoxSample
from effocr.training.config import save_config
from effocr.training.log import RunLog

__all__ = ["Detectron2Data", "Detectron2Outcome", "OpenRun", "open_run", "train_detectron2"]

logger = logging.getLogger(__name__)

SETTINGS = "training.yaml"  # ours; config.yaml is Detectron2's
Load = Callable[[Path], npt.NDArray[np.uint8]]


def train_detectron2(
    data: Detectron2Data,
    settings: Detectron2Training,
    *,
    run: Path,
    load: Load,
    resume: bool = False,
) -> Detectron2Outcome:
    """Train, and leave `model_best.pth`, `config.yaml`, `omega_config.json` and the log in `run`.

    Args:
        data: lines.
        settings: of the training.
        run: folder of the run.
        load: reads an image as [height, width] uint8; a function of a module, if there are several
            GPUs.
        resume: go on from the last checkpoint in `run`, if it has one, with the config kept there.

    Raises:
        MissingDependencyError: Detectron2 is not installed.
        UsageError: there is no such config, or it does not know a value or an option.
        TrainingError: no lines, a loss that is not finite, weights of another network.
    """
    require_detectron2()
    from detectron2.engine import launch

    if not data.train:
        raise TrainingError("the localizer has no lines to learn from")
    run.mkdir(parents=True, exist_ok=True)
    gpus = min(settings.gpus, torch.cuda.device_count())
    if gpus < settings.gpus:
        logger.warning("GPUs wanted: %d, found: %d", settings.gpus, gpus)
    (run / OUTCOME).unlink(missing_ok=True)
    save_config(settings, run / SETTINGS)
    work = Work(data, settings, run, load, resume, "cuda" if gpus else "cpu")
    launch(
        _train,
        max(gpus, 1),
        num_machines=settings.machines if gpus else 1,
        machine_rank=settings.machine_rank if gpus else 0,
        dist_url=settings.dist_url,
        args=(work,),
    )
    if not (run / OUTCOME).is_file():  # another machine has it
        return Detectron2Outcome()
    return Detectron2Outcome(**json.loads((run / OUTCOME).read_text("utf-8")))


class OpenRun:
    """A network with trained weights, on a GPU where there is one."""

    def __init__(self, recipe: Recipe, weights: Path) -> None:
        """Build the network of a config and put all its weights in.

        Raises:
            UsageError: there is no such file of weights.
            TrainingError: the weights are of another network.
        """
        self.recipe = recipe
        model = recipe.model()
        put_weights(model, weights, all_of_them=True)
        self.model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    def coco_figures(self, samples: tuple[BoxSample, ...], *, load: Load) -> dict[str, float]:
        """COCO's figures, percent, on lines; words count if any line has some."""
        return coco_figures(
            self.model,
            self.recipe.augmentations(train=False),
            samples,
            name="effocr_test",
            classes=2 if any(len(sample.words) for sample in samples) else 1,
            load=load,
            workers=0,
        )

    def localizer(self, *, score_threshold: float) -> Detectron2Localizer:
        """The network as a box localizer."""
        return Detectron2Localizer.of(self.model, self.recipe, score_threshold=score_threshold)


def open_run(run: Path, settings: Detectron2Training | None = None) -> OpenRun:
    """Open the best weights of a run.

    Args:
        run: its folder.
        settings: whose initial weights count instead of the run's, and whose config if the run has
            none.

    Raises:
        MissingDependencyError: Detectron2 is not installed.
        UsageError: the run lacks its config or weights.
        TrainingError: the weights are of another network.
    """
    weights = None if settings is None else settings.init_checkpoint
    if settings is None or (run / CONFIG).is_file():
        recipe = open_recipe(config_in(run))
    else:
        recipe = open_recipe(find_config(settings.config))
        classes = 1 if settings.words is False else 2
        recipe.prepare(Plan(settings, classes, images=1, device="cpu", run=run))
    return OpenRun(recipe, weights or best_weights(run))


def _train(work: Work) -> None:
    """Train in one process of perhaps several."""
    from detectron2.engine.defaults import create_ddp_model
    from detectron2.utils import comm
    from detectron2.utils.env import seed_all_rng

    recipe = _recipe(work)
    seed = recipe.seed if recipe.seed >= 0 else work.settings.seed
    seed_all_rng(seed + work.first_step + comm.get_rank())  # a run that goes on sees other lines
    model = recipe.model()
    if work.checkpoint is None and recipe.weights:
        put_weights(model, Path(recipe.weights), all_of_them=False)
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
    plan = Plan(work.settings, work.classes, len(work.data.train), work.device, work.run)
    recipe.prepare(plan)
    return _with_start(recipe, work.settings.init_checkpoint, going_on=work.checkpoint is not None)


def _with_start(recipe: Recipe, init: Path | None, *, going_on: bool) -> Recipe:
    """Decide what the training starts from; nothing is downloaded.

    Raises:
        UsageError: weights are named that are not there.
    """
    if going_on:
        return recipe
    if init is not None:
        recipe.start_from(str(init))
    elif is_remote(recipe.weights):
        logger.warning(
            "%s is not downloaded: the start is random; give local weights as the initial "
            "checkpoint to start from them",
            recipe.weights,
        )
        recipe.start_at_random()
    elif not recipe.weights:
        recipe.start_at_random()
    if recipe.weights and not Path(recipe.weights).is_file():
        raise UsageError(f"{recipe.weights}: no such file of weights")
    return recipe
