"""Options of `effocr read` -> the reader that they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.pdfium import TextLayer
    from effocr.pipeline.given_lines import GivenLines
    from effocr.pipeline.live import ReaderOptions
    from effocr.pipeline.page_sources import PageChoice
    from effocr.pipeline.pages import PageReader
    from effocr.pipeline.postprocess.corrections import Corrections
    from effocr.pipeline.reader import Reader
    from effocr.pipeline.second_opinion import SecondReader

__all__ = [
    "corrections",
    "given_lines",
    "open_reader",
    "page_choice",
    "second_reader",
]


def page_choice(
    pages: str | None,
    dpi: int | None,
    text_layer: TextLayer,
    lines_from: Path | None,
    *,
    lines: bool,
) -> PageChoice | None:
    """Which pages are read, and how; None for lines.

    Raises:
        UsageError: an option of pages with lines, or no such pages.
    """
    if lines:
        if pages or dpi or text_layer != "auto" or lines_from:
            raise UsageError(
                "--pages, --dpi, --text-layer and --lines-from are for pages: leave --lines out"
            )
        return None
    from effocr.pipeline.page_range import PageRange, parse_pages
    from effocr.pipeline.page_sources import PageChoice

    return PageChoice(PageRange() if pages is None else parse_pages(pages), dpi, text_layer)


def given_lines(path: Path | None, *, one_file: bool) -> GivenLines | None:
    """The lines that need not be found.

    Raises:
        UsageError: there is no such path, or it is one file for several inputs.
        DataFormatError: the file gives no lines.
    """
    if path is None:
        return None
    from effocr.pipeline.given_lines import LinesFrom

    given = LinesFrom(path)
    if not (one_file or given.is_folder):
        raise UsageError(f"--lines-from {path}: one file is for one input; give a folder")
    return given


def open_reader(
    model: str,
    choice: PageChoice | None,
    given: GivenLines | None,
    turn: bool,
    detector: str | None,
    **options: Unpack[ReaderOptions],
) -> Reader | PageReader:
    """The reader of pages, or of lines where no choice of pages is given.

    Raises:
        UsageError: a detector is named for lines, or there is none of that name.
    """
    if choice is None:
        from effocr.pipeline.reader import Reader

        if detector is not None:
            raise UsageError("--detector is for pages: leave --lines out")
        return Reader(model, **options)
    from effocr.pipeline.network_lines import open_detector
    from effocr.pipeline.pages import PageReader
    from effocr.pipeline.threads import thread_count

    callers = thread_count(options.get("threads"))
    return PageReader(
        model,
        detector=None if detector is None else open_detector(detector, callers=callers).lines,
        choice=choice,
        given=given,
        may_turn=turn,
        **options,
    )


def second_reader(folder: Path | None) -> SecondReader | None:
    """The reader that is asked, too."""
    if folder is None:
        return None
    from effocr.pipeline.ctc_engine import CtcReader

    return CtcReader(folder)


def corrections(fix_case: bool, lexicon: Path | None) -> Corrections:
    """What the options ask to correct."""
    from effocr.pipeline.postprocess.case_and_periods import ANCHOR_MARGIN
    from effocr.pipeline.postprocess.corrections import Corrections
    from effocr.pipeline.postprocess.lexicon import read_lexicon

    return Corrections(
        anchor_margin=ANCHOR_MARGIN if fix_case else None,
        lexicon=None if lexicon is None else read_lexicon(lexicon),
    )
