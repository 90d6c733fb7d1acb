"""Every format, written and read back."""

from dataclasses import replace
from pathlib import Path

import pytest

from effocr.document import Block, Document, Line, Page, Word
from effocr.errors import DataFormatError, UsageError
from effocr.formats.files import (
    SUFFIXES,
    ReadableFormat,
    document_files,
    read_documents,
    recognise_format,
)
from effocr.geometry import box_polygon

EXACT: tuple[ReadableFormat, ...] = ("jsonl", "alto")
READABLE: tuple[ReadableFormat, ...] = ("jsonl", "hocr", "alto", "page", "coco")


def there_and_back(document: Document, form: ReadableFormat, folder: Path) -> Document:
    path = folder / f"out{SUFFIXES[form]}"
    (content,) = document_files(document, form, languages=("de", "grc"))
    path.write_bytes(content)
    assert recognise_format(path) == form
    (back,) = read_documents(path)
    return back


@pytest.mark.parametrize("form", EXACT)
def test_everything_comes_back(form: ReadableFormat, document: Document, tmp_path: Path) -> None:
    back = there_and_back(document, form, tmp_path)
    dpi = document.pages[0].dpi if form == "jsonl" else None  # ALTO has no place for it
    assert back == replace(document, pages=(replace(document.pages[0], dpi=dpi),))


@pytest.mark.parametrize("form", READABLE)
def test_text_boxes_and_confidence_come_back(
    form: ReadableFormat, document: Document, tmp_path: Path
) -> None:
    back = there_and_back(document, form, tmp_path)
    assert back.source == document.source
    assert back.text == document.text
    (page,), (expected,) = back.pages, document.pages
    assert (page.number, page.width, page.height) == (1, 200, 300)
    assert len(page.blocks) == len(expected.blocks)
    for line, true in zip(page.lines, expected.lines, strict=True):
        assert [word.text for word in line.words] == [word.text for word in true.words]
        assert [word.box for word in line.words] == [word.box for word in true.words]
        assert [word.glyphs for word in line.words] == [word.glyphs for word in true.words]
        for glyph, one in zip(line.glyphs, true.glyphs, strict=True):
            assert (glyph.text, glyph.box, glyph.unknown) == (one.text, one.box, one.unknown)
            assert glyph.confidence == pytest.approx(one.confidence)


@pytest.mark.parametrize("form", ["hocr", "alto", "page"])
def test_outlines_directions_variants_and_kinds_come_back(
    form: ReadableFormat, document: Document, tmp_path: Path
) -> None:
    page = there_and_back(document, form, tmp_path).pages[0]
    assert [block.kind for block in page.blocks] == ["text", "heading", "text"]
    assert [block.polygon for block in page.blocks] == [
        block.polygon for block in document.pages[0].blocks
    ]
    for line, true in zip(page.lines, document.lines, strict=True):
        assert line.polygon == true.polygon
        assert line.direction == true.direction
        for point, one in zip(line.baseline, true.baseline, strict=True):
            assert point == pytest.approx(one, abs=0.02)
        assert line.glyphs == true.glyphs


@pytest.mark.parametrize("angle", [90.0, 180.0, -90.0, -1.5])
@pytest.mark.parametrize("form", ["hocr", "page"])
def test_resolution_and_angle_come_back(
    form: ReadableFormat, angle: float, document: Document, tmp_path: Path
) -> None:
    turned = replace(document, pages=(replace(document.pages[0], angle=angle),))
    page = there_and_back(turned, form, tmp_path).pages[0]
    assert (page.dpi, page.angle) == (300.0, angle)


@pytest.mark.parametrize("form", ["jsonl", "hocr", "alto", "coco"])
def test_pages_of_one_file_come_back(
    form: ReadableFormat, document: Document, tmp_path: Path
) -> None:
    second = replace(document.pages[0], number=2, blocks=document.pages[0].blocks[:1])
    several = replace(document, pages=(*document.pages, second))
    back = there_and_back(several, form, tmp_path)
    assert [page.number for page in back.pages] == [1, 2]
    assert back.text == several.text


def test_page_xml_is_a_file_for_each_page(document: Document, tmp_path: Path) -> None:
    several = replace(document, pages=tuple(replace(document.pages[0], number=n) for n in (3, 4)))
    for number, content in zip((3, 4), document_files(several, "page"), strict=True):
        path = tmp_path / f"{number}.page.xml"
        path.write_bytes(content)
        (back,) = read_documents(path)
        assert back.pages[0].number == number


@pytest.mark.parametrize("form", ["jsonl", "hocr", "alto", "page"])
def test_lines_without_words_or_text_come_back(form: ReadableFormat, tmp_path: Path) -> None:
    box = (1.0, 2.0, 30.0, 12.0)
    lines = tuple(Line(text, box, box_polygon(box), 1.0, (), ()) for text in ("two words", ""))
    document = Document("a.png", (Page(1, 40, 20, (Block(lines),)),))
    back = there_and_back(document, form, tmp_path)
    assert back.text == "two words\n"
    assert [line.box for line in back.lines] == [box, box]


@pytest.mark.parametrize("form", READABLE)
def test_words_without_glyphs_come_back(form: ReadableFormat, tmp_path: Path) -> None:
    boxes = [(1.0, 2.0, 12.0, 12.0), (15.0, 2.0, 30.0, 12.0)]
    words = tuple(
        Word(text, box, (0, 0)) for text, box in zip(("two", "words"), boxes, strict=True)
    )
    box = (1.0, 2.0, 30.0, 12.0)
    line = Line("two words", box, box_polygon(box), 1.0, words, ())
    back = there_and_back(Document("a.png", (Page(1, 40, 20, (Block((line,)),)),)), form, tmp_path)
    assert back.text == "two words"
    assert [(word.text, word.box) for word in back.lines[0].words] == [
        (word.text, word.box) for word in words
    ]


@pytest.mark.parametrize("form", READABLE)
def test_a_page_without_anything_comes_back(form: ReadableFormat, tmp_path: Path) -> None:
    document = Document("a.png", (Page(1, 40, 20, ()),))
    back = there_and_back(document, form, tmp_path)
    assert (back.text, back.lines) == ("", ())
    assert (back.pages[0].width, back.pages[0].height) == (40, 20)


@pytest.mark.parametrize("form", ["hocr", "alto", "page"])
def test_what_xml_cannot_hold_becomes_the_replacement_character(
    form: ReadableFormat, tmp_path: Path
) -> None:
    box = (1.0, 2.0, 30.0, 12.0)
    words = (Word("a\x00b\x1b\ud800\uffff", box, (0, 0)),)
    line = Line(words[0].text, box, box_polygon(box), 0.5, words, ())
    document = Document("odd\udcff\x07.png", (Page(1, 40, 20, (Block((line,)),)),))
    back = there_and_back(document, form, tmp_path)
    assert back.text == "a\ufffdb\ufffd\ufffd\ufffd"
    assert back.source == "odd\ufffd\ufffd.png"


@pytest.mark.parametrize("form", ["hocr", "page"])
def test_parts_of_pixels_are_rounded(form: ReadableFormat, tmp_path: Path) -> None:
    box = (1.4, 2.6, 30.5001, 2.7)
    words = (Word("a", box, (0, 0)),)
    line = Line("a", box, box_polygon(box), 0.5, words, ())
    back = there_and_back(Document("a", (Page(1, 40, 20, (Block((line,)),)),)), form, tmp_path)
    assert back.lines[0].words[0].box == (1, 3, 31, 4)  # never without height


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    for content in (b"", b"%PDF-1.7", b"<svg/>", b"word"):
        path.write_bytes(content)
        with pytest.raises(DataFormatError, match=r"x\.xml: not a file of a document"):
            recognise_format(path)
    with pytest.raises(DataFormatError, match="No such file"):
        recognise_format(tmp_path / "none")


def test_a_pdf_needs_the_image(document: Document) -> None:
    with pytest.raises(UsageError, match="the image is needed"):
        document_files(document, "pdf")
