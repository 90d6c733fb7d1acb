"""Newspapers: many narrow columns of small type, hairline rules, headlines, advertisements."""

from dataclasses import replace

from effocr.synth.pages.columns import Mix, body_style, fill_columns, side_by_side, type_area
from effocr.synth.pages.draft import Area, Draft
from effocr.synth.pages.flow import BodyStyle, put_lines
from effocr.synth.pages.rows import Cell, put_row
from effocr.synth.text import Kind

__all__ = ["newspaper"]


def newspaper(draft: Draft) -> None:
    """A page of a newspaper."""
    area = type_area(draft, widest=0.07)
    number = draft.whole(3, 8)
    gutter = area.width * draft.between(0.008, 0.022)
    measure = (area.width - (number - 1) * gutter) / number
    while number > 1 and measure < 20 * draft.options.least_x_height:
        number -= 1
        measure = (area.width - (number - 1) * gutter) / number
    style = body_style(draft, measure, draft.whole(26, 40), leading=(1.7, 2.25), kinds=("book",))
    em = style.type.face.size_px
    style = replace(style, justified=True, indent=em, gap=0.0, hyphens=0.6)
    if draft.chance(0.4):
        _masthead(draft, area, style)
    elif draft.chance(0.6):
        _title(draft, area, style, 1.3)
    if draft.chance(0.4) and area.room > 20 * style.pitch:
        _title(draft, area, style, draft.between(2.0, 4.5))
    ruled = draft.chance(0.85) and draft.options.rules > 0
    pictured = draft.chance(draft.options.pictures)
    mix = Mix(
        headings=draft.between(0.1, 0.4),
        pictures=0.1 * pictured,
        verse=0.02,
        rules=draft.between(0, 0.6) * ruled,
        length=(80, 1600),
    )
    top = area.top
    columns = side_by_side(area, number, gutter)
    advertised = draft.whole(0, 2) if draft.chance(0.5) and number > 2 else 0
    fill_columns(draft, columns[: number - advertised], style, mix)
    for column in columns[number - advertised :]:
        while column.room > 8 * style.pitch:
            _advertisement(draft, column, style)
    for column in columns[1:] if ruled else ():
        x = column.left - gutter / 2
        draft.sheet.rule(x, top, x, area.bottom, 0.08 * style.type.x_height)


def _masthead(draft: Draft, area: Area, style: BodyStyle) -> None:
    """The name of the paper, and a row with number, date and price between rules."""
    letters = draft.shelf.letters(draft.rng, "display", "book")
    size = area.width / draft.whole(10, 20) * 0.6
    type_ = draft.type(letters, max(style.type.x_height, size))
    name = draft.phrase(letters.charset, "headings", (5, 16))
    if draft.chance(0.5):
        name = letters.writable(name.upper()) or name
    head = BodyStyle(letters, type_, 2.2 * type_.x_height, kind="heading")
    if area.room < 12 * head.pitch:
        return
    put_lines(draft, area, head, [name], place=0.5)
    draft.sheet.end_block()
    thick = 0.12 * style.type.x_height
    ruled = draft.options.rules > 0
    if ruled:
        draft.sheet.rule(area.left, area.top, area.right, area.top, thick)
    area.top += 0.3 * style.pitch
    third = area.width / 3
    kinds: tuple[Kind, ...] = ("numbers", "dates", "prices")
    cells = [
        Cell(
            draft.phrase(style.letters.charset, kind, (3, 18)),
            area.left + place * third, area.left + (place + 1) * third, place / 2,
        )
        for place, kind in enumerate(kinds)
    ]  # fmt: skip
    put_row(draft, area, style, cells, kind="head")
    draft.sheet.end_block()
    area.top += 0.3 * style.pitch
    if ruled:
        draft.sheet.rule(area.left, area.top, area.right, area.top, thick)
    area.top += 0.6 * style.pitch


def _title(draft: Draft, area: Area, style: BodyStyle, size: float) -> None:
    """A headline over all columns."""
    letters = draft.shelf.letters(draft.rng, "display", "sans", "book")
    type_ = draft.type(letters, style.type.x_height * size)
    head = BodyStyle(letters, type_, 2.3 * type_.x_height, kind="heading")
    most = max(6, int(0.85 * area.width / type_.x_height / 1.1))
    text = draft.phrase(letters.charset, "headings", (min(8, most), min(most, 60)))
    if draft.chance(0.5):
        text = letters.writable(text.upper()) or text
    draft.sheet.end_block()
    put_lines(draft, area, head, [text], place=0.5)
    draft.sheet.end_block()
    area.top += 0.6 * style.pitch


def _advertisement(draft: Draft, column: Area, style: BodyStyle) -> None:
    """Centred lines of several sizes and fonts in a frame, the first of them white on black."""
    sheet, x_height = draft.sheet, style.type.x_height
    top = column.top
    pad = 0.8 * x_height
    inner = Area(column.left + pad, column.right - pad, top + pad, column.bottom - pad)
    sheet.end_block()
    for number in range(draft.whole(2, 9)):
        letters = draft.shelf.letters(draft.rng, "display", "book", "sans")
        size = draft.choose((0.9, 1.0, 1.0, 1.2, 1.6, 2.4))
        type_ = draft.type(letters, max(0.8 * draft.options.least_x_height, x_height * size))
        most = max(3, int(0.9 * inner.width / type_.x_height / 1.1))
        kinds: tuple[Kind, ...] = ("headings", "names", "prices", "addresses", "prose")
        text = draft.phrase(letters.charset, draft.choose(kinds), (min(3, most), most))
        line = replace(
            style, letters=letters, type=type_, pitch=2.3 * type_.x_height,
            kind="heading" if size > 1.5 else "body",
        )  # fmt: skip
        if inner.room < 2 * line.pitch:
            break
        before = inner.top
        put_lines(draft, inner, line, [text], place=0.5)
        if number == 0 and draft.chance(0.4 * draft.options.rules):
            sheet.invert((inner.left, before, inner.right, inner.top + 0.2 * x_height))
            inner.top += 0.6 * x_height
    column.top = inner.top + pad
    if draft.chance(0.7) and draft.options.rules:
        box = (column.left, top + 0.3 * pad, column.right, column.top)
        sheet.frame(box, draft.between(0.08, 0.25) * x_height)
    column.top += 0.7 * pad
    sheet.end_block()
