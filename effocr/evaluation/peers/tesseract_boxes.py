"""Words or lines that Tesseract finds on pages (`--psm 3`), one single-threaded process a core."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np

from effocr.data.detection import Region
from effocr.evaluation.peers.boxes import BoxesRun
from effocr.evaluation.peers.run import Missing
from effocr.evaluation.peers.tesseract import tesseract_version
from effocr.evaluation.process import Command, run_side_by_side
from effocr.geometry import box_polygon

__all__ = ["find_boxes"]

_PAGE: Final = 1
_LEVELS: Final = {"line": 4, "word": 5}  # of tesseract's TSV

Found = dict[int, list[Region]]
"""Regions by the number of the page in the list, from 1."""


def find_boxes(
    paths: Sequence[Path],
    *,
    level: Literal["word", "line"] = "word",
    processes: int | None = None,
    language: str = "eng",
    program: str = "tesseract",
) -> BoxesRun | Missing:
    """Find words or lines, upright boxes all; what has no letters in it is left out.

    Args:
        paths: page images.
        level: words carry their text and confidence, lines the text of their words.
        processes: single-threaded processes; one per core if not given.
        language: name of the traineddata.
        program: name or path of the executable.
    """
    executable = shutil.which(program)
    if executable is None:
        return Missing(f"{program} is not installed (Debian: apt-get install tesseract-ocr)")
    count = min(processes or os.cpu_count() or 1, max(len(paths), 1))
    left = [list(range(start, len(paths), count)) for start in range(count)]
    regions: list[tuple[Region, ...] | None] = [None] * len(paths)
    failures: dict[str, str] = {}
    peaks: list[float | None] = [0.0]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        while left := [share for share in left if share]:
            lists = [[paths[place] for place in share] for share in left]
            found, peak = _run(Path(folder), (executable, language), lists, _LEVELS[level])
            peaks.append(peak)
            for share, (pages, said) in zip(left, found, strict=True):
                for number, boxes in pages.items():
                    regions[share[number - 1]] = tuple(boxes)
                del share[: len(pages)]
                if share:  # it ended at an image that it cannot read: go on behind that one
                    failures[str(paths[share.pop(0)])] = said or "Tesseract cannot read it"
    known = [peak for peak in peaks if peak is not None]
    return BoxesRun(
        regions=tuple(regions),
        seconds=time.perf_counter() - started,
        rss_mb=max(known) if len(known) == len(peaks) else None,
        configuration=f"{tesseract_version(executable)} --psm 3 -l {language}, {level}s, "
        f"{count} single-threaded processes",
        failures=failures,
    )


def _run(
    work: Path, command: tuple[str, str], lists: Sequence[Sequence[Path]], level: int
) -> tuple[list[tuple[Found, str]], float | None]:
    """One process per list: the pages that each got through and its last word; peak memory."""
    executable, language = command
    commands = []
    for number, images in enumerate(lists):
        names = work / f"{number}.list"
        names.write_text("\n".join(str(path.resolve()) for path in images) + "\n", "utf-8")
        (work / f"{number}.tsv").unlink(missing_ok=True)
        arguments = (executable, str(names), str(work / str(number)), "--psm", "3")
        commands.append(
            Command((*arguments, "-l", language, "tsv"), environment={"OMP_THREAD_LIMIT": "1"})
        )
    finished = run_side_by_side(commands)
    found = []
    for number, one in enumerate(finished):
        last = (one.stderr.strip().splitlines() or [""])[-1]
        found.append((_parse(work / f"{number}.tsv", level), last if one.status else ""))
    peaks = [one.rss_mb for one in finished]
    known = [peak for peak in peaks if peak is not None]
    return found, sum(known) if len(known) == len(peaks) else None


def _parse(file: Path, level: int) -> Found:
    """Regions of every page in a TSV file; those without any letter are left out."""
    pages: Found = {}
    lines: dict[tuple[str, ...], tuple[np.ndarray, list[str]]] = {}
    if not file.is_file():
        return pages
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            page, kind = int(row["page_num"]), int(row["level"])
            x, y, width, height = (int(row[key]) for key in ("left", "top", "width", "height"))
            polygon = np.array(box_polygon((x, y, x + width, y + height)), np.float32)
            if kind == _PAGE:
                pages[page] = []
            place = tuple(row[key] for key in ("page_num", "block_num", "par_num", "line_num"))
            if kind == _LEVELS["line"]:
                lines[place] = (polygon, [])
            text = (row["text"] or "").strip()
            if kind != _LEVELS["word"] or not text:
                continue
            lines[place][1].append(text)
            if level == kind:
                pages[page].append(Region(polygon, text, score=float(row["conf"]) / 100))
    if level == _LEVELS["line"]:
        for (page_number, *_), (polygon, words) in lines.items():
            if words:
                pages[int(page_number)].append(Region(polygon, " ".join(words)))
    return pages
