"""`effocr read`: images in, text out, in the formats that people use."""

from __future__ import annotations

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
from effocr.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

    from effocr.document import Document
    from effocr.pipeline.postprocess.corrections import Corrections
    from effocr.pipeline.reader import Reader, ReadFailure
    from effocr.pipeline.second_opinion import SecondReader

__all__ = ["read"]

_EXIT_FAILED, _EXIT_INTERRUPTED = 1, 130


def read(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Images, folders of images, or - for stdin."),
    ],
    lines: Annotated[bool, typer.Option("--lines", help="Each image is one line of text.")] = False,
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
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            help="A file for one input and one format, else a folder; stdout when left out.",
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
) -> None:
    """Read images of text lines."""
    if not lines:
        raise UsageError(
            f"the model {model!r} has no page detector: add --lines to read images of single lines"
        )
    formats = parse_formats(output_format)
    inputs = list_inputs(paths, recursive=recursive)
    one_file = len(paths) == 1 and (paths[0] == STDIN or not Path(paths[0]).is_dir())
    from effocr.pipeline.reader import Reader

    reader = Reader(
        model,
        threads=threads,
        top_k=top_k,
        whitelist=whitelist,
        blacklist=blacklist,
        min_confidence=min_confidence,
        corrections=_corrections(fix_case, lexicon),
        runtime=runtime,
        second=_second_reader(second_opinion),
    )
    languages = reader.manifest.languages
    with Outputs(
        inputs, formats, out, one_file=one_file, force=force, languages=languages
    ) as outputs:
        status = _read_all(reader, inputs, outputs, draw)
    if status:
        raise typer.Exit(status)


def _second_reader(folder: Path | None) -> SecondReader | None:
    """The reader that is asked, too."""
    if folder is None:
        return None
    from effocr.pipeline.ctc_engine import CtcReader

    return CtcReader(folder)


def _corrections(fix_case: bool, lexicon: Path | None) -> Corrections:
    """What the options ask to correct."""
    from effocr.pipeline.postprocess.case_and_periods import ANCHOR_MARGIN
    from effocr.pipeline.postprocess.corrections import Corrections
    from effocr.pipeline.postprocess.lexicon import read_lexicon

    return Corrections(
        anchor_margin=ANCHOR_MARGIN if fix_case else None,
        lexicon=None if lexicon is None else read_lexicon(lexicon),
    )


def _read_all(reader: Reader, inputs: Sequence[Input], outputs: Outputs, draw: Path | None) -> int:
    """Read and write; interrupted, what was finished is kept and reported.

    Returns:
        The exit status.
    """
    from effocr.pipeline.reader import ReadFailure

    progress = Progress(len(inputs), "images")
    pictures = None if draw is None else _Pictures(draw, inputs)
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
                    if pictures is not None:
                        pictures.draw(number, result)
                progress.advance()
    except KeyboardInterrupt:
        progress.clear()
        print(f"effocr: stopped: {progress.done} of {len(inputs)} images read", file=sys.stderr)
        return _EXIT_INTERRUPTED
    progress.clear()
    return _EXIT_FAILED if failures or outputs.failures else 0


def _results(reader: Reader, inputs: Sequence[Input]) -> Generator[Document | ReadFailure]:
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


class _Pictures:
    """Writes DIR/STEM.boxes.png.

    Raises:
        UsageError: the folder cannot be made.
    """

    def __init__(self, folder: Path, inputs: Sequence[Input]) -> None:
        from effocr.cli.outputs import numbered_stems

        self._folder = folder
        self._inputs = inputs
        self._stems = numbered_stems(inputs)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--draw {folder}: cannot be made ({error.strerror})") from error

    def draw(self, number: int, document: Document) -> None:
        """Draw what was read from input `number` (from 0)."""
        from effocr.pipeline.draw import draw_document
        from effocr.pipeline.images import load_image

        picture = draw_document(load_image(self._inputs[number].source), document)
        picture.save(self._folder / f"{self._stems[number]}.boxes.png")
