"""A yaml configuration of Detectron2."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from torch import nn
from torch.optim import Optimizer

from effocr.localizer.backends.detectron2_config import (
    DETECTIONS,
    LONG_SIDE,
    SHORT_SIDES,
    anchor_sizes,
    is_own,
    option_pairs,
    period,
    steps_of,
)
from effocr.localizer.backends.detectron2_recipe import Pace, Plan, config_errors

__all__ = ["YamlRecipe"]

FROZEN: Final = "FrozenBN"


class YamlRecipe:
    """See `effocr.localizer.backends.detectron2_recipe.Recipe`."""

    def __init__(self, path: Path) -> None:
        """Read the file and those that it builds on.

        Raises:
            UsageError: Detectron2 does not know a value in it.
        """
        from detectron2.config import get_cfg

        self.cfg = get_cfg()
        with config_errors(f"{path}: not a config of this Detectron2"):
            self.cfg.merge_from_file(str(path), allow_unsafe=is_own(path))

    @config_errors()
    def pace(self) -> Pace:
        """See `Recipe`."""
        model, solver = self.cfg.MODEL, self.cfg.SOLVER
        return Pace(
            classes=int(self._heads().NUM_CLASSES),
            weights=str(model.WEIGHTS),
            steps=int(solver.MAX_ITER),
            evaluate_every=int(self.cfg.TEST.EVAL_PERIOD),
            workers=int(self.cfg.DATALOADER.NUM_WORKERS),
            amp=bool(solver.AMP.ENABLED),
            seed=int(self.cfg.SEED),
        )

    @config_errors()
    def prepare(self, plan: Plan) -> None:
        """See `Recipe`."""
        solver = self.cfg.SOLVER
        steps_before, batch_before = solver.MAX_ITER, solver.IMS_PER_BATCH
        self.override(plan.settings.options)  # the network's, before its strides are asked for
        self._set_model(plan)
        self._set_solver(plan, steps_before, batch_before)
        self.cfg.INPUT.RANDOM_FLIP = "none"
        if plan.settings.alt_augmentations:
            self.cfg.INPUT.MIN_SIZE_TRAIN = SHORT_SIDES
            self.cfg.INPUT.MIN_SIZE_TRAIN_SAMPLING = "choice"
            self.cfg.INPUT.MAX_SIZE_TRAIN = LONG_SIDE
        self.cfg.OUTPUT_DIR = str(plan.run)
        self.override(plan.settings.options)
        solver.STEPS = tuple(step for step in solver.STEPS if step < solver.MAX_ITER)

    def override(self, options: Sequence[str]) -> None:
        """See `Recipe`."""
        pairs = option_pairs(options)
        with config_errors(" ".join(options)):
            self.cfg.merge_from_list([part for pair in pairs for part in pair])

    def _set_model(self, plan: Plan) -> None:
        model = self.cfg.MODEL
        model.DEVICE = plan.device
        model.MASK_ON = model.KEYPOINT_ON = model.LOAD_PROPOSALS = False
        if model.META_ARCHITECTURE == "PanopticFPN":
            model.META_ARCHITECTURE = "GeneralizedRCNN"
        model.ROI_HEADS.NUM_CLASSES = model.RETINANET.NUM_CLASSES = plan.classes
        model.ANCHOR_GENERATOR.SIZES = anchor_sizes(self._strides())
        self.cfg.TEST.DETECTIONS_PER_IMAGE = max(self.cfg.TEST.DETECTIONS_PER_IMAGE, DETECTIONS)

    def _strides(self) -> list[int]:
        """Strides of the maps that anchors stand on."""
        from detectron2.modeling import build_backbone

        model = self.cfg.MODEL
        maps = build_backbone(self.cfg).output_shape()
        names = (model.RETINANET if self._one_stage() else model.RPN).IN_FEATURES
        return [maps[name].stride for name in names]

    def _one_stage(self) -> bool:
        return bool(self.cfg.MODEL.META_ARCHITECTURE == "RetinaNet")

    def _heads(self) -> Any:
        return self.cfg.MODEL.RETINANET if self._one_stage() else self.cfg.MODEL.ROI_HEADS

    def _set_solver(self, plan: Plan, steps_before: int, batch_before: int) -> None:
        """Lay the config's schedule over the steps of this training."""
        solver, wanted = self.cfg.SOLVER, plan.settings
        steps = steps_of(plan.images, wanted.epochs, wanted.batch_size)
        if "SOLVER.MAX_ITER" in dict(option_pairs(wanted.options)):
            steps = solver.MAX_ITER
        share = steps / steps_before
        milestones = {round(step * share) for step in solver.STEPS}
        solver.STEPS = tuple(sorted(step for step in milestones if 0 < step < steps))
        solver.WARMUP_ITERS = min(round(solver.WARMUP_ITERS * share), steps)
        solver.MAX_ITER = steps
        if wanted.learning_rate is not None:
            solver.BASE_LR = wanted.learning_rate
        else:
            solver.BASE_LR *= wanted.batch_size / batch_before
        solver.IMS_PER_BATCH = wanted.batch_size
        self.cfg.TEST.EVAL_PERIOD = period(plan.images, wanted.batch_size)
        solver.CHECKPOINT_PERIOD = self.cfg.TEST.EVAL_PERIOD

    def start_from(self, weights: str) -> None:
        """See `Recipe`."""
        self.cfg.MODEL.WEIGHTS = weights

    def start_at_random(self) -> None:
        """See `Recipe`."""
        model = self.cfg.MODEL
        model.WEIGHTS = ""
        model.BACKBONE.FREEZE_AT = 0
        if model.RESNETS.NORM == FROZEN:
            model.RESNETS.NORM = "BN"

    def set_thresholds(self, *, score: float, iou: float) -> None:
        """See `Recipe`."""
        for heads in (self.cfg.MODEL.ROI_HEADS, self.cfg.MODEL.RETINANET):
            heads.SCORE_THRESH_TEST = score
            heads.NMS_THRESH_TEST = iou

    @config_errors()
    def model(self) -> nn.Module:
        """See `Recipe`."""
        from detectron2.modeling import build_model

        cfg = self.cfg.clone()
        cfg.MODEL.DEVICE = "cpu"  # whoever asks moves it
        model: nn.Module = build_model(cfg)
        return model

    @config_errors()
    def optimizer(self, model: nn.Module) -> Optimizer:
        """See `Recipe`."""
        from detectron2.solver import build_optimizer

        optimizer: Optimizer = build_optimizer(self.cfg, model)
        return optimizer

    @config_errors()
    def scheduler(self, optimizer: Optimizer) -> Any:
        """See `Recipe`."""
        from detectron2.solver import build_lr_scheduler

        return build_lr_scheduler(self.cfg, optimizer)

    @config_errors()
    def augmentations(self, *, train: bool) -> list[Any]:
        """See `Recipe`."""
        from detectron2.data.detection_utils import build_augmentation

        augmentations: list[Any] = build_augmentation(self.cfg, train)
        return augmentations

    def save(self, run: Path) -> None:
        """See `Recipe`."""
        text = self.cfg.dump()
        (run / "config.yaml").write_text(text, "utf-8")
        values = json.dumps(yaml.safe_load(text), indent=2)
        (run / "omega_config.json").write_text(values + "\n", "utf-8")
