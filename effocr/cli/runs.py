"""What the training commands share: their options, the folder of a run and its settings."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, Protocol, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

    from effocr.bundle import LineShape
    from effocr.data.records import Skipped
    from effocr.training.lines import TrainingLines

__all__ = [
    "FIRST_PASS",
    "INTERRUPTED",
    "STARTED",
    "ConfigFile",
    "Data",
    "InitFrom",
    "Out",
    "PageValidation",
    "Resume",
    "Sets",
    "Validation",
    "open_run",
    "prepare_lines",
    "refuse_new_start",
    "report",
    "run_folder",
    "say",
    "settings_of",
    "show_log",
    "stop",
    "tell",
]

INTERRUPTED: Final = 130
"""Exit status of a training that was stopped."""
FIRST_PASS: Final = "first-pass"
"""Folder, in that of a run of two passes, of the first one."""

STARTED: Final = {"detectron2": "last_checkpoint", "native": "last.pt", "torchvision": "last.pt"}
"""By backend of the localizer: the file that a run which has begun holds."""

Config = TypeVar("Config", bound="BaseModel")
Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="Data set to learn from; may be repeated. Not needed with --resume.",
    ),
]
Validation = Annotated[
    list[Path] | None,
    typer.Option(
        "--validation",
        metavar="PATH",
        help="Data set kept aside; may be repeated. Default: every 20th line of --data.",
    ),
]
PageValidation = Annotated[
    list[Path] | None,
    typer.Option(
        "--validation",
        metavar="PATH",
        help="Data set kept aside; may be repeated. Default: every 20th page of --data.",
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="RUN", help="Folder of the run; not yet there.")
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="YAML file of settings, such as config.yaml of a run."
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="One setting, such as loop.max_steps=1000."),
]
Resume = Annotated[
    Path | None,
    typer.Option(metavar="RUN", help="Go on with a run that was stopped, exactly where it was."),
]
InitFrom = Annotated[
    Path | None,
    typer.Option(metavar="M", help="Start from the weights of a run or checkpoint, step 0."),
]


def prepare_lines(
    paths: Sequence[Path], shape: LineShape, images: Path | None = None
) -> TrainingLines:
    """Read lines with boxes; what is left out is named on standard error.

    `images` is the folder of the images; None: beside each file.
    """
    from effocr.pipeline.images import load_image
    from effocr.training.lines import load_lines

    found = load_lines(paths, shape, load=load_image, images=images)
    tell(found.skipped)
    return found


def show_log() -> None:
    """Send the log of a training to standard error; of several processes that of the main one."""
    from effocr.training.distributed import is_main

    level = logging.INFO if is_main() else logging.ERROR
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    for library in ("faiss", "detectron2", "fvcore"):  # they tell what they load and print tables
        logging.getLogger(library).setLevel(logging.WARNING)


def open_run(
    out: Path | None,
    resume: Path | None,
    data: list[Path] | None,
    validation: list[Path] | None,
    *,
    last: str = "last.pt",
    init_from: Path | None = None,
    needs_data: bool = True,
) -> tuple[Path, list[Path], list[Path]]:
    """Folder of the run, its data and its validation data, given or remembered.

    Args:
        out: folder of a new run.
        resume: run to go on with, its folder or a checkpoint.
        data: to learn from.
        validation: kept aside.
        last: the file that a run which has begun holds, or that its first pass holds.
        init_from: weights it starts from, to be remembered.
        needs_data: there is nothing to learn from but what is named here.

    Raises:
        UsageError: one is missing, or the folder is that of another run.
    """
    from effocr.errors import UsageError
    from effocr.export.runs import Sources, remember_sources, sources_of
    from effocr.training.distributed import is_main

    show_log()
    images = None
    if resume is not None:
        run = run_folder(resume)
        if not _has_begun(run, last):
            raise UsageError(f"{resume}: no run to go on with, it has no {last}")
        if out is not None and out.resolve() != run.resolve():
            raise UsageError("--resume goes on in the folder of the run; leave out --out")
        before = sources_of(run)
        images = None if data else before.images
        data, validation = data or list(before.data), validation or list(before.validation)
        init_from = init_from or before.init_from
    elif out is None:
        raise UsageError("name a folder for the run with --out RUN")
    else:
        run = out
        if any(_has_begun(run, file) for file in (last, *STARTED.values())):
            raise UsageError(f"{run}: holds a run; go on with --resume {run} or name a new folder")
    if not data and needs_data:
        raise UsageError("name what to learn from with --data PATH")
    data = data or []
    run.mkdir(parents=True, exist_ok=True)
    if is_main():
        remember_sources(run, Sources(tuple(data), tuple(validation or ()), init_from, images))
    return run, data, validation or []


def run_folder(path: Path) -> Path:
    """The folder of a run that is given as such, or as a checkpoint in it."""
    return path if path.is_dir() else path.parent


def refuse_new_start(resume: Path | None, init_from: Path | None) -> None:
    """Refuse to start from weights what goes on from a checkpoint.

    Raises:
        UsageError: both are given.
    """
    from effocr.errors import UsageError

    if resume is not None and init_from is not None:
        raise UsageError("--resume goes on with the run's own weights; leave out --init-from")


def _has_begun(run: Path, last: str) -> bool:
    return any((folder / last).is_file() for folder in (run, run / FIRST_PASS))


def settings_of(
    model: type[Config],
    file: Path | None,
    sets: list[str] | None,
    resume: Path | None,
    *,
    given: Mapping[str, Any] | None = None,
    kept: str = "config.yaml",
) -> Config:
    """Settings of a run; those of the resumed one unless a file is given.

    Args:
        model: the pydantic model.
        file: YAML, or None.
        sets: NAME=VALUE texts, which win.
        resume: the run that goes on.
        given: values that other options decide.
        kept: the file of the settings in the folder of a run.
    """
    from effocr.training.config import load_config

    if file is None and resume is not None:
        file = run_folder(resume) / kept
    return load_config(model, file, overrides=sets or (), **(given or {}))


class Outcome(Protocol):
    """How far a run came."""

    step: int
    best: float | None
    best_step: int
    interrupted: bool


def tell(skipped: Sequence[Skipped]) -> None:
    """Name on standard error what was left out; of several processes the main one does."""
    from effocr.training.distributed import is_main

    for one in skipped if is_main() else ():
        typer.echo(str(one), err=True)


def report(outcome: Outcome, run: Path, *, how: str = "") -> None:
    """Print how far a run came; one that was stopped ends the program with its own status.

    Of several processes the main one prints.

    Args:
        outcome: of the run.
        run: its folder.
        how: the flags, or the command, that go on with it; default: --resume RUN.
    """
    best = "" if outcome.best is None else f", best {outcome.best:.4f} at {outcome.best_step}"
    say(f"{run}: step {outcome.step}{best}")
    if outcome.interrupted:
        stop(run, how=how)


def stop(run: Path, *, how: str = "") -> NoReturn:
    """Say how a run that was stopped goes on, see `report`, and end the program."""
    say(f"stopped; go on with {how or f'--resume {run}'}")
    raise typer.Exit(INTERRUPTED)


def say(text: str) -> None:
    """Print a result; of several processes the main one does."""
    from effocr.training.distributed import is_main

    if is_main():
        print(text)
