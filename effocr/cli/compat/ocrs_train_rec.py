"""`python -m ocrs_models.train_rec`: text recognition of ocrs, trained on HierText."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.runs import report, show_log, tell
from effocr.file_names import free_path

if TYPE_CHECKING:
    from effocr.ctc.alphabet import Alphabet
    from effocr.ctc.config import CtcTraining
    from effocr.ctc.start import Start
    from effocr.ctc.train import CtcData, Watcher

__all__ = ["CHECKPOINT", "run"]

CHECKPOINT: Final = "text-rec-checkpoint.pt"  # in the working directory
_RUN: Final = (
    "text-rec-run"  # folder of the run beside it: log, settings, best and exact last state
)
_ENDLESS: Final = 1_000_000  # epochs: until Ctrl+C
_WIDTHS: Final = (256, 512, 768, 1024, 1280, 1536, 1792, 2048)  # ocrs pads to multiples of 256


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    args = _flags().parse_args(argv)

    from effocr.ctc.alphabet import OCRS
    from effocr.ctc.start import load_start
    from effocr.errors import UsageError

    if args.checkpoint is None and (args.export or args.validate_only):
        raise UsageError("--export and --validate-only need --checkpoint: the weights to use")
    start = None if args.checkpoint is None else load_start(args.checkpoint)
    alphabet = OCRS if start is None else start.alphabet
    if start is not None and args.export is not None:
        return _export(start, args.export)
    show_log()
    if start is not None and args.validate_only:
        return _validate(start, _settings(args), args.data_dir)
    return _train(start, alphabet, args)


def _flags() -> Flags:
    flags = Flags(
        "ocrs_train_rec.py",
        description="Train text recognition on HierText, as ocrs does. Writes "
        f"{CHECKPOINT} after every epoch and a run folder, {_RUN}, beside it.",
    )
    flags.add_argument("dataset_type", choices=["hiertext"], help="Kind of data.")
    flags.add_argument("data_dir", type=Path, help="Folder of HierText, with gt/ and train/.")
    flag = flags.flag
    flag("--max-epochs", type=int, help="Epochs of this command; default: until Ctrl+C.")
    flag("--batch-size", type=int, default=20, help="Lines in a step (20).")
    flag("--checkpoint", type=Path, help="Weights, state of the optimizer and epoch to go on from.")
    flag("--export", type=Path, metavar="ONNX", help="Export the checkpoint, train nothing.")
    flag("--lr", type=float, default=1e-3, help="Learning rate (0.001).")
    flag("--max-images", type=int, help="Learn from the first so many images.")
    flag("--validate-only", action="store_true", help="Measure the checkpoint, train nothing.")
    flag(
        "--augment",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="Change half of the lines a little each time.",
    )
    return flags


def _settings(args: argparse.Namespace, loop: Mapping[str, Any] | None = None) -> CtcTraining:
    """Settings of a run by the rules of ocrs.

    Raises:
        UsageError: a flag is out of range.
    """
    from effocr.ctc.config import CtcTraining
    from effocr.training.config import load_config

    ends = args.max_epochs is not None
    values = {
        "epochs": args.max_epochs if ends else _ENDLESS,
        "schedule": "one-cycle" if ends else "constant",
        "warmup": 0.1 if ends else 0.0,
        "learning_rate": args.lr,
        "weight_decay": 0.0,
        "patience": None,
        # as ocrs: whoever has set the key wants to watch the run
        "trackers": ("wandb",) if os.environ.get("WANDB_API_KEY") else (),
        "project": "text-recognition",
        **(loop or {}),
    }
    return load_config(
        CtcTraining,
        loop=values,
        batch_size=args.batch_size,
        widths=_WIDTHS,
        alphabet="ocrs",
        unknown="question-mark",
        outside="black",
        max_images=args.max_images,
        jitter={"share": 0.5 if args.augment else 0.0},
    )


def _export(start: Start, path: Path) -> int:
    """Write the ONNX file and say how well it agrees."""
    from effocr.export.ctc import export_ctc_graph

    parity = export_ctc_graph(_model(start), path)
    print(parity.as_text())
    print(f"{path}: {len(start.alphabet.characters)} characters")
    return 0


def _validate(start: Start, settings: CtcTraining, folder: Path) -> int:
    """Print the error rates on the validation split.

    Raises:
        UsageError: there is no line to measure on.
    """
    from effocr.cli.train import load_named
    from effocr.ctc.gather import gather_data
    from effocr.ctc.train import Validation
    from effocr.errors import UsageError

    data, skipped = gather_data([], [folder], settings, load=load_named, alphabet=start.alphabet)
    tell(skipped)
    if not data.validation:
        raise UsageError(f"{folder}: no line to measure on; are the images of `validation` there?")
    figures = Validation(data.validation, start.alphabet, settings)(_model(start))
    print(f"{len(data.validation)} lines: {_as_text(figures)}")
    return 0


def _model(start: Start) -> Any:
    """The network of a checkpoint, ready to read."""
    from effocr.ctc.config import CrnnConfig
    from effocr.ctc.model import Crnn
    from effocr.ctc.start import start_from

    model = Crnn(CrnnConfig(), classes=start.alphabet.classes)
    start_from(model, start, start.alphabet)
    return model.eval()


def _train(start: Start | None, alphabet: Alphabet, args: argparse.Namespace) -> int:
    from effocr.cli.train import load_named
    from effocr.ctc.batches import LineBatches
    from effocr.ctc.gather import gather_data
    from effocr.ctc.train import train_ctc
    from effocr.export.runs import Sources, remember_sources
    from effocr.training.distributed import steps_an_epoch

    settings = _settings(args)
    data, skipped = gather_data([args.data_dir], [], settings, load=load_named, alphabet=alphabet)
    tell(skipped)
    batches = LineBatches(data.lines, settings)  # refuses where there is no line
    epoch = steps_an_epoch(len(batches))
    every = {"validate_every": epoch, "save_every": epoch, "log_every": min(epoch, 50)}
    settings = _settings(args, every)
    watcher = _watcher(data, start, Path(CHECKPOINT))
    folder = free_path(Path(), _RUN)
    folder.mkdir()
    remember_sources(folder, Sources((args.data_dir,)))
    outcome = train_ctc(data, settings, run=folder, start=start, watcher=watcher)
    report(outcome, folder, how=f"effocr train ctc --resume {folder}")
    return 0


def _watcher(data: CtcData, start: Start | None, path: Path) -> Watcher:
    """Writes the checkpoint of ocrs, with the alphabet, after every epoch.

    Raises:
        UsageError: there is no line to measure on.
    """
    from effocr.errors import UsageError
    from effocr.training.checkpoints import save_tensors
    from effocr.training.distributed import is_main

    if not data.validation:
        raise UsageError("no line is left to measure on; take more images")
    epoch = 0 if start is None else start.epoch

    def write(model: Any, optimizer: Any, figures: Mapping[str, float]) -> None:
        nonlocal epoch
        epoch += 1
        if not is_main():
            return
        state = {
            "epoch": epoch,
            "model_state": model.state_dict(),
            "optimizer_state": optimizer.state_dict(),
            "alphabet": list(data.alphabet.characters),
        }
        save_tensors(state, path)
        print(f"epoch {epoch}: {_as_text(figures)}; {path}", flush=True)

    return write


def _as_text(figures: Mapping[str, float]) -> str:
    return (
        f"CER {100 * figures['cer']:.2f} %, WER {100 * figures['wer']:.2f} %, "
        f"exact {100 * figures['exact']:.1f} %, loss {figures['val_loss']:.3f}"
    )
