"""Synthetic pages: the truth must be true."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from effocr.charset import Charset
from effocr.errors import FontError
from effocr.synth.fonts import FontFile
from effocr.synth.pages import PageMaker, PageOptions, SyntheticPage, draw_page, draw_pages
from effocr.synth.pages.options import LAYOUTS
from effocr.synth.pages.sheet import Sheet
from tests.synth.pages.conftest import MakeMaker

CLEAN = {"conditions": {"clean": 1.0}, "bordered": 0, "show_through": 0, "stained": 0,
         "punched": 0}  # fmt: skip
PLAIN = {**CLEAN, "pictures": 0, "rules": 0}


def inside(page: SyntheticPage, polygons: list[np.ndarray]) -> np.ndarray:
    """[height, width] bool: within any of the polygons."""
    mask = np.zeros(page.image.shape, np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.round(polygon).astype(np.int32)], 1)
    return mask.astype(bool)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_ink_is_in_the_polygons_and_hardly_any_outside(make_maker: MakeMaker, layout: str) -> None:
    maker = make_maker(**PLAIN, layouts={layout: 1.0}, skewed=1, curved=0.5)
    for seed in range(3):
        page = maker.page(np.random.default_rng(seed))
        ink = page.image < 128
        outside = ink & ~inside(page, [line.polygon for line in page.lines])
        assert outside.sum() <= 0.01 * ink.sum()
        for line in page.lines:
            least = 0.0 if line.kind == "ignored" else 0.02  # a pen's strokes are thin
            assert ink[inside(page, [line.polygon])].mean() > least, line.text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_rule_is_drawn_where_none_is_wished(
    make_maker: MakeMaker, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[float, ...]] = []
    monkeypatch.setattr(Sheet, "rule", lambda _, *ends: drawn.append(ends))
    maker = make_maker(**PLAIN, layouts={layout: 1.0})
    for seed in range(8):
        maker.page(np.random.default_rng(seed))
    assert not drawn


def test_every_word_has_its_own_ink_within_its_line(make_maker: MakeMaker) -> None:
    page = make_maker(**PLAIN, skewed=1, curved=1).page(np.random.default_rng(3))
    ink = page.image < 128
    for line in page.lines:
        assert " ".join(word.text for word in line.words) == line.text
        whole = inside(page, [line.polygon])
        for word in line.words:
            part = inside(page, [word.polygon])
            assert ink[part].any()
            assert (part & ~whole).sum() < 0.05 * part.sum() + 12  # the border of small polygons


def test_letters_stand_on_the_baseline(make_maker: MakeMaker) -> None:
    page = make_maker(**PLAIN, layouts={"book": 1}, skewed=1, curved=1).page(
        np.random.default_rng(5)
    )
    gaps = []
    for line in page.lines:
        if line.kind != "body":
            continue
        # Most letters end at the baseline: the densest change from ink to paper is there.
        shifts = np.arange(-8, 9)
        ends = []
        for shift in shifts:
            x = np.arange(int(line.baseline[0, 0]) + 1, int(line.baseline[-1, 0]) - 1)
            y = np.interp(x, line.baseline[:, 0], line.baseline[:, 1]) + shift
            rows = np.clip(np.round(y).astype(int), 1, page.image.shape[0] - 1)
            ends.append(float((page.image[rows, x].astype(int) - page.image[rows - 1, x]).mean()))
        gaps.append(abs(int(shifts[int(np.argmax(ends))])))
    assert len(gaps) > 5
    assert np.median(gaps) <= 1


def test_a_seed_draws_the_same_page_in_one_process_or_two(
    fonts: tuple[FontFile, ...], english: Charset
) -> None:
    options = PageOptions(width=(200, 300), longest=400)
    alone = list(draw_pages(fonts, english, 3, seed=7, options=options))
    shared = list(draw_pages(fonts, english, 3, seed=7, options=options, processes=2))
    for first, second in zip(alone, shared, strict=True):
        assert (first.image == second.image).all()
        assert first.text == second.text
    again = draw_page((7, 1), fonts, english, options)
    assert (again.image == alone[1].image).all()
    assert (draw_page((8, 1), fonts, english, options).text) != again.text


def test_columns_are_read_one_after_the_other(make_maker: MakeMaker) -> None:
    maker = make_maker(**PLAIN, layouts={"columns": 1}, skewed=0, curved=0, width=(600, 600))
    page = maker.page(np.random.default_rng(2))
    body = [line for line in page.lines if line.kind == "body"]
    jumps = 0
    for before, after in pairwise(body):
        if after.polygon[0, 1] < before.polygon[0, 1]:
            jumps += 1
            assert after.polygon[0, 0] > before.polygon[:, 0].max()  # the next column, to the right
    assert 1 <= jumps <= 4
    blocks = [line.block for line in page.lines]
    assert blocks == sorted(blocks)


@pytest.mark.parametrize("width", [32, 48, 90])
def test_tiny_pages_are_drawn(make_maker: MakeMaker, width: int) -> None:
    maker = make_maker(width=(width, width), longest=40)
    for seed in range(25):
        page = maker.page(np.random.default_rng(seed))
        assert page.image.shape[1] == width
        for line in page.lines:
            assert (line.polygon >= 0).all()
            assert (line.polygon <= page.image.shape[::-1]).all()


def test_contents_that_fit_nowhere_come_to_an_end(make_maker: MakeMaker) -> None:
    maker = make_maker(layouts={"contents": 1}, width=(60, 60), least_x_height=7)
    for seed in range(12):
        assert maker.page(np.random.default_rng(seed)).image.shape[1] == 60


def test_only_the_layouts_asked_for_are_drawn(make_maker: MakeMaker) -> None:
    maker = make_maker(layouts={"columns": 1}, width=(100, 140), longest=160)
    assert {maker.page(np.random.default_rng(seed)).layout for seed in range(8)} == {"columns"}


def test_a_jpeg_decodes_to_the_page(make_maker: MakeMaker) -> None:
    maker = make_maker(conditions={"photograph": 1}, width=(120, 160), longest=200)
    page = maker.page(np.random.default_rng(0))
    assert page.jpeg is not None
    decoded = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert (decoded == page.image).all()


def test_fonts_that_cannot_set_text_are_refused(english: Charset) -> None:
    with pytest.raises(FontError, match="no usable font for pages"):
        PageMaker([], english)


def test_a_slip_has_many_short_pieces_that_stand_apart(make_maker: MakeMaker) -> None:
    maker = make_maker(**PLAIN, layouts={"slip": 1}, skewed=0, curved=0, width=(500, 500))
    lines = [
        [line for line in maker.page(np.random.default_rng(seed)).lines if line.kind == "table"]
        for seed in range(6)
    ]
    short = [len(line.text) <= 4 for page in lines for line in page]
    assert len(short) > 40
    assert np.mean(short) > 0.3
    for page in lines:
        for before, after in pairwise(page):
            if before.baseline[0, 1] == after.baseline[0, 1] and before.block == after.block:
                gap = after.polygon[:, 0].min() - before.polygon[:, 0].max()
                assert gap > 1.2 * after.x_height


def test_signs_are_few_words_far_apart_some_of_them_light_on_dark(make_maker: MakeMaker) -> None:
    maker = make_maker(**{**PLAIN, "rules": 1}, layouts={"sign": 1}, skewed=0, curved=0)
    light = 0
    for seed in range(4):
        page = maker.page(np.random.default_rng(seed))
        for line in page.lines:
            assert len(line.words) <= 4
            x0, y0 = line.polygon.min(axis=0).astype(int)
            light += page.image[y0 + 1, x0 + 1] < 128  # the plate at the corner of the outline
        masks = [inside(page, [line.polygon]) for line in page.lines]
        assert not (np.sum(masks, axis=0) > 1).any()
    assert light > 3


def test_signs_are_read_from_the_top(make_maker: MakeMaker) -> None:
    maker = make_maker(**PLAIN, layouts={"sign": 1}, skewed=0, curved=0)
    for seed in range(6):
        lines = maker.page(np.random.default_rng(seed)).lines
        tops = [float(line.polygon[0, 1]) for line in lines]
        assert tops == sorted(tops)
        assert [line.block for line in lines] == list(range(len(lines)))


@pytest.mark.parametrize("layout", ["columns", "contents", "newspaper", "typescript"])
@pytest.mark.parametrize("characters", ["abcdefghijklmnopqrstuvwxyz", "0123456789"])
def test_nothing_is_drawn_that_the_charset_lacks(
    fonts: tuple[FontFile, ...], layout: str, characters: str
) -> None:
    options = PageOptions.model_validate(
        {"layouts": {layout: 1}, "width": (500, 700), "longest": 900}
    )
    maker = PageMaker(fonts, Charset(tuple(characters)), options)
    for seed in range(6):
        assert set(maker.page(np.random.default_rng(seed)).text) <= {*characters, " ", "\n"}
