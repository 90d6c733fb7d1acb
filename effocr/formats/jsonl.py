"""Document <-> JSON lines, one object per page.

    {"path", "page" (from 1), "width", "height", "text", "confidence", "lines": [
        {"text", "box", "polygon", "confidence",
         "words": [{"text", "box", "glyphs": [first, last)}],
         "glyphs": [{"text", "box": [x0, y0, x1, y1], "confidence",
                     "candidates": [["a", 0.91], ...], "unknown"}]}]}

A glyph whose text was corrected after reading has "read_as" too: what it was before. A word that a
second reader reads otherwise has "second" too: what that one reads.
An input that could not be read is {"path", "error"}. Lines of all blocks stand in one list, so
blocks are one when read again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from effocr.document import Block, Box, Document, Glyph, Line, Page, Word
from effocr.errors import DataFormatError

__all__ = ["document_to_jsonl", "failure_to_jsonl", "read_jsonl"]


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False)


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
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFormatError(f"{path}: {error}") from error
    for number, text in enumerate(lines, start=1):
        if not text:
            continue
        try:
            record = json.loads(text)
            if "error" in record:
                continue
            source, page = record["path"], _page_of(record)
        except (ValueError, KeyError, TypeError) as error:
            raise DataFormatError(f"{path}:{number}: not a page ({error!r})") from error
        follows = documents and documents[-1].source == source and page.number > 1
        pages = documents.pop().pages if follows else ()
        documents.append(Document(source, (*pages, page)))
    return documents


def _dump(record: dict[str, Any]) -> str:
    """One line of JSON."""
    return _ENCODER.encode(record) + "\n"


def _page(source: str, page: Page) -> dict[str, Any]:
    return {
        "path": source,
        "page": page.number,
        "width": page.width,
        "height": page.height,
        "text": page.text,
        "confidence": round(page.confidence, 4),
        "lines": [_line(line) for line in page.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "text": line.text,
        "box": line.box,
        "polygon": line.polygon,
        "confidence": line.confidence,
        "words": [_word(word) for word in line.words],
        "glyphs": [_glyph(glyph) for glyph in line.glyphs],
    }


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
    lines = tuple(_line_of(line) for line in record["lines"])
    return Page(record["page"], record["width"], record["height"], (Block(lines),))


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
        tuple((x, y) for x, y in record["polygon"]),
        record["confidence"],
        tuple(words),
        tuple(glyphs),
    )


def _box(numbers: list[float]) -> Box:
    x0, y0, x1, y1 = numbers
    return (x0, y0, x1, y1)
