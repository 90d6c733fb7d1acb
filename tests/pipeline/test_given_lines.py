"""Lines that files give: read in the order of the file, scaled to the image, or refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from effocr.cli.main import main
from effocr.document import Block, Document, Page
from effocr.errors import DataFormatError, ImageError, UsageError
from effocr.formats.files import SUFFIXES, DocumentFormat, document_files
from effocr.pipeline.given_lines import LinesFrom
from effocr.pipeline.pages import PageReader

Grey = npt.NDArray[np.uint8]
Draw = Callable[..., Grey]

TEXTS = ["InunInInuInIunnIuI", "nuInIuInInunInIunI", "nuInInnIInIuInnInI"]
# The lines of the page below as Tesseract 5.3.0 writes them, words left out.
TESSERACT = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v3#">
 <Description><MeasurementUnit>pixel</MeasurementUnit></Description>
 <Layout><Page WIDTH="1000" HEIGHT="600" PHYSICAL_IMG_NR="0" ID="page_0">
  <PrintSpace HPOS="0" VPOS="0" WIDTH="1000" HEIGHT="600">
   <ComposedBlock ID="cblock_0" HPOS="92" VPOS="112" WIDTH="702" HEIGHT="202">
    <TextBlock ID="block_0" HPOS="92" VPOS="112" WIDTH="702" HEIGHT="202">
     <TextLine ID="line_0" HPOS="92" VPOS="112" WIDTH="702" HEIGHT="52"></TextLine>
     <TextLine ID="line_1" HPOS="92" VPOS="262" WIDTH="702" HEIGHT="52"></TextLine>
    </TextBlock></ComposedBlock>
   <ComposedBlock ID="cblock_1" HPOS="92" VPOS="412" WIDTH="702" HEIGHT="52">
    <TextBlock ID="block_1" HPOS="92" VPOS="412" WIDTH="702" HEIGHT="52">
     <TextLine ID="line_2" HPOS="92" VPOS="412" WIDTH="702" HEIGHT="52"></TextLine>
    </TextBlock></ComposedBlock>
  </PrintSpace></Page></Layout></alto>
"""


@pytest.fixture
def page(draw_line: Draw) -> Grey:
    """Three lines of blocks, 150 pixels apart."""
    image = np.full((600, 1000), 255, np.uint8)
    for row, text in enumerate(TEXTS):
        line = draw_line(text, scale=2)
        image[100 + 150 * row : 100 + 150 * row + line.shape[0], 80 : 80 + line.shape[1]] = line
    return image


@pytest.fixture
def scan(page: Grey, tmp_path: Path) -> Path:
    path = tmp_path / "scan.png"
    Image.fromarray(page).save(path)
    return path


def blocks_of(document: Document) -> list[list[str]]:
    return [[line.text for line in block.lines] for block in document.pages[0].blocks]


def reordered(page: Page) -> Page:
    """The last line in a block of its own before the others, which change places."""
    first, second, third = page.lines
    return replace(page, blocks=(Block((third,)), Block((second, first))))


@pytest.mark.parametrize("form", ["alto", "page", "hocr"])
def test_lines_of_our_own_files_keep_their_blocks_and_order(
    form: DocumentFormat, scan: Path, tiny_model: Path, tmp_path: Path
) -> None:
    read = PageReader(tiny_model, threads=1).read(scan)
    (written,) = document_files(replace(read, pages=(reordered(read.pages[0]),)), form)
    file = tmp_path / ("scan" + SUFFIXES[form])
    file.write_bytes(written)
    for path in (file, tmp_path):  # the file, and the folder that it lies in
        given = PageReader(tiny_model, given=LinesFrom(path), threads=1).read(scan)
        assert blocks_of(given) == [[TEXTS[2]], [TEXTS[1], TEXTS[0]]]


def test_lines_of_tesseract_are_scaled_to_the_image(
    page: Grey, tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "scan.xml").write_text(TESSERACT)
    large = tmp_path / "scan.png"
    Image.fromarray(page).resize((1500, 901)).save(large)
    given = PageReader(tiny_model, given=LinesFrom(tmp_path), threads=1).read(large)
    assert blocks_of(given) == [TEXTS[:2], TEXTS[2:]]
    assert given.lines[1].box[1] == pytest.approx(1.5 * 262, abs=4)


def test_lines_of_another_image_are_refused(page: Grey, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "scan.xml").write_text(TESSERACT)
    turned = tmp_path / "scan.png"
    Image.fromarray(np.rot90(page)).save(turned)
    with pytest.raises(ImageError, match="1000 x 600 pixels, and this one has 600 x 1000"):
        PageReader(tiny_model, given=LinesFrom(tmp_path), threads=1).read(turned)


def test_pages_of_several_files_are_found_by_their_numbers(
    scan: Path, tiny_model: Path, tmp_path: Path
) -> None:
    """As `--format page` writes pages 3 to 4 of a book: the first file holds page 3."""
    (one,) = PageReader(tiny_model, threads=1).read(scan).pages
    pages = (replace(one, number=3, blocks=one.blocks[:0]), replace(one, number=4))
    for n, file in enumerate(document_files(Document("book.tif", pages), "page"), 1):
        (tmp_path / f"book.p{n}.page.xml").write_bytes(file)
    given = LinesFrom(tmp_path)
    assert given("somewhere/book.tif", 3, (1000, 600)) == []
    assert sum(len(block) for block in given("book.tif", 4, (1000, 600))) == 3
    with pytest.raises(ImageError, match=r"page 5 has no lines in .*, only 3, 4"):
        given("book.tif", 5, (1000, 600))


def test_missing_and_useless_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        LinesFrom(tmp_path / "nowhere.xml")
    with pytest.raises(ImageError, match=r"looked for scan\.alto\.xml, .*scan\.hocr"):
        LinesFrom(tmp_path)("scan.png", 1, (10, 10))
    with pytest.raises(ImageError, match="without a name"):
        LinesFrom(tmp_path)("", 1, (10, 10))
    bad = tmp_path / "scan.alto.xml"
    bad.write_text("<html/>")
    with pytest.raises(ImageError, match="no lines"):
        LinesFrom(tmp_path)("scan.png", 1, (10, 10))
    bad.write_text("no xml")
    with pytest.raises(DataFormatError):
        LinesFrom(bad)


def test_the_command_reads_given_lines(
    scan: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lines.xml"
    file.write_text(TESSERACT)
    command = ["read", str(scan), "--model", str(tiny_model), "--lines-from", str(file)]
    assert main(command) == 0
    assert capsys.readouterr().out == "\n".join([*TEXTS[:2], "", TEXTS[2]]) + "\n"
    assert main([*command, str(scan)]) == 2
    assert "one file is for one input" in capsys.readouterr().err
    assert main([*command, "--lines"]) == 2
    assert "leave --lines out" in capsys.readouterr().err


def test_an_input_without_lines_does_not_stop_the_rest(
    scan: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scan.xml").write_text(TESSERACT)
    Image.new("L", (90, 90), 255).save(tmp_path / "other.png")
    inputs = [str(tmp_path / "other.png"), str(scan)]
    given = ["--lines-from", str(tmp_path)]
    assert main(["read", *inputs, "--model", str(tiny_model), *given]) == 1
    done = capsys.readouterr()
    assert "other.png: no lines for it" in done.err
    assert done.out.startswith(TEXTS[0])
