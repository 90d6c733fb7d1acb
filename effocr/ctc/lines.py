"""Lines to learn from: of line pairs, character-level COCO, HierText, and drawn from fonts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.charset import read_charset
from effocr.ctc.alphabet import Alphabet, Unknown
from effocr.ctc.arrays import columns_of, needed_columns, scale_line
from effocr.ctc.config import CtcTraining, SyntheticLines
from effocr.data.coco import read_coco
from effocr.data.hiertext import (
    Split,
    crop_polygon,
    ground_truth,
    is_hiertext,
    lines_to_learn,
    read_hiertext,
    told,
)
from effocr.data.line_pairs import read_line_pairs
from effocr.data.records import LineImage, Skipped
from effocr.errors import DataFormatError, EffOCRError, UsageError
from effocr.synth.fonts import load_fonts
from effocr.synth.pool import draw_lines
from effocr.training.lines import annotations_of

__all__ = [
    "LearntLine",
    "LineFiles",
    "PlainLine",
    "draw_synthetic",
    "load_plain_lines",
    "open_line",
    "read_plain_lines",
    "spell_lines",
]

Grey = npt.NDArray[np.uint8]

BLACK: Final = 0
VALIDATION_SHARE: Final = 10  # one validation image of HierText for so many to learn from
LEAST_VALIDATION: Final = 10  # images


@dataclass(frozen=True, slots=True)
class PlainLine:
    """A line and its text; the pixels are packed, because there may be hundreds of thousands.

    Attributes:
        packed: the bytes of a PNG, 64 pixels high.
        width: pixels.
        text: NFC.
        source: file, and place in it.
    """

    packed: bytes
    width: int
    text: str
    source: str

    @classmethod
    def of(cls, grey: Grey, text: str, source: str) -> "PlainLine":
        """A line of an image [height, width] uint8 of any size; white space becomes one space."""
        scaled = scale_line(grey)
        _, packed = cv2.imencode(".png", scaled)
        return cls(packed.tobytes(), scaled.shape[1], " ".join(text.split()), source)

    @property
    def grey(self) -> Grey:
        """[64, width] uint8."""
        return np.asarray(
            cv2.imdecode(np.frombuffer(self.packed, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8
        )


@dataclass(frozen=True, slots=True)
class LearntLine:
    """A line that fits a network.

    Attributes:
        line: its pixels and text.
        classes: of its characters.
        text: that is to be read; unknown characters are in it, or `?` for them.
    """

    line: PlainLine
    classes: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class LineFiles:
    """How lines are read.

    Attributes:
        load: reads an image as [height, width] uint8.
        outside: see `CtcTraining`.
        max_images: of a HierText folder; None: all.
    """

    load: Callable[[Path], Grey]
    outside: str = "paper"
    max_images: int | None = None


def load_plain_lines(
    paths: Sequence[Path], files: LineFiles, *, split: Split = "train"
) -> tuple[list[PlainLine], list[Skipped]]:
    """Read lines of any kind of data.

    Args:
        paths: folders of line pairs, folders of HierText, or character-level COCO.
        files: how.
        split: of HierText.

    Returns:
        The lines, and what was left out and why.

    Raises:
        DataFormatError: a path is no such data.
    """
    lines: list[PlainLine] = []
    skipped: list[Skipped] = []
    for item in read_plain_lines(paths, files, split=split):
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            lines.append(item)
    return lines, skipped


def read_plain_lines(
    paths: Sequence[Path], files: LineFiles, *, split: Split = "train"
) -> Iterator[PlainLine | Skipped]:
    """The same, one by one."""
    for path in paths:
        yield from _read(path, files, split)


def _read(path: Path, files: LineFiles, split: Split) -> Iterator[PlainLine | Skipped]:
    if is_hiertext(path):
        return _hiertext(path, files, split)
    annotations = annotations_of(path)
    if annotations is None:
        return _line_images(read_line_pairs(path), files)
    found = read_coco(annotations)
    return _line_images((*found.lines, *found.problems), files)


def _line_images(
    items: Iterable[LineImage | Skipped], files: LineFiles
) -> Iterator[PlainLine | Skipped]:
    for item in items:
        yield item if isinstance(item, Skipped) else open_line(item, files)


def open_line(item: LineImage, files: LineFiles) -> PlainLine | Skipped:
    """A line image as the network sees it, or why it is left out."""
    if not item.text.strip():
        return Skipped(str(item.path), "left out: the text is empty")
    try:
        return PlainLine.of(files.load(item.path), item.text, str(item.path))
    except EffOCRError as error:
        reason = str(error).removeprefix(f"{item.path}: ")
        return Skipped(str(item.path), f"left out: {reason}")


def _hiertext(path: Path, files: LineFiles, split: Split) -> Iterator[PlainLine | Skipped]:
    most = files.max_images
    if most is not None and split == "validation":
        most = max(LEAST_VALIDATION, most // VALIDATION_SHARE)
    found = read_hiertext(path, split, max_images=most)
    yield from found.problems
    refused: Counter[str] = Counter()
    for image in found.images:
        kept, reasons = lines_to_learn(image)
        refused += reasons
        try:
            grey = files.load(image.path)
        except EffOCRError as error:
            yield Skipped(str(image.path), f"left out: {error}")
            continue
        outside = BLACK if files.outside == "black" else None
        for number, line in enumerate(kept):
            cut = crop_polygon(grey, line.polygon, outside=outside)
            source = f"{image.path}: line {number}"
            if cut.size:
                yield PlainLine.of(cut, line.text, source)
            else:
                yield Skipped(source, "left out: it lies beyond the image")
    yield from told(refused.items(), ground_truth(path, split))


def draw_synthetic(settings: SyntheticLines, *, seed: int) -> tuple[list[PlainLine], list[Skipped]]:
    """Draw lines from fonts.

    Args:
        settings: which and how many; a count of 0 draws none.
        seed: of the whole set.

    Returns:
        The lines, and the fonts and glyphs that were refused.

    Raises:
        FontError: no font can set a line.
        UsageError: the settings lack fonts or a charset.
    """
    if not settings.count:
        return [], []
    if settings.charset is None:
        raise UsageError("synthetic lines need --set synthetic.charset=PATH")
    charset = read_charset(settings.charset)
    report = load_fonts(list(settings.fonts), charset=tuple(charset))
    drawn = draw_lines(
        report.fonts, charset, settings.count, seed=seed, options=settings.options,
        processes=settings.processes,
    )  # fmt: skip
    lines = [
        PlainLine.of(line.grey, line.text, f"synthetic line {number}, {line.source}")
        for number, line in enumerate(drawn)
    ]
    return lines, [*report.refused, *report.glyphs]


def spell_lines(
    lines: Iterable[PlainLine], alphabet: Alphabet, config: CtcTraining, *, measured: bool = False
) -> tuple[list[LearntLine], list[Skipped]]:
    """Put texts into classes; lines that the network could never spell are left out and named.

    Args:
        lines: of the data.
        alphabet: of the network.
        config: what to do with unknown characters, and the widths of batches.
        measured: the lines are measured, not learnt from: one with characters that the alphabet
            lacks stays, and they count as errors.
    """
    replaces = config.unknown == "question-mark"
    unknown: Unknown = "replace" if replaces else "drop" if measured else "refuse"
    fit: list[LearntLine] = []
    skipped: list[Skipped] = []
    for line in lines:
        try:
            classes = alphabet.encode(line.text, unknown=unknown)
        except DataFormatError as error:
            skipped.append(Skipped(line.source, f"left out: {error}"))
            continue
        has, needs = columns_of(line.width), needed_columns(classes)
        if line.width > config.widths[-1]:
            reason = f"{line.width} pixels wide at a height of 64; widths end at"
            skipped.append(Skipped(line.source, f"left out: {reason} {config.widths[-1]}"))
        elif needs > has:
            reason = f"its text needs {needs} columns of output, its width gives {has}"
            skipped.append(Skipped(line.source, f"left out: {reason}; is the text of this line?"))
        else:
            text = alphabet.decode(classes) if replaces else line.text
            fit.append(LearntLine(line, classes, text))
    return fit, skipped
