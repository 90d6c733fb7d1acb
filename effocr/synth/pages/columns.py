"""Pages of running text: books of one column, and pages of several."""

from typing import Final

import numpy as np

from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.flow import BodyStyle, put_heading, put_paragraph
from effocr.synth.pages.shelf import pick
from effocr.synth.pages.truth import LineKind
from effocr.synth.pages.typeset import Word

__all__ = ["body_style", "book", "columns", "fill_columns"]

X_HEIGHTS_A_CHARACTER: Final = 1.02  # mean width of running text, spaces included


def book(draft: Draft) -> None:
    """A page of a book: one column, a running head, a page number."""
    _text_page(draft, 1, draft.whole(38, 78))


def columns(draft: Draft) -> None:
    """A page of two to four columns."""
    number = int(draft.rng.choice([2, 3, 4], p=[0.6, 0.28, 0.12]))
    _text_page(draft, number, draft.whole(26, 52))


def body_style(
    draft: Draft, measure: float, characters: int, *, leading: tuple[float, float] = (1.95, 3.0)
) -> BodyStyle:
    """Running text of so many characters in a measure of so many pixels."""
    least = draft.options.least_x_height
    x_height = max(least, min(42.0, measure / characters / X_HEIGHTS_A_CHARACTER))
    family = (
        draft.shelf.family(draft.rng, "book")
        if draft.chance(0.85)
        else (draft.shelf.family(draft.rng, "sans", "book"))
    )
    letters = pick(draft.rng, family, "roman")
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


def _text_page(draft: Draft, number: int, characters: int) -> None:
    area = _type_area(draft)
    gutter = area.width * draft.between(0.02, 0.055)
    measure = (area.width - (number - 1) * gutter) / number
    style = body_style(draft, measure, characters)
    figure = _heads(draft, area, style)
    lefts = [area.left + place * (measure + gutter) for place in range(number)]
    areas = [Area(left, left + measure, area.top, area.bottom) for left in lefts]
    fill_columns(draft, areas, style)
    if number > 1 and draft.chance(draft.options.rules):
        for left in lefts[1:]:
            x = left - gutter / 2
            draft.sheet.rule(x, area.top, x, area.bottom, style.type.x_height * 0.07)
    if figure and draft.chance(0.8):
        _single(draft, figure, style, area, area.bottom + 1.4 * style.pitch, "number", 0.5)


def _type_area(draft: Draft) -> Area:
    width, height = draft.sheet.width, draft.sheet.height
    left, right = (width * draft.between(0.04, 0.16) for _ in range(2))
    top, bottom = (height * draft.between(0.04, 0.12) for _ in range(2))
    return Area(left, width - right, top, height - bottom)


def _heads(draft: Draft, area: Area, style: BodyStyle) -> str:
    """Set the running head and the page number above the area; return a number for below it."""
    pitch, letters = style.pitch, style.letters
    figure = letters.writable(draft.rng.choice(["{}", "{}", "{}", "- {} -", "[{}]", "( {} )"])
                              .format(draft.whole(1, 699)))  # fmt: skip
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
        if draft.chance(draft.options.rules):
            draft.sheet.rule(area.left, area.top, area.right, area.top, 0.08 * style.type.x_height)
            area.top += 0.4 * pitch
    elif above and area.room > 8 * pitch:
        place = float(draft.rng.choice([0.0, 0.5, 1.0]))
        _single(draft, figure, style, area, area.top + 0.7 * pitch, "number", place)
        area.top += 1.7 * pitch
    return "" if above else figure


def _single(
    draft: Draft, text: str, style: BodyStyle, area: Area, baseline: float,
    kind: LineKind, place: float,
) -> None:  # fmt: skip
    draft.sheet.end_block()
    draft.put(words_of(text, style.type), style.type, area, baseline, kind, place=place)
    draft.sheet.end_block()


def fill_columns(
    draft: Draft, areas: list[Area], style: BodyStyle, *, headings: float = 0.12
) -> None:
    """Fill columns one after the other with paragraphs and headings."""
    waiting: list[Word] = []
    last = draft.chance(0.12)  # the end of a chapter: the column is not filled
    for number, area in enumerate(areas):
        stop = area.top + draft.between(0.2, 0.9) * area.room if last else area.bottom
        if last and number == len(areas) - 1:
            area.bottom = stop
        if number == 0 and draft.chance(0.3):
            put_heading(draft, area, style)
        while area.room >= style.pitch:
            if waiting:
                waiting = put_paragraph(draft, area, style, waiting, begun=True)
                continue
            if draft.chance(headings):
                put_heading(draft, area, style)
            length = int(np.exp(draft.between(np.log(60), np.log(1100))))
            text = draft.running(style.letters.charset, length)
            before = area.top
            waiting = put_paragraph(draft, area, style, words_of(text, style.type))
            if area.top == before:  # nothing of it fits the measure
                break
