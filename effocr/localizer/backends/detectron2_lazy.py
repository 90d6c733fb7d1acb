"""A LazyConfig of Detectron2: a program that makes it, or the yaml that is saved of it."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from torch import nn
from torch.optim import Optimizer

from effocr.errors import UsageError
from effocr.localizer.backends.detectron2_config import (
    DETECTIONS,
    LONG_SIDE,
    SHORT_SIDES,
    anchor_sizes,
    find_config,
    is_own,
    option_pairs,
    period,
    steps_of,
)
from effocr.localizer.backends.detectron2_recipe import Pace, Plan, config_errors

__all__ = ["LazyRecipe"]

logger = logging.getLogger(__name__)

# What a config that holds a model only is completed with: part -> (file of Detectron2's own, name).
USUAL: Final = {
    "train": ("common/train.py", "train"),
    "optimizer": ("common/optim.py", "AdamW"),
    "lr_multiplier": ("common/coco_schedule.py", "lr_multiplier_1x"),
    "dataloader": ("common/data/coco.py", "dataloader"),
}
TRUSTED: Final = (
    "detectron2.data.transforms.", "detectron2.evaluation.", "detectron2.layers.",
    "detectron2.modeling.", "detectron2.solver.", "fvcore.common.param_scheduler.", "torch.nn.",
    "torch.optim.",
)  # fmt: skip
"""Whose callables a saved config may name; no other is called."""
LOADING: Final = frozenset(
    f"detectron2.data.{name}"
    for name in ("DatasetMapper", "build_detection_test_loader", "build_detection_train_loader",
                 "get_detection_dataset_dicts")
)  # fmt: skip
"""Named by every saved config and never called; other functions beside them unpickle files."""


class LazyRecipe:
    """See `effocr.localizer.backends.detectron2_recipe.Recipe`."""

    def __init__(self, cfg: Any, source: Path) -> None:
        """Take a configuration.

        Raises:
            UsageError: there is no model in it.
        """
        from detectron2.config import LazyConfig

        if "model" not in cfg:
            raise UsageError(f"{source}: a LazyConfig without `model`")
        self.cfg = cfg
        for part, (file, name) in USUAL.items():
            if part not in cfg:
                cfg[part] = LazyConfig.load(str(find_config(file)), name)

    @classmethod
    def of_program(cls, path: Path) -> "LazyRecipe":
        """Run a .py file.

        Raises:
            UsageError: it can't be run.
        """
        from detectron2.config import LazyConfig

        if not is_own(path):
            logger.warning("%s: a program, which is run; use only what you trust", path)
        with config_errors(f"{path}: not a LazyConfig of this Detectron2"):
            return cls(LazyConfig.load(str(path)), path)

    @classmethod
    def of_values(cls, values: dict[str, Any], path: Path) -> "LazyRecipe":
        """Take what `save` wrote.

        Raises:
            UsageError: it names a callable of something else than Detectron2 and torch.
        """
        from omegaconf import OmegaConf

        for node in _mappings(values):
            if "_target_" in node and not _trusted(node["_target_"]):
                raise UsageError(
                    f"{path}: {node['_target_']} is no part of Detectron2 that a config needs; "
                    "refused"
                )
        return cls(OmegaConf.create(values, flags={"allow_objects": True}), path)

    @config_errors()
    def pace(self) -> Pace:
        """See `Recipe`."""
        train, loader = self.cfg.train, self.cfg.dataloader.train
        return Pace(
            classes=int((self.cfg.model.get("roi_heads") or self.cfg.model).num_classes),
            weights=str(train.get("init_checkpoint") or ""),
            steps=int(train.max_iter),
            evaluate_every=int(train.get("eval_period", 0)),
            workers=int(loader.get("num_workers", 0)),
            amp=bool(train.get("amp", {}).get("enabled", False)),
            seed=int(train.get("seed", -1)),
        )

    @config_errors()
    def prepare(self, plan: Plan) -> None:
        """See `Recipe`."""
        batch_before = int(self.cfg.dataloader.train.get("total_batch_size", 16))
        self.override(plan.settings.options)  # the network's, before its strides are asked for
        self._set_model(plan.classes)
        wanted, train = plan.settings, self.cfg.train
        train.max_iter = steps_of(plan.images, wanted.epochs, wanted.batch_size)
        train.eval_period = period(plan.images, wanted.batch_size)
        train.device, train.output_dir = plan.device, str(plan.run)
        if wanted.learning_rate is not None:
            self.cfg.optimizer.lr = wanted.learning_rate
        else:
            self.cfg.optimizer.lr *= wanted.batch_size / batch_before
        self.cfg.dataloader.train.total_batch_size = wanted.batch_size
        mapper = self._mapper(train=True)
        mapper.augmentations = [one for one in mapper.augmentations if not _mirrors(one)]
        if wanted.alt_augmentations:
            mapper.augmentations = [_alternative()]
        self.override(wanted.options)

    def override(self, options: Sequence[str]) -> None:
        """See `Recipe`."""
        from detectron2.config import LazyConfig

        pairs = [f"{name}={value}" for name, value in option_pairs(options)]
        with config_errors(" ".join(options)):
            self.cfg = LazyConfig.apply_overrides(self.cfg, pairs)

    def _set_model(self, classes: int) -> None:
        model = self.cfg.model
        heads = model.get("roi_heads")
        if heads is None:
            model.num_classes = classes
            if "head" in model and "num_classes" in model.head:
                model.head.num_classes = classes
        else:
            heads.num_classes = classes
            for part in [name for name in heads if name.startswith(("mask_", "keypoint_"))]:
                heads.pop(part)
        for node in _mappings(model):
            for name in ("test_topk_per_image", "max_detections_per_image"):
                if name in node:
                    node[name] = max(int(node[name]), DETECTIONS)
        for predictor in self._predictors():
            predictor.test_topk_per_image = DETECTIONS
        self._set_anchors()

    def _set_anchors(self) -> None:
        """Give the original's anchors to whatever places anchors by `sizes` and `strides`."""
        model = self.cfg.model
        part = model.get("proposal_generator") or model
        anchors, head = part.get("anchor_generator"), part.get("head")
        if anchors is None or head is None or "num_anchors" not in head:
            return
        anchors.sizes = anchor_sizes(list(anchors.strides))
        ratios = list(anchors.aspect_ratios)
        number = len(ratios[0]) if hasattr(ratios[0], "__len__") else len(ratios)
        head.num_anchors = len(anchors.sizes[0]) * number

    def _predictors(self) -> list[Any]:
        heads = self.cfg.model.get("roi_heads") or {}
        one = heads.get("box_predictor")
        return ([] if one is None else [one]) + list(heads.get("box_predictors") or [])

    def start_from(self, weights: str) -> None:
        """See `Recipe`."""
        self.cfg.train.init_checkpoint = weights

    def start_at_random(self) -> None:
        """See `Recipe`."""
        self.cfg.train.init_checkpoint = ""
        for node in _mappings(self.cfg.model):
            if "norm" in node and node["norm"] == "FrozenBN":
                node["norm"] = "BN"
            if "freeze_at" in node:
                node["freeze_at"] = 0

    def set_thresholds(self, *, score: float, iou: float) -> None:
        """See `Recipe`."""
        parts = self._predictors() or [self.cfg.model]
        for part in parts:
            part.test_score_thresh, part.test_nms_thresh = score, iou

    @config_errors()
    def model(self) -> nn.Module:
        """See `Recipe`."""
        from detectron2.config import instantiate

        model: nn.Module = instantiate(self.cfg.model)
        return model

    @config_errors()
    def optimizer(self, model: nn.Module) -> Optimizer:
        """See `Recipe`."""
        from detectron2.config import instantiate

        wanted = self.cfg.optimizer.copy()
        wanted.params.model = model
        optimizer: Optimizer = instantiate(wanted)
        return optimizer

    @config_errors()
    def scheduler(self, optimizer: Optimizer) -> Any:
        """See `Recipe`."""
        from detectron2.config import instantiate
        from detectron2.solver import LRMultiplier

        return LRMultiplier(optimizer, instantiate(self.cfg.lr_multiplier), self.pace().steps)

    @config_errors()
    def augmentations(self, *, train: bool) -> list[Any]:
        """See `Recipe`."""
        from detectron2.config import instantiate

        return [instantiate(one) for one in self._mapper(train=train).augmentations]

    def _mapper(self, *, train: bool) -> Any:
        loader = self.cfg.dataloader
        return (loader.train if train else loader.test).mapper

    def save(self, run: Path) -> None:
        """See `Recipe`."""
        from detectron2.config import LazyConfig
        from omegaconf import OmegaConf

        LazyConfig.save(self.cfg, str(run / "config.yaml"))
        values = OmegaConf.to_container(self.cfg, resolve=False)
        text = json.dumps(values, indent=2, default=_name)
        (run / "omega_config.json").write_text(text + "\n", "utf-8")


def _mappings(node: Any) -> Iterator[Any]:
    """A mapping and all mappings in it."""
    if isinstance(node, Mapping):
        yield node
        for value in node.values():
            yield from _mappings(value)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for value in node:
            yield from _mappings(value)


def _trusted(target: Any) -> bool:
    """Whether a name leads to a callable of a trusted package, and not by way of it elsewhere."""
    from detectron2.utils.registry import locate

    if not isinstance(target, str):
        return False
    if target in LOADING or not target.startswith(TRUSTED):
        return target in LOADING
    try:
        found = locate(target)
    except Exception:  # noqa: BLE001 - of unknown kinds: the name leads nowhere
        return False
    return f"{getattr(found, '__module__', '')}.".startswith(TRUSTED)


def _name(value: Any) -> str:
    """What stands in JSON for a class, a function or anything else."""
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    return str(value)


def _mirrors(augmentation: Any) -> bool:
    return _name(augmentation.get("_target_", "")).endswith("RandomFlip")


def _alternative() -> Any:
    from detectron2.config import LazyCall
    from detectron2.data.transforms import ResizeShortestEdge

    return LazyCall(ResizeShortestEdge)(
        short_edge_length=list(SHORT_SIDES), sample_style="choice", max_size=LONG_SIDE
    )
