"""Document <-> character-level COCO, the form of `effocr.data.coco`: an image for each page.

Every glyph is an annotation of the category char, every word one of the category word, both with
`text`. Beyond what that form asks for, an annotation has `line` and `block` (their numbers on the
page, from 0) and a glyph `score` (its confidence); an image has `page`, where it is not the first.
Files without `line` are read, too: each image is one line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from effocr.data.coco import read_coco
from effocr.data.coco_entries import CHAR, WORD, load_json
from effocr.data.labelled import word_spans
from effocr.data.records import LineImage
from effocr.document import Block, Box, Document, Glyph, Line, Page
from effocr.errors import DataFormatError
from effocr.formats.shared import joined_line, read_glyph

__all__ = ["document_to_coco", "read_coco_documents"]


def document_to_coco(document: Document, *, image: str | None = None) -> str:
    """One COCO file with all pages of the document.

    Args:
        document: what was read.
        image: name of the image as the file should say it; None: the document's source.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, page in enumerate(document.pages, 1):
        name = document.source if image is None else image
        entry = {"id": number, "file_name": name, "width": page.width, "height": page.height}
        images.append(entry | {"text": "\n".join(line.text for line in page.lines)})
        if page.number != 1:
            images[-1]["page"] = page.number
        for annotation in _annotations(page):
            annotations.append({"id": len(annotations) + 1, "image_id": number} | annotation)
    content = {
        "info": {"description": "read by effocr"},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 0, "name": CHAR}, {"id": 1, "name": WORD}],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _annotations(page: Page) -> Iterator[dict[str, Any]]:
    """Every glyph, then every word, line by line."""
    lines = [(place, line) for place, block in enumerate(page.blocks) for line in block.lines]
    for number, (block, line) in enumerate(lines):
        where = {"line": number, "block": block}
        for glyph in line.glyphs:
            yield _annotation(0, glyph.box, glyph.text) | where | {"score": glyph.confidence}
        for word in line.words:
            yield _annotation(1, word.box, word.text) | where


def _annotation(category: int, box: Box, text: str) -> dict[str, Any]:
    x0, y0, x1, y1 = box
    bbox = [round(value, 2) for value in (x0, y0, x1 - x0, y1 - y0)]
    area = round(bbox[2] * bbox[3], 2)
    entry = {"category_id": category, "bbox": bbox, "area": area, "iscrowd": 0}
    return entry | {"text": text}


def read_coco_documents(path: Path) -> list[Document]:
    """Read character-level COCO; pages of the same image that follow each other are one document.

    Lines are those of the annotations, or the image is one line. Lines without words have no
    annotation and are not read.

    Raises:
        DataFormatError: it is no COCO file, or not of the character-level form.
    """
    content = load_json(path)
    if not _has_lines(content):
        found = read_coco(path)
        return [_of_line(line) for line in found.lines]
    try:
        pages = [(str(image["file_name"]), _page(content, image)) for image in content["images"]]
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise DataFormatError(
            f"{path}: not as `effocr read --format coco` writes it ({error!r})"
        ) from error
    documents: list[Document] = []
    for name, page in pages:
        follows = documents and documents[-1].source == name and page.number > 1
        before = documents.pop().pages if follows else ()
        documents.append(Document(name, (*before, page)))
    return documents


def _has_lines(content: Mapping[str, list[Any]]) -> bool:
    """Whether annotations say which line they are of, or there is nothing that could."""
    annotated = [entry for entry in content["annotations"] if isinstance(entry, dict)]
    texts = [entry.get("text") for entry in content["images"] if isinstance(entry, dict)]
    return any("line" in entry for entry in annotated) or not (annotated or any(texts))


def _page(content: Mapping[str, list[Any]], image: Mapping[str, Any]) -> Page:
    names = {entry["id"]: entry["name"] for entry in content["categories"]}
    own = [entry for entry in content["annotations"] if entry["image_id"] == image["id"]]
    own.sort(key=lambda entry: int(entry["line"]))
    lines = [
        (int(entries[0].get("block", 0)), _line([(names[e["category_id"]], e) for e in entries]))
        for entries in _runs(own, "line")
    ]
    blocks = tuple(
        Block(tuple(line for _, line in members))
        for _, members in groupby(lines, key=lambda pair: pair[0])
    )
    return Page(int(image.get("page", 1)), int(image["width"]), int(image["height"]), blocks)


def _runs(entries: list[Any], key: str) -> Iterator[list[Any]]:
    """Runs of entries of the same number."""
    for _, run in groupby(entries, key=lambda entry: int(entry[key])):
        yield list(run)


def _line(entries: list[tuple[str, Mapping[str, Any]]]) -> Line:
    """Words with the glyphs that make up their text, in order; a line may have no glyphs at all."""
    glyphs = [
        read_glyph(entry["text"], _box(entry["bbox"]), float(entry.get("score", 1.0)), ())
        for name, entry in entries
        if name == CHAR
    ]
    left = iter(glyphs)
    words = []
    for name, entry in entries:
        if name == WORD:
            text = str(entry["text"])
            own = _taken(left, text) if glyphs else []
            words.append((text, _box(entry["bbox"]), None, own))
    return joined_line(words)


def _taken(glyphs: Iterator[Glyph], text: str) -> list[Glyph]:
    """The next glyphs whose texts make up the word.

    Raises:
        ValueError: they do not.
    """
    taken: list[Glyph] = []
    spelled = ""
    while len(spelled) < len(text):
        glyph = next(glyphs, None)
        if glyph is None or not text.startswith(spelled + glyph.text):
            raise ValueError(f"the glyphs do not make up the word {text!r}")
        taken.append(glyph)
        spelled += glyph.text
    return taken


def _of_line(line: LineImage) -> Document:
    """A page of one line; without labels for its boxes, only its text."""
    size = line.size or (0, 0)
    box = (0.0, 0.0, float(size[0]), float(size[1]))
    made = joined_line((), box=box, text=line.text)
    if line.boxes is not None and line.glyphs is not None and len(line.boxes):
        boxes = [_edges(box) for box in line.boxes.tolist()]
        glyphs = [read_glyph(t, b, 1.0, ()) for t, b in zip(line.glyphs, boxes, strict=True)]
        words = []
        for text, (first, last) in zip(line.text.split(), word_spans(line), strict=True):
            parts = glyphs[first:last]
            x0s, y0s, x1s, y1s = zip(*(glyph.box for glyph in parts), strict=True)
            words.append((text, (min(x0s), min(y0s), max(x1s), max(y1s)), None, parts))
        made = joined_line(words, box=box)
    return Document(str(line.path), (Page(1, size[0], size[1], (Block((made,)),)),))


def _box(bbox: list[float]) -> Box:
    x, y, width, height = map(float, bbox)
    return (x, y, round(x + width, 2), round(y + height, 2))


def _edges(box: list[float]) -> Box:
    x0, y0, x1, y1 = (round(edge, 2) for edge in box)
    return (x0, y0, x1, y1)
