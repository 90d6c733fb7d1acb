"""Make a recognizer's data set: crops of COCO lines and renders of fonts, in one folder a class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from effocr.charset import glyph_to_folder, read_charset
from effocr.data.packed import PACKED_NAME, PACKED_SUFFIX
from effocr.data.packed_writer import PackedWriter
from effocr.data.png import write_png
from effocr.data.records import Skipped, is_image
from effocr.data.sample_names import FULL_CHARSET, crop_name, paired_name, render_name
from effocr.errors import FontError, UsageError
from effocr.language import Language
from effocr.pipeline.threads import thread_count
from effocr.processes import in_order
from effocr.synth.fonts import font_files
from effocr.synth.glyphs import Look, has_vertical_forms
from effocr.workbench.crops import plan_crops
from effocr.workbench.drawing import CropTask, Drawn, FontTask, chunks, perform

__all__ = ["FormatOptions", "FormatReport", "format_dataset"]

Grey = npt.NDArray[np.uint8]

SQUARE_PX: Final = 224  # side of squares, of crops and renders alike
LINES_A_TASK: Final = 32
GLYPHS_A_TASK: Final = 1024
MANY_RENDERS: Final = 20_000  # drawn in about ten seconds; a pool of processes takes two to start
SHOWN: Final = 40  # characters that a message lists
# the original adds these to a Japanese set; it also took away カ ッ ョ, which are kept here
JAPANESE_EXTRAS: Final = (
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ靑鄉查々〇、)(,."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatOptions:
    """What to make a data set of.

    Attributes:
        cocos: character-level COCO files.
        images: folder of the line images.
        out: folder of the data set; may be the name of a packed file.
        language: direction and framing.
        char_id: category of the glyphs; where names say otherwise, the names count.
        charset: file or folder of the characters to draw; None: nothing is drawn.
        fonts: folder of the fonts to draw with; None: nothing is drawn.
        crops: folder that crops are also written to, by line; None: they are not.
        exclude_fonts: fonts with one of these in their path are left out.
        whole_line: draw boxes out over the whole height (of a column: the width) of the line.
        spaced_boxes: white space may have boxes of its own.
        padding: paper around renders, as a share of their size.
        square: fit crops and renders into squares of one size.
        packed: write one file instead of a folder a class.
        force: overwrite a packed file.
        processes: that draw; None: all cores if there is much to draw, else this one.
    """

    cocos: tuple[Path, ...]
    images: Path
    out: Path
    language: Language
    char_id: int | None = None
    charset: Path | None = None
    fonts: Path | None = None
    crops: Path | None = None
    exclude_fonts: tuple[str, ...] = ()
    whole_line: bool = False
    spaced_boxes: bool = False
    padding: float = 0.05
    square: bool = False
    packed: bool = False
    force: bool = False
    processes: int | None = None


@dataclass(slots=True)
class FormatReport:
    """What was made.

    Attributes:
        lines: that crops were planned of.
        crops: number of them.
        fonts: that were found.
        renders: number of them.
        classes: characters with at least one image.
        problems: what was left out or mended.
    """

    lines: int = 0
    crops: int = 0
    fonts: int = 0
    renders: int = 0
    classes: set[str] = field(default_factory=set)
    problems: list[Skipped] = field(default_factory=list)


class _Sink(Protocol):
    """Takes the images of a data set."""

    def add(self, glyph: str, pixels: Grey, name: str) -> None:
        """Take an image."""


class _Folders:
    """Writes a folder a class."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: set[str] = set()

    def add(self, glyph: str, pixels: Grey, name: str) -> None:
        """Write an image into the folder of its class."""
        folder = self._root / glyph_to_folder(glyph)
        if glyph not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(glyph)
        write_png(folder / name, pixels)


def format_dataset(options: FormatOptions) -> FormatReport:
    """Make a recognizer's data set.

    Nothing in it depends on the number of processes, and nothing is random.

    Raises:
        UsageError: there is a data set already, or nothing can be written there.
        DataFormatError: a COCO or charset file cannot be read.
        FontError: there is no font.
    """
    _refuse_data_set(options.out, force=options.force)
    report = FormatReport()
    glyphs = _glyphs(options)
    font_tasks = _font_tasks(options, glyphs, report)
    crop_tasks = _crop_tasks(options, report)
    tasks: list[CropTask | FontTask] = [*font_tasks, *crop_tasks]
    with ExitStack() as stack:
        sink: _Sink = _Folders(options.out)
        if options.packed:
            one_file = options.out.name.endswith(PACKED_SUFFIX)
            place = options.out if one_file else options.out / PACKED_NAME
            sink = stack.enter_context(PackedWriter(place, force=options.force))
        processes = options.processes or _usual_processes(font_tasks)
        for done in in_order(perform, tasks, processes=processes):
            for item in done:
                if isinstance(item, Skipped):
                    report.problems.append(item)
                else:
                    _take(item, sink, options, report)
    _finish(options, glyphs, report)
    return report


def _glyphs(options: FormatOptions) -> list[str]:
    """Characters to draw."""
    if options.charset is None:
        return []
    glyphs = list(read_charset(options.charset))
    extras = JAPANESE_EXTRAS if options.language.name == "jp" else ""
    return list(dict.fromkeys([*glyphs, *extras]))


def _refuse_data_set(out: Path, *, force: bool) -> None:
    """Refuse samples of an earlier run, which would mix with the new ones or be lost.

    Raises:
        UsageError: there are any.
    """
    if out.is_file() and not force:
        raise UsageError(f"{out} is there already; remove it or name another place")
    if (out / PACKED_NAME).exists() or any(path.name[:1].isdecimal() for path in out.glob("*/")):
        raise UsageError(f"{out}: holds a data set; remove it or name another folder")


def _chosen_fonts(options: FormatOptions) -> list[Path]:
    if options.fonts is None:
        return []
    fonts = [
        path
        for path in font_files(options.fonts)
        if not any(part in str(path) for part in options.exclude_fonts)
    ]
    if not fonts:
        raise FontError(f"{options.fonts}: every font is excluded")
    return fonts


def _crop_tasks(options: FormatOptions, report: FormatReport) -> list[CropTask]:
    lines, problems = plan_crops(
        options.cocos,
        options.images,
        char_id=options.char_id,
        direction=options.language.direction,
        spaced_boxes=options.spaced_boxes,
    )
    report.lines = len(lines)
    report.problems += problems
    if options.crops is not None and not options.packed:
        report.problems += _stale(options.crops)
        options.crops.mkdir(parents=True, exist_ok=True)
    square_px = SQUARE_PX if options.square else None
    return [CropTask(part, options.whole_line, square_px) for part in chunks(lines, LINES_A_TASK)]


def _stale(crops: Path) -> Iterator[Skipped]:
    if crops.is_dir():
        count = sum(1 for path in crops.iterdir() if is_image(path))
        if count:
            yield Skipped(str(crops), f"{count} images of earlier runs are there; none is used")


def _font_tasks(options: FormatOptions, glyphs: list[str], report: FormatReport) -> list[FontTask]:
    language, fonts = options.language, _chosen_fonts(options)
    vertical = language.direction == "ttb"
    if vertical and fonts and not has_vertical_forms():
        reason = "Pillow has no Raqm here: fonts' forms for columns are not drawn"
        report.problems.append(Skipped(str(options.fonts), reason))
    report.fonts = len(fonts)
    look = Look(framing=language.framing, vertical=vertical, padding=options.padding)
    square_px = SQUARE_PX if options.square else None
    return [
        FontTask(font, part, look, square_px)
        for font in fonts
        for part in chunks(glyphs, GLYPHS_A_TASK)
    ]


def _usual_processes(tasks: list[FontTask]) -> int:
    """All cores if starting them costs less than they save; files are written by one anyway."""
    renders = sum(len(task.glyphs) for task in tasks)
    return thread_count(None) if renders > MANY_RENDERS else 1


def _take(item: Drawn, sink: _Sink, options: FormatOptions, report: FormatReport) -> None:
    """Write an image under the name that the original gives it."""
    report.classes.add(item.glyph)
    if item.annotation is None:
        sink.add(item.glyph, item.pixels, render_name(item.glyph, report.renders, item.source))
        report.renders += 1
        return
    name = paired_name(item.source, item.annotation, item.glyph, report.crops)
    sink.add(item.glyph, item.pixels, name)
    report.crops += 1
    if options.crops is not None and not options.packed:
        name = crop_name(item.source, item.annotation, item.glyph)
        write_png(options.crops / name, item.pixels)


def _finish(options: FormatOptions, glyphs: list[str], report: FormatReport) -> None:
    """Write the list of characters, and say which have no image and which no font has."""
    if not options.packed or not options.out.name.endswith(PACKED_SUFFIX):
        _list_characters(options, [*glyphs, *sorted(report.classes.difference(glyphs))])
    if options.charset is None:
        return
    strange = sorted(report.classes.difference(glyphs))
    missing = [glyph for glyph in glyphs if glyph not in report.classes]
    for found, reason in (
        (missing, "have no image: no font draws them and no line holds them"),
        (strange, "are in lines but not in the charset, so no font draws them"),
    ):
        if found:
            shown = " ".join(found[:SHOWN]) + (" ..." if len(found) > SHOWN else "")
            problem = Skipped(str(options.charset), f"{len(found)} characters {reason}: {shown}")
            report.problems.append(problem)


def _list_characters(options: FormatOptions, glyphs: list[str]) -> None:
    """Write the original's list of characters: code points, one character a line."""
    options.out.mkdir(parents=True, exist_ok=True)
    place = options.out / FULL_CHARSET.format(options.language.name)
    place.write_text("".join(f"{glyph_to_folder(glyph)}\n" for glyph in glyphs), "utf-8")
