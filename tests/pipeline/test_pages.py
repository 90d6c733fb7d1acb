"""Whole pages: found, turned, read in order, with boxes in the pixels of the image."""

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.document import Document, Page
from effocr.errors import ImageError
from effocr.pipeline.classical_lines import ClassicalLines
from effocr.pipeline.detected import DetectedLine
from effocr.pipeline.page_range import parse_pages
from effocr.pipeline.page_sources import PageChoice
from effocr.pipeline.pages import PageReader
from effocr.pipeline.reader import ReadFailure
from effocr.pipeline.turns import turn_back

Grey = npt.NDArray[np.uint8]
Draw = Callable[..., Grey]

LEFT = ["InunInInuInIunnIuI", "nuInIuInInunInIunI", "nuInInnIInIuInnInI"]
RIGHT = ["nIInuInInnIuIInIIn", "IInunIuIInnIuIInuI", "unInIInuInIIuInnIu"]
PRINT = [
    "It was a cold night, and the wind",
    "blew hard from the north. Nobody",
    "was to be seen on the long road",
    "but one old man with a lantern.",
]
FONT = Path(__file__).parents[2] / "english_font_files" / "LibreCaslonText-Regular.ttf"


@pytest.fixture
def page(draw_line: Draw) -> Grey:
    """Two columns of three lines of blocks, 26 pixels high for x, 150 pixels apart."""
    image = np.full((700, 2200), 255, np.uint8)
    for x0, texts in ((80, LEFT), (1180, RIGHT)):
        for row, text in enumerate(texts):
            line = draw_line(text, scale=2)
            y0 = 100 + 150 * row
            image[y0 : y0 + line.shape[0], x0 : x0 + line.shape[1]] = line
    return image


@pytest.fixture(scope="module")
def reader(tiny_model: Path) -> PageReader:
    """Blocks for letters are no print that the page detector has seen."""
    return PageReader(tiny_model, detector=ClassicalLines(), threads=2)


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines]


def assert_on_ink(image: Grey, page: Page) -> None:
    """Every glyph of the page is ink, tight around it."""
    for line in page.lines:
        for glyph in line.glyphs:
            x0, y0, x1, y1 = (round(edge) for edge in glyph.box)
            assert (image[y0:y1, x0:x1] < 128).mean() > 0.3
            assert (image[y0:y1, x0 - 8 : x1 + 8] < 128).any()


def test_columns_are_read_one_after_the_other(reader: PageReader, page: Grey) -> None:
    read = reader.read_page(page)
    assert texts(read) == LEFT + RIGHT
    assert (read.width, read.height, read.angle) == (2200, 700, 0.0)
    assert_on_ink(page, read)


@pytest.fixture(scope="module")
def english(english_model: Path) -> PageReader:
    return PageReader(english_model, threads=2)


@pytest.fixture(scope="module")
def print_page() -> Grey:
    """A short page of English print."""
    image = Image.new("L", (1000, 620), 255)
    font = ImageFont.truetype(FONT, 44)
    for row, text in enumerate(PRINT):
        ImageDraw.Draw(image).text((60, 60 + 90 * row), text, fill=0, font=font)
    return np.asarray(image)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_page_is_read_and_its_boxes_are_those_of_the_image(
    english: PageReader, print_page: Grey, quarters: int
) -> None:
    lying = np.ascontiguousarray(np.rot90(print_page, -quarters))
    read = english.read_page(lying)
    assert texts(read) == PRINT
    assert read.angle == 90 * quarters
    assert (read.width, read.height) == lying.shape[::-1]
    upright = english.read_page(print_page)
    assert upright.angle == 0
    back = turn_back((lying.shape[1], lying.shape[0]), quarters)
    for one, other in zip(read.lines, upright.lines, strict=True):
        np.testing.assert_allclose(back.boxes(np.array([other.box]))[0], one.box, atol=1)


def test_turning_can_be_left_out(english_model: Path, print_page: Grey) -> None:
    lying = np.ascontiguousarray(np.rot90(print_page, 2))
    read = PageReader(english_model, threads=1, may_turn=False).read_page(lying)
    assert read.angle == 0
    assert texts(read) != PRINT


@pytest.mark.parametrize("degrees", [2.0, -3.0])
def test_a_leaning_page_is_read(reader: PageReader, page: Grey, degrees: float) -> None:
    leaning = np.asarray(
        Image.fromarray(page).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    )
    read = reader.read_page(leaning)
    assert texts(read) == LEFT + RIGHT
    assert_on_ink(leaning, read)


def test_lines_that_bend_are_read_and_mapped_back(tiny_model: Path, draw_line: Draw) -> None:
    line = draw_line("InunI nInu InI unnI", scale=2)
    height, width = line.shape
    rise = np.round(40 * np.sin(np.linspace(0, np.pi, width))).astype(int)
    image = np.full((height + 80, width), 255, np.uint8)
    for x in range(width):
        image[60 - rise[x] : 60 - rise[x] + height, x] = line[:, x]
    x = np.linspace(0, width - 1, 25).astype(int)
    top = np.stack([x, 60 - rise[x]], axis=1)
    outline = np.concatenate([top, (top + np.array([0, height]))[::-1]]).astype(np.float32)
    given = PageReader(tiny_model, threads=1, given=lambda path, number, size: [[outline]])
    read = given.read_page(image)
    assert texts(read) == ["InunI nInu InI unnI"]
    assert_on_ink(image, read)


def test_given_lines_keep_their_blocks_and_order(tiny_model: Path, page: Grey) -> None:
    def box(x0: int, row: int) -> npt.NDArray[np.float32]:
        y0 = 105 + 150 * row
        corners = [(x0, y0), (x0 + 800, y0), (x0 + 800, y0 + 70), (x0, y0 + 70)]
        return np.array(corners, np.float32)

    blocks = [[box(1150, 2), box(1150, 0)], [], [box(60, 1)]]
    reader = PageReader(tiny_model, threads=1, given=lambda path, number, size: blocks)
    read = reader.read_page(page)
    assert [[line.text for line in block.lines] for block in read.blocks] == [
        [RIGHT[2], RIGHT[0]],
        [LEFT[1]],
    ]


def test_a_blank_page_is_empty(reader: PageReader) -> None:
    read = reader.read_page(np.full((900, 700), 255, np.uint8))
    assert (read.blocks, read.text, read.confidence) == ((), "", 1.0)


class Looks:
    """A detector that counts how often it looks, and finds nothing."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def detect(self, page: Grey) -> list[DetectedLine]:
        self.shapes.append(page.shape)
        return []


@pytest.mark.parametrize(
    ("blank", "may_turn", "looks"), [(True, True, 1), (False, True, 4), (False, False, 1)]
)
def test_other_turns_are_looked_at_where_there_may_be_print_and_turning_is_wanted(
    tiny_model: Path, page: Grey, blank: bool, may_turn: bool, looks: int
) -> None:
    detector = Looks()
    reader = PageReader(tiny_model, detector=detector, threads=1, may_turn=may_turn)
    assert reader.read_page(np.full_like(page, 250) if blank else page).text == ""
    assert len(detector.shapes) == looks


def test_a_page_of_pictures_has_next_to_no_text(english: PageReader) -> None:
    rng = np.random.default_rng(5)
    image = np.full((1000, 800), 255, np.uint8)
    image[100:500, 100:700] = rng.integers(0, 255, (400, 600), np.uint8)
    image[600:900, 200:600] = np.linspace(0, 255, 400).astype(np.uint8)
    assert len(english.read_page(image).text) < 8


def test_all_images_of_a_tiff_are_pages(
    reader: PageReader, page: Grey, tmp_path: Path, tiny_model: Path
) -> None:
    path = tmp_path / "book.tif"
    frames = [Image.fromarray(one) for one in (page, np.full_like(page, 255), page[:, :1100])]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    (document,) = reader.read_many([path])
    assert isinstance(document, Document)
    assert [one.number for one in document.pages] == [1, 2, 3]
    assert [texts(one) for one in document.pages] == [LEFT + RIGHT, [], LEFT]
    some = PageReader(tiny_model, threads=1, choice=PageChoice(parse_pages("3")))
    assert [one.number for one in some.read(path).pages] == [3]
    with pytest.raises(ImageError, match="has 3 pages, none of those asked for"):
        PageReader(tiny_model, threads=1, choice=PageChoice(parse_pages("4-"))).read(path)


def test_results_come_in_order_and_a_bad_file_does_not_stop_the_rest(
    reader: PageReader, page: Grey, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG nonsense")
    results = list(reader.read_many([page, bad, tmp_path / "missing.png", page[:, :1100]]))
    assert [type(one) for one in results] == [Document, ReadFailure, ReadFailure, Document]
    assert isinstance(results[2], ReadFailure)
    assert results[2].reason == "no such file"
    assert isinstance(results[3], Document)
    assert texts(results[3].pages[0]) == LEFT


def test_memory_holds_few_pages(tiny_model: Path) -> None:
    drawn: list[int] = []

    def endless() -> Iterator[Grey]:
        for number in range(1000):
            drawn.append(number)
            yield np.full((60, 60), 255, np.uint8)

    results = PageReader(tiny_model, threads=1).read_many(endless())
    next(results)
    results.close()
    assert len(drawn) <= 5


def test_a_scan_of_400_million_pixels_is_refused_unread(reader: PageReader) -> None:
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    chunks = b""
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")):
        chunks += struct.pack(">I", len(data)) + kind + data
        chunks += struct.pack(">I", zlib.crc32(kind + data))
    (failure,) = reader.read_many([b"\x89PNG\r\n\x1a\n" + chunks])
    assert isinstance(failure, ReadFailure)
    assert "is more than 178 million pixels: not read" in failure.reason
