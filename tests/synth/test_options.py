"""Options of synthetic lines: sizes, spacing, wear, content."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from effocr.charset import Charset
from effocr.errors import FontError
from effocr.synth.content import CharacterGroup, Content
from effocr.synth.fonts import FontFile, load_fonts
from effocr.synth.lines import LineMaker, LineOptions

PLAIN = {"plain": True, "wear": {"none": 1.0}, "mixed_sizes": 0, "small_caps": 0, "ligatures": 0}


@pytest.fixture
def book(fonts: tuple[FontFile, ...]) -> list[FontFile]:
    return [font for font in fonts if font.kind == "book" and font.style == "roman"]


def test_kinds_of_fonts_that_there_are_not_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"kinds\.bok"):
        LineOptions.model_validate({"kinds": {"bok": 1}})


def test_letters_are_as_large_as_the_font_size_says(book: list[FontFile], english: Charset) -> None:
    options = LineOptions.model_validate({**PLAIN, "font_sizes": (30, 60), "italic_words": 0})
    rng = np.random.default_rng(0)
    maker = LineMaker(book[:1], english, options)
    assert book[0].x_height is not None
    heights = {round(maker.line(rng, "xx xx").x_height, 3) for _ in range(12)}
    assert heights == {round(book[0].x_height * size, 3) for size in (30, 60)}


def test_spacing_moves_glyphs_apart_by_its_mean_and_deviation(
    book: list[FontFile], english: Charset
) -> None:
    base = {**PLAIN, "font_sizes": (50,), "italic_words": 0}
    steps = []
    for spacing in ((0.0, 0.0), (0.2, 0.0), (0.2, 0.1)):
        options = LineOptions.model_validate({**base, "spacing": spacing})
        maker, rng = LineMaker(book[:1], english, options), np.random.default_rng(0)
        lines = [maker.line(rng, "o" * 40) for _ in range(3)]
        steps.append(np.concatenate([np.diff(line.boxes[:, 0]) for line in lines]) / 50)
    still, apart, uneven = steps
    assert apart.mean() - still.mean() == pytest.approx(0.2, abs=0.01)
    assert apart.std() < 0.02
    assert uneven.mean() == pytest.approx(apart.mean(), abs=0.03)
    assert uneven.std() == pytest.approx(0.1, abs=0.03)


def test_the_spacing_of_columns_deviates_as_that_of_lines_does(
    book: list[FontFile], english: Charset
) -> None:
    base = {**PLAIN, "direction": "ttb", "sideways": 0, "font_sizes": (50,)}
    steps = []
    for spacing in ((0.2, 0.0), (0.2, 0.1)):
        options = LineOptions.model_validate({**base, "spacing": spacing})
        maker, rng = LineMaker(book[:1], english, options), np.random.default_rng(0)
        lines = [maker.line(rng, "o" * 40) for _ in range(3)]
        steps.append(np.concatenate([np.diff(line.boxes[:, 1]) for line in lines]) / 50)
    even, uneven = steps
    assert even.std() < 0.02
    assert uneven.mean() == pytest.approx(even.mean(), abs=0.03)
    assert uneven.std() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("length", [(20, 4), (0, 0), (0, 5)])
def test_impossible_lengths_are_refused(length: tuple[int, int]) -> None:
    with pytest.raises(ValidationError, match="give 1 <= least <= most"):
        LineOptions(length=length)


def test_defect_5_boxes_are_never_negative_however_tight_the_spacing(
    book: list[FontFile], english: Charset
) -> None:
    options = LineOptions.model_validate({"spacing": (-0.4, 0.5), "length": (10, 30)})
    maker, rng = LineMaker(book, english, options), np.random.default_rng(0)
    for _ in range(20):
        line = maker.line(rng)
        assert (line.boxes[:, 2:] > line.boxes[:, :2]).all()
        assert len(line.boxes) == len(line.glyphs) == len(line.text.replace(" ", ""))


def test_plain_lines_without_wear_are_the_drawn_type(
    book: list[FontFile], english: Charset
) -> None:
    maker = LineMaker(book, english, LineOptions.model_validate(PLAIN))
    rng = np.random.default_rng(0)
    for _ in range(5):
        line = maker.line(rng, "Plain type")
        assert line.baseline[1] == 0
        assert line.grey.max() == 255
        assert (line.grey == 255).mean() > 0.4
        for x0, y0, x1, y1 in line.boxes.round().astype(int):
            assert line.grey[y0:y1, x0:x1].min() < 60


def test_only_the_named_wear_is_drawn(book: list[FontFile], english: Charset) -> None:
    maker = LineMaker(book, english, LineOptions(wear={"print": 1}))
    rng = np.random.default_rng(0)
    assert all(set(np.unique(maker.line(rng).grey)) <= {0, 255} for _ in range(10))
    with pytest.raises(ValidationError, match="wear"):
        LineOptions(wear={})
    with pytest.raises(ValidationError):
        LineOptions.model_validate({"wear": {"fog": 1}})


@pytest.mark.parametrize("name", ["wear.print", "kinds.book", "text.prose"])
@pytest.mark.parametrize("share", [float("inf"), -0.1])
def test_shares_that_nothing_can_be_drawn_by_are_refused(name: str, share: float) -> None:
    option, key = name.split(".")
    with pytest.raises(ValidationError, match=name):
        LineOptions.model_validate({option: {key: share}})


def test_groups_need_a_finite_share(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="share"):
        CharacterGroup(file=tmp_path / "g.txt", share=float("inf"))


def test_characters_of_fonts_that_are_not_drawn_are_not_covered(
    book: list[FontFile], english: Charset
) -> None:
    short = replace(book[0], characters=book[0].characters - {"e"})
    old = replace(book[0], kind="fraktur")
    maker = LineMaker([short, old], english)
    assert maker.covers("a")
    assert not maker.covers("e")  # else a line of it would be tried for ever


def test_lines_are_written_of_the_content_and_fonts_that_cannot_are_not_used(
    tmp_path: Path, fonts: tuple[FontFile, ...]
) -> None:
    (tmp_path / "g.txt").write_text("01_")
    group = CharacterGroup(file=tmp_path / "g.txt", share=1)
    options = LineOptions(content=Content(groups=(group,)), length=(5, 10))
    maker, rng = LineMaker(fonts, Charset(tuple("01_ab")), options), np.random.default_rng(0)
    for _ in range(20):
        line = maker.line(rng)
        assert set(line.glyphs) <= set("01_")
        assert " ".join("".join(line.glyphs[a:b]) for a, b in line.words) == line.text
    (tmp_path / "n.txt").write_text("字符")
    nothing = Content(groups=(CharacterGroup(file=tmp_path / "n.txt", share=1),))
    with pytest.raises(FontError, match="to be written"):
        LineMaker(fonts, Charset(tuple("ab字符")), LineOptions(content=nothing))


def test_a_character_of_several_code_points_is_drawn_as_one() -> None:
    font = Path(__file__).parents[1] / "fonts" / "SourceSans3-Regular.ttf"
    charset = Charset(("a", "x\u0304"))
    options = LineOptions.model_validate({**PLAIN, "italic_words": 0})
    maker = LineMaker(load_fonts(font, charset=charset).fonts, charset, options)
    line = maker.line(np.random.default_rng(0), "ax\u0304a")
    assert line.glyphs == ("a", "x\u0304", "a")
    tops = line.boxes[:, 1]
    assert tops[1] < tops[0] == tops[2]  # the macron stands above the x
