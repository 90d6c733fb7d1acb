"""PDFs that hold text already get the new text instead of it, and look as they did."""

import io
from dataclasses import replace

import numpy as np
import pikepdf
import pypdfium2
import pytest

from effocr.document import Document
from effocr.errors import DataFormatError
from effocr.formats.pdf import document_to_pdf

SIZE = (200, 300)  # points; a pixel of the document each
GREY = b"0.6 g 20 30 50 60 re f "
INVISIBLE = b"q 3 Tr BT /F1 12 Tf 20 200 Td (old words) Tj T* (more) Tj ET Q "
VISIBLE = b"BT /F1 12 Tf 20 100 Td (printed) Tj ET "


def one_page(
    content: bytes, *, form: bytes | None = None, turn: int = 0, twice: bool = False
) -> bytes:
    """A PDF whose page draws the content, and /Fm0 may be drawn by it."""
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    if form is not None:
        made = pdf.make_stream(form)
        made.Type, made.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        made.BBox, made.Resources = [0, 0, *SIZE], pikepdf.Dictionary(Font=resources.Font)
        resources.XObject = pikepdf.Dictionary(Fm0=made)
    shared = pdf.make_indirect(resources)
    for _ in range(1 + twice):
        page = pdf.add_blank_page(page_size=SIZE)
        page.Resources = shared
        page.Contents = pdf.make_stream(content)
        page.Rotate = turn
    written = io.BytesIO()
    pdf.save(written)
    return written.getvalue()


def text_of(content: bytes, number: int = 0) -> str:
    return str(pypdfium2.PdfDocument(content)[number].get_textpage().get_text_range())


def look_of(content: bytes) -> np.ndarray:
    return np.asarray(pypdfium2.PdfDocument(content)[0].render(scale=2).to_pil().convert("L"))


@pytest.fixture
def read(document: Document) -> Document:
    """A page with a resolution of a pixel to the point."""
    return replace(document, pages=(replace(document.pages[0], dpi=72.0),))


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (GREY + INVISIBLE, None),
        (GREY + b"q /Fm0 Do Q", INVISIBLE),
        (GREY + b"3 Tr /Fm0 Do", INVISIBLE.replace(b"3 Tr ", b"")),
    ],
    ids=["content", "form", "mode of the page"],
)
def test_an_invisible_layer_gives_way(content: bytes, form: bytes | None, read: Document) -> None:
    old = one_page(content, form=form)
    assert "old words" in text_of(old)
    new = document_to_pdf(read, old)
    assert "old" not in text_of(new)
    assert "more" not in text_of(new)
    assert text_of(new).count("τὸν") == 1
    assert (look_of(new) == look_of(old)).all()
    assert b"/Scan" not in new  # it stayed a drawing


def test_a_second_run_gives_the_text_once(read: Document) -> None:
    once = document_to_pdf(read, one_page(GREY))
    assert text_of(document_to_pdf(read, once)) == text_of(once)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_of_visible_text_becomes_a_picture_that_looks_the_same(
    turn: int, read: Document, caplog: pytest.LogCaptureFixture
) -> None:
    (page,) = read.pages
    if turn % 180:
        page = replace(page, width=page.height, height=page.width)
    old = one_page(GREY + VISIBLE + INVISIBLE, turn=turn)
    document = replace(read, pages=(replace(page, dpi=144.0),))
    new = document_to_pdf(document, old, old_text="redo")
    assert "printed" in text_of(old)
    assert "printed" not in text_of(new)
    assert "becomes a picture" in caplog.text
    difference = np.abs(look_of(new).astype(int) - look_of(old))
    assert difference.mean() < 1
    assert look_of(new).shape == look_of(old).shape


def test_pages_with_text_may_stay_as_they_are(read: Document) -> None:
    printed, scanned = one_page(GREY + VISIBLE), one_page(GREY + INVISIBLE)
    for old_text in ("keep", "skip"):
        assert text_of(document_to_pdf(read, printed, old_text=old_text)) == "printed"
        assert "old words" in text_of(document_to_pdf(read, scanned, old_text=old_text))
    assert text_of(document_to_pdf(read, printed)) == "printed"
    assert "old words" not in text_of(document_to_pdf(read, scanned))


@pytest.mark.parametrize("damage", [b"/X Tr ", b"Tr ", b"Do "])
def test_operators_without_their_operands_are_a_damaged_page(damage: bytes, read: Document) -> None:
    with pytest.raises(DataFormatError, match=r"^a damaged page"):
        document_to_pdf(read, one_page(INVISIBLE + damage), old_text="redo")


def test_what_another_page_shares_stays(read: Document) -> None:
    old = one_page(GREY + b"/Fm0 Do", form=INVISIBLE, twice=True)
    new = document_to_pdf(read, old)
    assert "old words" not in text_of(new, 0)
    assert "old words" in text_of(new, 1)


def test_a_page_that_could_not_be_read_stays(document: Document) -> None:
    page = replace(document.pages[0], width=0, height=0, blocks=())
    old = one_page(GREY + VISIBLE)
    assert text_of(document_to_pdf(replace(document, pages=(page,)), old)) == "printed"
