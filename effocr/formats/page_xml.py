"""A page -> PAGE-XML 2019-07-15, down to glyphs with ranked readings.

PAGE-XML knows whole pixels and one page a file. https://github.com/PRImA-Research-Lab/PAGE-XML
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

from effocr.document import Block, Box, Document, Glyph, Line, Page, Point, Word
from effocr.formats.languages import page_languages
from effocr.formats.shared import program, signed_angle, variants, word_confidence
from effocr.formats.xml import clean, exact, share, source_name, whole, whole_points
from effocr.geometry import Direction, box_polygon

__all__ = ["KINDS", "NAMESPACE", "READING_DIRECTIONS", "document_to_page_xml", "page_to_page_xml"]

NAMESPACE: Final = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
KINDS: Final = frozenset(
    [
        "paragraph",
        "heading",
        "caption",
        "header",
        "footer",
        "page-number",
        "drop-capital",
        "credit",
        "floating",
        "signature-mark",
        "catch-word",
        "marginalia",
        "footnote",
        "footnote-continued",
        "endnote",
        "TOC-entry",
        "list-label",
        "other",
    ]
)
"""Kinds of blocks that PAGE-XML has a name for."""

READING_DIRECTIONS: Final[dict[Direction, str]] = {
    "ltr": "left-to-right",
    "rtl": "right-to-left",
    "ttb": "top-to-bottom",
}


def document_to_page_xml(
    document: Document, *, languages: Sequence[str] = (), now: datetime | None = None
) -> list[str]:
    """One PAGE-XML file for each page, see `page_to_page_xml`."""
    return [
        page_to_page_xml(page, document.source, languages=languages, now=now)
        for page in document.pages
    ]


def page_to_page_xml(
    page: Page, source: str, *, languages: Sequence[str] = (), now: datetime | None = None
) -> str:
    """The PAGE-XML file of a page.

    Args:
        page: what was read.
        source: path of the image; its name is written.
        languages: codes of the model's languages, the main one first.
        now: the time that is written; None: that of the clock.
    """
    names: dict[Any, str] = {None: NAMESPACE, "xsi": _INSTANCE}
    root = etree.Element(f"{{{NAMESPACE}}}PcGts", nsmap=names)
    root.set(f"{{{_INSTANCE}}}schemaLocation", f"{NAMESPACE} {NAMESPACE}/pagecontent.xsd")
    metadata = _add(root, "Metadata")
    _add(metadata, "Creator").text = program()
    moment = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in ("Created", "LastChange"):
        _add(metadata, name).text = moment
    element = _page(root, page, source, page_languages(languages))
    blocks = [
        (f"r{number}", block, block.box)
        for number, block in enumerate(page.blocks, 1)
        if block.box is not None
    ]
    if blocks:
        order = _add(_add(element, "ReadingOrder"), "OrderedGroup", id="order")
        for number, (name, _, _) in enumerate(blocks):
            _add(order, "RegionRefIndexed", index=str(number), regionRef=name)
    for name, block, box in blocks:
        _block(element, block, box, name)
    etree.indent(root)
    text = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)


def _page(root: etree._Element, page: Page, source: str, languages: list[str]) -> etree._Element:
    element = _add(root, "Page", imageFilename=source_name(source))
    element.set("imageWidth", str(page.width))
    element.set("imageHeight", str(page.height))
    if page.dpi is not None:
        element.set("imageXResolution", exact(page.dpi))
        element.set("imageYResolution", exact(page.dpi))
        element.set("imageResolutionUnit", "PPI")
    if page.number != 1:
        element.set("custom", f"page {{number:{page.number};}}")
    if page.angle:
        turn = signed_angle(-page.angle)  # that sets it upright; no more than half, says the schema
        element.set("orientation", exact(turn))
    for name, language in zip(("primaryLanguage", "secondaryLanguage"), languages, strict=False):
        element.set(name, language)
    element.set("conf", share(page.confidence))
    return element


def _block(page: etree._Element, block: Block, box: Box, name: str) -> None:
    element = _add(page, "TextRegion", id=name)
    if block.kind != "text":
        element.set("type", block.kind if block.kind in KINDS else "other")
    if len(directions := {line.direction for line in block.lines}) == 1:
        direction = directions.pop()
        element.set("readingDirection", READING_DIRECTIONS[direction])
        order = "right-to-left" if direction == "ttb" else "top-to-bottom"
        element.set("textLineOrder", order)
    _add(element, "Coords", points=_outline(block.polygon, box))
    for number, line in enumerate(block.lines, 1):
        _line(element, line, f"{name}_l{number}")
    _text(element, "\n".join(line.text for line in block.lines))


def _line(block: etree._Element, line: Line, name: str) -> None:
    element = _add(block, "TextLine", id=name)
    element.set("readingDirection", READING_DIRECTIONS[line.direction])
    _add(element, "Coords", points=_outline(line.polygon, line.box))
    if line.baseline:
        _add(element, "Baseline", points=_points(whole_points(line.baseline)))
    for number, word in enumerate(line.words, 1):
        _word(element, line, word, f"{name}_w{number}")
    _text(element, line.text, conf=share(line.confidence))


def _word(parent: etree._Element, line: Line, word: Word, name: str) -> None:
    element = _add(parent, "Word", id=name)
    _add(element, "Coords", points=_outline((), word.box))
    for number, glyph in enumerate(line.glyphs[slice(*word.glyphs)], 1):
        _glyph(element, glyph, f"{name}_g{number}")
    _text(element, word.text, conf=share(word_confidence(line, word)))


def _glyph(word: etree._Element, glyph: Glyph, name: str) -> None:
    element = _add(word, "Glyph", id=name)
    _add(element, "Coords", points=_outline((), glyph.box))
    _text(element, glyph.text, index="0", conf=share(glyph.confidence))
    for number, (text, similarity) in enumerate(variants(glyph), 1):
        _text(element, text, index=str(number), conf=share(similarity))


def _text(parent: etree._Element, text: str, **attributes: str) -> None:
    _add(_add(parent, "TextEquiv", **attributes), "Unicode").text = clean(text)


def _outline(polygon: tuple[Point, ...], box: Box) -> str:
    """A polygon, or the box as one."""
    x0, y0, x1, y1 = whole(box)
    return _points(whole_points(polygon or box_polygon((x0, y0, x1, y1))))


def _points(points: list[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
