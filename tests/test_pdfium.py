"""Pages made of text are told from scans, whatever OCR programs or libraries put on these."""

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest

from effocr.formats.pdf_image import image_object
from effocr.pdfium import PDFIUM_LOCK, has_text, is_digital

LINE = b"BT /F1 9 Tf 20 %d Td (a line of thirty-two letters, ok) Tj ET "
BODY = b"".join(LINE % (280 - 12 * row) for row in range(20))
STAMP = b"BT /F1 9 Tf 20 10 Td (Library of the University, 1921) Tj ET "
SCAN = b"q 200 0 0 300 0 0 cm /Im0 Do Q "
FIGURE = b"q 100 0 0 100 50 50 cm /Im0 Do Q "
HIDDEN = b"q 3 Tr " + BODY + b"Q "


def page_of(content: bytes) -> pypdfium2.PdfPage:
    """A page of 200 x 300 points that draws the content, in which /Im0 is an image."""
    from PIL import Image

    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(200, 300))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    image = image_object(pdf, Image.fromarray(np.full((30, 20), 200, np.uint8)))
    page.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(Im0=image)
    )
    page.Contents = pdf.make_stream(content)
    written = io.BytesIO()
    pdf.save(written)
    return pypdfium2.PdfDocument(written.getvalue())[0]


@pytest.mark.parametrize(
    ("content", "digital"),
    [
        (BODY, True),
        (STAMP, True),
        (BODY + FIGURE, True),
        (SCAN + BODY, True),  # a text over a background
        (HIDDEN, False),
        (SCAN + HIDDEN, False),
        (SCAN + HIDDEN + STAMP, False),
        (BODY + SCAN, False),  # "text under the page image"
        (b"BT /F1 9 Tf 20 10 Td (   ) Tj ET " + SCAN + HIDDEN, False),
    ],
    ids=[
        "text", "little text", "text and figure", "text over a picture", "hidden", "old OCR",
        "old OCR and stamp", "old OCR under the image", "spaces",
    ],
)  # fmt: skip
def test_pages_made_of_text_are_told_from_scans(content: bytes, digital: bool) -> None:
    with PDFIUM_LOCK:
        page = page_of(content)
        assert has_text(page)
        assert is_digital(page) is digital


def test_a_scan_that_nobody_read_holds_no_text() -> None:
    with PDFIUM_LOCK:
        page = page_of(SCAN)
        assert not has_text(page)
        assert not is_digital(page)
