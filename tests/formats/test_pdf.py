"""Searchable PDFs, read with another library than the one that writes them."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from effocr.document import Block, Document, Line, Page, Word
from effocr.errors import DataFormatError, ImageError, MissingDependencyError
from effocr.formats import pdf as pdf_module
from effocr.formats.pdf import document_to_pdf, text_only_pdf
from effocr.geometry import box_polygon

PRESENTATION_FORMS = str.maketrans({"ﬁ": "fi"})  # pdfium gives ligatures as letters


def scan(size: tuple[int, int] = (200, 300), form: str = "PNG", mode: str = "L") -> bytes:
    """Noise, so that a wrong row or a wrong channel shows."""
    rng = np.random.default_rng(1)
    noise = Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), np.uint8))
    written = io.BytesIO()
    noise.convert(mode).save(written, form)
    return written.getvalue()


def open_pdf(content: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(content)


def text_of(blocks: Sequence[Block]) -> str:
    page = Page(1, 200, 300, tuple(blocks))
    pdf = open_pdf(document_to_pdf(Document("a.png", (page,)), scan()))
    return pdf[0].get_textpage().get_text_range()


def test_all_text_is_copied_in_any_script(document: Document) -> None:
    *rows, column = document.pages[0].blocks
    lines = [line.text.translate(PRESENTATION_FORMS) for line in document.lines[:3]]
    assert text_of(rows).split("\r\n") == lines
    assert "".join(text_of([column]).split("\r\n")) == "日本語"


def test_words_without_text_take_no_place() -> None:
    box = (10.0, 10.0, 60.0, 30.0)
    words = tuple(Word(text, box, (0, 0)) for text in ("", "word"))
    line = Line(" word", box, box_polygon(box), 1.0, words, ())
    assert text_of([Block((line,))]) == "word"


def test_all_text_is_found_in_any_script(document: Document) -> None:
    page = open_pdf(document_to_pdf(document, scan()))[0].get_textpage()
    for text in ("τὸν", "ſo", "a̱", "שלום", "ch"):
        assert page.search(text, match_case=True).get_next() is not None, text


@pytest.mark.parametrize(
    ("tags", "options", "dpi"),
    [
        ({0x010F: "a camera"}, {}, 300),  # states none
        ({0x010F: "a camera"}, {"dpi": (150, 150)}, 150),
        ({0x011A: 200.0, 0x0128: 2}, {}, 200),
        ({0x011A: 100.0, 0x0128: 3}, {}, 254),
    ],
)
def test_a_page_has_the_size_that_the_file_of_its_image_states(
    tags: dict[int, object], options: dict[str, tuple[int, int]], dpi: int
) -> None:
    exif, written = Image.Exif(), io.BytesIO()
    exif.update(tags)
    Image.new("L", (200, 300), 255).save(written, "JPEG", exif=exif, **options)
    pdf = open_pdf(document_to_pdf(Document("a.jpg", (Page(1, 200, 300, ()),)), written.getvalue()))
    assert pdf[0].get_size() == pytest.approx((72 * 200 / dpi, 72 * 300 / dpi), abs=0.01)


def test_words_stand_where_they_were_read(document: Document) -> None:
    pdf = open_pdf(document_to_pdf(document, scan()))
    page = pdf[0].get_textpage()
    scale = 72 / 300
    for line in document.lines[:1] + document.lines[2:]:
        for word in line.words:
            found = page.search(word.text.translate(PRESENTATION_FORMS)).get_next()
            assert found is not None
            first, count = found
            boxes = [page.get_charbox(first + n, loose=True) for n in range(count)]
            left, bottom = (min(box[edge] for box in boxes) / scale for edge in (0, 1))
            right, top = (max(box[edge] for box in boxes) / scale for edge in (2, 3))
            assert (left, 300 - top, right, 300 - bottom) == pytest.approx(word.box, abs=0.5)


def test_words_of_a_sloping_line_follow_it() -> None:
    corners = ((10.0, 50.0), (190.0, 68.0), (188.0, 88.0), (8.0, 70.0))
    box = (8.0, 50.0, 190.0, 88.0)
    line = Line("slope", box, corners, 1.0, (), ())
    document = Document("a", (Page(1, 200, 300, (Block((line,)),), 72.0),))
    page = open_pdf(document_to_pdf(document, scan()))[0].get_textpage()
    first, last = page.get_charbox(0, loose=True), page.get_charbox(4, loose=True)
    assert 300 - first[1] < 300 - last[1]  # the end stands lower
    assert (first[0], last[2]) == pytest.approx((box[0], box[2]), abs=3)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "LA", "RGBA"])
def test_the_picture_is_kept_without_loss(mode: str, document: Document) -> None:
    if mode in ("LA", "RGBA"):
        image = Image.new(mode, (200, 300))  # transparent all over: white
        written = io.BytesIO()
        image.save(written, "PNG")
        content, expected = written.getvalue(), Image.new("RGB", (200, 300), "white")
    else:
        content = scan(mode=mode)
        expected = Image.open(io.BytesIO(content)).convert("RGB")
    page = open_pdf(document_to_pdf(document, content))[0]
    assert page.get_size() == pytest.approx((48, 72))
    drawn = page.render(scale=300 / 72).to_pil().convert("RGB")
    np.testing.assert_array_equal(np.asarray(drawn), np.asarray(expected))


def test_sixteen_bits_become_eight(document: Document) -> None:
    deep = Image.fromarray(np.full((300, 200), 32_896, np.uint16))
    written = io.BytesIO()
    deep.save(written, "PNG")
    page = open_pdf(document_to_pdf(document, written.getvalue()))[0]
    assert set(np.asarray(page.render(scale=1).to_pil().convert("L")).ravel().tolist()) == {128}


def test_a_jpeg_is_not_compressed_again(document: Document) -> None:
    content = scan(form="JPEG", mode="RGB")
    assert content in document_to_pdf(document, content)


def test_a_turned_photograph_stands_upright(document: Document) -> None:
    image = Image.new("L", (300, 200), 255)
    image.paste(0, (0, 0, 150, 200))  # left half; the lower one once turned counter-clockwise
    exif = Image.Exif()
    exif[0x0112] = 8
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif)
    page = open_pdf(document_to_pdf(document, written.getvalue()))[0]
    drawn = np.asarray(page.render(scale=300 / 72).to_pil().convert("L"))
    assert drawn.shape == (300, 200)
    assert drawn[:140].min() > 200
    assert drawn[160:].max() < 50


def test_images_of_a_tiff_become_pages(document: Document) -> None:
    images = [Image.new("L", (200, 300), value) for value in (0, 255)]
    written = io.BytesIO()
    images[0].save(written, "TIFF", save_all=True, append_images=images[1:])
    several = replace(document, pages=tuple(replace(document.pages[0], number=n) for n in (1, 2)))
    pdf = open_pdf(document_to_pdf(several, written.getvalue()))
    assert len(pdf) == 2
    values = [np.asarray(page.render(scale=1).to_pil().convert("L")).mean() for page in pdf]
    assert values == pytest.approx([0, 255])
    assert all("τὸν" in page.get_textpage().get_text_range() for page in pdf)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_text_lies_over_the_pages_of_a_pdf_as_they_are_shown(
    turn: int, document: Document, tmp_path: Path
) -> None:
    shown = (200, 300)
    size = shown if turn % 180 == 0 else shown[::-1]
    source = pikepdf.new()
    source.add_blank_page(page_size=(500, 500))
    page = source.add_blank_page(page_size=(size[0] + 40, size[1] + 40))
    page.cropbox = [15, 25, 15 + size[0], 25 + size[1]]
    page.Rotate = turn
    page.Contents = source.make_stream(b"0.5 0 0 0.5 3 4 cm")  # leaves the space changed
    path = tmp_path / "source.pdf"
    source.save(path)
    second = replace(document, pages=(replace(document.pages[0], number=2),))
    pdf = open_pdf(document_to_pdf(second, path))
    assert len(pdf) == 2
    own = pdf[1]
    assert own.get_size() == shown
    text = own.get_textpage()
    found = text.search("τὸν").get_next()
    assert found is not None
    x0, y0, x1, y1 = document.lines[0].words[1].box
    left, bottom, _, _ = text.get_charbox(found[0], loose=True)
    corner = {
        0: (15 + x0, 25 + 300 - y1),
        90: (15 + y0, 25 + x0),
        180: (15 + 200 - x0 - (x1 - x0) / 3, 25 + y0),
        270: (15 + 300 - y1, 25 + 200 - x0 - (x1 - x0) / 3),
    }[turn]
    assert (left, bottom) == pytest.approx(corner, abs=0.3)


def test_language_and_program_are_named(document: Document) -> None:
    content = document_to_pdf(document, scan(), languages=("de", "grc"))
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == "de"
        assert str(pdf.docinfo["/Producer"]).startswith("effocr ")
        assert str(pdf.docinfo["/Title"]) == "scan 1.png"


def test_the_same_input_gives_the_same_file(document: Document) -> None:
    assert document_to_pdf(document, scan()) == document_to_pdf(document, scan())


def test_what_is_no_image_or_locked_is_refused(document: Document, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^no image that can be read$"):
        document_to_pdf(document, b"nonsense")
    with pytest.raises(ImageError, match="No such file"):
        document_to_pdf(document, tmp_path / "none.png")
    with pytest.raises(DataFormatError, match=r"^a damaged PDF \([^<:]+\)$"):
        document_to_pdf(document, b"%PDF-1.7 nonsense")
    locked = io.BytesIO()
    source = pikepdf.new()
    source.add_blank_page()
    source.save(locked, encryption=pikepdf.Encryption(user="u", owner="o"))
    with pytest.raises(DataFormatError, match="password"):
        document_to_pdf(document, locked.getvalue())
    unlocked = io.BytesIO()
    source.save(unlocked)
    missing = replace(document, pages=(replace(document.pages[0], number=2),))
    with pytest.raises(DataFormatError, match="no page 2"):
        document_to_pdf(missing, unlocked.getvalue())


def test_without_pikepdf_the_cure_is_named(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_module, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"effocr\[pdf\]"):
        document_to_pdf(document, scan())


@pytest.mark.parametrize(
    ("size", "points"), [((40, 8), (9.6, 3.0)), ((80_000, 2), (14_400.0, 3.0))]
)
def test_a_page_is_as_large_as_a_pdf_allows(
    size: tuple[int, int], points: tuple[float, float]
) -> None:
    page = Page(1, *size, (), 300.0)
    document = Document("a.png", (page,))
    for content in (document_to_pdf(document, scan(size)), text_only_pdf(page)):
        assert open_pdf(content)[0].get_size() == pytest.approx(points, abs=0.01)


def test_other_bytes_may_stand_before_a_pdf(document: Document) -> None:
    source, written = pikepdf.new(), io.BytesIO()
    source.add_blank_page(page_size=(200, 300)).obj.Rotate = pikepdf.Name.Upright  # no number
    source.save(written)
    pdf = open_pdf(document_to_pdf(document, b"sent by mail\n" + written.getvalue()))
    assert "τὸν" in pdf[0].get_textpage().get_text_range()


def test_a_line_without_height_does_no_harm() -> None:
    box = (5.0, 5.0, 5.0, 5.0)
    line = Line("a", box, box_polygon(box), 1.0, (), ())
    document = Document("a", (Page(1, 200, 300, (Block((line,)),)),))
    page = open_pdf(document_to_pdf(document, scan()))[0]
    assert page.get_textpage().get_text_range() == "a"


def test_the_font_is_what_its_script_makes(tmp_path: Path) -> None:
    import importlib.util

    root = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location("font", root / "scripts" / "glyphless_font.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    shipped = script.FONT.read_bytes()
    script.FONT = tmp_path / "font.ttf"
    script.main()
    assert script.FONT.read_bytes() == shipped
