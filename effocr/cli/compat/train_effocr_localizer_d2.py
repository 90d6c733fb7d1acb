"""`train_effocr_localizer_d2.py`: train a localizer with Detectron2, or with another backend."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.runs import INTERRUPTED, STARTED, show_log, tell

if TYPE_CHECKING:
    from effocr.localizer.backends.detectron2_config import Detectron2Training
    from effocr.localizer.backends.torchvision_config import TorchvisionTraining
    from effocr.localizer.config import LocalizerTraining

__all__ = ["run"]

PROG: Final = "train_effocr_localizer_d2.py"
FILES: Final = ("train_file", "val_file", "test_file")


def run(argv: Sequence[str]) -> int:
    """Train, or with --eval-only not; then print the figures of the test set."""
    given = _parser().parse_args(argv)
    show_log()

    from effocr.export.runs import Sources, remember_sources
    from effocr.workbench.localizer_training import LineFiles, train_backend

    folder = Path(given.output_dir or given.name)
    resume = given.resume and (folder / STARTED[given.backend]).is_file()
    settings = _settings(given, folder if resume else None)
    images = _images(given)
    _check_files(given)
    if not given.eval_only:
        _check_training(given, folder, resume)
        files = LineFiles(_files(given, "train_file"), _files(given, "val_file"), images)
        start = _path(given.init_ckpt)
        remember_sources(folder, Sources(files.train, files.validation, start, images))
        outcome = train_backend(
            files, settings, run=folder, tell=tell, resume=folder if resume else None,
            init_from=start,
        )  # fmt: skip
        best = "" if outcome.best is None else f", best {outcome.best:.4f} at {outcome.best_step}"
        print(f"{folder}: step {outcome.step}{best}")
        if outcome.interrupted:
            print("stopped; go on with --resume")
            return INTERRUPTED
    _score(given, folder, settings, images)
    return 0


def _parser() -> Flags:
    flags = Flags(
        PROG,
        description="Train a localizer with Detectron2, or with a backend that needs no install.",
    )
    flags.flag("--name", required=True, help="of the run, and its folder without --output_dir")
    flags.flag(
        "--backend",
        choices=tuple(STARTED),
        default="detectron2",
        help="native reads fastest; torchvision is a Faster R-CNN; neither needs Detectron2",
    )
    flags.flag(
        "--config_file",
        "--config",
        default="",
        help="Detectron2: a yaml or LazyConfig .py, or one of its own by name "
        "(COCO-Detection/faster_rcnn_R_50_FPN_3x.yaml); other backends: their settings as YAML",
    )
    _add_data(flags)
    _add_training(flags)
    flags.flag("--num_gpus", type=int, default=1, help="of this machine; 0: the CPU")
    flags.flag("--num_machines", type=int, default=1)
    flags.flag("--machine_rank", type=int, default=0)
    flags.flag("--dist_url", default="auto", help="where several processes meet")
    flags.add_argument(
        "opts",
        nargs=argparse.REMAINDER,
        help="values of the config, last on the line: NAME VALUE in turn, or NAME=VALUE",
    )
    return flags


def _add_data(flags: Flags) -> None:
    flags.flag("--dataset_root", help="folder that the files and --images_dir are in")
    flags.flag("--dataset_name", help="of the data set; kept for old commands, nothing needs it")
    flags.flag("--train_file", help="COCO file of the lines to learn from")
    flags.flag("--val_file", help="COCO file of the lines to choose by; default: every 20th line")
    flags.flag("--test_file", help="COCO file of the lines to judge by")
    flags.flag("--images_dir", help="folder of the images; default: beside each file")
    flags.flag("--output_dir", help="folder of the run; default: --name")


def _add_training(flags: Flags) -> None:
    flags.flag("--init_ckpt", help="local weights to start from, or to judge with --eval-only")
    flags.flag("--lr", type=float, help="learning rate; default: the config's or the backend's own")
    flags.flag("--num_epochs", type=int, default=40, help="passes over the data")
    flags.flag(
        "--batch_size",
        type=int,
        help="lines; default: 1 with Detectron2, else the backend's own; native: so many lines of "
        "the greatest width, more of shorter ones",
    )
    flags.flag(
        "--alt_augs",
        action="store_true",
        help="Detectron2: lines of short sides from 480 to 800 pixels; nothing is mirrored",
    )
    flags.flag("--resume", action="store_true", help="go on with the run in its folder, if any")
    flags.flag("--eval_only", action="store_true", help="judge by the test set, do not train")
    flags.flag("--wandb", action="store_true", help="log to W&B, offline unless WANDB_MODE is set")


def _settings(
    given: argparse.Namespace, run: Path | None
) -> Detectron2Training | LocalizerTraining | TorchvisionTraining:
    """Settings of the backend; `run` is the folder of a training that goes on."""
    if given.backend == "detectron2":
        return _detectron2_settings(given)
    from effocr.localizer.backends.detectron2_config import option_pairs
    from effocr.localizer.config import LocalizerTraining
    from effocr.training.config import load_config

    file = _path(given.config_file) or (run / "config.yaml" if run else None)
    options = [f"{name}={value}" for name, value in option_pairs(given.opts)]
    loop = _loop(given)
    if given.alt_augs:
        print(f"{PROG}: --alt_augs is for Detectron2; it changes nothing here", file=sys.stderr)
    if given.backend == "torchvision":
        from effocr.localizer.backends.torchvision_config import TorchvisionTraining

        return load_config(
            TorchvisionTraining, file, overrides=options, loop=loop, batch_size=given.batch_size
        )
    native = load_config(LocalizerTraining, file, overrides=options, loop=loop)
    if given.batch_size is None:
        return native
    columns = given.batch_size * max(native.widths)
    return load_config(LocalizerTraining, file, overrides=options, loop=loop, batch_columns=columns)


def _loop(given: argparse.Namespace) -> dict[str, Any]:
    from effocr.localizer.backends.detectron2_config import PROJECT

    loop: dict[str, Any] = {"epochs": given.num_epochs, "project": PROJECT}
    if given.lr is not None:
        loop["learning_rate"] = given.lr
    if given.num_gpus == 0:
        loop["device"] = "cpu"
    if given.wandb:
        loop["trackers"] = ("wandb",)
    return loop


def _detectron2_settings(given: argparse.Namespace) -> Detectron2Training:
    from effocr.localizer.backends.detectron2_config import Detectron2Training, require_detectron2
    from effocr.training.config import load_config

    require_detectron2()
    return load_config(
        Detectron2Training,
        config=given.config_file or None,
        epochs=given.num_epochs,
        batch_size=given.batch_size,
        learning_rate=given.lr,
        alt_augmentations=given.alt_augs,
        init_checkpoint=given.init_ckpt,
        options=given.opts,
        gpus=given.num_gpus,
        machines=given.num_machines,
        machine_rank=given.machine_rank,
        dist_url=given.dist_url,
        trackers=("wandb",) if given.wandb else (),
    )


def _check_files(given: argparse.Namespace) -> None:
    """Refuse files that are not there, before hours of training.

    Raises:
        UsageError: says which.
    """
    from effocr.errors import UsageError

    for path in (path for name in FILES for path in _files(given, name)):
        if not path.exists():
            raise UsageError(f"{path}: no such file; it is looked for in --dataset_root")


def _check_training(given: argparse.Namespace, run: Path, resume: bool) -> None:
    """Refuse a training without data, or in the folder of another one.

    Raises:
        UsageError: says which.
    """
    from effocr.errors import UsageError

    if given.train_file is None:
        raise UsageError(f"{PROG}: name the lines to learn from with --train_file")
    begun = [backend for backend, file in STARTED.items() if (run / file).exists()]
    if begun and not resume:
        raise UsageError(
            f"{run}: holds a run; go on with --resume --backend {' or '.join(begun)}, or name "
            "another --output_dir"
        )
    run.mkdir(parents=True, exist_ok=True)


def _score(
    given: argparse.Namespace,
    run: Path,
    settings: Detectron2Training | LocalizerTraining | TorchvisionTraining,
    images: Path | None,
) -> None:
    """Print the figures of the test set, or of the validation set where there is none.

    Raises:
        UsageError: --eval-only without a set.
    """
    from effocr.errors import UsageError
    from effocr.localizer.backends.detectron2_config import Detectron2Training
    from effocr.workbench.localizer_training import score_run

    name = "test_file" if given.test_file or not given.eval_only else "val_file"
    data = _files(given, name)
    if not data:
        if given.eval_only:
            raise UsageError(f"{PROG}: name the lines to judge by with --test_file")
        return
    detectron2 = None
    if isinstance(settings, Detectron2Training):
        judged = _path(given.init_ckpt) if given.eval_only else None
        detectron2 = settings.model_copy(update={"init_checkpoint": judged})
    elif given.eval_only and given.init_ckpt:
        run = Path(given.init_ckpt)
    figures = score_run(given.backend, run, data, images=images, tell=tell, detectron2=detectron2)
    told = "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
    print(f"{data[0].name}: {told}")


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None


def _files(given: argparse.Namespace, name: str) -> tuple[Path, ...]:
    """The file of a flag, in --dataset_root unless it says where it is."""
    file = getattr(given, name)
    return (Path(given.dataset_root or "", file),) if file else ()


def _images(given: argparse.Namespace) -> Path | None:
    return Path(given.dataset_root or "", given.images_dir) if given.images_dir else None
