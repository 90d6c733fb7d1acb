"""`train.py` of a text spotter: its detector learns from COCO with text."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from effocr.cli.compat.counted_epochs import STEPS_AN_EPOCH, counted_again
from effocr.cli.compat.flags import Flags
from effocr.cli.compat.spotting_files import here, paths, read_pages
from effocr.cli.runs import report, show_log

if TYPE_CHECKING:
    from effocr.detector.config import DetectorTraining
    from effocr.learn.templates import Template

__all__ = ["run"]

LATEST: Final = "latest.pth"


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    args = _flags().parse_args(argv)

    from effocr.cli.train_detector import prepare_pages
    from effocr.detector.batches import CropBatches
    from effocr.detector.train import train_detector
    from effocr.errors import UsageError
    from effocr.export.runs import Sources, remember_sources
    from effocr.training.distributed import is_main, steps_an_epoch

    template = here()
    resume, start = _starts(args, template)
    gpus = template.gpu_num if args.gpu_num is None else args.gpu_num
    _check_processes(gpus)
    settings = _settings(args, template, resume)
    show_log()
    files = [paths(text) for text in (args.train_ann_files, args.val_ann_files)]
    roots = [paths(text) for text in (args.train_data_roots, args.val_data_roots)]
    learnt = prepare_pages(read_pages(files[0], roots[0]), settings)
    aside = prepare_pages(read_pages(files[1], roots[1])[: settings.validation_pages], settings)
    per_epoch = steps_an_epoch(len(CropBatches(learnt, settings)))
    settings = _with_loop(
        settings,
        validate_every=per_epoch, save_every=per_epoch, log_every=min(per_epoch, 50),
        device="cpu" if gpus == 0 else "auto",
    )  # fmt: skip
    folder: Path = args.save_checkpoints_to
    with counted_again(resume, steps=per_epoch, run=folder) as counted:
        if counted is not None and _is_done(counted, per_epoch * _epochs(settings)):
            raise UsageError(
                f"{resume} has its {_epochs(settings)} epochs already; give more with --epochs"
            )
        _open_folder(folder, resume, args.tensorboard_dir)
        if is_main():
            remember_sources(folder, Sources(tuple(files[0]), tuple(files[1]), start))
        outcome = train_detector(
            learnt, aside, settings,
            run=folder, resume=counted, init_from=start, saved=_saver(folder, per_epoch),
        )  # fmt: skip
    report(outcome, folder, how=f"--resume-from {folder / LATEST}")
    return 0


def _flags() -> Flags:
    flags = Flags(
        "spotting_train.py",
        description="Train the detector of a text spotter, in the folder of its template. What no "
        "flag says is taken from template.yaml.",
    )
    flag = flags.flag
    several = "several, separated by commas"
    flag("--train-ann-files", required=True, help=f"COCO with text; {several}.")
    flag("--train-data-roots", required=True, help="Folder of the images of each.")
    flag("--val-ann-files", required=True, help=f"Kept aside; {several}.")
    flag("--val-data-roots", required=True, help="Folder of the images of each.")
    flag("--resume-from", default="", metavar="PTH", help="Go on with it, its epochs counted.")
    flag("--load-weights", default="", metavar="PTH", help="Start from its weights, epoch 0.")
    flag(
        "--save-checkpoints-to", type=Path, default=Path("/tmp/checkpoints"), metavar="DIR",
        help="Folder of the run (/tmp/checkpoints).",
    )  # fmt: skip
    flag("--epochs", type=int, help="Passes over the images, in all.")
    flag("--batch-size", type=int, help="Crops in a step.")
    flag("--gpu-num", type=int, help="GPUs; more than one need torchrun. 0: the CPU.")
    flag("--base-learning-rate", type=float, help="The highest of the schedule.")
    flag("--tensorboard-dir", type=Path, metavar="DIR", help="Default: in the folder of the run.")
    return flags


def _starts(args: argparse.Namespace, template: Template) -> tuple[Path | None, Path | None]:
    """The checkpoint to go on with, or the weights to start from.

    Raises:
        UsageError: both are given, or a file is missing.
    """
    from effocr.errors import UsageError

    if args.resume_from and args.load_weights:
        raise UsageError("--resume-from goes on with a run, --load-weights starts one: give one")
    start = args.load_weights or ("" if args.resume_from else template.initial_weights)
    for name in (args.resume_from, start):
        if name and not Path(name).is_file():
            raise UsageError(f"{name}: no such checkpoint")
    return (Path(args.resume_from) if args.resume_from else None), (Path(start) if start else None)


def _check_processes(gpus: int) -> None:
    """See that there are as many processes as GPUs are wanted.

    Raises:
        UsageError: there are fewer, or the number is below zero.
    """
    from effocr.errors import UsageError

    if gpus < 0:
        raise UsageError(f"--gpu-num {gpus}: 0 for the CPU, or more")
    if gpus > 1 and os.environ.get("WORLD_SIZE") != str(gpus):
        raise UsageError(
            f"{gpus} GPUs need as many processes: torchrun --nproc_per_node={gpus} train.py ..."
        )


def _settings(
    args: argparse.Namespace, template: Template, resume: Path | None
) -> DetectorTraining:
    """Flags over template.yaml over its file of settings; a run that goes on keeps its own.

    Raises:
        UsageError: a value is out of range.
    """
    from effocr.detector.config import DetectorTraining
    from effocr.detector.train import KIND
    from effocr.training.checkpoints import load_run
    from effocr.training.config import load_config

    basic = template.hyper_parameters.basic
    rate, crops = args.base_learning_rate, args.batch_size
    if resume is None:
        base = load_config(DetectorTraining, Path(template.config))
        rate = basic.base_learning_rate if rate is None else rate
        crops = basic.batch_size if crops is None else crops
    else:
        base = load_run(resume, kind=KIND, config=DetectorTraining)[0]
    values = base.model_dump()
    values["loop"]["epochs"] = basic.epochs if args.epochs is None else args.epochs
    if args.tensorboard_dir is not None or template.tensorboard:
        values["loop"]["trackers"] = ("tensorboard",)
    if rate is not None:
        values["loop"]["learning_rate"] = rate
    if crops is not None:
        values["batch_pixels"] = crops * max(base.crop.sizes) ** 2
    return load_config(DetectorTraining, **values)


def _with_loop(settings: DetectorTraining, **loop: Any) -> DetectorTraining:
    return settings.model_copy(update={"loop": settings.loop.model_copy(update=loop)})


def _epochs(settings: DetectorTraining) -> int:
    return settings.loop.epochs or 1


def _open_folder(folder: Path, resume: Path | None, tensorboard: Path | None) -> None:
    """Make the folder of the run, and its way to that of TensorBoard.

    Raises:
        UsageError: it holds another run.
    """
    from effocr.errors import UsageError
    from effocr.training.checkpoints import LAST

    goes_on = resume is not None and resume.resolve().parent == folder.resolve()
    if (folder / LAST).is_file() and not goes_on:
        raise UsageError(f"{folder}: holds another run; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "tensorboard"
    if tensorboard is not None and not link.exists():
        tensorboard.mkdir(parents=True, exist_ok=True)
        link.symlink_to(tensorboard.resolve(), target_is_directory=True)


def _is_done(checkpoint: Path, steps: int) -> bool:
    from effocr.training.checkpoints import load_checkpoint

    return int(load_checkpoint(checkpoint)["step"]) >= steps


def _saver(folder: Path, per_epoch: int) -> Callable[[str, Mapping[str, Any]], None]:
    """Writes latest.pth, and epoch_N.pth after whole epochs."""
    from effocr.training.checkpoints import LAST, save_checkpoint

    def save(written: str, state: Mapping[str, Any]) -> None:
        if written != LAST:
            return
        epoch, rest = divmod(int(state["step"]), per_epoch)
        for name in (LATEST,) if rest else (LATEST, f"epoch_{epoch}.pth"):
            save_checkpoint({**state, STEPS_AN_EPOCH: per_epoch}, folder / name)

    return save
