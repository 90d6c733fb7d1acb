"""What the XML formats share: reading strangers' files safely, writing any text and number."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final

from lxml import etree

from effocr.document import UNKNOWN, Box, Point
from effocr.errors import DataFormatError
from effocr.geometry import box_polygon

__all__ = [
    "attribute",
    "children",
    "clean",
    "exact",
    "hull",
    "is_box",
    "local_name",
    "parse_xml",
    "place",
    "points_of",
    "read_bytes",
    "share",
    "source_name",
    "whole",
    "whole_points",
]

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BETWEEN_NUMBERS: Final = re.compile(r"[\s,]+")
_DECIMALS: Final = 2  # of a pixel, as in what reading gives


def clean(text: str) -> str:
    """The text with U+FFFD for every character that XML cannot hold, such as control characters."""
    return _ILLEGAL.sub(UNKNOWN, text)


def source_name(source: str) -> str:
    """Name of the image's file, without its folder."""
    return clean(Path(source).name)


def exact(value: float) -> str:
    """A number with at most two decimals."""
    return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")


def share(value: float) -> str:
    """A number from 0 to 1, with at most four digits; others are cut."""
    return f"{min(max(value, 0.0), 1.0):.4g}" if math.isfinite(value) else "0"


def whole(box: Box) -> tuple[int, int, int, int]:
    """The nearest box of whole pixels that is at least one pixel wide and high."""
    x0, y0, x1, y1 = (max(round(edge), 0) for edge in box)
    return (x0, y0, max(x1, x0 + 1), max(y1, y0 + 1))


def whole_points(points: tuple[Point, ...]) -> list[tuple[int, int]]:
    """Points rounded to whole pixels that are not negative."""
    return [(max(round(x), 0), max(round(y), 0)) for x, y in points]


def is_box(points: tuple[Point, ...], box: Box) -> bool:
    """Whether an outline says no more than the box."""
    return not points or set(points) == set(box_polygon(box))


def hull(points: tuple[Point, ...]) -> Box:
    """The box around points, at least one."""
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def read_bytes(path: Path) -> bytes:
    """All of a file.

    Raises:
        DataFormatError: it cannot be read, or is empty.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataFormatError(f"{path}: {error.strerror or error}") from error
    if not content.strip():
        raise DataFormatError(f"{path}: the file is empty")
    return content


def parse_xml(path: Path) -> etree._Element:
    """Read an XML file of a stranger: no entity is expanded, nothing else is opened.

    Raises:
        DataFormatError: it cannot be read, is not well-formed, or declares entities.
    """
    content = read_bytes(path)
    plain = content.replace(b"\0", b"")  # UTF-16 is seen, too
    at = plain.find(b"<!ENTITY")
    if at >= 0:
        line = plain.count(b"\n", 0, at) + 1
        raise DataFormatError(f"{path}:{line}: entities are declared here; take them out")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DataFormatError(
            f"{path}:{error.lineno}: not well-formed XML ({error.msg})"
        ) from error


def place(path: Path, element: etree._Element) -> str:
    """`path:line` of an element, for messages."""
    return f"{path}:{element.sourceline}"


def local_name(element: etree._Element) -> str:
    """Tag without namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """Children of that local name, whatever their namespace."""
    return [child for child in element if local_name(child) == name]


def attribute(path: Path, element: etree._Element, name: str) -> float | None:
    """A number in an attribute; None: it has no such attribute.

    Raises:
        DataFormatError: it is no finite number.
    """
    text = element.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataFormatError(f"{place(path, element)}: {name}={text!r} is not a number")
    return value


def points_of(path: Path, element: etree._Element, name: str, least: int) -> tuple[Point, ...]:
    """Points in an attribute: "x,y x,y" or "x y x y".

    Raises:
        DataFormatError: it is missing, holds something else, or fewer points than `least`.
    """
    text = (element.get(name) or "").strip()
    try:
        numbers = [float(number) for number in _BETWEEN_NUMBERS.split(text)] if text else []
    except ValueError:
        numbers = [math.nan]
    if len(numbers) % 2 or not all(map(math.isfinite, numbers)):
        raise DataFormatError(f"{place(path, element)}: {name}={text[:60]!r} is no list of points")
    if len(numbers) < 2 * least:
        raise DataFormatError(
            f"{place(path, element)}: {len(numbers) // 2} points in {name}, at least {least} needed"
        )
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))
