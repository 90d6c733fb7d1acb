"""Pages of running text: books of one column, and pages of several."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from effocr.synth.font_tables import FontKind
from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.features import (
    leave_footnotes,
    put_drop_capital,
    put_footnotes,
    put_margin_notes,
    put_picture,
    put_verse,
)
from effocr.synth.pages.flow import BodyStyle, put_heading, put_paragraph
from effocr.synth.pages.shelf import pick
from effocr.synth.pages.truth import LineKind
from effocr.synth.pages.typeset import Word

__all__ = ["Mix", "body_style", "book", "columns", "fill_columns", "side_by_side", "type_area"]

X_HEIGHTS_A_CHARACTER: Final = 1.02  # mean width of running text, spaces included
LARGEST_X_HEIGHT: Final = 42.0  # pixels, of running text


@dataclass(frozen=True, slots=True)
class Mix:
    """How often, between two paragraphs, something else comes.

    Attributes:
        headings: a heading.
        pictures: a picture.
        verse: verse or a quotation.
        rules: a rule across the column.
        length: least and most characters of a paragraph.
    """

    headings: float = 0.12
    pictures: float = 0.0
    verse: float = 0.05
    rules: float = 0.0
    length: tuple[int, int] = (60, 1100)


def book(draft: Draft) -> None:
    """A page of a book: one column, a running head, notes in the margin or at the foot."""
    area = type_area(draft)
    margin = None
    if draft.chance(0.22):
        margin = _margin(draft, area)
    _text_page(draft, area, 1, draft.whole(38, 78), margin)


def columns(draft: Draft) -> None:
    """A page of two to four columns."""
    number = int(draft.rng.choice([2, 3, 4], p=[0.6, 0.28, 0.12]))
    _text_page(draft, type_area(draft), number, draft.whole(26, 52), None)


def body_style(
    draft: Draft,
    measure: float,
    characters: int,
    *,
    leading: tuple[float, float] = (1.95, 3.0),
    kinds: tuple[FontKind, ...] = (),
) -> BodyStyle:
    """Running text of so many characters in a measure of so many pixels.

    Args:
        draft: the page.
        measure: pixels.
        characters: of a full line, as long as its type is neither too small nor too large.
        leading: least and most from baseline to baseline, x-heights.
        kinds: of type, as far as there are fonts; none: mostly that of books.
    """
    least = draft.options.least_x_height
    x_height = max(least, min(LARGEST_X_HEIGHT, measure / characters / X_HEIGHTS_A_CHARACTER))
    wanted = kinds or (("book",) if draft.chance(0.85) else ("sans", "book"))
    letters = pick(draft.rng, draft.shelf.family(draft.rng, *wanted), "roman")
    type_ = draft.type(letters, x_height)
    pitch = x_height * draft.between(*leading)
    indented = draft.chance(0.75)
    return BodyStyle(
        letters,
        type_,
        pitch,
        justified=draft.chance(0.8),
        indent=type_.face.size_px * draft.between(0.8, 2.2) if indented else 0.0,
        gap=0.0 if indented and draft.chance(0.8) else pitch * draft.between(0.2, 1),
        hyphens=draft.between(0.1, 0.6),
    )


def type_area(draft: Draft, *, widest: float = 0.16) -> Area:
    """The page without its margins."""
    width, height = draft.sheet.width, draft.sheet.height
    left, right = (width * draft.between(0.035, widest) for _ in range(2))
    top, bottom = (height * draft.between(0.035, 0.12) for _ in range(2))
    return Area(left, width - right, top, height - bottom)


def side_by_side(area: Area, number: int, gutter: float) -> list[Area]:
    """Columns of an area."""
    measure = (area.width - (number - 1) * gutter) / number
    lefts = [area.left + place * (measure + gutter) for place in range(number)]
    return [Area(left, left + measure, area.top, area.bottom) for left in lefts]


def _margin(draft: Draft, area: Area) -> Area:
    """Take a margin for notes from an area; return it."""
    width, gap = draft.between(0.1, 0.2) * area.width, 0.025 * area.width
    if draft.chance(0.5):
        area.right -= width + gap
        return Area(area.right + gap, area.right + gap + width, area.top, area.bottom)
    area.left += width + gap
    return Area(area.left - gap - width, area.left - gap, area.top, area.bottom)


def _text_page(draft: Draft, area: Area, number: int, characters: int, margin: Area | None) -> None:
    gutter = area.width * draft.between(0.02, 0.055)
    measure = (area.width - (number - 1) * gutter) / number
    style = body_style(draft, measure, characters)
    ruled = draft.chance(draft.options.rules)
    if ruled and draft.chance(0.2):
        _frame_page(draft, area, style)
    figure = _heads(draft, area, style, ruled=ruled)
    top, bottom = area.top, area.bottom
    noted = draft.chance(0.25) and area.room > 14 * style.pitch
    notes = leave_footnotes(draft, area, style) if noted else None
    pictured = draft.chance(draft.options.pictures)
    areas = side_by_side(area, number, gutter)
    fill_columns(draft, areas, style, Mix(pictures=0.25 * pictured, headings=draft.between(0, 0.2)))
    if ruled and number > 1:
        for column in areas[1:]:
            x = column.left - gutter / 2
            draft.sheet.rule(x, top, x, area.bottom, style.type.x_height * 0.07)
    if margin is not None:
        margin.top, margin.bottom = top, bottom
        put_margin_notes(draft, margin, style)
    if notes is not None:
        put_footnotes(draft, notes, style)
    if figure and draft.chance(0.8):
        _single(draft, figure, style, area, bottom + 1.4 * style.pitch, "number", 0.5)


def _frame_page(draft: Draft, area: Area, style: BodyStyle) -> None:
    """A frame of one or two rules around the page, as some books have."""
    away = draft.between(0.8, 1.6) * style.type.x_height
    thick = draft.between(0.06, 0.2) * style.type.x_height
    for reach in (away, away + 3 * thick)[: draft.whole(1, 2)]:
        box = (
            max(1.0, area.left - reach), max(1.0, area.top - reach),
            min(draft.sheet.width - 2.0, area.right + reach),
            min(draft.sheet.height - 2.0, area.bottom + 2.4 * style.pitch + reach),
        )  # fmt: skip
        draft.sheet.frame(box, thick)


def _heads(draft: Draft, area: Area, style: BodyStyle, *, ruled: bool) -> str:
    """Set the running head and the page number above the area; return a number for below it."""
    pitch, letters = style.pitch, style.letters
    form = draft.choose(("{}", "{}", "{}", "- {} -", "[{}]", "( {} )"))
    figure = letters.writable(form.format(draft.whole(1, 699)))
    above = draft.chance(0.5)
    if draft.chance(0.7) and area.room > 8 * pitch:
        baseline = area.top + 0.7 * pitch
        most = max(4, min(40, int(0.6 * area.width / style.type.x_height)))
        text = draft.phrase(letters.charset, "headings", (4, most))
        text = (letters.writable(text.upper()) or text) if draft.chance(0.6) else text
        odd = draft.chance(0.5)
        if above and odd:
            _single(draft, figure, style, area, baseline, "number", 0.0)
        _single(draft, text, style, area, baseline, "head", 0.5)
        if above and not odd:
            _single(draft, figure, style, area, baseline, "number", 1.0)
        area.top += draft.between(1.2, 2.2) * pitch
        if ruled and draft.chance(0.5):
            draft.sheet.rule(area.left, area.top, area.right, area.top, 0.08 * style.type.x_height)
            area.top += 0.4 * pitch
    elif above and area.room > 8 * pitch:
        _single(
            draft,
            figure,
            style,
            area,
            area.top + 0.7 * pitch,
            "number",
            draft.choose((0.0, 0.5, 1.0)),
        )
        area.top += 1.7 * pitch
    return "" if above else figure


def _single(
    draft: Draft, text: str, style: BodyStyle, area: Area, baseline: float,
    kind: LineKind, place: float,
) -> None:  # fmt: skip
    draft.sheet.end_block()
    draft.put(words_of(text, style.type), style.type, area, baseline, kind, place=place)
    draft.sheet.end_block()


def fill_columns(draft: Draft, areas: list[Area], style: BodyStyle, mix: Mix) -> None:
    """Fill columns one after the other with paragraphs, headings and so on."""
    waiting: list[Word] = []
    ends = draft.chance(0.12)  # the end of a chapter: the last column is not filled
    if ends and areas:
        areas[-1].bottom -= draft.between(0.1, 0.8) * max(0.0, areas[-1].room)
    for number, area in enumerate(areas):
        if number == 0 and draft.chance(0.35):
            put_heading(draft, area, style)
            if draft.chance(0.45):
                waiting = put_drop_capital(draft, area, style)
        while area.room >= style.pitch:
            before = area.top
            if waiting:
                waiting = put_paragraph(draft, area, style, waiting, begun=True)
            else:
                _between(draft, area, style, mix)
                length = int(np.exp(draft.between(*np.log(mix.length))))
                words = words_of(draft.running(style.letters.charset, length), style.type)
                waiting = put_paragraph(draft, area, style, words)
            if area.top == before:  # nothing of it fits the measure
                break


def _between(draft: Draft, area: Area, style: BodyStyle, mix: Mix) -> None:
    """What comes before the next paragraph."""
    if draft.chance(mix.rules) and area.room > 2 * style.pitch:
        inset = area.width * (draft.between(0.2, 0.4) if draft.chance(0.5) else 0.0)
        y = area.top + 0.5 * style.pitch
        thick = 0.09 * style.type.x_height
        draft.sheet.rule(area.left + inset, y, area.right - inset, y, thick)
        area.top += 0.8 * style.pitch
    if draft.chance(mix.headings):
        put_heading(draft, area, style)
    elif draft.chance(mix.verse):
        put_verse(draft, area, style)
    elif draft.chance(mix.pictures):
        put_picture(draft, area, style)
