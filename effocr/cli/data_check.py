"""`effocr data check`: what is wrong with data sets, and what parts of a split share."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.detection_options import (
    Corners,
    Images,
    LevelOption,
    MaxImages,
    detection_form,
    detection_reading,
    open_set,
    other_form,
    refuse_detection_options,
)
from effocr.data.form_names import AnyForm
from effocr.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effocr.data.detection_forms import DetectionReading
    from effocr.data.forms import Checked
    from effocr.data.records import Skipped

__all__ = ["From", "check"]

From = Annotated[
    AnyForm | None, typer.Option("--from", help="Form of PATH; told by its content if not given.")
]


def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Data sets of any form, see convert.")
    ],
    from_form: From = None,
    ink: Annotated[
        bool,
        typer.Option(
            "--ink",
            help="COCO: look also for boxes on bare paper and glyphs without a box (a guess).",
        ),
    ] = False,
    leaks: Annotated[
        bool,
        typer.Option(
            "--leaks",
            help="The data sets are parts of a split: look for lines that are in two of them.",
        ),
    ] = False,
    separator: Annotated[
        str, typer.Option(help="For --leaks: a document is the image's name up to here.")
    ] = "_",
    level: LevelOption = "word",
    images: Images = None,
    max_images: MaxImages = None,
    corners: Corners = "4",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report everything wrong with data sets: the exit status is 1 if there is anything.

    Boxes and text of every line are compared by graphemes; a box whose label has several letters
    (a ligature) counts as one glyph. Of detection truth, polygons that cannot be used or reach
    beyond the image are named. Every image is opened.
    """
    how = detection_reading(
        level=level, images=images, need_images=True, max_images=max_images, corners=corners
    )
    if leaks:
        if ink:
            raise UsageError("--ink and --leaks are two checks; run one after the other")
        _check_leaks(paths, from_form, separator, as_json=as_json)
        return
    reports = {str(path): _check_one(path, from_form, how) for path in paths}
    if ink:
        reports = {path: _with_ink(path, report) for path, report in reports.items()}
    if as_json:
        print(json.dumps({path: _as_json(report) for path, report in reports.items()}, indent=1,
                         ensure_ascii=False))  # fmt: skip
    else:
        for path, report in reports.items():
            print(_as_text(path, report))
    if any(report.problems for report in reports.values()):
        raise typer.Exit(1)


def _check_one(path: Path, form: AnyForm | None, how: DetectionReading) -> Checked:
    """Check a data set of lines, of glyphs or of detection truth."""
    from effocr.data.detection_forms import check_detection
    from effocr.data.forms import Checked, check, recognise

    if truth := detection_form(path, form):
        counts, problems = check_detection(path, truth, how)
        return Checked(truth, counts, problems)
    refuse_detection_options(path, how)
    return check(path, other_form(form) or recognise(path))


def _check_leaks(paths: list[Path], form: AnyForm | None, separator: str, *, as_json: bool) -> None:
    """Print what the parts of a split share, and name on standard error what is not compared.

    Raises:
        Exit: with status 1 where something is shared, or an image cannot be compared.
    """
    from effocr.data.leaks import find_leaks
    from effocr.data.splits import by_prefix
    from effocr.pipeline.images import load_image

    parts = {str(path): open_set(path, form) for path in paths}
    if len(parts) < 2 or len({bool(part.lines) for part in parts.values()}) > 1:
        raise UsageError("--leaks compares two or more data sets, all of lines or all of glyphs")
    leaks = find_leaks(parts, load=load_image, document_of=by_prefix(separator))
    left_out = [problem for part in parts.values() for problem in part.problems]
    for problem in (*left_out, *leaks.not_compared):
        typer.echo(str(problem), err=True)
    found = leaks.found
    if as_json:
        print(json.dumps(_listed(found), indent=1, ensure_ascii=False))
    else:
        for leak in found:
            print(leak)
        number = f"{len(found) or 'no'} leak{'' if len(found) == 1 else 's'}"
        missed = len(leaks.not_compared)
        print(f"{len(parts)} parts: {number}" + f"; {missed} not compared" * bool(missed))
    if found or leaks.not_compared:
        raise typer.Exit(1)


def _with_ink(path: str, report: Checked) -> Checked:
    """Add what the pixels say; other forms have no boxes to compare with."""
    if report.form != "coco":
        return report
    from effocr.data.coco import read_coco
    from effocr.data.ink_check import check_ink
    from effocr.pipeline.images import load_image

    found = check_ink(read_coco(path).lines, load=load_image)
    return replace(report, problems=(*report.problems, *found))


def _as_json(report: Checked) -> dict[str, object]:
    return {"form": report.form, "counts": report.counts, "problems": _listed(report.problems)}


def _listed(found: Iterable[Skipped]) -> list[dict[str, str]]:
    return [{"source": item.source, "reason": item.reason} for item in found]


def _as_text(path: str, report: Checked) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in report.counts.items())
    number = len(report.problems)
    verdict = "no problem" if not number else f"{number} problem{'s' if number > 1 else ''}"
    return "\n".join([*map(str, report.problems), f"{path}: {report.form}, {counts}: {verdict}"])
