"""Predictions of detection and lexicons, read from files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from effocr.charset import normalise, read_utf8
from effocr.data.detection import DetectionPage, DetectionSet, Region, finish, region_of
from effocr.data.detection_forms import DetectionReading, read_detection
from effocr.data.form_names import Level, PredictionForm
from effocr.data.records import Skipped
from effocr.document import Line, Point
from effocr.errors import DataFormatError, UsageError
from effocr.formats.jsonl import read_jsonl
from effocr.formats.shared import word_confidence
from effocr.geometry import box_polygon
from effocr.metrics.spotting import Lexicon, lexicon_words

__all__ = ["read_lexicon", "read_predictions"]

_PER_IMAGE: Final = re.compile(r"^voc_(?P<stem>.+)\.txt$", re.IGNORECASE)


def read_predictions(
    path: Path, form: PredictionForm | None = None, how: DetectionReading | None = None
) -> DetectionSet:
    """Read predictions in a form of detection truth, or what `effocr read --format jsonl` wrote.

    Args:
        path: file or folder.
        form: told by name and content if not given.
        how: of the jsonl only `level` counts; images are never needed.

    Raises:
        DataFormatError: nothing can be read.
        UsageError: paragraphs of jsonl, which has none.
    """
    how = how or DetectionReading(need_images=False)
    if form == "jsonl" or (form is None and _is_jsonl(path)):
        return _read_documents(path, how.level)
    return read_detection(path, form, how)


def read_lexicon(path: Path) -> Lexicon:
    """Read a lexicon: a file of words, one a line, or a folder of voc_IMAGE.txt for single images.

    Raises:
        DataFormatError: it is missing, not UTF-8, or there is no word in it.
    """
    if not path.is_dir():
        words = lexicon_words(normalise(read_utf8(path)).splitlines())
        lexicon = Lexicon(words)
    else:
        by_image = {}
        for file in sorted(path.iterdir()):
            if match := _PER_IMAGE.match(file.name):
                found = lexicon_words(normalise(read_utf8(file)).splitlines())
                by_image[match["stem"]] = found
        lexicon = Lexicon(by_image=by_image)
    if not lexicon.words and not any(lexicon.by_image.values()):
        raise DataFormatError(f"{path}: no word in it; one a line, or a folder of voc_IMAGE.txt")
    return lexicon


def _is_jsonl(path: Path) -> bool:
    """Whether the first line of a file is a page that was read."""
    if path.suffix.lower() != ".jsonl" or not path.is_file():
        return False
    with path.open("rb") as file:
        first = file.readline()
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "path" in record


def _read_documents(path: Path, level: Level) -> DetectionSet:
    if level == "paragraph":
        raise UsageError(f"{path}: jsonl has words and lines, no paragraphs; give --level")
    pages: list[DetectionPage] = []
    problems: list[Skipped] = []
    for document in read_jsonl(path):
        if len(document.pages) > 1:
            problems.append(
                Skipped(document.source, f"{len(document.pages)} pages; the first is scored")
            )
        page = document.pages[0]
        source = f"{path} ({document.source})"
        regions = tuple(_page_regions(page.lines, level, source, problems))
        size = (page.width, page.height)
        pages.append(DetectionPage(Path(document.source), regions, size, source))
    return finish(pages, problems, need_images=False)


def _page_regions(
    lines: Iterable[Line], level: Level, source: str, problems: list[Skipped]
) -> Iterator[Region]:
    """Regions of a page; those that are none are named."""
    for number, line in enumerate(lines, start=1):
        place = f"{source}, line {number}"
        for outline, text, score in _outlines(line, level):
            try:
                yield region_of(outline, text, score=score, source=place, dont_care=())
            except DataFormatError as error:
                problems.append(Skipped(place, f"left out: {error}"))


def _outlines(line: Line, level: Level) -> Iterator[tuple[Sequence[Point], str, float]]:
    """Outline, text and confidence of a line, or of its words."""
    if level == "line":
        yield line.polygon, line.text, line.confidence
        return
    for word in line.words:
        yield box_polygon(word.box), word.text, word_confidence(line, word)
