"""PDF pages: drawn at a suitable resolution, with the text that they hold, or refused clearly."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pikepdf
import pytest
from PIL import Image

from effocr.document import Document
from effocr.errors import ImageError
from effocr.pipeline.classical_lines import ClassicalLines
from effocr.pipeline.page_range import parse_pages
from effocr.pipeline.page_sources import PageChoice, open_pages
from effocr.pipeline.pages import PageReader
from effocr.pipeline.pdf_pages import PdfFile, is_pdf

Draw = Callable[..., npt.NDArray[np.uint8]]


def plain_pdf(pages: list[str], *, rotate: int = 0, extra: str = "") -> bytes:
    """A PDF of pages of 200 x 100 points; each says its text in Helvetica 20 at (20, 50)."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {extra}>>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        content = f"BT /F1 20 Tf 20 50 Td ({text}) Tj ET" if text else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Rotate {rotate} "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(out)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    return out + f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def scan_pdf(image: npt.NDArray[np.uint8], dpi: float) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PDF", resolution=dpi)
    return file.getvalue()


def test_born_digital_pages_are_drawn_at_300_dpi_and_at_what_is_asked_for() -> None:
    file = PdfFile(plain_pdf(["Hello"]))
    grey, dpi = file.render(1)
    assert (dpi, grey.dtype) == (300.0, np.uint8)
    assert grey.shape == pytest.approx((100 / 72 * 300, 200 / 72 * 300), abs=1)
    assert grey.min() < 50
    assert grey.max() == 255
    assert file.render(1, 72)[0].shape == (100, 200)


def test_a_scan_is_drawn_at_its_own_resolution() -> None:
    image = np.full((600, 400), 255, np.uint8)
    image[100:200, 50:300] = 0
    grey, dpi = PdfFile(scan_pdf(image, 150)).render(1)
    assert dpi == 150
    assert grey.shape == (600, 400)
    assert np.abs(grey.astype(int) - image).mean() < 3


@pytest.mark.parametrize("dpi", [150, 199.5, 300])
def test_a_scan_is_drawn_in_exactly_the_pixels_of_its_image(dpi: float) -> None:
    for width in range(400, 440):
        image = np.zeros((width * 4 // 3, width), np.uint8)
        file = PdfFile(scan_pdf(image, dpi))
        assert file.size(1)[0] == (width, width * 4 // 3)
    assert file.render(1)[0].shape == image.shape


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_text_of_a_page_lies_on_its_ink(rotate: int) -> None:
    file = PdfFile(plain_pdf(["No. 7"], rotate=rotate))
    grey, dpi = file.render(1)
    found = [(text, box) for text, box in file.text(1, dpi) if text.strip()]
    assert "".join(text for text, _ in found) == "No.7"
    for _, (x0, y0, x1, y1) in found:
        inside = grey[round(y0) : round(y1), round(x0) : round(x1)]
        assert (inside < 128).mean() > 0.15


def test_text_is_kept_skipped_or_redone(tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(plain_pdf(["One page", "", "Three"]))

    def read(**choice: object) -> Document:
        return PageReader(tiny_model, threads=1, choice=PageChoice(**choice)).read(path)  # type: ignore[arg-type]

    kept = read(text_layer="keep")
    assert [page.text for page in kept.pages] == ["One page", "", "Three"]
    (line,) = kept.pages[0].lines
    assert [word.text for word in line.words] == ["One", "page"]
    assert kept.pages[0].dpi == 300
    assert [page.number for page in read(text_layer="skip").pages] == [2]
    skipping = PageReader(tiny_model, threads=1, choice=PageChoice(text_layer="skip"))
    with pytest.raises(ImageError, match="such pages are skipped"):
        skipping.read_page(plain_pdf(["all text"]))
    redone = read(text_layer="redo")
    assert [page.number for page in redone.pages] == [1, 2, 3]
    assert redone.pages[0].text != "One page"  # this model knows blocks only
    assert [page.number for page in read(pages=parse_pages("2-")).pages] == [2, 3]


def test_kept_text_is_given_without_drawing_the_page(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_drawing(*_: object) -> None:
        pytest.fail("the page was drawn")

    drawn = PdfFile(plain_pdf(["One page"])).render(1)[0].shape
    monkeypatch.setattr(PdfFile, "render", no_drawing)
    for text_layer in ("auto", "keep"):
        choice = PageChoice(text_layer=text_layer)
        reader = PageReader(tiny_model, threads=1, choice=choice)
        page = reader.read_page(plain_pdf(["One page"]))
        assert (page.text, (page.height, page.width)) == ("One page", drawn)


def test_a_scanned_page_is_read(tiny_model: Path, draw_line: Draw) -> None:
    line = draw_line("InunI nInu InI", scale=2)
    image = np.full((400, line.shape[1] + 200), 255, np.uint8)
    image[150 : 150 + line.shape[0], 100:-100] = line
    reader = PageReader(tiny_model, detector=ClassicalLines(), threads=2)
    assert reader.read(scan_pdf(image, 300)).text == "InunI nInu InI"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7\nnothing else", "a broken PDF"),
        (plain_pdf([]), "without pages"),
        (
            plain_pdf(["x"]).replace(
                b"trailer << ",
                b"trailer << /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"
                + b"41" * 32
                + b"> /U <"
                + b"42" * 32
                + b"> >> /ID [<00><00>] ",
            ),
            "an encrypted PDF",
        ),
    ],
    ids=["broken", "no pages", "encrypted"],
)
def test_bad_files_say_why(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(data)
    for source in (path, data):
        with pytest.raises(ImageError, match=reason):
            open_pages(source, PageChoice())


def test_the_reason_is_that_of_the_file_and_not_of_the_one_before() -> None:
    encrypted, empty = io.BytesIO(), io.BytesIO()
    pdf = pikepdf.new()
    pdf.save(empty)
    pdf.add_blank_page()
    pdf.save(encrypted, encryption=pikepdf.Encryption(owner="o", user="u"))
    for file, reason in ((encrypted, "an encrypted PDF"), (empty, "without pages")):
        with pytest.raises(ImageError, match=reason):
            open_pages(file.getvalue(), PageChoice())


def test_a_page_too_large_names_the_cure() -> None:
    with pytest.raises(ImageError, match="give a smaller --dpi"):
        PdfFile(plain_pdf(["x"])).render(1, 60_000)


def test_pdfs_are_told_by_their_beginning(tmp_path: Path) -> None:
    path = tmp_path / "named.png"
    path.write_bytes(plain_pdf(["x"]))
    assert is_pdf(path)
    assert not is_pdf(tmp_path / "missing.pdf")
    assert not is_pdf(np.zeros((2, 2), np.uint8))
