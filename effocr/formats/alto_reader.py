"""ALTO 2, 3 and 4 -> Document: files of ours and of others, with and without a namespace."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from lxml import etree

from effocr.document import Block, Box, Document, Glyph, Line, Page, Point
from effocr.errors import DataFormatError, UsageError
from effocr.formats.shared import DIRECTIONS, ReadWord, joined_line, read_glyph
from effocr.formats.xml import attribute, children, hull, local_name, parse_xml, place, points_of
from effocr.geometry import box_polygon

__all__ = ["read_alto"]

_UNITS_PER_INCH: Final = {"mm10": 254.0, "inch1200": 1200.0}
_DECIMALS: Final = 2


def read_alto(path: Path, *, dpi: float | None = None) -> Document:
    """Read an ALTO file.

    Blocks come in the order of the file, or that of its ReadingOrder. Pictures, tables of contents,
    styles and alternative spellings are passed over.

    Args:
        path: the file.
        dpi: of the image; needed where the file measures in mm10 or inch1200.

    Raises:
        DataFormatError: it is no ALTO file, a place in it is no number or missing, or it measures
            in units of length and `dpi` is not given.
    """
    root = parse_xml(path)
    if local_name(root) != "alto":
        raise DataFormatError(f"{place(path, root)}: <{local_name(root)}> begins no ALTO file")
    file = _File(path, root, dpi)
    pages = list(root.iter("{*}Page"))
    if not pages:
        raise DataFormatError(f"{path}: an ALTO file without a Page")
    named = next(root.iter("{*}fileName"), None)
    source = "" if named is None else (named.text or "").strip()
    numbers = [attribute(path, page, "PHYSICAL_IMG_NR") for page in pages]
    from_zero = 0.0 in numbers  # as Tesseract counts
    return Document(
        source,
        tuple(
            file.page(page, n if number is None else int(number) + from_zero)
            for n, (page, number) in enumerate(zip(pages, numbers, strict=True), 1)
        ),
    )


class _File:
    """What a file says for all its pages."""

    def __init__(self, path: Path, root: etree._Element, dpi: float | None) -> None:
        self._path = path
        self._scale = _scale(path, root, dpi)
        self._dpi = dpi
        self._kinds = {
            tag.get("ID"): tag.get("LABEL") or "text"
            for tags in children(root, "Tags")
            for tag in tags
            if local_name(tag) == "LayoutTag"
        }
        order = [ref for element in root.iter("{*}ElementRef") for ref in _refs(element)]
        self._order = {name: number for number, name in enumerate(order)}

    def page(self, element: etree._Element, number: int) -> Page:
        found = list(element.iter("{*}TextBlock"))
        found.sort(key=lambda block: self._order.get(block.get("ID") or "", len(self._order)))
        blocks = tuple(self._block(block) for block in found)
        width, height = (self._number(element, name) for name in ("WIDTH", "HEIGHT"))
        boxes = [block.box for block in blocks if block.box is not None]
        return Page(
            number,
            round(max((box[2] for box in boxes), default=0) if width is None else width),
            round(max((box[3] for box in boxes), default=0) if height is None else height),
            blocks,
            self._dpi,
            attribute(self._path, element, "ROTATION") or 0.0,
        )

    def _block(self, element: etree._Element) -> Block:
        direction = element.get("BASEDIRECTION")
        lines = tuple(self._line(line, direction) for line in children(element, "TextLine"))
        kinds = [self._kinds[ref] for ref in _refs(element, "TAGREFS") if ref in self._kinds]
        polygon = self._shape(element) or ()
        box = self._box(element)
        if not polygon and box is not None and box != Block(lines).box:
            polygon = box_polygon(box)
        return Block(lines, polygon, kinds[0] if kinds else "text")

    def _line(self, element: etree._Element, usual: str | None) -> Line:
        polygon, box = self._shape(element), self._box(element)
        if box is None and polygon:
            box = hull(polygon)
        words = list(self._words(element, box))
        if box is None and not words:
            raise DataFormatError(
                f"{place(self._path, element)}: a TextLine without HPOS VPOS WIDTH HEIGHT or Shape"
            )
        return joined_line(
            words,
            box=box,
            polygon=polygon or (),
            direction=DIRECTIONS.get(element.get("BASEDIRECTION") or usual or "ltr", "ltr"),
            baseline=self._baseline(element, box),
        )

    def _words(self, line: etree._Element, line_box: Box | None) -> Iterator[ReadWord]:
        """Words of a line; a hyphen at its end belongs to the last."""
        hyphens = "".join(hyphen.get("CONTENT") or "" for hyphen in children(line, "HYP"))
        strings = children(line, "String")
        for number, string in enumerate(strings, 1):
            box = self._box(string) or line_box
            if box is None:
                raise DataFormatError(
                    f"{place(self._path, string)}: neither String nor TextLine has a place"
                )
            text = (string.get("CONTENT") or "").strip()
            sure = attribute(self._path, string, "WC")
            glyphs = list(self._glyphs(string, box, sure))
            if number == len(strings):
                text += hyphens
            yield text, box, sure, glyphs

    def _glyphs(
        self, string: etree._Element, word_box: Box, word_sure: float | None
    ) -> Iterator[Glyph]:
        """Glyphs; neighbours with one and the same box are characters of one glyph."""
        found = [(self._box(glyph), glyph) for glyph in children(string, "Glyph")]
        for box, run in groupby(found, key=lambda pair: pair[0]):
            parts = [glyph for _, glyph in run]
            for group in [parts] if box is not None else [[part] for part in parts]:
                others = [
                    (variant.get("CONTENT") or "", attribute(self._path, variant, "VC") or 0.0)
                    for variant in children(group[0], "Variant")
                ]
                text = "".join(part.get("CONTENT") or "" for part in group)
                sure = attribute(self._path, group[0], "GC")
                yield read_glyph(text, box or word_box, word_sure if sure is None else sure, others)

    def _baseline(self, element: etree._Element, box: Box | None) -> tuple[Point, ...]:
        """Points; in versions before 4.1 it is one number, the y of a level line."""
        text = element.get("BASELINE")
        if text is None:
            return ()
        if len(text.replace(",", " ").split()) == 1:
            y = self._number(element, "BASELINE") or 0.0
            return () if box is None else ((box[0], y), (box[2], y))
        return self._scaled(points_of(self._path, element, "BASELINE", 2))

    def _shape(self, element: etree._Element) -> tuple[Point, ...] | None:
        for shape in children(element, "Shape"):
            for polygon in children(shape, "Polygon"):
                return self._scaled(points_of(self._path, polygon, "POINTS", 3))
        return None

    def _box(self, element: etree._Element) -> Box | None:
        names = ("HPOS", "VPOS", "WIDTH", "HEIGHT")
        x, y, width, height = (self._number(element, name) for name in names)
        if x is None or y is None or width is None or height is None:
            return None
        return (x, y, round(x + width, _DECIMALS), round(y + height, _DECIMALS))

    def _number(self, element: etree._Element, name: str) -> float | None:
        value = attribute(self._path, element, name)
        return None if value is None else round(value * self._scale, _DECIMALS)

    def _scaled(self, points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple(
            (round(x * self._scale, _DECIMALS), round(y * self._scale, _DECIMALS))
            for x, y in points
        )


def _scale(path: Path, root: etree._Element, dpi: float | None) -> float:
    """Pixels per unit of the file."""
    if dpi is not None and not dpi > 0:
        raise UsageError(f"dpi {dpi}: must be more than 0")
    element = next(root.iter("{*}MeasurementUnit"), None)
    unit = "pixel" if element is None else (element.text or "").strip()
    if unit == "pixel" or element is None:
        return 1.0
    if unit not in _UNITS_PER_INCH:
        known = ", ".join(["pixel", *_UNITS_PER_INCH])
        raise DataFormatError(
            f"{place(path, element)}: MeasurementUnit {unit!r}; known are {known}"
        )
    if dpi is None:
        raise DataFormatError(
            f"{place(path, element)}: the file measures in {unit}: give the resolution of the "
            "image (dpi) to get pixels"
        )
    return dpi / _UNITS_PER_INCH[unit]


def _refs(element: etree._Element, name: str = "REF") -> list[str]:
    return (element.get(name) or "").split()
