"""Prepared lines kept in the work folder, so that a stopped training need not draw them again.

    NAME.bin    boxes (float32) and pixels (uint8, as they are) of line after line, then one JSON
                text with the rest
    NAME.json   what the lines were drawn from (`lines_key`), the sha256 of NAME.bin, and where in
                it the JSON begins

The pixels are mapped into memory, not read: they take room there only while they are looked at.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, TypeAdapter, ValidationError

import effocr
from effocr.atomic import write_text
from effocr.bundle import LineShape
from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.errors import DataFormatError
from effocr.frame import Prepared
from effocr.geometry import Affine
from effocr.synth.fonts import FontFile
from effocr.synth.frames import PreparedLine
from effocr.synth.lines import LineOptions
from effocr.synth.words import installed_word_lists
from effocr.versions import file_sha256

__all__ = ["digest_of", "find_lines", "keep_lines", "lines_key"]

logger = logging.getLogger(__name__)

FORMAT: Final = 1
LIBRARIES: Final = ("numpy", "opencv-python-headless", "pillow")  # that draw
BOX_BYTES: Final = 16


class _Header(BaseModel, frozen=True, extra="forbid"):
    """NAME.json."""

    key: str
    sha256: str
    rows_at: int


class _Row(BaseModel, frozen=True, extra="forbid"):
    """A line without its boxes and pixels; see `Prepared` and `LabelledLine`."""

    size: tuple[int, int]
    frame: tuple[float, float, float, float, float, float]
    frame_width: int
    turned: bool
    text: str
    glyphs: tuple[str, ...]
    words: tuple[tuple[int, int], ...]
    baseline: tuple[float, float]
    x_height: float
    source: str
    mixed: bool


_ROWS: Final = TypeAdapter(list[_Row])


def lines_key(
    fonts: Sequence[FontFile],
    charset: Charset,
    count: int,
    *,
    seed: int,
    options: LineOptions,
    shape: LineShape,
) -> str:
    """A digest of all that decides what `draw_lines` draws and `prepare_line` makes of it.

    Files count by their content, and so does the source of this package: nobody has to remember
    which of it draws.
    """
    decides = {
        "format": FORMAT,
        "code": sorted(Path(effocr.__file__).parent.rglob("*.py")),
        "libraries": [_version(name) for name in LIBRARIES],
        "fonts": [asdict(font) for font in fonts],
        "charset": list(charset),
        "count": count,
        "seed": seed,
        "options": options.model_dump(),
        "words": installed_word_lists() if options.text.word_lists is None else (),
        "shape": shape.model_dump(),
    }
    return digest_of(decides)


def digest_of(decides: object) -> str:
    """sha256 of what decides something, as JSON; files count by their content."""
    return hashlib.sha256(json.dumps(decides, default=_by_content).encode()).hexdigest()


def _by_content(value: object) -> object:
    """What JSON has no form for: sets, and files by what is in them."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Path):
        files = sorted(value.iterdir()) if value.is_dir() else [value]
        return [file_sha256(file) for file in files if file.is_file()]
    raise TypeError(f"{type(value).__name__} has no digest")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # another build of it
        return "unknown"


def find_lines(place: Path, key: str) -> list[PreparedLine] | None:
    """The lines that were kept under this key; None, with a word in the log, if there are none.

    Args:
        place: NAME of both files, without suffix.
        key: from `lines_key`.
    """
    if not place.with_suffix(".json").is_file():
        return None
    try:
        return list(_read(place, key))
    except (DataFormatError, OSError) as error:
        logger.info("lines are drawn anew: %s", error)
        return None


def keep_lines(place: Path, key: str, lines: Sequence[PreparedLine]) -> None:
    """Keep lines for `find_lines`, instead of those that were kept there.

    Where they can't be written the log says why. The images in their truth are not kept: once a
    line is prepared nobody looks at them.
    """
    try:
        _write(place, key, lines)
    except OSError as error:
        logger.warning("%s: lines can't be kept (%s); a stopped run draws them again", place, error)


def _write(place: Path, key: str, lines: Sequence[PreparedLine]) -> None:
    target, digest = place.with_suffix(".bin"), hashlib.sha256()
    draft = target.with_name(f".{target.name}.part")
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with draft.open("wb") as file:
            for part in _parts(lines):
                digest.update(part)
                file.write(part)
            rows_at = file.tell()
            rows = _ROWS.dump_json([_row(line) for line in lines])
            digest.update(rows)
            file.write(rows)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    header = _Header(key=key, sha256=digest.hexdigest(), rows_at=rows_at)
    write_text(place.with_suffix(".json"), header.model_dump_json() + "\n")


def _parts(lines: Sequence[PreparedLine]) -> Iterator[bytes]:
    for line in lines:
        yield line.truth.boxes.astype("<f4").tobytes()
        yield line.prepared.grey.tobytes()


def _row(line: PreparedLine) -> _Row:
    prepared, truth = line.prepared, line.truth
    height, width = prepared.grey.shape
    return _Row(
        size=(height, width),
        frame=prepared.frame.matrix.ravel().tolist(),
        frame_width=prepared.frame_width,
        turned=prepared.turned,
        text=truth.text,
        glyphs=truth.glyphs,
        words=truth.words,
        baseline=truth.baseline,
        x_height=truth.x_height,
        source=truth.source,
        mixed=truth.mixed,
    )


def _read(place: Path, key: str) -> Iterator[PreparedLine]:
    """The lines, each when it is asked for.

    Raises:
        DataFormatError: they were drawn from something else, or the files are damaged.
        OSError: they can't be read.
    """
    file = place.with_suffix(".bin")
    try:
        header = _Header.model_validate_json(place.with_suffix(".json").read_bytes())
    except ValidationError as error:
        raise DataFormatError(f"{place}.json: damaged") from error
    if header.key != key:
        raise DataFormatError(f"{file}: drawn from other fonts or settings, or by other code")
    if file_sha256(file) != header.sha256:
        raise DataFormatError(f"{file}: damaged or half written")
    content = np.asarray(np.memmap(file, np.uint8, "r"))
    try:
        rows = _ROWS.validate_json(content[header.rows_at :].tobytes())
    except ValidationError as error:
        raise DataFormatError(f"{place}.json: damaged") from error
    start = 0
    for row in rows:
        height, width = row.size
        pixels_at = start + BOX_BYTES * len(row.glyphs)
        boxes = content[start:pixels_at].copy().view("<f4").reshape(-1, 4)
        start = pixels_at + height * width
        yield _line(row, boxes, content[pixels_at:start].reshape(height, width))


def _line(row: _Row, boxes: npt.NDArray[np.float32], grey: npt.NDArray[np.uint8]) -> PreparedLine:
    frame = Affine(np.array(row.frame).reshape(2, 3))
    truth = LabelledLine(
        grey=grey,
        text=row.text,
        glyphs=row.glyphs,
        boxes=boxes,
        words=row.words,
        # As they are drawn: with a float of Python numpy would go on in float32.
        baseline=(np.float64(row.baseline[0]), np.float64(row.baseline[1])),
        x_height=np.float64(row.x_height),
        source=row.source,
        mixed=row.mixed,
    )
    return PreparedLine(Prepared(grey, frame, row.frame_width, row.turned), truth)
