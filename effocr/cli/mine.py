"""`effocr mine`: find the characters that a trained recognizer confuses most easily."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import typer

if TYPE_CHECKING:
    from effocr.recognizer.sources import GlyphSource
    from effocr.training.loop import Outcome

__all__ = ["AUTO", "first_pass", "mine"]

AUTO: Final = "auto"
FIRST_PASS: Final = "first-pass"
CHARACTERS: Final = 8  # in a set
INTERRUPTED: Final = 130


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
    from effocr.errors import UsageError
    from effocr.export.runs import data_of
    from effocr.recognizer.mining import HARD_NEGATIVES, mine_run
    from effocr.recognizer.train import load_encoder

    model = load_encoder(run)[1]
    paths = data or data_of(run)
    if not paths:
        raise UsageError(f"{run}: does not say what it was trained on; name glyphs with --data")
    source = prepare_source(paths, model.line, model.crop, seed=0)
    file = out or (run if run.is_dir() else run.parent) / HARD_NEGATIVES
    count = mine_run(run, source, file, k=k)
    print(f"{file}: {count} sets of look-alikes")


class Train(Protocol):
    """Trains into a folder."""

    def __call__(self, *, run: Path) -> Outcome:
        """Train."""


def first_pass(run: Path, source: GlyphSource, train: Train) -> Path:
    """Train once into a folder within the run's, and mine look-alikes; returns their file."""
    from effocr.export.runs import SOURCES
    from effocr.recognizer.mining import HARD_NEGATIVES, mine_run

    first = run / FIRST_PASS
    first.mkdir(exist_ok=True)
    shutil.copy(run / SOURCES, first / SOURCES)
    if train(run=first).interrupted:
        file = first / HARD_NEGATIVES
        print(
            f"stopped in the first pass; go on with `effocr train recognizer --resume {first}`, "
            f"`effocr mine {first}`, and this command with --hard-negatives {file}"
        )
        raise typer.Exit(INTERRUPTED)
    count = mine_run(first, source, run / HARD_NEGATIVES, k=CHARACTERS)
    print(f"{run / HARD_NEGATIVES}: {count} sets of look-alikes")
    return (run / HARD_NEGATIVES).resolve()
