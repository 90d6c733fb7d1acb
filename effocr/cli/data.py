"""`effocr data check|crop|convert|split|combine|subset|collect`: data sets of lines and glyphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.data_check import check
from effocr.cli.data_convert import SUFFIXES, Data, Force, Out, convert, crop, report
from effocr.cli.detection_options import open_set
from effocr.cli.shares import parse_shares

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Check, convert, split and cut up data sets.")

Seed = Annotated[int, typer.Option(min=0, help="Seed of the random choices.")]

app.command()(check)
app.command()(crop)
app.command()(convert)


@app.command()
def split(
    path: Data,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the parts.")],
    by: Annotated[
        str,
        typer.Option(
            metavar="prefix|line|REGEX",
            help="What a document is: the image's name up to the separator, or the first group of "
            "a regular expression found in it. `line` ignores documents.",
        ),
    ] = "prefix",
    separator: Annotated[str, typer.Option(help="Where the prefix ends.")] = "_",
    shares: Annotated[
        str, typer.Option(metavar="NAME=SHARE,...", help="The parts and their shares.")
    ] = "train=0.8,val=0.1,test=0.1",
    seed: Seed = 0,
    documents_may_straddle: Annotated[
        bool, typer.Option("--documents-may-straddle", help="Needed for --by line.")
    ] = False,
    force: Force = False,
) -> None:
    """Split a data set so that no document has lines in two parts."""
    import numpy as np

    from effocr.data.rearrange import split_set, target_of, write_set
    from effocr.data.splits import split_by_line
    from effocr.pipeline.images import load_image

    data = open_set(path)
    wanted, rng = parse_shares("--shares", shares), np.random.default_rng(seed)
    if by == "line":
        numbers = split_by_line(
            len(data.items),
            shares=wanted,
            rng=rng,
            documents_may_straddle=documents_may_straddle,
        )
        parts = {part: (data.take(chosen), "any") for part, chosen in numbers.items()}
    else:
        found = split_set(data, document_of=_rule(by, separator), shares=wanted, rng=rng)
        parts = {part: (piece, " ".join(names)) for part, (piece, names) in found.items()}
    targets = {part: out / f"{part}{SUFFIXES.get(data.form, '')}" for part in parts}
    for target in targets.values():  # before the first part is written
        target_of(target, data.form, force=force)
    for part, (piece, documents) in parts.items():
        target = targets[part]
        write_set(piece, target, data.form, load=load_image, force=force)
        print(f"{target}: {len(piece.items)} items; documents: {documents}")
    report(f"{out}: {len(data.items)} items in {len(parts)} parts", data.problems)


def _rule(by: str, separator: str) -> Callable[[str], str]:
    from effocr.data.splits import by_pattern, by_prefix

    return by_prefix(separator) if by == "prefix" else by_pattern(by)


@app.command()
def combine(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Sets of one form.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="Where to write.")],
    force: Force = False,
) -> None:
    """Put data sets of one form together; files of equal names get a number."""
    from effocr.data.rearrange import combine as combine_sets
    from effocr.data.rearrange import write_set
    from effocr.pipeline.images import load_image

    data = combine_sets([open_set(path) for path in paths])
    written = write_set(data, out, data.form, load=load_image, force=force)
    report(f"{written}: {len(data.items)} items of {len(paths)} sets", data.problems)


@app.command()
def subset(
    path: Data,
    out: Out,
    count: Annotated[
        int | None, typer.Option(min=1, help="How many, at random. Default: all that match.")
    ] = None,
    match: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX", help="Only images whose name, without suffix, it is found in."
        ),
    ] = None,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """Keep a part of a data set: at random, by name, or both."""
    import numpy as np

    from effocr.data.rearrange import subset as choose
    from effocr.data.rearrange import write_set
    from effocr.pipeline.images import load_image

    data = open_set(path)
    kept = choose(data, rng=np.random.default_rng(seed), count=count, pattern=match)
    written = write_set(kept, out, data.form, load=load_image, force=force)
    report(f"{written}: {len(kept.items)} of {len(data.items)} items", data.problems)


@app.command()
def collect(
    readings: Annotated[
        list[Path],
        typer.Argument(metavar="READ.jsonl...", help="Of `effocr read --format jsonl`."),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="SAMPLES", help="Folder; may hold other samples."),
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="Words that were read right, too.")
    ] = False,
) -> None:
    """Make correction samples of what was read and what NAME.gt.txt beside each image says.

    A word becomes a sample if the text has one other word in its place. Words that were missed, cut
    in two or run together are named and left out, and the exit status is 1. Images without a text
    are passed over.
    """
    from datetime import datetime

    from effocr.learn.collect import collect_corrections
    from effocr.pipeline.images import load_image

    found = collect_corrections(
        readings, out, load=load_image, moment=datetime.now(), everything=everything
    )
    waits = f", {found.waiting} images without a text" if found.waiting else ""
    report(f"{out}: {len(found.samples)} samples of {found.words} words{waits}", found.left_out)
