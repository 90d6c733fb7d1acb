"""ICDAR 2015 detection truth, in the two forms that it is passed around in.

`labels`, the form of OpenOCR and PaddleOCR: a UTF-8 file, one image a line, paths relative to it.

    images/img_1.jpg<TAB>[{"transcription": "EXIT", "points": [[x, y], [x, y], [x, y], [x, y]]}]

`icdar`, as the competition gives it: a file for each image, with or without a byte order mark.

    gt_img_1.txt:  x1,y1,x2,y2,x3,y3,x4,y4,transcription, with all its commas

Corners are clockwise from top left; `###`, in labels `*` too, is a region that does not count.
Predictions come in the same forms, without text, or as res_img_1.txt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from effocr.atomic import write_text
from effocr.data.detection import (
    DONT_CARE,
    DetectionPage,
    DetectionSet,
    Region,
    finish,
    name_beside,
    region_of,
)
from effocr.data.records import Skipped, image_called
from effocr.errors import DataFormatError

__all__ = ["LABELS", "read_icdar", "read_labels", "write_icdar", "write_labels"]

LABELS: Final = "labels.txt"  # of a folder that is a set of this form
CORNERS: Final = 4
FEW: Final = 3  # lines that may begin alike by chance
_ALSO_DONT_CARE: Final = "*"  # in labels
_FILE = re.compile(r"^(?:gt_|res_)(?P<stem>.+)\.txt$", re.IGNORECASE)
_ODD_NAME = re.compile(r"[\t\r\n\ud800-\udfff]|^[\s\[]|\s$")  # of a file; not UTF-8, and so on
_NUMBER = re.compile(r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$")


def read_labels(
    path: Path, *, images: Path | None = None, need_images: bool = True
) -> DetectionSet:
    """Read a file of labels; each line, region and image that cannot be used is named.

    Args:
        path: the file, or a folder with labels.txt.
        images: folder that image paths are relative to; that of the file if not given.
        need_images: leave out pages whose image is missing or broken.

    Raises:
        DataFormatError: the file cannot be opened.
    """
    path = path / LABELS if path.is_dir() else path
    folder = images or path.parent
    pages: list[DetectionPage] = []
    problems: list[Skipped] = []
    for source, line in _lines(path, problems):
        name, tab, written = line.partition("\t")
        try:
            if not tab:
                raise DataFormatError("no tab between the image and its regions")
            names, entries = _names(name), _entries(written)
        except DataFormatError as error:
            problems.append(Skipped(source, f"left out: {error}"))
            continue
        regions = _regions(entries, source, problems)
        pages.extend(DetectionPage(folder / one, regions, source=source) for one in names)
    return finish(pages, problems, need_images=need_images)


def write_labels(pages: Iterable[DetectionPage], path: Path) -> tuple[Skipped, ...]:
    """Write a file of labels; image paths are relative to it where they can be.

    Coordinates keep a fraction where there is one. Don't-care regions get the text `###`; a
    region without text gets none, as in the results of OpenOCR.

    Returns:
        What the form cannot hold: a text that it takes for the mark of a don't-care region.
    """
    lines = []
    problems: list[Skipped] = []
    for page in pages:
        marks = sum(one.text == _ALSO_DONT_CARE and not one.ignore for one in page.regions)
        if marks:
            reason = f"the text {_ALSO_DONT_CARE!r} of {marks} regions says here: don't care"
            problems.append(Skipped(str(page.image), reason))
        entries = json.dumps([_entry(region) for region in page.regions], ensure_ascii=False)
        lines.append(f"{_field(name_beside(page.image, path.parent))}\t{entries}\n")
    write_text(path, "".join(lines))
    return tuple(problems)


def read_icdar(
    path: Path,
    *,
    images: Path | None = None,
    need_images: bool = True,
    corners: int | None = CORNERS,
) -> DetectionSet:
    """Read a folder of gt_NAME.txt (or res_NAME.txt), or one such file.

    Args:
        path: the folder, or a file.
        images: folder of the images NAME.jpg, .png, ...; that of the file if not given.
        need_images: leave out pages whose image is missing or broken.
        corners: of every polygon; None: as many as there are numbers, so that no text may begin
            with one. Texts that all begin with two numbers make a note: these may be corners.

    Raises:
        DataFormatError: there is no such file.
    """
    files = sorted(path.iterdir(), key=_by_number) if path.is_dir() else [path]
    files = [file for file in files if _FILE.match(file.name)]
    if not files:
        raise DataFormatError(f"{path}: no gt_NAME.txt or res_NAME.txt there")
    pages: list[DetectionPage] = []
    problems: list[Skipped] = []
    longer: list[bool] = []
    for file in files:
        regions = []
        for source, line in _lines(file, problems):
            try:
                regions.append(_parse(line, corners, source))
                longer.append(corners is not None and _leading(line) >= 2 * corners + 2)
            except DataFormatError as error:
                problems.append(Skipped(source, f"left out: {error}"))
        stem = _FILE.sub(r"\g<stem>", file.name)
        image = image_called(images or file.parent, stem)
        pages.append(DetectionPage(image, tuple(regions), source=str(file)))
    if len(longer) >= FEW and all(longer):
        problems.append(
            Skipped(str(path), f"every text begins with two numbers: not {corners} corners?")
        )
    return finish(pages, problems, need_images=need_images)


def write_icdar(pages: Iterable[DetectionPage], folder: Path) -> tuple[Skipped, ...]:
    """Write gt_NAME.txt of every page, coordinates rounded to pixels, with a byte order mark.

    Returns:
        What the form cannot hold: a second image of the same name, and line feeds in a text, which
        become spaces; and how to read polygons that have not four corners.
    """
    folder.mkdir(parents=True, exist_ok=True)
    problems: list[Skipped] = []
    others = 0
    written: set[str] = set()
    for page in pages:
        name = f"gt_{page.image.stem}.txt"
        if name in written:
            problems.append(Skipped(str(page.image), f"left out: {name} is another image's"))
            continue
        written.add(name)
        rows = []
        for region in page.regions:
            text = DONT_CARE if region.ignore else region.text or ""
            others += len(region.polygon) != CORNERS
            if len(text.splitlines()) > 1:
                problems.append(Skipped(str(page.image), f"line feeds of {text!r} became spaces"))
            numbers = [str(round(float(value))) for value in region.polygon.ravel()]
            rows.append(",".join([*numbers, " ".join(text.splitlines())]) + "\r\n")
        write_text(folder / name, "\ufeff" + "".join(rows))
    if others:
        reason = f"{others} polygons have not {CORNERS} corners; read them with `--corners any`"
        problems.append(Skipped(str(folder), reason))
    return tuple(problems)


def _lines(path: Path, problems: list[Skipped]) -> Iterator[tuple[str, str]]:
    """(file:line, text) of every line that is not empty; undecodable ones are named.

    Raises:
        DataFormatError: the file cannot be opened.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataFormatError(f"{path}: {error.strerror or error}") from error
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        source = f"{path}:{number}"
        try:
            line = raw.decode("utf-8").strip("\r")
        except UnicodeDecodeError:
            problems.append(Skipped(source, "left out: not UTF-8"))
            continue
        if line.strip():
            yield source, line


def _names(field: str) -> list[str]:
    """Images of a line: a path, or a JSON list of paths that share the regions."""
    field = field.strip()
    if not field.startswith("["):
        return [field]
    try:
        names = json.loads(field)
    except (ValueError, RecursionError):
        return [field]  # a file may be called so
    if not names or not all(isinstance(name, str) for name in names):
        raise DataFormatError("the list before the tab holds something else than image paths")
    return list(names)


def _field(name: str) -> str:
    """An image as a line names it: in a JSON list of one, if it could not be read back else."""
    return json.dumps([name]) if _ODD_NAME.search(name) else name


def _entries(written: str) -> list[Any]:
    """Regions of a line.

    Raises:
        DataFormatError: not a JSON list.
    """
    try:
        entries = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise DataFormatError(f"no JSON behind the tab ({error})") from error
    if not isinstance(entries, list):
        raise DataFormatError("a JSON list of regions was expected behind the tab")
    return entries


def _regions(entries: list[Any], source: str, problems: list[Skipped]) -> tuple[Region, ...]:
    """Regions of a line; those that are none are named."""
    regions = []
    for number, entry in enumerate(entries, start=1):
        place = f"{source}, region {number}"
        try:
            regions.append(_region(entry, place))
        except DataFormatError as error:
            problems.append(Skipped(place, f"left out: {error}"))
    return tuple(regions)


def _region(entry: Any, source: str) -> Region:
    if not isinstance(entry, dict) or "points" not in entry:
        raise DataFormatError('no "points" in it')
    text, score = entry.get("transcription"), entry.get("score")
    if text is not None and not isinstance(text, str):
        raise DataFormatError(f"its transcription is {text!r}, not a text")
    marks = (DONT_CARE, _ALSO_DONT_CARE)
    return region_of(entry["points"], text, score=score, source=source, dont_care=marks)


def _entry(region: Region) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if region.ignore:
        entry["transcription"] = DONT_CARE
    elif region.text is not None:
        entry["transcription"] = region.text
    entry["points"] = [[_short(x), _short(y)] for x, y in region.polygon.tolist()]
    if region.score is not None:
        entry["score"] = round(region.score, 4)
    return entry


def _short(value: float) -> float | int:
    """A whole number as such, others with two digits."""
    return int(value) if value == int(value) else round(value, 2)


def _parse(line: str, corners: int | None, source: str) -> Region:
    """A line of a competition's file."""
    fields, leading = line.split(","), _leading(line)
    count = leading // 2 * 2 if corners is None else 2 * corners
    if leading < count or count == 0:
        raise DataFormatError(f"{leading} coordinates, expected {count or 'some'} before the text")
    numbers = [float(field) for field in fields[:count]]
    text = ",".join(fields[count:]) if len(fields) > count else None
    pairs = [numbers[place : place + 2] for place in range(0, count, 2)]
    return region_of(pairs, text, source=source)


def _leading(line: str) -> int:
    """How many numbers a line begins with."""
    fields = line.split(",")
    return next(
        (place for place, field in enumerate(fields) if not _NUMBER.match(field)), len(fields)
    )


def _by_number(file: Path) -> tuple[tuple[int, str], ...]:
    """So that img_2 comes before img_10."""
    parts = re.split(r"(\d+)", file.name)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
