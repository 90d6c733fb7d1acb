"""Drop capitals: read as the first letter of the first line beside them, wherever they were found.

The pages are drawn here, letter by letter, so where everything is and what it says is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.document import Document, Page
from effocr.formats.files import SUFFIXES, ReadableFormat, document_files, read_documents
from effocr.geometry import iou_matrix
from effocr.pipeline.detected import DetectedLine
from effocr.pipeline.drop_capitals import find_large_letters, settle_drop_capitals
from effocr.pipeline.given_lines import LinesFrom
from effocr.pipeline.initials import without_letters
from effocr.pipeline.pages import PageReader

Grey = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]

FONT = Path(__file__).parents[2] / "english_font_files" / "LibreCaslonText-Regular.ttf"
SIZE, PITCH, LEFT, TOP = 40, 64, 120, 200
REST = [
    "HE wind blew hard from the north,",
    "and nobody was seen on the road",
    "but one old man with a lantern who",
    "went slowly along by the wall and",
    "the river until he came to a house",
    "that stood alone among the trees.",
]


@dataclass(frozen=True)
class Drawn:
    """A page with a drop capital: tight boxes of the letter and of the lines without it."""

    image: Grey
    letter: Box
    lines: list[Box]


def drawn(letter: str, rows: int, *, turn: int = 0) -> Drawn:
    """A paragraph that begins with a letter of some rows, its baseline that of the last of them."""
    image = Image.new("L", (1100, 800), 255)
    pen = ImageDraw.Draw(image)
    small = ImageFont.truetype(FONT, SIZE)
    cap = small.getbbox("H", anchor="ls")[1]
    large = ImageFont.truetype(FONT, SIZE * ((rows - 1) * PITCH - cap) / -cap)
    foot = TOP + (rows - 1) * PITCH
    pen.text((LEFT, foot), letter, font=large, fill=0, anchor="ls")
    box = pen.textbbox((LEFT, foot), letter, font=large, anchor="ls")
    lines = []
    for row, text in enumerate(REST):
        at = (box[2] + 10 if row < rows else LEFT), TOP + row * PITCH
        pen.text(at, text, font=small, fill=0, anchor="ls")
        lines.append(pen.textbbox(at, text, font=small, anchor="ls"))
    return Drawn(np.rot90(np.asarray(image), turn), box, lines)


def polygon(box: Box, margin: float = 4) -> npt.NDArray[np.float32]:
    x0, y0, x1, y1 = box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


def as_a_line_of_its_own(page: Drawn) -> list[npt.NDArray[np.float32]]:
    return [polygon(box) for box in (page.letter, *page.lines)]


def as_the_start_of_the_first_line(page: Drawn) -> list[npt.NDArray[np.float32]]:
    x0, (_, y0, x1, y1) = page.letter[0], page.lines[0]
    return [polygon((x0, y0, x1, y1)), *(polygon(box) for box in page.lines[1:])]


def as_the_start_of_all_lines(page: Drawn) -> list[npt.NDArray[np.float32]]:
    return [polygon((page.letter[0], *box[1:])) for box in page.lines]


def not_at_all(page: Drawn) -> list[npt.NDArray[np.float32]]:
    return [polygon(box) for box in page.lines]


class Fixed:
    """A detector that finds these lines, whatever the page."""

    def __init__(self, polygons: list[npt.NDArray[np.float32]]) -> None:
        self.polygons = polygons

    def detect(self, page: Grey) -> list[DetectedLine]:
        return [DetectedLine(one) for one in self.polygons]


def read(model: Path, page: Drawn, polygons: list[npt.NDArray[np.float32]]) -> Page:
    reader = PageReader(model, detector=Fixed(polygons), threads=1, may_turn=False)
    return reader.read_page(page.image)


class RunsTogether:
    """A detector that a large letter leads astray: it runs the lines beside it together."""

    def __init__(self, page: Drawn, rows: int) -> None:
        self.page, self.rows = page, rows

    def detect(self, page: Grey) -> list[DetectedLine]:
        x0, y0, x1, y1 = (round(edge) for edge in self.page.letter)
        lines = self.page.lines
        if (page[y0:y1, x0:x1] < 128).any():
            (_, top, right, _), (*_, foot) = lines[0], lines[self.rows - 1]
            lines = [(x0, top, right, foot), *lines[self.rows :]]
        return [DetectedLine(polygon(box)) for box in lines]


@pytest.mark.parametrize("rows", [2, 3])
def test_lines_that_were_run_together_beside_a_drop_capital_come_apart(
    english_model: Path, rows: int
) -> None:
    page = drawn("T", rows)
    reader = PageReader(english_model, detector=RunsTogether(page, rows), threads=1)
    assert [line.text for line in reader.read_page(page.image).lines] == ["T" + REST[0], *REST[1:]]


FOUND = [
    as_a_line_of_its_own, as_the_start_of_the_first_line, as_the_start_of_all_lines, not_at_all,
]  # fmt: skip


@pytest.mark.parametrize("rows", [2, 3, 4])
@pytest.mark.parametrize("found", FOUND)
def test_a_drop_capital_is_the_first_letter_of_its_line_however_it_was_found(
    english_model: Path, found: Callable[[Drawn], list[npt.NDArray[np.float32]]], rows: int
) -> None:
    page = drawn("T", rows)
    made = read(english_model, page, found(page))
    assert [line.text for line in made.lines] == ["T" + REST[0], *REST[1:]]
    first = made.lines[0].glyphs[0]
    assert iou_matrix(np.array([first.box]), np.array([page.letter]))[0, 0] > 0.85
    assert 0.5 <= first.confidence <= 1
    assert first.candidates[0][0] == "T"
    assert made.lines[0].words[0].glyphs == (0, 3)


@pytest.mark.parametrize("letter", list("ACIOSVWX"))
def test_letters_that_have_the_form_of_small_ones_are_read_as_capitals(
    english_model: Path, letter: str
) -> None:
    page = drawn(letter, 3)
    assert read(english_model, page, not_at_all(page)).lines[0].text == letter + REST[0]


def test_the_other_glyphs_stay_where_they_are(english_model: Path) -> None:
    page = drawn("T", 3)
    line = read(english_model, page, not_at_all(page)).lines[0]
    x0, y0, x1, y1 = page.lines[0]
    boxes = np.array([glyph.box for glyph in line.glyphs[1:]])
    np.testing.assert_allclose(
        [*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)], (x0, y0, x1, y1), atol=3
    )
    ((_, start), (_, end)) = line.baseline
    np.testing.assert_allclose([start, end], TOP, atol=3)


def test_the_outline_hangs_down_at_the_capital_alone(english_model: Path) -> None:
    page = drawn("T", 3)
    line = read(english_model, page, not_at_all(page)).lines[0]
    shape = np.array(line.polygon)
    beside = shape[shape[:, 0] > page.lines[0][0] + 5]
    assert len(beside)
    assert beside[:, 1].max() < page.lines[1][1]
    assert shape[:, 1].max() >= page.letter[3] - 2


def test_a_page_that_lies_on_its_side_keeps_its_drop_capital(english_model: Path) -> None:
    upright, lying = drawn("T", 3), drawn("T", 3, turn=-1)
    made = PageReader(english_model, threads=1).read_page(lying.image)
    assert made.angle == 90
    assert made.lines[0].text == "T" + REST[0]
    x0, y0, x1, y1 = upright.letter
    height = upright.image.shape[0]
    expected = np.array([[height - y1, x0, height - y0, x1]])
    assert iou_matrix(np.array([made.lines[0].glyphs[0].box]), expected)[0, 0] > 0.8


def plain(first: str = "T") -> Drawn:
    """The same paragraph without a drop capital."""
    image = Image.new("L", (1100, 800), 255)
    pen, font, lines = ImageDraw.Draw(image), ImageFont.truetype(FONT, SIZE), []
    for row, text in enumerate([first + REST[0], *REST[1:]]):
        at = LEFT, TOP + row * PITCH
        pen.text(at, text, font=font, fill=0, anchor="ls")
        lines.append(pen.textbbox(at, text, font=font, anchor="ls"))
    return Drawn(np.asarray(image), lines[0], lines)


def test_letters_of_two_lines_that_touch_are_no_drop_capital() -> None:
    page = plain()
    image = page.image.copy()
    image[TOP - 20 : TOP + PITCH - 10, LEFT + 14 : LEFT + 17] = 0  # joins T and a
    assert find_large_letters(page.image, not_at_all(page)) == []
    assert find_large_letters(image, not_at_all(page)) == []


def test_a_rule_and_a_brace_beside_lines_are_no_drop_capitals(english_model: Path) -> None:
    page = plain()
    image = Image.fromarray(page.image)
    pen = ImageDraw.Draw(image)
    pen.line((LEFT - 20, TOP - 30, LEFT - 20, TOP + 3 * PITCH), fill=0, width=4)
    assert find_large_letters(np.asarray(image), not_at_all(page)) == []
    image = Image.fromarray(page.image)
    brace = ImageFont.truetype(FONT, 4 * SIZE)
    ImageDraw.Draw(image).text((LEFT - 70, TOP + 2 * PITCH), "{", font=brace, fill=0, anchor="ls")
    made = read(english_model, Drawn(np.asarray(image), page.letter, page.lines), not_at_all(page))
    assert [line.text for line in made.lines] == ["T" + REST[0], *REST[1:]]


def test_lines_beside_a_picture_keep_their_text(english_model: Path) -> None:
    page = plain()
    image = page.image.copy()
    image[TOP - 26 : TOP + 2 * PITCH, 4 : LEFT - 12] = 60  # a dark picture before three lines
    made = read(english_model, Drawn(image, page.letter, page.lines), not_at_all(page))
    assert [line.text for line in made.lines] == ["T" + REST[0], *REST[1:]]


@pytest.mark.parametrize("form", ["jsonl", "hocr", "alto", "page"])
def test_formats_give_a_drop_capital_back(
    english_model: Path, tmp_path: Path, form: ReadableFormat
) -> None:
    page = drawn("T", 3)
    made = read(english_model, page, not_at_all(page))
    document = Document("a.png", (made,))
    path = tmp_path / f"a{SUFFIXES[form]}"
    (content,) = document_files(document, form)
    path.write_bytes(content)
    (back,) = read_documents(path)
    assert back.text == document.text
    first, true = back.lines[0], made.lines[0]
    np.testing.assert_allclose(first.glyphs[0].box, true.glyphs[0].box, atol=1)
    np.testing.assert_allclose(first.polygon, true.polygon, atol=1)
    if form != "jsonl":
        again = PageReader(english_model, given=LinesFrom(path), threads=1)
        assert again.read_page(page.image).text == made.text


def test_a_capital_that_a_file_gives_as_a_line_stays_one(english_model: Path) -> None:
    page = drawn("T", 3)
    given = [[one] for one in as_a_line_of_its_own(page)]
    reader = PageReader(english_model, given=lambda path, number, size: given, threads=1)
    assert len(reader.read_page(page.image).lines) == 1 + len(REST)


def test_an_outline_that_begins_as_a_hairline_has_no_capital_before_it() -> None:
    page = drawn("T", 3)
    lines = [polygon(box) for box in page.lines]
    letters = find_large_letters(page.image, lines)
    alone = without_letters(page.image, letters)
    assert [one.lines for one in settle_drop_capitals(alone, lines, letters)] == [[0, 1, 2]]
    start = lines[0][[0, 3]].mean(axis=0)
    neck = start + np.array([100, 0])
    lines[0] = np.array([start, neck, lines[0][1], lines[0][2], neck], np.float32)
    assert settle_drop_capitals(alone, lines, letters) == []
