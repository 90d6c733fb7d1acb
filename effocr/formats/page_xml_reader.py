"""PAGE-XML of 2013 to 2019 -> Document: files of ours and of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from effocr.document import Block, Box, Document, Glyph, Line, Page, Point
from effocr.errors import DataFormatError
from effocr.formats.page_xml import READING_DIRECTIONS
from effocr.formats.shared import ReadWord, joined_line, read_glyph, signed_angle
from effocr.formats.xml import (
    attribute,
    children,
    hull,
    is_box,
    local_name,
    parse_xml,
    place,
    points_of,
)
from effocr.geometry import Direction

__all__ = ["read_page_xml"]

_NUMBER: Final = re.compile(r"page\s*\{\s*number:\s*(\d+)")  # in `custom`, as we write it
_PER_INCH: Final = {"PPI": 1.0, "PPCM": 2.54}
_DIRECTIONS: Final[dict[str, Direction]] = {name: key for key, name in READING_DIRECTIONS.items()}


def read_page_xml(path: Path) -> Document:
    """Read a PAGE-XML file; a document of one page.

    Regions come in reading order, those that it does not name after them; lines by their `index`
    where all have one. Where a text has several readings, that with the lowest index counts.
    Regions without text are passed over.

    Raises:
        DataFormatError: it is no PAGE-XML file, or something in it is missing or no list of points.
    """
    root = parse_xml(path)
    page = next(iter(children(root, "Page")), None)
    if local_name(root) != "PcGts" or page is None:
        raise DataFormatError(f"{place(path, root)}: a PAGE-XML file is PcGts with a Page in it")
    width, height = (attribute(path, page, name) for name in ("imageWidth", "imageHeight"))
    if width is None or height is None:
        raise DataFormatError(f"{place(path, page)}: Page lacks imageWidth or imageHeight")
    regions = _in_order(page, list(page.iter("{*}TextRegion")))
    number = _NUMBER.search(page.get("custom") or "")
    dpi = attribute(path, page, "imageXResolution")
    unit = _PER_INCH.get(page.get("imageResolutionUnit") or "")
    read = Page(
        1 if number is None else int(number[1]),
        round(width),
        round(height),
        tuple(_block(path, region) for region in regions),
        None if dpi is None or unit is None else round(dpi * unit, 2),
        signed_angle(-(attribute(path, page, "orientation") or 0.0)) or 0.0,
    )
    return Document(page.get("imageFilename") or "", (read,))


def _in_order(page: etree._Element, regions: list[etree._Element]) -> list[etree._Element]:
    """The regions as the reading order of the page says, whatever its groups."""
    named = [
        name
        for order in children(page, "ReadingOrder")
        for group in order
        for name in _named(group)
    ]
    ranks = {name: number for number, name in reversed(list(enumerate(named)))}
    return sorted(regions, key=lambda region: ranks.get(region.get("id") or "", len(named)))


def _named(group: etree._Element) -> Iterator[str]:
    """Regions that a group names, in order; a group in it may stand for a region, too."""
    if (own := group.get("regionRef")) is not None:
        yield own
    for member in sorted(group, key=lambda member: _rank(member)):
        yield from _named(member)


def _rank(element: etree._Element) -> int:
    """`index` of an element; without one they keep their order."""
    text = element.get("index") or ""
    return int(text) if text.isdecimal() else 0


def _block(path: Path, region: etree._Element) -> Block:
    found = children(region, "TextLine")
    if all(line.get("index") for line in found):
        found.sort(key=_rank)
    usual = region.get("readingDirection")
    lines = tuple(_line(path, line, usual) for line in found)
    polygon = _coords(path, region)
    box = hull(polygon)
    if is_box(polygon, box) and Block(lines).box == box:
        polygon = ()
    return Block(lines, polygon, region.get("type") or "text")


def _line(path: Path, element: etree._Element, usual: str | None) -> Line:
    polygon = _coords(path, element)
    words = [_word(path, word) for word in children(element, "Word")]
    text = _readings(path, element)
    baselines = children(element, "Baseline")
    direction = element.get("readingDirection") or usual or ""
    return joined_line(
        words,
        box=None if any(word[0] for word in words) else hull(polygon),
        polygon=polygon,
        direction=_DIRECTIONS.get(direction, "ltr"),
        baseline=points_of(path, baselines[0], "points", 2) if baselines else (),
        text=(text[0][0] or None) if text else None,
    )


def _word(path: Path, element: etree._Element) -> ReadWord:
    box = hull(_coords(path, element))
    readings = _readings(path, element)
    sure = readings[0][1] if readings else None
    glyphs = [_glyph(path, glyph, sure) for glyph in children(element, "Glyph")]
    text = readings[0][0] if readings else "".join(glyph.text for glyph in glyphs)
    return text, box, sure, glyphs


def _glyph(path: Path, element: etree._Element, word_sure: float | None) -> Glyph:
    box: Box = hull(_coords(path, element))
    (text, sure), *others = _readings(path, element) or [("", 0.0)]
    sure = word_sure if sure is None else sure
    return read_glyph(text, box, sure, [(other, conf or 0.0) for other, conf in others])


def _readings(path: Path, element: etree._Element) -> list[tuple[str, float | None]]:
    """Texts of an element with their confidence, best first."""
    found = sorted(children(element, "TextEquiv"), key=_rank)
    return [
        ((unicode.text or "").strip(), attribute(path, equivalent, "conf"))
        for equivalent in found
        for unicode in children(equivalent, "Unicode")
    ]


def _coords(path: Path, element: etree._Element) -> tuple[Point, ...]:
    """Outline of an element; in 2013 and later it is one attribute."""
    coords = children(element, "Coords")
    if not coords:
        raise DataFormatError(f"{place(path, element)}: {local_name(element)} without Coords")
    return points_of(path, coords[0], "points", 3)
