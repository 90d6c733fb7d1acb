"""Document -> hOCR 1.2 as XHTML, down to glyphs.

hOCR knows whole pixels. A glyph is an `ocrx_cinfo` with `x_bboxes` and `x_confs`, its variants
stand beside it in `data-variants`, so that the text of the page stays the text that was read.
http://kba.github.io/hocr-spec/1.2/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from lxml import etree

from effocr.document import Block, Box, Document, Glyph, Line, Page, Point, Word
from effocr.formats.languages import language_tags
from effocr.formats.shared import program, variants, word_confidence
from effocr.formats.xml import clean, exact, is_box, source_name, whole, whole_points

__all__ = ["document_to_hocr"]

_XHTML: Final = "http://www.w3.org/1999/xhtml"
_DOCTYPE: Final = "<!DOCTYPE html>"
_CLASSES: Final = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrx_cinfo"
_ABILITIES: Final = f"{_CLASSES} ocrp_lang ocrp_dir ocrp_poly"
_STYLES: Final = {"ttb": "writing-mode: vertical-rl"}


def document_to_hocr(document: Document, *, languages: Sequence[str] = ()) -> str:
    """One hOCR file with all pages of the document.

    Args:
        document: what was read.
        languages: codes of the model's languages, the main one first.
    """
    tags = language_tags(languages)
    names: dict[Any, str] = {None: _XHTML}
    root = etree.Element(f"{{{_XHTML}}}html", nsmap=names)
    if tags:
        root.set("lang", tags[0])
    head = _add(root, "head")
    _add(head, "title").text = source_name(document.source)
    _add(head, "meta", charset="utf-8")
    about = {
        "ocr-system": program(),
        "ocr-capabilities": _ABILITIES,
        "ocr-number-of-pages": str(len(document.pages)),
        "ocr-langs": " ".join(tags) or "unknown",
    }
    for name, content in about.items():
        _add(head, "meta", name=name, content=content)
    body = _add(root, "body")
    for number, page in enumerate(document.pages, 1):
        _page(body, page, document.source, number, tags[:1])
    text = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_DOCTYPE}\n{text}\n'


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    """A child on a line of its own; it never closes itself, which HTML would not understand."""
    element = etree.SubElement(parent, f"{{{_XHTML}}}{tag}", attributes)
    element.text = None if tag == "meta" else ""
    element.tail = "\n"
    return element


def _page(body: etree._Element, page: Page, source: str, number: int, languages: list[str]) -> None:
    name = source_name(source).replace("\\", "\\\\").replace('"', '\\"')
    title = f'image "{name}"; bbox 0 0 {page.width} {page.height}; ppageno {page.number - 1}'
    if page.dpi is not None:
        title += f"; scan_res {round(page.dpi)} {round(page.dpi)}"
    if page.angle:
        title += f"; textangle {exact(-page.angle % 360)}"
    element = _add(body, "div", **{"class": "ocr_page", "id": f"page_{number}", "title": title})
    for place, block in enumerate(page.blocks, 1):
        if block.box is not None:
            _block(element, block, block.box, f"{number}_{place}", languages)


def _block(page: etree._Element, block: Block, box: Box, name: str, languages: list[str]) -> None:
    title = _bbox(box) + _poly(block.polygon, box)
    area = _add(page, "div", **{"class": "ocr_carea", "id": f"block_{name}", "title": title})
    if block.kind != "text":
        area.set("data-kind", clean(block.kind))
    par = _add(area, "p", **{"class": "ocr_par", "id": f"par_{name}", "title": _bbox(box)})
    for language in languages:
        par.set("lang", language)
    par.text = "\n"
    for number, line in enumerate(block.lines, 1):
        _line(par, line, f"{name}_{number}")


def _line(par: etree._Element, line: Line, name: str) -> None:
    title = _bbox(line.box) + _baseline(line) + _poly(line.polygon, line.box)
    element = _add(par, "span", **{"class": "ocr_line", "id": f"line_{name}", "title": title})
    if line.direction == "rtl":
        element.set("dir", "rtl")
    if (style := _STYLES.get(line.direction)) is not None:
        element.set("style", style)
    if not line.words:
        element.text = clean(line.text)
    for number, word in enumerate(line.words, 1):
        _word(element, line, word, f"{name}_{number}")


def _word(parent: etree._Element, line: Line, word: Word, name: str) -> None:
    title = f"{_bbox(word.box)}; x_wconf {round(100 * word_confidence(line, word))}"
    element = _add(parent, "span", **{"class": "ocrx_word", "id": f"word_{name}", "title": title})
    element.tail = " "
    glyphs = line.glyphs[slice(*word.glyphs)]
    if not glyphs:
        element.text = clean(word.text)
    for glyph in glyphs:
        _glyph(element, glyph)


def _glyph(word: etree._Element, glyph: Glyph) -> None:
    edges = " ".join(map(str, whole(glyph.box)))
    title = f"x_bboxes {edges}; x_confs {exact(100 * glyph.confidence)}"
    element = _add(word, "span", **{"class": "ocrx_cinfo", "title": title})
    element.text, element.tail = clean(glyph.text), None
    if others := variants(glyph):
        element.set("data-variants", clean(json.dumps(others, ensure_ascii=False)))


def _bbox(box: Box) -> str:
    return "bbox " + " ".join(map(str, whole(box)))


def _poly(polygon: tuple[Point, ...], box: Box) -> str:
    if is_box(polygon, box):
        return ""
    return "; poly " + " ".join(f"{x} {y}" for x, y in whole_points(polygon))


def _baseline(line: Line) -> str:
    """Slope, and height at the left edge of the box above its bottom (negative: above)."""
    if line.direction == "ttb" or not line.baseline:
        return ""
    left, _, _, bottom = whole(line.box)
    (x0, y0), (x1, y1) = line.baseline[0], line.baseline[-1]
    if x0 == x1:
        return ""
    slope = (y1 - y0) / (x1 - x0)
    return f"; baseline {slope:.4f} {exact(y0 + slope * (left - x0) - bottom)}"
