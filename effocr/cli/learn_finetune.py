"""`effocr learn --by finetune`: its options, and how it is begun and stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from effocr.cli.runs import INTERRUPTED, settings_of, show_log
from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.learn.by_finetune import FinetuneInputs
    from effocr.learn.finetune.report import FinetuneLesson
    from effocr.learn.teach import TeachOptions

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
        UsageError: fonts are missing, the run exists, or options exclude each other.
        MissingDependencyError: torch is not installed.
    """
    from effocr.evaluation.sets import read_line_sets
    from effocr.learn.by_finetune import FinetuneInputs
    from effocr.learn.finetune.config import FinetuneTraining

    if not asked.fonts:
        raise UsageError(
            "--by finetune draws lines of known type, so that nothing is forgotten: give --fonts "
            "DIR, such as english_font_files of the repository"
        )
    if asked.resume and (asked.run or asked.init_from):
        raise UsageError("--resume goes on in its own run: leave out --run and --init-from")
    run = asked.resume or asked.run or out.with_name(f"{out.name}.run")
    if asked.resume is None and run.exists():
        raise UsageError(f"{run}: exists already; go on with --resume {run}, or give --run DIR")
    return FinetuneInputs(
        document_of=document_of,
        options=options,
        fonts=tuple(asked.fonts),
        config=settings_of(FinetuneTraining, asked.config, asked.sets, asked.resume),
        run=run,
        resume=asked.resume,
        init_from=asked.init_from,
        known=tuple(read_line_sets(list(asked.known))) if asked.known else (),
    )


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
        begun = (inputs.run / "last.pt").is_file()
        hint = f"; the same command with --resume {inputs.run} goes on" if begun else ""
        typer.echo(f"effocr: stopped{hint}", err=True)
        raise typer.Exit(INTERRUPTED) from error
