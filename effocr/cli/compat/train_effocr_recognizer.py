"""`train_effocr_recognizer.py`: train a recognizer's encoder and fill its index."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.runs import INTERRUPTED, show_log, tell

if TYPE_CHECKING:
    from effocr.workbench.recognizer_config import ClassicTraining
    from effocr.workbench.train_recognizer import ClassicOutcome

__all__ = ["run"]

PROG: Final = "train_effocr_recognizer.py"
FLAGS: Final = {
    "size_px": "--imsize",
    "classes": "--N_classes",
    "batch_size": "--batch_size",
    "views_per_class": "--m",
    "passes": "--num_passes",
    "temperature": "--temp",
    "mined": "--infer_hardneg_k",
    "first_epoch": "--start_epoch",
    "loop.epochs": "--num_epochs",
    "loop.learning_rate": "--lr",
    "loop.weight_decay": "--weight_decay",
    "loop.seed": "--seed",
    "loop.workers": "--num_workers",
}
"""Settings by the flags that can give them a value that is refused."""


def run(argv: Sequence[str]) -> int:
    """Train, and print the accuracies; what was left out goes to standard error."""
    given = _parser().parse_args(argv)
    config = _config(given)
    show_log()

    from effocr.training.distributed import is_main
    from effocr.workbench.dataset import open_dataset
    from effocr.workbench.train_recognizer import train_classic

    data = open_dataset(given.root_dir_path)
    split = data.split(given.train_ann_path, given.val_ann_path, given.test_ann_path)
    tell((*data.problems, *split.problems))
    folder = Path(given.run_name)
    outcome = train_classic(
        data, split, config, run=folder, resume=given.resume, arguments=vars(given)
    )
    if is_main():
        _report(outcome, folder)
    return INTERRUPTED if outcome.run.interrupted else 0


def _parser() -> Flags:
    flags = Flags(PROG, description="Train a recognizer's encoder and fill its index.")
    flags.flag("--root_dir_path", required=True, help="the data set: a folder for each character")
    flags.flag("--train_ann_path", required=True, help="COCO file of the lines to learn from")
    flags.flag("--val_ann_path", required=True, help="COCO file of the lines to choose by")
    flags.flag("--test_ann_path", required=True, help="COCO file of the lines to judge by")
    flags.flag("--run_name", required=True, help="folder of the run, and its name in W&B")
    flags.flag("--auto_model_timm", help="name of a timm network; it starts at random")
    flags.flag("--auto_model_hf", help="local folder of a Hugging Face model; no download")
    flags.flag("--weights", help="local file of weights to start from (.pth, .safetensors)")
    flags.flag("--checkpoint", help="enc_best.pth or run folder to start from")
    _add_training(flags)
    _add_data(flags)
    flags.flag("--seed", type=int, default=0, help="the same seed gives the same run")
    flags.flag("--device", choices=("auto", "cpu", "cuda"), default="auto")
    flags.flag("--num_workers", type=int, help="processes that make batches")
    flags.flag("--amp", action="store_true", help="compute in bfloat16 where that is safe")
    flags.flag("--wandb", action="store_true", help="log to W&B, offline unless WANDB_MODE is set")
    flags.flag("--resume", action="store_true", help="go on with the run exactly where it was")
    return flags


def _add_training(flags: Flags) -> None:
    flags.flag("--batch_size", type=int, default=128)
    flags.flag("--lr", type=float, default=2e-6, help="learning rate of AdamW")
    flags.flag("--weight_decay", type=float, default=5e-4)
    flags.flag("--num_epochs", type=int, default=5)
    flags.flag("--temp", type=float, default=0.1, help="temperature of the contrastive loss")
    flags.flag("--start_epoch", type=int, default=1, help="number of the first epoch")
    flags.flag("--m", type=int, default=4, help="glyphs of one character in a batch")
    flags.flag("--imsize", type=int, default=224, help="side of the squares, pixels")
    flags.flag("--num_passes", type=int, default=1, help="times an epoch comes to each character")
    flags.flag(
        "--N_classes", type=int, help="train a classifier with so many characters; 0: all there are"
    )
    flags.flag("--hns_txt_path", help="sets of look-alikes that an earlier run mined (hns.txt)")
    flags.flag("--infer_hardneg_k", type=int, default=8, help="characters in a set; 0: do not mine")
    flags.flag("--test_at_end", action="store_true", help="judge the best epoch by the test crops")


def _add_data(flags: Flags) -> None:
    flags.flag("--lang", default="jp", help="jp, en, or a YAML file of another language")
    flags.flag("--finetune", action="store_true", help="learn from crops only")
    flags.flag("--pretrain", action="store_true", help="learn from renders only")
    flags.flag("--high_blur", action="store_true", help="blur renders more")
    flags.flag("--no_aug", action="store_true", help="do not change renders")
    flags.flag("--epoch_viz_dir", help="folder for pictures of what is learnt from")
    flags.flag("--diff_sizes", action="store_true", deprecated="all glyphs are brought to --imsize")


def _config(given: argparse.Namespace) -> ClassicTraining:
    """Settings of the run.

    Raises:
        UsageError: flags exclude each other, or a value is refused.
    """
    from effocr.errors import UsageError
    from effocr.training.config import load_config
    from effocr.workbench.recognizer_config import ClassicTraining

    _refuse_pairs(given)
    use = "crops" if given.finetune else "renders" if given.pretrain else "both"
    try:
        return load_config(
            ClassicTraining,
            timm=given.auto_model_timm,
            hf=given.auto_model_hf,
            size_px=given.imsize,
            weights=given.checkpoint or given.weights,
            classes=given.N_classes,
            use=use,
            language=given.lang,
            batch_size=given.batch_size,
            views_per_class=given.m,
            passes=given.num_passes,
            temperature=given.temp,
            augment=not given.no_aug,
            high_blur=given.high_blur,
            hard_negatives=given.hns_txt_path,
            mined=given.infer_hardneg_k,
            first_epoch=given.start_epoch,
            samples=given.epoch_viz_dir,
            test_at_end=given.test_at_end,
            loop=_loop(given),
        )
    except UsageError as error:
        raise UsageError(f"{PROG}: {_with_flags(str(error))}") from error


def _with_flags(message: str) -> str:
    """A message about settings, which are called as the flags are."""
    for name, flag in FLAGS.items():
        message = message.replace(f" {name}:", f" {flag}:")
    return message.removeprefix("configuration: ")


def _refuse_pairs(given: argparse.Namespace) -> None:
    """Check flags that exclude each other.

    Raises:
        UsageError: both are given.
    """
    from effocr.errors import UsageError

    if given.finetune and given.pretrain:
        raise UsageError(f"{PROG}: --finetune (crops only) and --pretrain (renders only) exclude "
                         "each other; leave both out to learn from both")  # fmt: skip
    if given.weights and given.checkpoint:
        raise UsageError(f"{PROG}: --weights and --checkpoint both name weights; give one")


def _loop(given: argparse.Namespace) -> dict[str, Any]:
    return {
        "epochs": given.num_epochs,
        "learning_rate": given.lr,
        "weight_decay": given.weight_decay,
        "seed": given.seed,
        "device": given.device,
        "workers": given.num_workers,
        "bf16": given.amp,
        "trackers": ("wandb",) if given.wandb else (),
    }


def _report(outcome: ClassicOutcome, folder: Path) -> None:
    done = outcome.run
    if done.best is not None:
        print(f"Accuracy on val set (Precision@1) = {done.best:.4f}, at step {done.best_step}")
    if outcome.test:
        print(f"Accuracy on test set (Precision@1) = {outcome.test['test_accuracy']:.4f}")
    mined = f", {outcome.mined} sets of look-alikes in hns.txt" if outcome.mined else ""
    print(f"{folder}: step {done.step}{mined}")
    if done.interrupted:
        print("stopped; the same command with --resume goes on")
