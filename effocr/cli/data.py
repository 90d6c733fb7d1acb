"""`effocr data check|crop|convert|split|combine|subset`: data sets of lines and glyphs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from effocr.data.forms import Checked
    from effocr.data.records import Skipped

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Check, convert, split and cut up data sets.")

FormName = Literal["coco", "pairs", "glyphs"]
Data = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="Character-level COCO (a JSON file, or a folder with annotations.json), a folder of "
        "line pairs (NAME.png, NAME.gt.txt) or of glyph folders (97, 99_104).",
    ),
]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="Where to write; must not be there yet.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random choices.")]
Force = Annotated[bool, typer.Option("--force", help="Write even if OUT is there already.")]
From = Annotated[
    FormName | None, typer.Option("--from", help="Form of PATH; told by its content if not given.")
]


@app.command()
def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Data sets of any form, see convert.")
    ],
    from_form: From = None,
    ink: Annotated[
        bool,
        typer.Option(
            "--ink",
            help="COCO: look also for boxes on bare paper and glyphs without a box (a guess).",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report everything wrong with data sets: the exit status is 1 if there is anything.

    Boxes and text of every line are compared by graphemes; a box whose label has several letters
    (a ligature) counts as one glyph. Every image is opened.
    """
    from effocr.data.forms import check as check_one
    from effocr.data.forms import recognise

    reports = {str(path): check_one(path, from_form or recognise(path)) for path in paths}
    if ink:
        reports = {path: _with_ink(path, report) for path, report in reports.items()}
    if as_json:
        print(json.dumps({path: _as_json(report) for path, report in reports.items()}, indent=1,
                         ensure_ascii=False))  # fmt: skip
    else:
        for path, report in reports.items():
            print(_as_text(path, report))
    if any(report.problems for report in reports.values()):
        raise typer.Exit(1)


def _with_ink(path: str, report: Checked) -> Checked:
    """Add what the pixels say; other forms have no boxes to compare with."""
    if report.form != "coco":
        return report
    from effocr.data.coco import read_coco
    from effocr.data.ink_check import check_ink
    from effocr.pipeline.images import load_image

    found = check_ink(read_coco(path).lines, load=load_image)
    return replace(report, problems=(*report.problems, *found))


def _as_json(report: Checked) -> dict[str, object]:
    problems = [{"source": item.source, "reason": item.reason} for item in report.problems]
    return {"form": report.form, "counts": report.counts, "problems": problems}


def _as_text(path: str, report: Checked) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in report.counts.items())
    number = len(report.problems)
    verdict = "no problem" if not number else f"{number} problem{'s' if number > 1 else ''}"
    return "\n".join([*map(str, report.problems), f"{path}: {report.form}, {counts}: {verdict}"])


@app.command()
def crop(
    coco: Data,
    out: Out,
    margin: Annotated[int, typer.Option(min=0, help="Pixels kept around each box.")] = 0,
    force: Force = False,
) -> None:
    """Cut every labelled box of character-level COCO into glyph folders."""
    from effocr.data.coco import read_coco
    from effocr.data.crops import crop_glyphs
    from effocr.data.rearrange import refuse_existing
    from effocr.pipeline.images import load_image

    refuse_existing(out, force=force)
    found = read_coco(coco)
    written, problems = crop_glyphs(found.lines, out, load=load_image, margin_px=margin)
    _report(f"{out}: {written} glyphs", (*found.problems, *problems))


@app.command()
def convert(
    path: Data,
    out: Out,
    to: Annotated[FormName, typer.Option("--to", help="Form of OUT.")],
    from_form: From = None,
    force: Force = False,
) -> None:
    """Write a data set in another form.

    COCO (either form in, the form with char and word out) refers to images where they are; the
    others copy them. Line pairs become COCO without boxes. COCO becomes glyph folders by cropping.
    """
    from effocr.data.rearrange import read_set, write_set

    data = read_set(path, from_form)
    if data.form == "coco" and to == "glyphs":
        crop(path, out, force=force)
        return
    written = write_set(data, out, to, force=force)
    _report(f"{written}: {len(data.items)} items as {to}", data.problems)


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

    from effocr.data.rearrange import read_set, split_set, write_set
    from effocr.data.splits import split_by_line

    data = read_set(path)
    wanted, rng = _shares(shares), np.random.default_rng(seed)
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
    for part, (piece, documents) in parts.items():
        target = out / (f"{part}.json" if data.form == "coco" else part)
        write_set(piece, target, data.form, force=force)
        print(f"{target}: {len(piece.items)} items; documents: {documents}")
    _report(f"{out}: {len(data.items)} items in {len(parts)} parts", data.problems)


def _rule(by: str, separator: str) -> Callable[[str], str]:
    from effocr.data.splits import by_pattern, by_prefix

    return by_prefix(separator) if by == "prefix" else by_pattern(by)


def _shares(text: str) -> dict[str, float]:
    from effocr.errors import UsageError

    shares: dict[str, float] = {}
    for item in text.split(","):
        name, _, share = item.strip().partition("=")
        try:
            value = float(share)
        except ValueError as error:
            raise UsageError(f"--shares {text!r}: expected NAME=NUMBER,NAME=NUMBER") from error
        if not name or name in shares or not name.replace("-", "_").isidentifier():
            raise UsageError(f"--shares {text!r}: {name!r} is no name or is there twice")
        shares[name] = value
    return shares


@app.command()
def combine(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Sets of one form.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="Where to write.")],
    force: Force = False,
) -> None:
    """Put data sets of one form together; files of equal names get a number."""
    from effocr.data.rearrange import combine as combine_sets
    from effocr.data.rearrange import read_set, write_set

    data = combine_sets([read_set(path) for path in paths])
    written = write_set(data, out, data.form, force=force)
    _report(f"{written}: {len(data.items)} items of {len(paths)} sets", data.problems)


@app.command()
def subset(
    path: Data,
    out: Out,
    count: Annotated[int | None, typer.Option(min=1, help="How many, at random.")] = None,
    match: Annotated[
        str | None, typer.Option(metavar="REGEX", help="Only images whose name it is found in.")
    ] = None,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """Keep a part of a data set: at random, by name, or both."""
    import numpy as np

    from effocr.data.rearrange import read_set, write_set
    from effocr.data.rearrange import subset as choose

    data = read_set(path)
    kept = choose(data, rng=np.random.default_rng(seed), count=count, pattern=match)
    written = write_set(kept, out, data.form, force=force)
    _report(f"{written}: {len(kept.items)} of {len(data.items)} items", data.problems)


def _report(done: str, problems: Iterable[Skipped]) -> None:
    """Print what was done, name what was left out on standard error; then exit with status 1."""
    found = list(problems)
    print(done)
    for problem in found:
        typer.echo(str(problem), err=True)
    if found:
        raise typer.Exit(1)
