"""`effocr learn`: a better model from a few lines with their text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from effocr.cli.align import tell_left_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from effocr.learn.by_index import IndexLesson

__all__ = ["document_rule", "learn"]

Method = Literal["index", "finetune"]


def learn(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name or folder of a model.")],
    samples: Annotated[
        list[Path],
        typer.Argument(
            metavar="SAMPLES...",
            help="Line pairs (NAME.png, NAME.gt.txt), character-level COCO or correction samples.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="MODEL2", help="Folder of the new model.")
    ],
    by: Annotated[
        Method, typer.Option("--by", help="index: in seconds; finetune: in minutes, better.")
    ] = "index",
    name: Annotated[
        str | None,
        typer.Option(help="Of the collection; default: the name of the first SAMPLES folder."),
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, help="Of aligning and learning, where the type is strange.")
    ] = 3,
    rows_per_label: Annotated[
        int, typer.Option(min=1, help="Most rows of a character in the index.")
    ] = 64,
    documents: Annotated[
        str,
        typer.Option(
            metavar="SEPARATOR|REGEX",
            help="How a file's name tells its document: what stands before the separator, or the "
            "first group of an expression with brackets.",
        ),
    ] = "_",
    force: Annotated[
        bool, typer.Option("--force", help="Write the model even if it is not better.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Learn the type of a collection from lines whose text is known; no boxes are needed.

    What was learnt counts on lines that look like the collection, and what was known stays. Some of
    the lines are kept aside in turn, by document: if these would be read worse than before,
    nothing is written, and the exit status is 1.
    """
    from effocr.errors import UsageError
    from effocr.learn.by_index import learn_by_index
    from effocr.learn.teach import TeachOptions

    if by == "finetune":
        raise UsageError("--by finetune is not there yet; --by index is")
    if name is not None and not name.strip():
        raise UsageError("--name is blank; name the collection, or leave it out")
    lesson = learn_by_index(
        model,
        samples,
        out=out,
        name=name or _name_of(samples[0]),
        document_of=document_rule(documents),
        options=TeachOptions(rounds=rounds, rows_per_label=rows_per_label),
        force=force,
    )
    if as_json:
        print(json.dumps(lesson.as_json(), ensure_ascii=False))
    else:
        _print(lesson)
    tell_left_out(lesson.left_out)
    if lesson.written is None:
        typer.echo(
            f"effocr: nothing was written: {lesson.refused}. Give more lines, look at what "
            "`effocr align` makes of them, or say --force",
            err=True,
        )
        raise typer.Exit(1)


def document_rule(text: str) -> Callable[[str], str]:
    """The rule that `--documents` names."""
    from effocr.data.splits import by_pattern, by_prefix

    return by_pattern(text) if "(" in text else by_prefix(text)


def _name_of(source: Path) -> str:
    """Name of a folder, or of a file without its ending."""
    path = source.resolve()
    return (path.name if path.is_dir() else path.stem) or "lines"


def _print(lesson: IndexLesson) -> None:
    """The report, in a few lines."""
    taught, aside = lesson.taught, lesson.aside
    new = lesson.new_characters
    print(
        f"learnt {len(taught.aligned.exemplars)} glyphs of {taught.collection.lines} lines, "
        f"{taught.rows} rows of {taught.collection.name!r}"
        + (f", new: {' '.join(new)}" if new else "")
    )
    print(
        f"kept aside in turn: {aside.before.lines} lines, CER {100 * aside.before.cer:.2f} % "
        f"before, {100 * aside.after.cer:.2f} % after"
    )
    if lesson.known:
        before, after = lesson.known
        print(f"known before: {100 * before:.2f} % of the glyphs right, {100 * after:.2f} % after")
    seconds = lesson.seconds
    print(
        f"{seconds['learning']:.1f} s to learn, {seconds['looking']:.1f} s to look at the lines, "
        f"{seconds['judging']:.1f} s to judge"
    )
    if lesson.written:
        print(f"{lesson.written.folder}: version {lesson.written.manifest.version}")
