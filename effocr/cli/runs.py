"""What the training commands share: their options, the folder of a run and its settings."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

    from effocr.bundle import LineShape
    from effocr.data.records import Skipped
    from effocr.training.lines import TrainingLines

__all__ = [
    "ConfigFile",
    "Data",
    "InitFrom",
    "Out",
    "Resume",
    "Sets",
    "Validation",
    "open_run",
    "prepare_lines",
    "report",
    "settings_of",
    "show_log",
    "tell",
]

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
Out = Annotated[
    Path | None, typer.Option("--out", metavar="RUN", help="Folder of the run; not yet there.")
]
ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="YAML.")]
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


def prepare_lines(paths: Sequence[Path], shape: LineShape) -> TrainingLines:
    """Read lines with boxes; what is left out is named on standard error."""
    from effocr.pipeline.images import load_image
    from effocr.training.lines import load_lines

    found = load_lines(paths, shape, load=load_image)
    tell(found.skipped)
    return found


def show_log() -> None:
    """Send the log of a training to standard error; of several processes that of the main one."""
    from effocr.training.distributed import is_main

    level = logging.INFO if is_main() else logging.ERROR
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    logging.getLogger("faiss").setLevel(logging.WARNING)  # it tells which library it loads


def open_run(
    out: Path | None,
    resume: Path | None,
    data: list[Path] | None,
    validation: list[Path] | None,
    *,
    last: str = "last.pt",
) -> tuple[Path, list[Path], list[Path]]:
    """Folder of the run, its data and its validation data, given or remembered.

    `last` is the file that a run which has begun holds.

    Raises:
        UsageError: one is missing, or the folder is that of another run.
    """
    import yaml

    from effocr.errors import UsageError
    from effocr.export.runs import SOURCES

    show_log()
    if resume is not None:
        run = resume if resume.is_dir() else resume.parent
        if not (run / last).is_file():
            raise UsageError(f"{resume}: no run to go on with, it has no {last}")
        if out is not None and out.resolve() != run.resolve():
            raise UsageError("--resume goes on in the folder of the run; leave out --out")
        known = run / SOURCES
        before = yaml.safe_load(known.read_text("utf-8")) if known.is_file() else {}
        data = data or [Path(path) for path in before.get("data", ())]
        validation = validation or [Path(path) for path in before.get("validation", ())]
    elif out is None:
        raise UsageError("name a folder for the run with --out RUN")
    else:
        run = out
        if (run / last).exists():
            raise UsageError(f"{run}: holds a run; go on with --resume {run} or name a new folder")
    if not data:
        raise UsageError("name what to learn from with --data PATH")
    run.mkdir(parents=True, exist_ok=True)
    sources = {
        "data": [str(path.resolve()) for path in data],
        "validation": [str(path.resolve()) for path in validation or ()],
    }
    (run / SOURCES).write_text(yaml.safe_dump(sources, allow_unicode=True), "utf-8")
    return run, data, validation or []


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
        folder = resume if resume.is_dir() else resume.parent
        file = folder / kept
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


def report(outcome: Outcome, run: Path) -> None:
    """Print how far a run came; one that was stopped ends the program with its own status."""
    best = "" if outcome.best is None else f", best {outcome.best:.4f} at {outcome.best_step}"
    print(f"{run}: step {outcome.step}{best}")
    if outcome.interrupted:
        print(f"stopped; go on with --resume {run}")
        raise typer.Exit(130)
