"""`effocr learn --by finetune`: its options, and how it is begun and stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from effocr.cli.runs import INTERRUPTED, STARTED, run_folder, settings_of, show_log, tell
from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.learn.by_finetune import FinetuneInputs
    from effocr.learn.finetune.report import FinetuneLesson
    from effocr.learn.teach import TeachOptions

BEGUN: Final = STARTED["native"]

__all__ = ["FinetuneOptions", "finetune", "finetune_inputs", "refuse_finetune_options"]


@dataclass(frozen=True)
class FinetuneOptions:
    """The options that only fine-tuning has, as they were given."""

    fonts: Sequence[Path] | None
    known: Sequence[Path] | None
    run: Path | None
    config: Path | None
    sets: list[str] | None
    resume: Path | None
    init_from: Path | None


def refuse_finetune_options(given: Mapping[str, object]) -> None:
    """Learning by index has none of these.

    Raises:
        UsageError: one was given.
    """
    names = [name for name, value in given.items() if value]
    if names:
        raise UsageError(f"{names[0]} is an option of --by finetune")


def finetune_inputs(
    asked: FinetuneOptions, out: Path, document_of: Callable[[str], str], options: TeachOptions
) -> FinetuneInputs:
    """What fine-tuning needs, read and checked.

    Raises:
        UsageError: fonts are missing, the model or the run exists, there is no run to go on with,
            or options exclude each other.
        ModuleNotFoundError: torch is not installed.
    """
    from effocr.evaluation.sets import read_line_sets
    from effocr.export.runs import sources_of
    from effocr.learn.by_finetune import FinetuneInputs
    from effocr.learn.finetune.config import FinetuneTraining

    if not asked.fonts:
        raise UsageError(
            "--by finetune draws lines of known type, so that nothing is forgotten: give --fonts "
            "DIR, such as english_font_files of the repository"
        )
    if asked.resume and (asked.run or asked.init_from):
        raise UsageError("--resume goes on in its own run: leave out --run and --init-from")
    if out.exists():
        raise UsageError(f"{out}: exists already; give a new folder")
    run = _run_of(asked, out)
    init_from = asked.init_from if asked.resume is None else sources_of(run).init_from
    known = read_line_sets(list(asked.known)) if asked.known else []
    tell([problem for each in known for problem in each.problems])
    for place in asked.fonts:
        if not place.exists():
            raise UsageError(f"{place}: no such folder of fonts")
    return FinetuneInputs(
        document_of=document_of,
        options=options,
        fonts=tuple(asked.fonts),
        config=settings_of(FinetuneTraining, asked.config, asked.sets, asked.resume),
        run=run,
        resume=asked.resume,
        init_from=init_from,
        known=tuple(known),
    )


def _run_of(asked: FinetuneOptions, out: Path) -> Path:
    """Folder of the training.

    Raises:
        UsageError: a new one exists, or there is none to go on with.
    """
    if asked.resume is not None:
        run = run_folder(asked.resume)
        if not asked.resume.exists() or not (run / BEGUN).is_file():
            raise UsageError(f"{asked.resume}: no run to go on with, it has no {BEGUN}")
        return run
    run = asked.run or out.with_name(f"{out.name}.run")
    if (run / BEGUN).is_file():
        raise UsageError(f"{run}: exists already; go on with --resume {run}, or give --run DIR")
    if run.exists():
        raise UsageError(
            f"{run}: exists already, with no {BEGUN} to go on from; delete it, or give --run DIR"
        )
    return run


def finetune(
    model: str,
    samples: Sequence[Path],
    *,
    out: Path,
    name: str,
    inputs: FinetuneInputs,
    force: bool,
) -> FinetuneLesson:
    """Learn; Ctrl+C keeps the run and says how to go on."""
    from effocr.learn.by_finetune import learn_by_finetune

    show_log()
    try:
        return learn_by_finetune(model, samples, out=out, name=name, inputs=inputs, force=force)
    except KeyboardInterrupt as error:
        begun = (inputs.run / BEGUN).is_file()
        hint = f"; the same command with --resume {inputs.run} goes on" if begun else ""
        hint += ", without --run and --init-from" if begun and inputs.resume is None else ""
        typer.echo(f"effocr: stopped{hint}", err=True)
        raise typer.Exit(INTERRUPTED) from error
