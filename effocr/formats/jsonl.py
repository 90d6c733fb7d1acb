"""Document <-> JSON lines, one object per page.

    {"path", "page" (from 1), "width", "height", "text", "confidence", "lines": [
        {"text", "box", "polygon", "confidence",
         "words": [{"text", "box", "glyphs": [first, last)}],
         "glyphs": [{"text", "box": [x0, y0, x1, y1], "confidence",
                     "candidates": [["a", 0.91], ...], "unknown"}]}]}

Only where it says something new, a line has "block" (the place of its block, from 0), "direction"
("rtl", "ttb") and "baseline", and a page has "blocks" ([{"kind", "polygon"}]), "dpi" and "angle".
A glyph whose text was corrected after reading has "read_as" too: what it was before. A word that a
second reader reads otherwise has "second" too: what that one reads.
An input that could not be read is {"path", "error"}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from effocr.charset import read_utf8
from effocr.document import Block, Box, Document, Glyph, Line, Page, Point, Word
from effocr.errors import DataFormatError

__all__ = ["document_to_jsonl", "failure_to_jsonl", "read_jsonl"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False)
_DAMAGED = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip


def document_to_jsonl(document: Document) -> str:
    """One line of JSON per page, each ended by a line feed."""
    return "".join(_dump(_page(document.source, page)) for page in document.pages)


def failure_to_jsonl(path: str, reason: str) -> str:
    """The line for an input that could not be read."""
    return _dump({"path": path, "error": reason})


def read_jsonl(path: Path) -> list[Document]:
    """Read what `document_to_jsonl` wrote; inputs that could not be read are left out.

    Pages of the same path that follow each other become one document.

    Raises:
        DataFormatError: the file is not of this form.
    """
    documents: list[Document] = []
    for number, text in enumerate(read_utf8(path).split("\n"), start=1):
        if not text.strip():
            continue
        try:
            record = json.loads(text)
            if "error" in record:
                continue
            source, page = record["path"], _page_of(record)
        except _DAMAGED as error:
            raise DataFormatError(f"{path}:{number}: not a page ({error!r})") from error
        follows = documents and documents[-1].source == source and page.number > 1
        pages = documents.pop().pages if follows else ()
        documents.append(Document(source, (*pages, page)))
    return documents


def _dump(record: dict[str, Any]) -> str:
    """One line of JSON."""
    return _ENCODER.encode(record) + "\n"


def _page(source: str, page: Page) -> dict[str, Any]:
    several = len(page.blocks) != 1
    record: dict[str, Any] = {
        "path": source,
        "page": page.number,
        "width": page.width,
        "height": page.height,
        "text": page.text,
        "confidence": round(page.confidence, 4),
        "lines": [
            _line(line) | ({"block": number} if several else {})
            for number, block in enumerate(page.blocks)
            for line in block.lines
        ],
    }
    if several or any(block.polygon or block.kind != "text" for block in page.blocks):
        record["blocks"] = [{"kind": block.kind, "polygon": block.polygon} for block in page.blocks]
    if page.dpi is not None:
        record["dpi"] = page.dpi
    if page.angle:
        record["angle"] = page.angle
    return record


def _line(line: Line) -> dict[str, Any]:
    record: dict[str, Any] = {
        "text": line.text,
        "box": line.box,
        "polygon": line.polygon,
        "confidence": line.confidence,
        "words": [_word(word) for word in line.words],
        "glyphs": [_glyph(glyph) for glyph in line.glyphs],
    }
    if line.direction != "ltr":
        record["direction"] = line.direction
    if line.baseline:
        record["baseline"] = line.baseline
    return record


def _word(word: Word) -> dict[str, Any]:
    record: dict[str, Any] = {"text": word.text, "box": word.box, "glyphs": word.glyphs}
    if word.second is not None:
        record["second"] = word.second
    return record


def _glyph(glyph: Glyph) -> dict[str, Any]:
    record: dict[str, Any] = {
        "text": glyph.text,
        "box": glyph.box,
        "confidence": glyph.confidence,
        "candidates": glyph.candidates,
        "unknown": glyph.unknown,
    }
    if glyph.read_as is not None:
        record["read_as"] = glyph.read_as
    return record


def _page_of(record: dict[str, Any]) -> Page:
    kinds = record.get("blocks", [{}])
    lines: list[list[Line]] = [[] for _ in kinds]
    for line in record["lines"]:
        lines[line.get("block", 0)].append(_line_of(line))
    blocks = tuple(
        Block(tuple(own), _points(kind.get("polygon", ())), kind.get("kind", "text"))
        for own, kind in zip(lines, kinds, strict=True)
    )
    number, width, height = (int(record[name]) for name in ("page", "width", "height"))
    return Page(number, width, height, blocks, record.get("dpi"), record.get("angle", 0.0))


def _line_of(record: dict[str, Any]) -> Line:
    words = (
        Word(
            word["text"],
            _box(word["box"]),
            (word["glyphs"][0], word["glyphs"][1]),
            word.get("second"),
        )
        for word in record["words"]
    )
    glyphs = (
        Glyph(
            glyph["text"],
            _box(glyph["box"]),
            glyph["confidence"],
            tuple((text, similarity) for text, similarity in glyph["candidates"]),
            glyph["unknown"],
            glyph.get("read_as"),
        )
        for glyph in record["glyphs"]
    )
    return Line(
        record["text"],
        _box(record["box"]),
        _points(record["polygon"]),
        record["confidence"],
        tuple(words),
        tuple(glyphs),
        record.get("direction", "ltr"),
        _points(record.get("baseline", ())),
    )


def _points(numbers: Iterable[Iterable[float]]) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in numbers)


def _box(numbers: list[float]) -> Box:
    x0, y0, x1, y1 = numbers
    return (x0, y0, x1, y1)
