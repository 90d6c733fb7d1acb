"""`effocr learn`: a better model from a few lines with their text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from effocr.cli.align import tell_left_out
from effocr.cli.learn_finetune import (
    FinetuneOptions,
    finetune,
    finetune_inputs,
    refuse_finetune_options,
)
from effocr.cli.runs import ConfigFile, Resume, Sets

if TYPE_CHECKING:
    from collections.abc import Callable

    from effocr.learn.by_index import IndexLesson
    from effocr.learn.finetune.report import FinetuneLesson

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
    bonus: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            metavar="COSINE",
            help="How much the collection's rows go before the others on its lines.",
        ),
    ] = 0.05,
    documents: Annotated[
        str,
        typer.Option(
            metavar="SEPARATOR|REGEX",
            help="How a file's name tells its document: what stands before the separator, or the "
            "first group of an expression with brackets.",
        ),
    ] = "_",
    fonts: Annotated[
        list[Path] | None,
        typer.Option(
            "--fonts",
            metavar="DIR",
            help="finetune: fonts of known type, which is drawn so that it is not forgotten; may "
            "be repeated.",
        ),
    ] = None,
    known: Annotated[
        list[Path] | None,
        typer.Option(
            "--known",
            metavar="DIR",
            help="finetune: line pairs that must not be read worse; may be repeated.",
        ),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="finetune: folder of the training. Default: MODEL2.run."),
    ] = None,
    config: ConfigFile = None,
    sets: Sets = None,
    resume: Resume = None,
    init_from: Annotated[
        Path | None,
        typer.Option(
            metavar="M", help="finetune: start from the weights of this model folder, step 0."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write the model even if it is not better.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Learn the type of a collection from lines whose text is known; no boxes are needed.

    What was learnt counts on lines that look like the collection, and what was known stays. Some of
    the lines are kept aside, by document: if these would be read worse than before, nothing is
    written, and the exit status is 1.
    """
    from effocr.errors import UsageError
    from effocr.learn.teach import TeachOptions

    if name is not None and not name.strip():
        raise UsageError("--name is blank; name the collection, or leave it out")
    options = TeachOptions(rounds=rounds, rows_per_label=rows_per_label, bonus=bonus)
    rule, collection = document_rule(documents), name or _name_of(samples[0])
    lesson: IndexLesson | FinetuneLesson
    if by == "finetune":
        asked = FinetuneOptions(
            fonts=fonts, known=known, run=run, config=config, sets=sets, resume=resume,
            init_from=init_from,
        )  # fmt: skip
        inputs = finetune_inputs(asked, out, rule, options)
        lesson = finetune(model, samples, out=out, name=collection, inputs=inputs, force=force)
    else:
        refuse_finetune_options(
            {"--fonts": fonts, "--known": known, "--run": run, "--config": config, "--set": sets,
             "--resume": resume, "--init-from": init_from}
        )  # fmt: skip
        from effocr.learn.by_index import learn_by_index

        lesson = learn_by_index(
            model, samples,
            out=out, name=collection, document_of=rule, options=options, force=force,
        )  # fmt: skip
    if as_json:
        print(json.dumps(lesson.as_json(), ensure_ascii=False))
    else:
        print(lesson.as_text())
    tell_left_out(lesson.left_out)
    if lesson.written is None:
        again = "" if by == "index" else f" with --resume {inputs.run}, which need not train again"
        typer.echo(
            f"effocr: nothing was written: {lesson.refused}. Give more lines, look at what "
            f"`effocr align` makes of them, or say --force{again}",
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
