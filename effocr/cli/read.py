"""`effocr read`: pages or lines in, text or other formats out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from effocr.cli.inputs import STDIN, Input, list_inputs
from effocr.cli.outputs import Outputs, parse_formats
from effocr.cli.progress import Progress
from effocr.cli.read_setup import (
    corrections,
    given_lines,
    open_reader,
    page_choice,
    second_reader,
)
from effocr.pdfium import TextLayer

if TYPE_CHECKING:
    from collections.abc import Generator

    from effocr.document import Document
    from effocr.pipeline.page_sources import PageChoice
    from effocr.pipeline.pages import PageReader
    from effocr.pipeline.reader import Reader, ReadFailure

__all__ = ["read"]

_EXIT_FAILED, _EXIT_INTERRUPTED = 1, 130
_A_PAGE = "read as one line, but it looks like a page: leave out --lines to read all of it"
_LEAST_PAGE = 600  # pixels of its shorter side
_FLATTEST = 2  # widths for its height
_SLASHES = tuple(filter(None, (os.sep, os.altsep)))


def read(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Images, PDFs, folders of them, or - for stdin."),
    ],
    lines: Annotated[
        bool, typer.Option("--lines", help="Each image is one line of text, not a page.")
    ] = False,
    model: Annotated[
        str, typer.Option(metavar="NAME|DIR", help="Name or folder of the model.")
    ] = "en",
    output_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="text|jsonl|hocr|alto|page|pdf|coco[,...]",
            help="What to write; page is PAGE-XML.",
        ),
    ] = "text",
    out: Annotated[
        str | None,  # a Path would lose the / at the end
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            help="A file for one input and one format, else a folder, as is what ends in /; "
            "stdout when left out.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files in OUT.")] = False,
    top_k: Annotated[int, typer.Option(metavar="K", help="Candidates to give for each glyph.")] = 5,
    draw: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw the glyph boxes: DIR/STEM.boxes.png."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(metavar="N", help="Threads to use; all cores when left out.")
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", help="Read sub-folders, too.")] = False,
    min_confidence: Annotated[
        float,
        typer.Option(metavar="X", help="A glyph of less confidence (0 to 1) becomes U+FFFD."),
    ] = 0.0,
    whitelist: Annotated[
        str | None, typer.Option(metavar="CHARS", help="Read these characters only.")
    ] = None,
    blacklist: Annotated[
        str, typer.Option(metavar="CHARS", help="Never read these characters.")
    ] = "",
    fix_case: Annotated[
        bool,
        typer.Option(
            "--fix-case", help="Tell capitals from small letters and periods from dashes by height."
        ),
    ] = False,
    lexicon: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Correct words that are not in FILE to words of it that look the same.",
        ),
    ] = None,
    runtime: Annotated[
        Literal["onnxruntime", "openvino"],
        typer.Option(
            help="Of the localizer; openvino is an extra, a little faster on long lines where the "
            "CPU has AMX, slower on short ones."
        ),
    ] = "onnxruntime",
    second_opinion: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Ask this exported sequence reader, too: words that it reads otherwise are marked "
            "(`second` in jsonl), the others get surer.",
        ),
    ] = None,
    pages: Annotated[
        str | None,
        typer.Option(
            metavar="3-7",
            help="Pages of PDFs and of TIFFs with several to read, such as 3-7,12 or 5-; images of "
            "one page are read.",
        ),
    ] = None,
    dpi: Annotated[
        int | None,
        typer.Option(
            min=50,
            max=1200,
            metavar="N",
            help="Resolution that PDF pages are drawn at; 300 when left out, that of the image for "
            "a scan.",
        ),
    ] = None,
    text_layer: Annotated[
        TextLayer,
        typer.Option(
            help="Of PDF pages that hold text already: keep that text, skip the page, or read it "
            "again; auto keeps the text of pages made of text and reads scans again."
        ),
    ] = "auto",
    lines_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|DIR",
            help="Read the lines that an ALTO, PAGE-XML or hOCR file gives, in its order; in a "
            "folder, STEM.alto.xml, STEM.page.xml, STEM.xml or STEM.hocr.",
        ),
    ] = None,
    detector: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|classical",
            help="Finds the lines of pages: folder of an exported detector, or `classical`, which "
            "needs no network; that of the model, or the embedded one, when left out.",
        ),
    ] = None,
    turn: Annotated[
        bool,
        typer.Option("--turn/--no-turn", help="Turn pages that lie on their side or upside down."),
    ] = True,
) -> None:
    """Read pages, or images of single lines."""
    choice = page_choice(pages, dpi, text_layer, lines_from, lines=lines)
    formats = parse_formats(output_format)
    inputs = list_inputs(paths, recursive=recursive, pages=not lines)
    one_file = len(paths) == 1 and (paths[0] == STDIN or not Path(paths[0]).is_dir())
    reader = open_reader(
        model,
        choice,
        given_lines(lines_from, one_file=one_file),
        turn,
        detector,
        threads=threads,
        top_k=top_k,
        whitelist=whitelist,
        blacklist=blacklist,
        min_confidence=min_confidence,
        corrections=corrections(fix_case, lexicon),
        runtime=runtime,
        second=second_reader(second_opinion),
    )
    with Outputs(
        inputs,
        formats,
        None if out is None else Path(out),
        one_file=one_file and not (out or "").endswith(_SLASHES),
        force=force,
        languages=reader.manifest.languages,
        old_text=text_layer,
    ) as outputs:
        status = _read_all(reader, inputs, outputs, draw, choice)
    if status:
        raise typer.Exit(status)


def _read_all(
    reader: Reader | PageReader,
    inputs: Sequence[Input],
    outputs: Outputs,
    draw: Path | None,
    choice: PageChoice | None = None,
) -> int:
    """Read and write; interrupted, what was finished is kept and reported.

    Returns:
        The exit status.
    """
    from effocr.cli.pictures import Pictures
    from effocr.pipeline.reader import Reader, ReadFailure

    one_line_each = isinstance(reader, Reader) and reader.manifest.direction != "ttb"
    progress = Progress(len(inputs), "images")
    pictures = None if draw is None else Pictures(draw, inputs, choice)
    failures = 0
    try:
        with closing(_results(reader, inputs)) as results:
            for number, result in enumerate(results):
                if isinstance(result, ReadFailure):
                    failures += 1
                    progress.clear()
                    outputs.write_failure(number, result.path, result.reason)
                else:
                    outputs.write(number, result)
                    failures += _tell_problems(result, progress)
                    if one_line_each and _looks_like_page(result):
                        progress.clear()
                        print(f"{result.source}: {_A_PAGE}", file=sys.stderr)
                    if pictures is not None:
                        pictures.draw(number, result)
                progress.advance()
    except KeyboardInterrupt:
        progress.clear()
        print(f"effocr: stopped: {progress.done} of {len(inputs)} images read", file=sys.stderr)
        return _EXIT_INTERRUPTED
    progress.clear()
    return _EXIT_FAILED if failures or outputs.failures else 0


def _tell_problems(document: Document, progress: Progress) -> int:
    """Name the pages of a document that could not be read; how many there are."""
    for problem in document.problems:
        progress.clear()
        print(f"{document.source}: {problem}", file=sys.stderr)
    return len(document.problems)


def _looks_like_page(document: Document) -> bool:
    """Whether an image that was read as one line has the size and shape of a page."""
    page = document.pages[0]
    return min(page.width, page.height) >= _LEAST_PAGE and page.width <= _FLATTEST * page.height


def _results(
    reader: Reader | PageReader, inputs: Sequence[Input]
) -> Generator[Document | ReadFailure]:
    """One result per input, in order, under the path as it was given."""
    from effocr.pipeline.reader import ReadFailure

    read = reader.read_many(item.source for item in inputs if item.error is None)
    with closing(read):
        for item in inputs:
            if item.error is not None:
                yield ReadFailure(item.path, item.error)
                continue
            result = next(read)
            if isinstance(result, ReadFailure):
                yield replace(result, path=item.path)
            else:
                yield replace(result, source=item.path)
