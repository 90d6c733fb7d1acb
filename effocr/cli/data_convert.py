"""`effocr data convert` and `crop`: data sets, detection truth and documents in other forms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from effocr.cli.detection_options import (
    Corners,
    Images,
    LevelOption,
    MaxImages,
    detection_form,
    detection_reading,
    other_form,
    refuse_detection_options,
)
from effocr.data.form_names import AnyForm, DetectionForm, Form, SetForm
from effocr.errors import UsageError
from effocr.formats.files import DocumentFormat, ReadableFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effocr.data.detection_forms import DetectionReading
    from effocr.data.records import Skipped

__all__ = ["SUFFIXES", "Data", "Force", "Out", "convert", "crop", "report"]

ToForm = Literal[SetForm, DetectionForm, DocumentFormat]
FromForm = Annotated[
    Literal[AnyForm, ReadableFormat] | None,
    typer.Option("--from", help="Form of PATH; told by its content if not given."),
]
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
Force = Annotated[bool, typer.Option("--force", help="Write even if OUT is there already.")]


def crop(
    coco: Annotated[
        Path,
        typer.Argument(
            metavar="COCO.json",
            help="Character-level COCO: the JSON file, or a folder with annotations.json.",
        ),
    ],
    out: Out,
    margin: Annotated[int, typer.Option(min=0, help="Pixels kept around each box.")] = 0,
    force: Force = False,
) -> None:
    """Cut every labelled box of character-level COCO into glyph folders."""
    from effocr.data.coco import read_coco
    from effocr.data.crops import crop_glyphs
    from effocr.data.forms import recognise
    from effocr.data.rearrange import refuse_existing
    from effocr.pipeline.images import load_image

    form = detection_form(coco, None) or recognise(coco)
    if form != "coco":
        raise UsageError(
            f"{coco} is of the form {form}; glyphs are cut out of character-level COCO"
        )
    refuse_existing(out, force=force)
    found = read_coco(coco)
    written, problems = crop_glyphs(found.lines, out, load=load_image, margin_px=margin)
    report(f"{out}: {written} glyphs", (*found.problems, *problems))


def convert(
    path: Data,
    out: Out,
    to: Annotated[ToForm, typer.Option("--to", help="Form of OUT.")],
    from_form: FromForm = None,
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
    images stay where they are: labels go into OUT.txt, or OUT/labels.txt in a folder, HierText into
    OUT.jsonl.gz or OUT.jsonl, COCO with text into OUT.json, and icdar is a folder.

    A document in jsonl, hocr, alto, page (PAGE-XML) or coco as `effocr read` writes them becomes
    text, any other of these, or pdf, for which its image must lie beside it. OUT is the file, or
    where there are several a folder.
    """
    from effocr.cli.data_documents import convert_document, is_about_documents
    from effocr.data.forms import recognise

    how = detection_reading(
        level=level, images=images, need_images=True, max_images=max_images, corners=corners
    )
    if is_about_documents(path, from_form, to):
        refuse_detection_options(path, how)
        pages = convert_document(path, out, from_form, to, force=force, dpi=dpi)
        report(f"{out}: {pages} pages as {to}", ())
        return
    set_form = cast("AnyForm | None", from_form)
    if dpi is not None:
        raise UsageError(f"--dpi is for ALTO files, and {path} is none; leave it out")
    if truth := detection_form(path, set_form):
        _convert_detection((path, truth), (out, to), how, force=force)
        return
    refuse_detection_options(path, how)
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
    report(f"{written}: {len(data.items)} items as {to}", data.problems)


def _convert_detection(
    source: tuple[Path, DetectionForm],
    target: tuple[Path, ToForm],
    how: DetectionReading,
    *,
    force: bool,
) -> None:
    """Write detection truth in another of its forms."""
    from effocr.data.detection_forms import detection_target, read_detection, write_detection
    from effocr.data.rearrange import refuse_existing

    out, form = target
    match form:
        case "labels" | "icdar" | "hiertext" | "coco-text":
            given, out = out, detection_target(out, form)
            if given != out and given.is_file():
                raise UsageError(
                    f"{given} is a file, and {form} is written into a folder; choose another place"
                )
            refuse_existing(out, force=force)
            data = read_detection(*source, how)
            lost = write_detection(data.pages, out, form)
            regions = sum(len(page.regions) for page in data.pages)
            done = f"{out}: {len(data.pages)} images, {regions} regions as {form}"
            report(done, (*data.problems, *lost))
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
    made = format_dataset(FormatOptions(
        cocos=(coco.path,),
        images=coco.folder,
        out=out,
        language=load_language("en"),
        whole_line=True,
        packed=packed,
        force=force,
    ))  # fmt: skip
    report(f"{out}: {made.crops} crops of {made.lines} lines", made.problems)


def report(done: str, problems: Iterable[Skipped]) -> None:
    """Print what was done, name what was left out on standard error; then exit with status 1."""
    found = list(problems)
    print(done)
    for problem in found:
        typer.echo(str(problem), err=True)
    if found:
        raise typer.Exit(1)
