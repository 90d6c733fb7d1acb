"""What a configuration of OpenOCR means for our detector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from effocr.cli.compat.openocr_config import Values
from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.detector.config import DetectorTraining

__all__ = ["OUTPUT", "LabelFiles", "label_files", "settings_of_openocr", "unused"]

OUTPUT: Final = "output"
"""Folder of the run where the configuration names none."""

_BACKBONES: Final = {"RepSVTR_det": "repvit"}
_LOSSES: Final = {"DiceLoss": "dice", "BCELoss": "bce"}
_SCHEDULES: Final = {
    "CosineAnnealingLR": "cosine", "OneCycleLR": "one-cycle", "ConstLR": "constant",
}  # fmt: skip
_FIGURES: Final = {name: name for name in ("hmean", "precision", "recall")}
_SHAPES: Final = {"quad": "box", "poly": "band"}
_DEVICES: Final = {"gpu": "auto", "cpu": "cpu"}
_ELSEWHERE: Final = (  # asked for by the commands, or done as well without a setting
    "Global.checkpoints", "Global.pretrained_model", "Global.output_dir", "Global.infer_img",
    "Global.onnx_model_path", "Global.backend", "Global.is_visualize", "Global.save_epoch_step",
    "Global.model_type", "Global.distributed", "Global.export_dir", "Train.dataset.name",
    "Train.dataset.data_dir",
    "Train.dataset.label_file_list", "Train.dataset.ratio_list", "Eval.dataset.name",
    "Eval.dataset.data_dir", "Eval.dataset.label_file_list", "Eval.dataset.ratio_list",
    *(
        f"{part}.dataset.transforms.{name}"
        for part in ("Train", "Eval")
        for name in ("DecodeImage", "DetLabelEncode", "NormalizeImage", "ToCHWImage", "KeepKeys")
    ),
)  # fmt: skip
_ONLY: Final = {  # settings of which one value is there; others are named
    "Train.loader.shuffle": True, "Train.loader.drop_last": False, "PostProcess.score_mode": "slow",
    "Optimizer.filter_bias_and_bn": False, "Loss.balance_loss": True,
    "Global.cal_metric_during_train": False, "Global.eval_epoch_step": None,
    "Architecture.Head.k": 50, "Architecture.model_type": "det",
}  # fmt: skip
_WHY: Final = {  # the beginning of a path -> why it has no effect
    "Train.dataset.transforms.CopyPaste": "words are not pasted",
    "Train.dataset.transforms.IaaAugment": "crops are turned, scaled and worn, never mirrored",
    "Train.dataset.transforms.EastRandomCropData": "crops are chosen around words, in proportion",
    "Train.dataset.transforms.MakeBorderMap": "the ratio is the same in every epoch",
    "Train.dataset.transforms.MakeShrinkMap": "the ratio is the same in every epoch",
    "Loss.ohem_ratio": "Dice has no hard pixels; BCELoss has",
    "Eval.loader": "pages are looked at one by one",
    "PostProcess.max_candidates": "all regions are kept",
    "PostProcess.score_mode": "a region's score is the mean within its outline",
    "Global.cal_metric_during_train": "figures are those of the validation pages",
    "Global.eval_epoch_step": "Global.eval_batch_step says when figures are taken",
    "Global.log_smooth_window": "the log has means since the line before",
    "Global.save_inference_dir": "export with openocr-toonnx",
    "Global.save_res_path": "results go to det_results/det_results.txt",
    "profiler_options": "there is no profiler",
}


@dataclass(frozen=True)
class LabelFiles:
    """Files of labels.

    Attributes:
        files: one image a line.
        images: folder that the images' paths are relative to.
        shares: of each file, how much of it is taken, 0 to 1.
    """

    files: tuple[Path, ...]
    images: Path
    shares: tuple[float, ...]


def settings_of_openocr(values: Values, *, steps_an_epoch: int | None = None) -> DetectorTraining:
    """Settings of our detector.

    Args:
        values: of the configuration.
        steps_an_epoch: where it is known, checkpoints are written once an epoch.

    Raises:
        UsageError: something is asked for that is not there, or a value is refused.
    """
    from effocr.detector.config import DetectorTraining
    from effocr.training.config import load_config

    for path, name in (
        ("Architecture.Head.name", "DBHead"), ("Loss.name", "DBLoss"),
        ("PostProcess.name", "DBPostProcess"), ("Metric.name", "DetMetric"),
    ):  # fmt: skip
        values.one_of(path, {name: name}, name)
    algorithm = str(values.take("Architecture.algorithm", "DB_mobile"))
    if not algorithm.startswith("DB"):
        raise UsageError(
            f"Architecture.algorithm: {algorithm} is no DBNet, and nothing else is here"
        )
    values.know(*_ELSEWHERE)
    for path, only in _ONLY.items():
        values.expect(path, only)
    size = values.take("Train.dataset.transforms.EastRandomCropData.size", [640, 640])
    if not isinstance(size, list) or len(size) != 2 or size[0] != size[1]:
        raise UsageError(f"Train.dataset.transforms.EastRandomCropData.size: {size} is no square")
    batch = values.whole("Train.loader.batch_size_per_card", 8)
    side = int(size[0]) if isinstance(size[0], int) else 0
    loss = values.one_of("Loss.main_loss_type", _LOSSES, "DiceLoss")
    return load_config(
        DetectorTraining,
        model=_model(values),
        look=_look(values),
        truth=_truth(values),
        crop={"sizes": (side,)},
        loop=_loop(values, steps_an_epoch),
        batch_pixels=batch * side * side,
        probability_loss=loss,
        hard_negatives=values.number("Loss.ohem_ratio", 3) if loss == "bce" else None,
        probability_weight=values.number("Loss.alpha", 5),
        threshold_weight=values.number("Loss.beta", 10),
        validation_pages=1_000_000,
    )


def label_files(values: Values, part: str) -> LabelFiles:
    """Where the pages of `Train` or `Eval` are.

    Raises:
        UsageError: no file is named, or shares and files do not agree.
    """
    path = f"{part}.dataset"
    values.one_of(f"{path}.name", {"SimpleDataSet": None}, "SimpleDataSet")
    listed = values.take(f"{path}.label_file_list", [])
    files = [listed] if isinstance(listed, str) else listed
    if not isinstance(files, list) or not files:
        raise UsageError(f"{path}.label_file_list: name files of labels")
    folder = values.take(f"{path}.data_dir")
    shares = values.take(f"{path}.ratio_list", 1.0)
    shares = shares if isinstance(shares, list) else [shares] * len(files)
    if len(shares) != len(files) or not all(
        isinstance(share, (int, float)) and 0 < share <= 1 for share in shares
    ):
        raise UsageError(f"{path}.ratio_list: {shares}: a share above 0, at most 1, for each file")
    first = Path(str(files[0]))
    return LabelFiles(
        tuple(Path(str(file)) for file in files),
        first.parent if folder is None else Path(str(folder)),
        tuple(float(share) for share in shares),
    )


def unused(values: Values) -> list[str]:
    """What is done otherwise or has no effect, with path, value and, where it is known, reason."""
    found = list(values.notes)
    for path, value in values.left():
        why = next((text for start, text in _WHY.items() if path.startswith(start)), "not known")
        if path in _ONLY:
            why = f"it is always {_ONLY[path]} here" if why == "not known" else why
        found.append(f"{path}={value!s:.40}: no effect: {why}")
    return found


def _model(values: Values) -> dict[str, Any]:
    """The network of OpenOCR in our parts."""
    name = str(values.take("Architecture.Backbone.name", "RepSVTR_det"))
    values.one_of("Architecture.Neck.name", {"RSEFPN": None}, "RSEFPN")
    own = {
        key: found
        for key in ("channels", "layers")
        if (found := values.take(f"Architecture.Backbone.{key}")) is not None
    }
    return {
        "backbone": _BACKBONES.get(name, name),
        "neck_channels": values.whole("Architecture.Neck.out_channels", 96),
        "squeeze": bool(values.take("Architecture.Neck.shortcut", True)),
        "map_stride": 1,
        "thickness": False,
        **own,
    }


def _look(values: Values) -> dict[str, Any]:
    path = "Eval.dataset.transforms.DetResizeForTest"
    side = values.take(f"{path}.limit_side_len")
    # OpenOCR limits the shorter side where only a length is given
    values.one_of(f"{path}.limit_type", {"max": None}, "max" if side is None else "min")
    return {
        "level": "word",
        "sized_by": "page",
        "long_side_px": values.whole(f"{path}.limit_side_len", 960),
        "map_stride": 1,
        "binary_threshold": values.number("PostProcess.thresh", 0.3),
        "box_threshold": values.number("PostProcess.box_thresh", 0.7),
        "unclip_ratio": values.number("PostProcess.unclip_ratio", 2.0),
        "shape": values.one_of("PostProcess.box_type", _SHAPES, "quad"),
    }


def _truth(values: Values) -> dict[str, Any]:
    shrink, border = (f"Train.dataset.transforms.Make{name}Map" for name in ("Shrink", "Border"))
    ratio = values.number(f"{shrink}.shrink_ratio", 0.4)
    if values.number(f"{border}.shrink_ratio", ratio) != ratio:
        raise UsageError(f"{border}.shrink_ratio: it must be that of MakeShrinkMap, {ratio}")
    return {
        "shrink_ratio": ratio,
        "least_cells": values.number(f"{shrink}.min_text_size", 8),
        "threshold_low": values.number(f"{border}.thresh_min", 0.3),
        "threshold_high": values.number(f"{border}.thresh_max", 0.7),
    }


def _loop(values: Values, steps_an_epoch: int | None) -> Mapping[str, Any]:
    """Settings of the loop; of warm-up epochs, no more than half of all."""
    epochs = values.whole("Global.epoch_num", 500)
    warm = values.number("LRScheduler.warmup_epoch", 0)
    if warm > epochs / 2:
        values.note(f"LRScheduler.warmup_epoch={warm:g}: shortened to half of {epochs} epochs")
    every = values.take("Global.eval_batch_step", [0, 1000])
    if isinstance(every, list) and len(every) > 1 and every[0]:
        values.note(f"Global.eval_batch_step={every}: figures are taken from the first step on")
    if values.one_of("Optimizer.name", {"Adam": True, "AdamW": False}, "Adam"):
        values.note("Optimizer.name=Adam: AdamW, whose weight decay is apart from the gradient")
    clip = values.number("Global.grad_clip_val", 0)
    loop = {
        "epochs": epochs,
        "learning_rate": values.number("Optimizer.lr", 1e-3),
        "weight_decay": values.number("Optimizer.weight_decay", 0),
        "schedule": values.one_of("LRScheduler.name", _SCHEDULES, "CosineAnnealingLR"),
        "warmup": min(0.5, warm / max(epochs, 1)),
        "clip_norm": clip if clip > 0 else None,
        "ema_decay": None,
        "bf16": bool(values.take("Global.use_amp", False)),
        "device": values.one_of("Global.device", _DEVICES, "gpu"),
        "workers": values.take("Train.loader.num_workers"),
        "log_every": values.whole("Global.print_batch_step", 100),
        "validate_every": every[-1] if isinstance(every, list) and every else every,
        "best": values.one_of("Metric.main_indicator", _FIGURES, "hmean"),
        "seed": values.whole("Global.seed", 48),
        "trackers": tuple(
            name for name in ("tensorboard", "wandb") if values.take(f"Global.use_{name}", False)
        ),
    }
    return loop if steps_an_epoch is None else {**loop, "save_every": steps_an_epoch}
