"""`effocr data check|crop|convert|split|combine|subset|collect`: data sets of lines and glyphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from effocr.cli.data_check import check
from effocr.cli.detection_options import (
    Corners,
    Images,
    LevelOption,
    MaxImages,
    detection_form,
    detection_reading,
    other_form,
)
from effocr.cli.shares import parse_shares
from effocr.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from effocr.cli.detection_options import AnyForm, DetectionForm
    from effocr.data.detection_forms import DetectionReading
    from effocr.data.forms import Form
    from effocr.data.records import Skipped

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Check, convert, split and cut up data sets.")

ToForm = Literal[
    "coco",
    "pairs",
    "glyphs",
    "effocr",
    "packed",
    "labels",
    "icdar",
    "hiertext",
    "coco-text",
    "text",
    "jsonl",
    "hocr",
    "alto",
    "page",
    "pdf",
]
SetForm = Literal["coco", "pairs", "glyphs", "effocr", "packed"]
FromAny = Annotated[
    Literal[
        "coco", "pairs", "glyphs", "effocr", "packed", "corrections", "labels", "icdar", "hiertext",
        "coco-text", "jsonl", "hocr", "alto", "page",
    ]
    | None,
    typer.Option("--from", help="Form of PATH; told by its content if not given."),
]  # fmt: skip
SUFFIXES = {"coco": ".json", "packed": ".glyphs.sqlite"}  # of data sets that are one file
Data = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="Character-level COCO (a JSON file, or a folder with annotations.json), a folder of "
        "line pairs (NAME.png, NAME.gt.txt), of correction samples (NAME.png, NAME.json) or of "
        "glyph folders (97, 99_104; also those of the original EffOCR), a packed glyph file, or "
        "detection truth: labels (image, tab, JSON), gt_NAME.txt, HierText, COCO with text.",
    ),
]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="Where to write; must not be there yet.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random choices.")]
Force = Annotated[bool, typer.Option("--force", help="Write even if OUT is there already.")]

app.command()(check)


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
    to: Annotated[ToForm, typer.Option("--to", help="Form of OUT.")],
    from_form: FromAny = None,
    level: LevelOption = "word",
    images: Images = None,
    max_images: MaxImages = None,
    corners: Corners = "4",
    force: Force = False,
    dpi: Annotated[
        float | None,
        typer.Option(help="Of the image, where an ALTO file measures in mm10 or inch1200."),
    ] = None,
) -> None:
    """Write a data set, or what was read of a document, in another form.

    COCO (either form in, the form with char and word out) refers to images where they are; the
    others copy them. Line pairs and correction samples become COCO without boxes. COCO becomes
    glyph folders by cropping; the original's folders and packed files get crops over the whole
    height of the line. COCO goes into OUT.json and a packed set into OUT.glyphs.sqlite; an OUT
    called otherwise is a folder. Detection truth becomes detection truth of another form, its
    images stay where they are.

    A document in jsonl, hocr, alto, page (PAGE-XML) or coco as `effocr read` writes them becomes
    text, any other of these, or pdf, for which its image must lie beside it. OUT is the file, or
    where there are several a folder.
    """
    from effocr.cli.data_documents import convert_document, is_about_documents
    from effocr.data.forms import recognise

    if is_about_documents(path, from_form, to):
        pages = convert_document(path, out, from_form, to, force=force, dpi=dpi)
        _report(f"{out}: {pages} pages as {to}", ())
        return
    set_form = cast("AnyForm | None", from_form)
    if truth := detection_form(path, set_form):
        how = detection_reading(
            level=level, images=images, need_images=True, max_images=max_images, corners=corners
        )
        _convert_detection((path, truth), (out, to), how, force=force)
        return
    form = other_form(set_form) or recognise(path)
    match to:
        case "labels" | "icdar" | "hiertext" | "coco-text":
            raise UsageError(f"{path} is {form}, which has no regions of a page for {to}")
        case "coco" | "pairs" | "glyphs" | "effocr" | "packed":
            _convert_set(path, out, form, to, force=force)


def _convert_set(path: Path, out: Path, form: Form, to: SetForm, *, force: bool) -> None:
    """Write lines or glyphs in another of their forms."""
    from effocr.data.rearrange import read_set, write_set
    from effocr.pipeline.images import load_image

    if form == "coco" and to == "glyphs":
        crop(path, out, force=force)
        return
    if form == "coco" and to in ("effocr", "packed"):
        _crop_whole(path, out, packed=to == "packed", force=force)
        return
    data = read_set(path, form)
    written = write_set(data, out, to, load=load_image, force=force)
    _report(f"{written}: {len(data.items)} items as {to}", data.problems)


def _convert_detection(
    source: tuple[Path, DetectionForm],
    target: tuple[Path, ToForm],
    how: DetectionReading,
    *,
    force: bool,
) -> None:
    """Write detection truth in another of its forms."""
    from effocr.data.detection_forms import read_detection, write_detection
    from effocr.data.rearrange import refuse_existing

    out, form = target
    match form:
        case "labels" | "icdar" | "hiertext" | "coco-text":
            refuse_existing(out, force=force)
            data = read_detection(*source, how)
            lost = write_detection(data.pages, out, form)
            regions = sum(len(page.regions) for page in data.pages)
            done = f"{out}: {len(data.pages)} images, {regions} regions as {form}"
            _report(done, (*data.problems, *lost))
        case _:
            raise UsageError(f"{source[0]} is detection truth ({source[1]}); it cannot be {form}")


def _crop_whole(path: Path, out: Path, *, packed: bool, force: bool) -> None:
    """Cut glyphs out of COCO into the original's folders or a packed file."""
    from effocr.data.coco_entries import load_coco
    from effocr.data.rearrange import refuse_existing
    from effocr.language import load_language
    from effocr.workbench.formatting import FormatOptions, format_dataset

    refuse_existing(out, force=force)
    coco = load_coco(path)
    report = format_dataset(FormatOptions(
        cocos=(coco.path,),
        images=coco.folder,
        out=out,
        language=load_language("en"),
        whole_line=True,
        packed=packed,
        force=force,
    ))  # fmt: skip
    _report(f"{out}: {report.crops} crops of {report.lines} lines", report.problems)


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
    from effocr.pipeline.images import load_image

    data = read_set(path)
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
    for part, (piece, documents) in parts.items():
        target = out / f"{part}{SUFFIXES.get(data.form, '')}"
        write_set(piece, target, data.form, load=load_image, force=force)
        print(f"{target}: {len(piece.items)} items; documents: {documents}")
    _report(f"{out}: {len(data.items)} items in {len(parts)} parts", data.problems)


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
    from effocr.data.rearrange import read_set, write_set
    from effocr.pipeline.images import load_image

    data = combine_sets([read_set(path) for path in paths])
    written = write_set(data, out, data.form, load=load_image, force=force)
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
    from effocr.pipeline.images import load_image

    data = read_set(path)
    kept = choose(data, rng=np.random.default_rng(seed), count=count, pattern=match)
    written = write_set(kept, out, data.form, load=load_image, force=force)
    _report(f"{written}: {len(kept.items)} of {len(data.items)} items", data.problems)


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
    _report(f"{out}: {len(found.samples)} samples of {found.words} words{waits}", found.left_out)


def _report(done: str, problems: Iterable[Skipped]) -> None:
    """Print what was done, name what was left out on standard error; then exit with status 1."""
    found = list(problems)
    print(done)
    for problem in found:
        typer.echo(str(problem), err=True)
    if found:
        raise typer.Exit(1)
