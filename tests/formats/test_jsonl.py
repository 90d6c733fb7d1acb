"""JSON lines: there and back."""

import json
from pathlib import Path

import pytest

from effocr.document import Block, Document, Glyph, Line, Page, Word
from effocr.errors import DataFormatError
from effocr.formats.jsonl import document_to_jsonl, failure_to_jsonl, read_jsonl
from effocr.formats.text import document_to_text


@pytest.fixture
def document() -> Document:
    glyph = Glyph("ch", (1.5, 2.0, 3.0, 4.0), 0.75, (("ch", 0.9), ("“", 0.5)), False)
    strange = Glyph("\ufffd", (4.0, 2.0, 5.0, 4.0), 0.1, (), True)
    words = (Word("ch", glyph.box, (0, 1)), Word("\ufffd", strange.box, (1, 2)))
    polygon = ((1.5, 2.0), (5.0, 2.0), (5.0, 4.0), (1.5, 4.0))
    line = Line("ch \ufffd", (1.5, 2.0, 5.0, 4.0), polygon, 0.425, words, (glyph, strange))
    pages = (Page(1, 10, 20, (Block((line, line)),)), Page(2, 10, 20, (Block(()),)))
    return Document("a/ü\u2028.png", pages)


def test_a_document_comes_back_as_it_was(document: Document, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    other = Document("b.png", document.pages[:1])
    path.write_text(
        document_to_jsonl(document)
        + failure_to_jsonl("bad.png", "empty")
        + document_to_jsonl(other)
        + document_to_jsonl(other),
        "utf-8",
    )
    assert read_jsonl(path) == [document, other, other]


def test_marks_and_line_ends_of_other_systems_do_not_matter(
    document: Document, tmp_path: Path
) -> None:
    path = tmp_path / "out.jsonl"
    text = "\ufeff" + document_to_jsonl(document).replace("\n", "\r\n") + " \r\n"
    path.write_bytes(text.encode())
    assert read_jsonl(path) == [document]


def test_there_is_one_object_per_page(document: Document) -> None:
    records = [json.loads(line) for line in document_to_jsonl(document).split("\n")[:-1]]
    assert [record["page"] for record in records] == [1, 2]
    assert records[0]["lines"][0]["glyphs"][0]["candidates"] == [["ch", 0.9], ["“", 0.5]]
    assert records[0]["confidence"] == 0.425


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    for text in ("nonsense", "[]", '{"path": "a"}', "7", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(DataFormatError, match=r"x\.jsonl:1"):
            read_jsonl(path)
    page = '{"path": "a", "page": %s, "width": 1, "height": 1, "lines": []}\n'
    path.write_text(page % 1 + page % '"two"')
    with pytest.raises(DataFormatError, match=r"x\.jsonl:2"):
        read_jsonl(path)
    with pytest.raises(DataFormatError, match="none"):
        read_jsonl(tmp_path / "none.jsonl")


def test_text_ends_every_page_with_a_line_feed(document: Document) -> None:
    assert document_to_text(document) == "ch \ufffd\nch \ufffd\n\f\n"
