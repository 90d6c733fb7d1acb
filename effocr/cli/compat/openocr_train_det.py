"""`tools/train_det.py` of OpenOCR: train a DBNet by its configuration."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from effocr.cli.compat.counted_epochs import STEPS_AN_EPOCH, counted_again
from effocr.cli.compat.openocr_config import Values, open_values, openocr_flags
from effocr.cli.compat.openocr_settings import OUTPUT, label_files, settings_of_openocr
from effocr.cli.runs import INTERRUPTED, say, show_log

__all__ = ["run"]

_OF_OURS: Final = {"last.pt": "latest.pth", "best.pt": "best.pth"}
_FORMAT: Final = "[%(asctime)s] %(levelname)s: %(message)s"  # of train.log


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    flags = openocr_flags(
        "openocr_train_det.py",
        "Train a DBNet by a configuration of OpenOCR. Writes config.yml, train.log, "
        "latest.pth, best.pth and epoch_N.pth into Global.output_dir.",
    )
    flags.flag("--eval", action="store_true", help="Measure while training, as is always done.")
    values = open_values(flags.parse_args(argv))

    from effocr.cli.compat.openocr_pages import learnt_pages, read_pages, tell_unused
    from effocr.cli.compat.openocr_weights import find_weights, refuse_foreign
    from effocr.detector.batches import CropBatches
    from effocr.detector.train import train_detector
    from effocr.training.distributed import is_main, steps_an_epoch

    settings = settings_of_openocr(values)
    learnt, aside = (label_files(values, part) for part in ("Train", "Eval"))
    epochs_kept = _epochs_kept(values)
    weights = find_weights(values, needed=False)
    if weights is not None:
        refuse_foreign(weights.path)  # before any page is read
    tell_unused(values)
    folder = Path(str(values.take("Global.output_dir", OUTPUT)))
    resume = weights.path if weights is not None and weights.whole else None
    _need_own(folder, resume)
    show_log()
    pages = learnt_pages(read_pages(learnt, seed=settings.loop.seed), settings, whole=False)
    measured = learnt_pages(read_pages(aside, seed=settings.loop.seed), settings, whole=True)
    every = steps_an_epoch(len(CropBatches(pages, settings)))
    settings = settings_of_openocr(values, steps_an_epoch=every)
    if is_main():
        _begin(folder, values)
    with (
        _log_file(folder) if is_main() else nullcontext(),
        counted_again(resume, steps=every, run=folder) as counted,
    ):
        outcome = train_detector(
            pages, measured, settings,
            run=folder,
            resume=counted,
            init_from=weights.path if weights is not None and resume is None else None,
            saved=_saver(folder, values, every, epochs_kept),
        )  # fmt: skip
    best = 0.0 if outcome.best is None else outcome.best
    say(f"best metric, {settings.loop.best}: {best}")
    if not outcome.interrupted:
        return 0
    say(f"stopped; go on with --o Global.checkpoints={folder / 'latest.pth'}")
    return INTERRUPTED


def _epochs_kept(values: Values) -> tuple[int, int]:
    """After which epoch, and how often, an epoch_N.pth is kept.

    Raises:
        UsageError: these are not two whole numbers.
    """
    from effocr.errors import UsageError

    given = values.take("Global.save_epoch_step", [0, 1])
    if isinstance(given, int):
        given = [0, given]
    whole = isinstance(given, list) and all(isinstance(each, int) for each in given)
    if not whole or len(given) != 2 or given[1] < 1:
        raise UsageError(f"Global.save_epoch_step: {given}: after which epoch, and how often")
    return int(given[0]), int(given[1])


def _need_own(folder: Path, resumed: Path | None) -> None:
    """See that no other run is written over.

    Raises:
        UsageError: the folder holds one.
    """
    from effocr.errors import UsageError

    held = folder / "latest.pth"
    if held.is_file() and (resumed is None or resumed.resolve().parent != folder.resolve()):
        raise UsageError(
            f"{folder}: holds a run; go on with --o Global.checkpoints={held}, or name another "
            "Global.output_dir"
        )


def _begin(folder: Path, values: Values) -> None:
    """Write config.yml."""
    import yaml

    from effocr.atomic import write_text

    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(dict(values.tree), sort_keys=False, allow_unicode=True)
    write_text(folder / "config.yml", text)


@contextmanager
def _log_file(folder: Path) -> Iterator[None]:
    """Write the log into train.log as well."""
    log = logging.getLogger("effocr")
    handler = logging.FileHandler(folder / "train.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    level = log.level
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.setLevel(level)
        log.removeHandler(handler)
        handler.close()


def _saver(
    folder: Path, values: Values, every: int, kept: tuple[int, int]
) -> Callable[[str, Mapping[str, Any]], None]:
    """Writes the checkpoints of OpenOCR beside ours; they hold the whole state, best.pth too."""
    from effocr.training.checkpoints import save_checkpoint

    config = json.loads(json.dumps(values.tree, default=str))  # plain values alone

    def save(name: str, state: Mapping[str, Any]) -> None:
        step = int(state["step"])
        epoch, rest = divmod(step, every)
        both = {
            **state,
            STEPS_AN_EPOCH: every,
            "epoch": epoch,
            "global_step": step,
            "state_dict": state["model"],
            "scheduler": {"last_epoch": step},
            "config": config,
            "metrics": {} if state["best"] is None else {_indicator(state): state["best"]},
        }
        save_checkpoint(both, folder / _OF_OURS[name])
        after, often = kept
        if name == "last.pt" and not rest and epoch > after and not (epoch - after) % often:
            save_checkpoint(both, folder / f"epoch_{epoch}.pth")

    return save


def _indicator(state: Mapping[str, Any]) -> str:
    """The name of the figure that chooses best.pth."""
    return str(state["settings"]["config"]["loop"]["best"])
