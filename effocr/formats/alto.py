"""Document -> ALTO 4.4, down to glyphs with their variants.

A Glyph of ALTO holds one character, so a glyph of several (a ligature, a letter with marks that
have no code point together) becomes as many Glyphs with the same box; `read_alto` puts them
together again. https://www.loc.gov/standards/alto/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lxml import etree

from effocr.document import Block, Box, Document, Glyph, Line, Page, Point, Word
from effocr.formats.languages import language_tags
from effocr.formats.shared import variants, version, word_confidence
from effocr.formats.xml import clean, exact, is_box, share, source_name

__all__ = ["NAMESPACE", "document_to_alto"]

NAMESPACE: Final = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMA: Final = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_LONGEST_VARIANT: Final = 3  # characters, by the schema


def document_to_alto(document: Document, *, languages: Sequence[str] = ()) -> str:
    """One ALTO file with all pages of the document.

    Args:
        document: what was read.
        languages: codes of the model's languages, the main one first.
    """
    names: dict[Any, str] = {None: NAMESPACE, "xsi": _INSTANCE}
    root = etree.Element(f"{{{NAMESPACE}}}alto", nsmap=names)
    root.set(f"{{{_INSTANCE}}}schemaLocation", f"{NAMESPACE} {_SCHEMA}")
    root.set("SCHEMAVERSION", "4.4")
    _describe(_add(root, "Description"), document.source)
    kinds = {block.kind for page in document.pages for block in page.blocks} - {"text"}
    tags = {kind: f"tag_{number}" for number, kind in enumerate(sorted(kinds), 1)}
    if tags:
        listed = _add(root, "Tags")
        for kind, name in tags.items():
            _add(listed, "LayoutTag", ID=name, LABEL=clean(kind))
    layout = _add(root, "Layout")
    for number, page in enumerate(document.pages, 1):
        _page(layout, page, f"page_{number}", tags, language_tags(languages))
    etree.indent(root)
    text = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)


def _describe(description: etree._Element, source: str) -> None:
    """Unit, image and program."""
    _add(description, "MeasurementUnit").text = "pixel"
    image = _add(description, "sourceImageInformation")
    _add(image, "fileName").text = source_name(source)
    software = _add(_add(description, "Processing", ID="ocr_1"), "processingSoftware")
    _add(software, "softwareName").text = "effocr"
    _add(software, "softwareVersion").text = version()


def _page(
    layout: etree._Element, page: Page, name: str, tags: dict[str, str], languages: list[str]
) -> None:
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    element = _add(layout, "Page", ID=name, PHYSICAL_IMG_NR=str(page.number), **size)
    element.set("PC", share(page.confidence))
    if page.angle:
        element.set("ROTATION", exact(page.angle))
    if languages:
        element.set("LANG", languages[0])
    if languages[1:]:
        element.set("OTHERLANGS", " ".join(languages[1:]))
    space = _add(element, "PrintSpace", HPOS="0", VPOS="0", **size)
    for number, block in enumerate(page.blocks, 1):
        if block.box is not None:
            _block(space, block, block.box, f"{name}_block_{number}", tags.get(block.kind))


def _block(space: etree._Element, block: Block, box: Box, name: str, tag: str | None) -> None:
    element = _add(space, "TextBlock", ID=name, **_place(box))
    if tag is not None:
        element.set("TAGREFS", tag)
    _shape(element, block.polygon, box)
    for number, line in enumerate(block.lines, 1):
        _line(element, line, f"{name}_line_{number}")


def _line(block: etree._Element, line: Line, name: str) -> None:
    element = _add(block, "TextLine", ID=name, **_place(line.box))
    if line.direction != "ltr":
        element.set("BASEDIRECTION", line.direction)
    if line.baseline:
        element.set("BASELINE", _points(line.baseline))
    _shape(element, line.polygon, line.box)
    if not line.words:  # the schema wants a String
        text = {"CONTENT": clean(line.text), "WC": share(line.confidence)}
        _add(element, "String", **_place(line.box), **text)
    for number, word in enumerate(line.words, 1):
        if number > 1:
            _add(element, "SP")
        _word(element, line, word, f"{name}_word_{number}")


def _word(parent: etree._Element, line: Line, word: Word, name: str) -> None:
    element = _add(parent, "String", ID=name, **_place(word.box), CONTENT=clean(word.text))
    element.set("WC", share(word_confidence(line, word)))
    for glyph in line.glyphs[slice(*word.glyphs)]:
        _glyph(element, glyph)


def _glyph(word: etree._Element, glyph: Glyph) -> None:
    """A Glyph for each character; the variants stand at the first."""
    for number, character in enumerate(clean(glyph.text)):
        element = _add(
            word, "Glyph", **_place(glyph.box), CONTENT=character, GC=share(glyph.confidence)
        )
        if number:
            continue
        for text, similarity in variants(glyph):
            if len(text) <= _LONGEST_VARIANT:
                _add(element, "Variant", CONTENT=clean(text), VC=share(similarity))


def _place(box: Box) -> dict[str, str]:
    x0, y0, x1, y1 = box
    edges = {"HPOS": x0, "VPOS": y0, "WIDTH": x1 - x0, "HEIGHT": y1 - y0}
    return {name: exact(value) for name, value in edges.items()}


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{exact(x)},{exact(y)}" for x, y in points)


def _shape(element: etree._Element, polygon: tuple[Point, ...], box: Box) -> None:
    if not is_box(polygon, box):
        _add(_add(element, "Shape"), "Polygon", POINTS=_points(polygon))
