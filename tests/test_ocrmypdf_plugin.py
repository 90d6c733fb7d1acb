"""The real OCRmyPDF with our engine."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

pytest.importorskip("ocrmypdf", reason="OCRmyPDF is not installed")

PRINT = [
    "It was a cold night, and the wind",
    "blew hard from the north. Nobody",
    "was to be seen on the long road",
    "but one old man with a lantern.",
]
FONT = Path(__file__).parents[1] / "english_font_files" / "LibreCaslonText-Regular.ttf"


def scan(path: Path, *, turned: int = 0) -> Path:
    """A PDF of one page that is an image of four lines of print, turned clockwise."""
    image = Image.new("L", (1000, 620), 255)
    font = ImageFont.truetype(FONT, 44)
    for row, text in enumerate(PRINT):
        ImageDraw.Draw(image).text((60, 60 + 90 * row), text, fill=0, font=font)
    image.rotate(-turned, expand=True).save(path, resolution=200)
    return path


def ocrmypdf(source: Path, target: Path, *options: str) -> subprocess.CompletedProcess[str]:
    # OCRmyPDF looks for Tesseract whoever reads; this one has a version and reads nothing.
    tesseract = source.parent / "bin" / "tesseract"
    tesseract.parent.mkdir(exist_ok=True)
    tesseract.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "tesseract 5.3.4"\n')
    tesseract.chmod(0o755)
    path = f"{tesseract.parent}{os.pathsep}{os.environ['PATH']}"
    plugin = ["--plugin", "effocr.ocrmypdf_plugin", "--jobs", "1", "--output-type", "pdf"]
    command = [sys.executable, "-m", "ocrmypdf", *plugin, *options, str(source), str(target)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )


def page_of(path: Path) -> pypdfium2.PdfPage:
    return pypdfium2.PdfDocument(path)[0]


def lines_of(path: Path) -> list[str]:
    return str(page_of(path).get_textpage().get_text_range()).split("\r\n")


@pytest.mark.slow  # a process of OCRmyPDF that loads the model, as the next three
def test_a_scan_becomes_searchable_and_its_words_lie_on_the_print(tmp_path: Path) -> None:
    source, target, text = scan(tmp_path / "a.pdf"), tmp_path / "b.pdf", tmp_path / "b.txt"
    done = ocrmypdf(source, target, "--sidecar", str(text))
    assert done.returncode == 0, done.stderr
    assert lines_of(target) == PRINT
    assert text.read_text("utf-8").split() == " ".join(PRINT).split()
    page = page_of(target)
    words = page.get_textpage()
    found = words.search("lantern").get_next()
    assert found is not None
    left, _, _, top = words.get_charbox(found[0], loose=True)
    drawn = np.asarray(page.render(scale=200 / 72).to_pil().convert("L"))
    below = drawn[round((page.get_height() - top) * 200 / 72) :, round(left * 200 / 72) :]
    assert (below[:40, :12] < 128).any()  # the l of lantern begins here
    assert (below[:40, -200:] > 128).all()
    with pikepdf.open(target) as pdf:
        assert "EffOCR" in str(pdf.docinfo["/Creator"])


@pytest.mark.slow
def test_other_renderers_take_our_hocr(tmp_path: Path) -> None:
    source, target = scan(tmp_path / "a.pdf"), tmp_path / "b.pdf"
    done = ocrmypdf(source, target, "--pdf-renderer", "fpdf2")
    assert done.returncode == 0, done.stderr
    assert " ".join(lines_of(target)).split() == " ".join(PRINT).split()


@pytest.mark.slow
def test_a_page_on_its_side_is_turned_and_redone_text_is_not_there_twice(tmp_path: Path) -> None:
    source, target = scan(tmp_path / "a.pdf", turned=90), tmp_path / "b.pdf"
    done = ocrmypdf(source, target, "--rotate-pages")
    assert done.returncode == 0, done.stderr
    assert page_of(target).get_size() == pytest.approx((360, 223.2), abs=0.5)
    assert lines_of(target) == PRINT
    again = tmp_path / "c.pdf"
    done = ocrmypdf(target, again, "--redo-ocr")
    assert done.returncode == 0, done.stderr
    assert lines_of(again) == PRINT


@pytest.mark.slow
def test_a_missing_model_is_told_in_a_line(tmp_path: Path) -> None:
    done = ocrmypdf(scan(tmp_path / "a.pdf"), tmp_path / "b.pdf", "--effocr-model", "nothing")
    assert done.returncode == 1
    assert "no model named 'nothing'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_detector_is_an_error_of_the_options(tmp_path: Path) -> None:
    from types import SimpleNamespace

    from ocrmypdf.exceptions import BadArgsError

    from effocr.ocrmypdf_plugin import EffocrOptions, check_options

    own = EffocrOptions(detector=str(tmp_path / "none"))
    with pytest.raises(BadArgsError, match="no such folder"):
        check_options(SimpleNamespace(effocr=own, pdf_renderer="auto"))


def test_tesseract_can_still_be_asked_for() -> None:
    from types import SimpleNamespace

    from effocr.ocrmypdf_plugin import EffocrEngine, get_ocr_engine

    assert get_ocr_engine(SimpleNamespace(ocr_engine="tesseract")) is None
    assert isinstance(get_ocr_engine(SimpleNamespace(ocr_engine="auto")), EffocrEngine)
