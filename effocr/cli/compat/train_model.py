"""`train_model.py`: train the sequence reader on correction samples."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.runs import INTERRUPTED, tell

if TYPE_CHECKING:
    from effocr.ctc.start import Start
    from effocr.learn.correction_training import Epoch, Trained

__all__ = ["MODELS_FOLDER", "run"]

MODELS_FOLDER: Final = Path("models/ocr_weights")
_TOO_FEW: Final = 1  # exit status, as the original has it


def run(argv: Sequence[str]) -> int:
    """Run the command; 1 if there are too few samples."""
    args = _flags().parse_args(argv)

    from effocr.cli.train import load_named
    from effocr.data.correction_checks import require_enough
    from effocr.errors import TrainingError
    from effocr.learn.correction_lines import CorrectionTraining, divide, gather
    from effocr.learn.correction_training import train_on_corrections
    from effocr.training.config import load_config

    chosen = {name: getattr(args, name) for name in CorrectionTraining.model_fields}
    options = load_config(CorrectionTraining, **chosen)
    _check_device(options.device)
    start = None if args.init_from is None else _start(args.init_from)
    gathered = gather(args.samples_dir, load=load_named)
    tell(gathered.left_out)
    try:
        require_enough(tuple(gathered.lines), args.samples_dir)
    except TrainingError as error:
        print(f"effocr: {error}", file=sys.stderr)
        return _TOO_FEW
    data, known = divide(gathered, options, start=start)
    tell(known)
    print(
        f"{args.samples_dir}: {len(data.lines)} samples to learn from, {len(data.validation)} kept "
        f"aside, {len(data.alphabet.characters)} characters"
    )
    if start is None:
        print("starting at random, which takes thousands of samples; --init-from M takes weights")

    def show(epoch: Epoch) -> None:
        print(f"epoch {epoch.number}/{options.epochs}: {_figures(epoch)}", flush=True)

    trained = train_on_corrections(data, options, args.models_dir, start=start, on_epoch=show)
    if trained is None:
        print("stopped before the first epoch had ended: nothing is changed")
        return INTERRUPTED
    _tell_trained(trained, args.models_dir)
    return INTERRUPTED if trained.interrupted else 0


def _flags() -> Flags:
    from effocr.data.corrections import SAMPLES_FOLDER

    flags = Flags(
        "train_model.py",
        description="Train the sequence reader on correction samples (NAME.png, NAME.json). "
        "Writes best_model.pth, latest_model.pth, a checkpoint every five epochs and a report.",
    )
    flag = flags.flag
    flag(
        "--samples-dir", type=Path, default=SAMPLES_FOLDER, metavar="DIR",
        help=f"Folder of the samples, ten at least ({SAMPLES_FOLDER.as_posix()}).",
    )  # fmt: skip
    flag(
        "--models-dir", type=Path, default=MODELS_FOLDER, metavar="DIR",
        help=f"Folder of the models ({MODELS_FOLDER.as_posix()}).",
    )  # fmt: skip
    flag("--epochs", type=int, default=20, metavar="N", help="Passes over the samples (20).")
    flag("--batch-size", type=int, default=16, metavar="N", help="Samples in a step (16).")
    flag("--learning-rate", type=float, default=1e-3, metavar="X", help="Of Adam (0.001).")
    flag(
        "--val-ratio", type=float, default=0.2, metavar="X",
        help="Share of the samples kept aside and never learnt from (0.2).",
    )  # fmt: skip
    flag(
        "--device", choices=["cuda", "cpu", "auto"], default="auto",
        help="auto: a GPU where there is one.",
    )  # fmt: skip
    flag(
        "--init-from", type=Path, metavar="M",
        help="Start from the weights of a run or checkpoint of the sequence reader, or of the "
        "best model of such a folder.",
    )  # fmt: skip
    return flags


def _check_device(device: str) -> None:
    """Look for the GPU before anything is read.

    Raises:
        UsageError: there is none.
    """
    import torch

    from effocr.errors import UsageError

    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("--device cuda: torch finds no CUDA GPU here; use --device auto")


def _start(path: Path) -> Start:
    """Weights to start from, of a folder of models too.

    Raises:
        UsageError: there is nothing of the kind.
        TrainingError: it is a checkpoint of something else.
    """
    from effocr.ctc.start import load_start
    from effocr.learn.correction_models import find_trained
    from effocr.training.checkpoints import BEST

    return load_start(find_trained(path) if path.is_dir() and not (path / BEST).exists() else path)


def _figures(epoch: Epoch) -> str:
    text = f"train loss {epoch.train_loss:.4f}"
    if epoch.val_loss is not None and epoch.val_accuracy is not None:
        text += f", val loss {epoch.val_loss:.4f}, val accuracy {100 * epoch.val_accuracy:.2f} %"
    return text


def _tell_trained(trained: Trained, models: Path) -> None:
    from effocr.learn.correction_models import BEST_MODEL

    report = trained.report
    print(
        f"{report.status} after {report.epochs} epochs on {report.device}, "
        f"{trained.parameters:,} parameters"
    )
    if report.final_val_accuracy is not None and report.best_val_accuracy is not None:
        print(
            f"samples kept aside read exactly: {100 * report.final_val_accuracy:.2f} % in the end, "
            f"{100 * report.best_val_accuracy:.2f} % at best"
        )
    print(f"{report.model_path}\n{models / BEST_MODEL}\n{trained.path}")
    print(f"to read with it: effocr export {models / BEST_MODEL} --out FOLDER")
