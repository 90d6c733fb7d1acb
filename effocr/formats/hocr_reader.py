"""hOCR -> Document: files of ours, of Tesseract and of others, XHTML or HTML."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from lxml import etree, html

from effocr.document import Block, Box, Document, Glyph, Line, Page, Point
from effocr.errors import DataFormatError
from effocr.formats.shared import ReadWord, joined_line, read_glyph, signed_angle
from effocr.formats.xml import is_box, parse_xml, place, read_bytes
from effocr.geometry import Direction

__all__ = ["read_hocr"]

_PARTS: Final = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^;"])+')
_LINES: Final = ("ocr_line", "ocrx_line", "ocr_header", "ocr_caption", "ocr_textfloat")
_WORDS: Final = ("ocrx_word", "ocr_word")
_BOX_NUMBERS, _SCORES = 4, 100.0
_LEAST_CORNERS: Final = 3


def read_hocr(path: Path) -> Document:
    """Read an hOCR file.

    Blocks are its areas (`ocr_carea`), else its paragraphs; lines that stand in neither form one.

    Raises:
        DataFormatError: it has no `ocr_page`, or a box in it is missing or no four numbers.
    """
    root = _parse(path)
    pages = list(_of_class(root, ("ocr_page",)))
    if not pages:
        raise DataFormatError(f"{path}: nothing of the class ocr_page: this is no hOCR file")
    source = _unquoted(_properties(pages[0]).get("image", ""))
    return Document(source, tuple(_page(path, page, n) for n, page in enumerate(pages, 1)))


def _parse(path: Path) -> etree._Element:
    """As XML, or, where it is none, as HTML."""
    try:
        return parse_xml(path)
    except DataFormatError:
        content = read_bytes(path)
        if b"<!ENTITY" in content:
            raise
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        text = content.decode("utf-8-sig")
        # a declared encoding and a decoded text contradict one another
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), parser)
    except (UnicodeDecodeError, etree.ParserError) as error:
        raise DataFormatError(f"{path}: not an HTML file in UTF-8 ({error})") from error
    return root


def _of_class(root: etree._Element, names: Sequence[str]) -> Iterator[etree._Element]:
    """Elements below of any of the classes, in order."""
    for element in root.iter(etree.Element):
        if element is not root and not set(names).isdisjoint((element.get("class") or "").split()):
            yield element


def _properties(element: etree._Element) -> dict[str, str]:
    """What the title of an element says."""
    parts = (part.strip().partition(" ") for part in _PARTS.findall(element.get("title") or ""))
    return {name: value.strip() for name, _, value in parts if name}


def _unquoted(text: str) -> str:
    text = text.removeprefix('"').removesuffix('"').removeprefix("'").removesuffix("'")
    return re.sub(r"\\(.)", r"\1", text)


def _numbers(path: Path, element: etree._Element, name: str) -> list[float]:
    """The numbers of a property; none where it is missing.

    Raises:
        DataFormatError: something in it is no finite number.
    """
    text = _properties(element).get(name, "")
    try:
        numbers = [float(number) for number in text.split()]
    except ValueError:
        numbers = [math.nan]
    if not all(map(math.isfinite, numbers)):
        raise DataFormatError(f"{place(path, element)}: {name} {text!r}: no numbers")
    return numbers


def _box(path: Path, element: etree._Element, name: str = "bbox") -> Box:
    numbers = _numbers(path, element, name)
    if len(numbers) != _BOX_NUMBERS:
        raise DataFormatError(
            f"{place(path, element)}: {element.get('class')} needs {name} and 4 numbers"
        )
    x0, y0, x1, y1 = numbers
    return (x0, y0, x1, y1)


def _page(path: Path, element: etree._Element, number: int) -> Page:
    box = _box(path, element)
    order = _numbers(path, element, "ppageno")
    resolution = _numbers(path, element, "scan_res")
    angle = _numbers(path, element, "textangle")
    return Page(
        int(order[0]) + 1 if order else number,
        round(box[2]),
        round(box[3]),
        tuple(_blocks(path, element)),
        resolution[0] if resolution and resolution[0] > 0 else None,
        signed_angle(-angle[0]) if angle else 0.0,
    )


def _blocks(path: Path, page: etree._Element) -> Iterator[Block]:
    """The areas; their lines, in the order of the file."""
    areas = list(_of_class(page, ("ocr_carea",))) or list(_of_class(page, ("ocr_par",)))
    inside: set[etree._Element] = set()
    for area in areas:
        found = [line for line in _innermost(area) if line not in inside]  # areas may be nested
        inside.update(found)
        lines = tuple(_line(path, line) for line in found)
        yield Block(lines, _area(path, area, lines), area.get("data-kind") or "text")
    loose = [line for line in _innermost(page) if line not in inside]
    if loose:
        yield Block(tuple(_line(path, line) for line in loose))


def _innermost(element: etree._Element) -> Iterator[etree._Element]:
    """Lines below an element that hold no other: a header may be one or consist of some."""
    for line in _of_class(element, _LINES):
        if next(_of_class(line, _LINES), None) is None:
            yield line


def _area(path: Path, area: etree._Element, lines: Iterable[Line]) -> tuple[Point, ...]:
    """Outline of an area where it says more than its lines."""
    if polygon := _points(_numbers(path, area, "poly")):
        return polygon
    if "bbox" not in _properties(area):
        return ()
    x0, y0, x1, y1 = box = _box(path, area)
    return () if Block(tuple(lines)).box == box else ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _line(path: Path, element: etree._Element) -> Line:
    box = _box(path, element)
    words = [_word(path, word) for word in _of_class(element, _WORDS)]
    polygon = _points(_numbers(path, element, "poly"))
    return joined_line(
        words,
        box=box,
        polygon=() if is_box(polygon, box) else polygon,
        direction=_direction(element),
        baseline=_baseline(_numbers(path, element, "baseline"), box),
        text=None if words else " ".join("".join(_all_text(element)).split()),
    )


def _direction(element: etree._Element | None) -> Direction:
    """By the `dir` and `style` of the line or what it stands in."""
    while element is not None:
        if "vertical-rl" in (element.get("style") or ""):
            return "ttb"
        if (direction := element.get("dir")) in ("ltr", "rtl"):
            return "rtl" if direction == "rtl" else "ltr"
        element = element.getparent()
    return "ltr"


def _baseline(numbers: list[float], box: Box) -> tuple[Point, ...]:
    """Both ends of the baseline, from slope and offset."""
    if len(numbers) != 2:  # curves have more
        return ()
    slope, offset = numbers
    left, _, right, bottom = box
    start = bottom + offset
    return ((left, round(start, 2)), (right, round(start + slope * (right - left), 2)))


def _points(numbers: list[float]) -> tuple[Point, ...]:
    """An outline; none, where there are too few points for one."""
    points = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    return points if len(points) >= _LEAST_CORNERS else ()


def _word(path: Path, element: etree._Element) -> ReadWord:
    sure = _confidence(_numbers(path, element, "x_wconf"))
    boxed = filter(_boxed, _of_class(element, ("ocrx_cinfo",)))
    glyphs = [_glyph(path, glyph, sure) for glyph in boxed]
    text = "".join(glyph.text for glyph in glyphs) or "".join(_own_text(element))
    return text.strip(), _box(path, element), sure, glyphs


def _confidence(scores: list[float]) -> float | None:
    """As a share; None: none is said."""
    return round(scores[0] / _SCORES, 4) if scores else None


def _all_text(element: etree._Element) -> Iterator[str]:
    """Text of an element and all below it."""
    return (str(text) for text in element.itertext())


def _own_text(element: etree._Element) -> Iterator[str]:
    """Text of a word without the choices that Tesseract lists in it."""
    yield element.text or ""
    for child in element:
        if "ocrx_cinfo" not in (child.get("class") or ""):
            yield from _own_text(child)
        yield child.tail or ""


def _boxed(element: etree._Element) -> bool:
    """Whether it is a character with its box, not one of Tesseract's choices for one."""
    return "x_bboxes" in _properties(element)


def _glyph(path: Path, element: etree._Element, word_sure: float | None) -> Glyph:
    """A character: ours has `x_confs`, Tesseract's `x_conf`; others have that of their word."""
    sure = _confidence(_numbers(path, element, "x_confs") or _numbers(path, element, "x_conf"))
    text = "".join(_all_text(element)).strip()
    listed = element.get("data-variants") or "[]"
    try:
        others = [(str(other), float(similarity)) for other, similarity in json.loads(listed)]
    except (ValueError, TypeError, OverflowError) as error:
        raise DataFormatError(
            f"{place(path, element)}: data-variants {listed[:60]!r}: no list of [text, number]"
        ) from error
    box = _box(path, element, "x_bboxes")
    return read_glyph(text, box, word_sure if sure is None else sure, others)
