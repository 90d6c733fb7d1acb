"""`effocr align`: line images and their texts -> character-level COCO; nobody draws a box."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from effocr.data.records import Skipped

__all__ = ["align", "tell_left_out"]

_SHOWN = 20  # lines that were left out, named one by one


def align(
    samples: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...",
            help="Line pairs (NAME.png, NAME.gt.txt), character-level COCO or correction samples.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="COCO.json", help="File to write.")],
    model: Annotated[str, typer.Option(metavar="NAME|DIR", help="Model to look with.")] = "en",
    rounds: Annotated[
        int,
        typer.Option(
            min=1, help="Of aligning; between them the type is learnt. For strange type give 3."
        ),
    ] = 2,
    min_confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Glyphs of less are left out.")
    ] = 0.0,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Find the box of every glyph of lines whose text is known.

    Lines whose text does not fit their image are named and left out, and the exit status is 1. If
    none fits, nothing is written.
    """
    from effocr.data.coco import write_coco
    from effocr.errors import UsageError
    from effocr.learn.boxes import with_boxes
    from effocr.learn.lessons import index_of, look_at, read_samples
    from effocr.learn.teach import TeachOptions, align_all
    from effocr.pipeline.onnx_engines import load_engines

    if out.exists() and not force:
        raise UsageError(f"{out}: exists already; give another name, or --force")
    engines = load_engines(model)
    lines, problems = read_samples(samples)
    lessons = look_at(lines, engines, problems)
    found = align_all(index_of(engines), lessons.lessons, TeachOptions(rounds=rounds))
    boxed = [
        with_boxes(line, lesson, alignment, least_confidence=min_confidence)
        for line, lesson, alignment in zip(
            lessons.lines, lessons.lessons, found.alignments, strict=True
        )
    ]
    left_out = [*lessons.problems, *found.unfit(lessons.lessons)]
    kept = [line for number, line in enumerate(boxed) if number not in found.left_out]
    glyphs = sum(len(line.glyphs or ()) for line in kept)
    if not glyphs:  # no file of nothing, least of all over a good one
        tell_left_out(left_out)
        why = (
            "no glyph is so sure; give a lower --min-confidence"
            if kept
            else "no line fits its text; look whether they belong together, or give more --rounds"
        )
        typer.echo(f"effocr: nothing was written: {why}", err=True)
        raise typer.Exit(1)
    write_coco(kept, out, description=f"glyph boxes aligned by effocr with model {model}")
    missing = sum(
        len(alignment.missing)
        for number, alignment in enumerate(found.alignments)
        if number not in found.left_out
    )
    print(f"{out}: {len(kept)} lines, {glyphs} glyphs, {missing} characters not found")
    tell_left_out(left_out)
    if left_out:
        raise typer.Exit(1)


def tell_left_out(left_out: list[Skipped]) -> None:
    """Name what was left out, on standard error."""
    for problem in left_out[:_SHOWN]:
        typer.echo(str(problem), err=True)
    if len(left_out) > _SHOWN:
        typer.echo(f"... and {len(left_out) - _SHOWN} more", err=True)
