"""`effocr mine`: find the characters that a trained recognizer confuses most easily."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import typer

from effocr.cli.runs import FIRST_PASS, run_folder, say, stop

if TYPE_CHECKING:
    from effocr.recognizer.sources import GlyphSource
    from effocr.training.loop import Outcome

__all__ = ["AUTO", "first_pass", "mine"]

AUTO: Final = "auto"
CHARACTERS: Final = 8  # in a set


def mine(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a trained recognizer.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Default: hns.txt in the run's folder.")
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Glyphs to look up. Default: what it was trained on."),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=2, help="Characters in a set.")] = CHARACTERS,
) -> None:
    """Write sets of characters that look alike, for `effocr train recognizer --hard-negatives`."""
    from effocr.cli.train import prepare_source
    from effocr.data.hard_negatives import HARD_NEGATIVES
    from effocr.errors import UsageError
    from effocr.export.runs import data_of
    from effocr.recognizer.mining import mine_run
    from effocr.recognizer.train import load_encoder

    model = load_encoder(run)[1]
    paths = data or data_of(run)
    if not paths:
        raise UsageError(f"{run}: does not say what it was trained on; name glyphs with --data")
    source = prepare_source(paths, model, seed=0)
    file = out or run_folder(run) / HARD_NEGATIVES
    count = mine_run(run, source, file, k=k)
    print(f"{file}: {count} sets of look-alikes")


class Train(Protocol):
    """Trains into a folder."""

    def __call__(self, *, run: Path, resume: Path | None) -> Outcome:
        """Train, or go on with a run."""


def first_pass(run: Path, source: GlyphSource, train: Train, *, resume: bool) -> Path:
    """Train once into a folder within the run's, and mine look-alikes; returns their file.

    Args:
        run: folder of the run of two passes.
        source: crops to look up.
        train: the first pass.
        resume: go on with it where it was stopped.
    """
    from effocr.data.hard_negatives import HARD_NEGATIVES
    from effocr.export.runs import SOURCES
    from effocr.recognizer.mining import mine_run
    from effocr.training.distributed import is_main, wait_for_all

    first, file = run / FIRST_PASS, run / HARD_NEGATIVES
    if is_main():
        first.mkdir(exist_ok=True)
        shutil.copy(run / SOURCES, first / SOURCES)
    if train(run=first, resume=first if resume else None).interrupted:
        stop(run)
    if is_main():
        count = mine_run(first, source, file, k=CHARACTERS)
        say(f"{file}: {count} sets of look-alikes")
    wait_for_all()
    return file.resolve()
