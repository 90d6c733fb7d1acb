"""`python -m ocrs_models.train_detection`: text detection of ocrs, trained on HierText."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.runs import INTERRUPTED, say, show_log, tell
from effocr.file_names import free_path

if TYPE_CHECKING:
    from effocr.data.detection import DetectionPage
    from effocr.data.hiertext import Split
    from effocr.detector.unet_start import UnetStart
    from effocr.detector.unet_train import MaskBatches, MaskValidation, UnetTraining, UnetWatcher

__all__ = ["CHECKPOINT", "run"]

CHECKPOINT: Final = "text-detection-checkpoint.pt"  # in the working directory
_RUN: Final = "text-detection-run"  # folder of the run beside it: log, settings, best weights
_ENDLESS: Final = 1_000_000  # epochs: until Ctrl+C
_LEAST_VALIDATION: Final = 10  # images, where --max-images says how many are learnt from
_FIGURES: Final = ("precision", "recall", "merged_frac", "split_frac")


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    args = _flags().parse_args(argv)

    from effocr.detector.unet_start import load_unet_start
    from effocr.errors import UsageError

    if args.dataset_type == "ddi":
        raise UsageError(
            "ddi: DDI-100 keeps its boxes in pickles, which can run code and are not opened; write "
            "them as HierText (`effocr data convert`) and train on hiertext"
        )
    if args.checkpoint is None and (args.export or args.validate_only):
        raise UsageError("--export and --validate-only need --checkpoint: the weights to use")
    start = None if args.checkpoint is None else load_unet_start(args.checkpoint)
    if start is not None and args.export is not None:
        return _export(args.checkpoint, args.export)
    show_log()
    settings = _settings(args)
    images = None if args.max_images is None else max(_LEAST_VALIDATION, args.max_images // 10)
    validation = _validation(_pages(args.data_dir, "validation", images), settings, args.data_dir)
    if start is not None and args.validate_only:
        return _validate(start, validation, debug=args.debug_images)
    return _train(start, validation, args)


def _flags() -> Flags:
    flags = Flags(
        "ocrs_train_detection.py",
        description="Train text detection on HierText, as ocrs does. Writes "
        f"{CHECKPOINT} after every epoch and a run folder, {_RUN}, beside it.",
    )
    flags.add_argument(
        "dataset_type", choices=["ddi", "hiertext"], help="Kind of data; ddi is refused."
    )
    flags.add_argument("data_dir", type=Path, help="Folder of HierText, with gt/ and train/.")
    flag = flags.flag
    flag("--batch-size", type=int, default=4, help="Pages in a step (4).")
    flag("--checkpoint", type=Path, help="Weights, state of the optimizer and epoch to go on from.")
    flag("--debug-images", action="store_true", help="Draw a page and its mask after every epoch.")
    flag("--export", type=Path, metavar="ONNX", help="Export the checkpoint, train nothing.")
    flag("--max-epochs", type=int, help="Epochs of this command; default: until Ctrl+C.")
    flag(
        "--max-images",
        type=int,
        help="Learn from the first so many images, measure on a tenth, at least 10.",
    )
    flag("--validate-only", action="store_true", help="Measure the checkpoint, train nothing.")
    flag(
        "--augment",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="Change half of the pages a little each time.",
    )
    return flags


def _settings(args: argparse.Namespace, loop: Mapping[str, Any] | None = None) -> UnetTraining:
    """Settings of a run.

    Raises:
        UsageError: a flag is out of range.
    """
    from effocr.detector.unet_train import UnetTraining
    from effocr.training.config import load_config

    values = {
        "epochs": _ENDLESS if args.max_epochs is None else args.max_epochs,
        # as ocrs: whoever has set the key wants to watch the run
        "trackers": ("wandb",) if os.environ.get("WANDB_API_KEY") else (),
        "project": "text-detection",
        **(loop or {}),
    }
    return load_config(
        UnetTraining,
        loop=values,
        batch_size=args.batch_size,
        augment=args.augment,
        max_images=args.max_images,
    )


def _pages(folder: Path, split: Split, most: int | None) -> list[DetectionPage]:
    """Pages of a split with all their words; what is left out is named on standard error.

    Raises:
        DataFormatError: there is no such file of annotations, or it is damaged.
    """
    from effocr.data.detection_forms import DetectionReading, read_detection
    from effocr.data.hiertext import ground_truth
    from effocr.data.records import Skipped, check_image
    from effocr.errors import DataFormatError

    how = DetectionReading(images=folder / split, max_images=most)
    found = read_detection(ground_truth(folder, split), "hiertext", how)
    tell(found.problems)
    whole = []
    for page in found.pages:
        try:
            check_image(page.image)  # or a broken one would stop the training days later
        except DataFormatError as error:
            reason = str(error).removeprefix(f"{page.image}: ")
            tell([Skipped(str(page.image), f"left out: {reason}")])
        else:
            whole.append(page)
    return whole


def _validation(
    pages: Sequence[DetectionPage], settings: UnetTraining, folder: Path
) -> MaskValidation:
    """Measures on the pages.

    Raises:
        UsageError: there is none.
    """
    from effocr.cli.train import load_named
    from effocr.detector.unet_train import MaskValidation
    from effocr.errors import UsageError

    if not pages:
        raise UsageError(f"{folder}: no page to measure on; are the images of `validation` there?")
    return MaskValidation(pages, settings, load=load_named)


def _export(checkpoint: Path, path: Path) -> int:
    """Write the ONNX file and say how well it agrees."""
    from effocr.detector.unet_start import load_unet
    from effocr.export.seed_detectors import export_unet

    difference = export_unet(load_unet(checkpoint), path)
    print(f"{path}: masks differ from the trained network's by {difference:.2g} at most")
    return 0


def _validate(start: UnetStart, validation: MaskValidation, *, debug: bool) -> int:
    """Print the figures on the validation split."""
    from effocr.cli.compat.ocrs_pictures import save_sample
    from effocr.detector.unet_start import load_unet

    model = load_unet(start.source)
    figures = validation(model)
    print(f"Validation loss {figures['val_loss']:.4f}")
    print("Validation metrics:", _as_text(figures))
    if debug:
        save_sample("test-sample", validation.batches, model)
    return 0


def _train(start: UnetStart | None, validation: MaskValidation, args: argparse.Namespace) -> int:
    from effocr.cli.train import load_named
    from effocr.detector.unet_train import MaskBatches, train_unet
    from effocr.training.distributed import steps_an_epoch

    settings = _settings(args)
    pages = _pages(args.data_dir, "train", args.max_images)
    batches = MaskBatches(pages, settings, load=load_named, training=True)
    for name, own in (("Training", batches), ("Validation", validation.batches)):
        say(f"{name} dataset: images {len(own.pages)} in {len(own)} batches")
    every = steps_an_epoch(len(batches))
    settings = _settings(
        args, {"validate_every": every, "save_every": every, "log_every": min(every, 50)}
    )
    watcher = _watcher(0 if start is None else start.epoch, batches, validation, args)
    folder = free_path(Path(), _RUN)
    outcome = train_unet(batches, validation, settings, run=folder, start=start, watcher=watcher)
    if not outcome.interrupted:
        return 0
    kept = CHECKPOINT if outcome.step >= every else args.checkpoint
    say(f"stopped; go on with --checkpoint {kept}" if kept else "stopped in the first epoch")
    return INTERRUPTED


def _watcher(
    epoch: int, batches: MaskBatches, validation: MaskValidation, args: argparse.Namespace
) -> UnetWatcher:
    """Writes the checkpoint of ocrs and prints its lines after every epoch.

    Args:
        epoch: epochs that were finished before.
        batches: learnt from; the first page is drawn.
        validation: measures; its first page is drawn.
        args: of the command.
    """
    from effocr.cli.compat.ocrs_pictures import save_sample
    from effocr.training.checkpoints import save_tensors
    from effocr.training.distributed import is_main

    def write(model: Any, optimizer: Any, figures: Mapping[str, float]) -> None:
        nonlocal epoch
        epoch += 1
        if not is_main():
            return
        state = {
            "epoch": epoch,
            "model_state": model.state_dict(),
            "optimizer_state": optimizer.state_dict(),
        }
        save_tensors(state, Path(CHECKPOINT))
        losses = f"train loss {figures['train_loss']:.4f} validation loss {figures['val_loss']:.4f}"
        print(f"Epoch {epoch} {losses}")
        print(f"Epoch {epoch} validation metrics:", _as_text(figures), flush=True)
        if args.debug_images:
            save_sample("train-sample", batches, model)
            save_sample("test-sample", validation.batches, model)

    return write


def _as_text(figures: Mapping[str, float]) -> dict[str, str]:
    return {name: f"{figures[name]:.3f}" for name in _FIGURES}
