"""Pages of rows: contents, indexes, tables, forms."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

from effocr.synth.pages.columns import Mix, body_style, fill_columns, side_by_side, type_area
from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.flow import BodyStyle, put_heading
from effocr.synth.pages.rows import CLEAR, Cell, put_row
from effocr.synth.pages.typeset import Word, break_lines, natural_width
from effocr.synth.text import Kind

__all__ = ["contents", "form", "table"]

MOST_IN_VAIN: Final = 50  # entries of contents that do not fit, one after the other
ENTRIES: tuple[Kind, ...] = ("headings", "prose", "names", "words")


def contents(draft: Draft) -> None:
    """Contents with leaders to the page numbers, or an index of short entries."""
    area = type_area(draft)
    if draft.chance(0.35):
        _index(draft, area)
        return
    style = replace(body_style(draft, area.width, draft.whole(38, 70)), gap=0.0)
    put_heading(draft, area, style, size=draft.between(1.1, 2.0))
    leader = draft.choose((".", ". ", ". ", ""))
    page, step = draft.whole(1, 40), draft.whole(2, 30)
    loose = draft.between(0, 1) * style.pitch * draft.chance(0.5)
    end = area.bottom - draft.between(0, 0.6) * area.room * draft.chance(0.5)
    draft.sheet.end_block()
    in_vain = 0
    while area.room >= style.pitch and area.top < end and in_vain < MOST_IN_VAIN:
        before = area.top
        if draft.chance(0.06):
            put_heading(draft, area, style, size=draft.between(0.9, 1.2))
        _entry(draft, area, style, str(page), leader)
        page += draft.whole(1, step)
        area.top += loose
        in_vain = in_vain + 1 if area.top == before else 0


def _entry(draft: Draft, area: Area, style: BodyStyle, page: str, leader: str) -> None:
    """A title, and its page at the right."""
    room = area.width - 7 * style.type.x_height
    most = max(6, int(draft.between(0.2, 1.3) * room / style.type.x_height))
    title = draft.phrase(style.letters.charset, draft.choose(ENTRIES), (4, most))
    lines = break_lines(words_of(title, style.type), style.type, room, draft.rng)
    number = Word(style.letters.writable(page), style.type.face)
    for line in lines[:-1] if number.text else lines:
        if not put_row(draft, area, style, [_cell(line, area.left, area.right)]):
            return
    if not lines or not number.text or area.room < style.pitch:
        return
    dots = "" if not leader else style.letters.writable(leader)
    if not dots:
        cells = [_cell(lines[-1], area.left, area.right - 4 * style.type.x_height)]
        cells.append(Cell(number.text, area.right - 4 * style.type.x_height, area.right, 1.0))
        put_row(draft, area, style, cells)
        return
    words = [*lines[-1], number]
    dot = Word(dots, style.type.face)
    one = style.type.width(dot) + (style.type.space(dot) if leader.endswith(" ") else 0.0)
    count = int((area.width - natural_width(words, style.type) - style.type.x_height) / max(one, 1))
    if count > 1 and leader.endswith(" "):
        words[-1:-1] = [dot] * count
    elif count > 1:
        words.insert(-1, Word(dots * count, style.type.face))
    area.top += style.pitch
    draft.put(words, style.type, area, area.top - 0.3 * style.pitch, "table", measure=area.width)


def _cell(words: list[Word], left: float, right: float) -> Cell:
    return Cell(" ".join(word.text for word in words), left, right)


def _index(draft: Draft, area: Area) -> None:
    number = draft.whole(1, 3)
    gutter = area.width * draft.between(0.03, 0.07)
    measure = (area.width - (number - 1) * gutter) / number
    style = body_style(draft, measure, draft.whole(24, 44), leading=(1.9, 2.6))
    style = replace(
        style, justified=False, indent=0.0, hanging=1.5 * style.type.face.size_px, gap=0.0
    )
    if draft.chance(0.6):
        put_heading(draft, area, style)
    fill_columns(
        draft,
        side_by_side(area, number, gutter),
        style,
        Mix(headings=0.04, verse=0, length=(8, 70)),
    )


def table(draft: Draft) -> None:
    """A page of one or two tables under headings, ruled or not."""
    area = type_area(draft)
    while area.room > 0:
        before = area.top
        characters = draft.whole(44, 90)
        style = body_style(draft, area.width, characters, leading=(2.0, 3.0))
        put_heading(draft, area, style)
        _grid(draft, area, style, draft.whole(4, 40))
        area.top += style.pitch * draft.between(1, 3)
        if area.top == before or draft.chance(0.5):
            return


def _grid(draft: Draft, area: Area, style: BodyStyle, rows: int) -> None:
    number = draft.whole(2, 7)
    shares = [draft.between(1.2, 3.0)] + [draft.between(0.6, 1.2) for _ in range(number - 1)]
    edges = [area.left]
    for share in shares:
        edges.append(edges[-1] + share / sum(shares) * area.width)
    if min(b - a for a, b in pairwise(edges)) < 8 * style.type.x_height:
        edges = [area.left, area.left + 0.6 * area.width, area.right]
    kinds: list[Kind] = [draft.choose(("names", "words", "headings"))]
    kinds += [draft.choose(("figures", "figures", "prices", "dates", "words")) for _ in edges[2:]]
    places = [0.0] + [draft.choose((1.0, 1.0, 0.5, 0.0)) for _ in edges[2:]]
    lines = draft.chance(draft.options.rules), draft.chance(draft.options.rules)
    thick, pad = 0.09 * style.type.x_height, 0.6 * style.type.x_height
    draft.sheet.end_block()
    top = area.top
    for row in range(rows):
        if area.room < 1.2 * style.pitch:
            break
        cells = []
        for left, right, kind, place in zip(edges, edges[1:], kinds, places, strict=False):
            if row and draft.chance(0.06):
                continue
            most = max(1, int(min(24, (right - left - 2 * pad) / style.type.x_height - CLEAR)))
            what: Kind = "headings" if row == 0 else kind
            text = draft.phrase(style.letters.charset, what, (1, most))
            cells.append(Cell(text, left + pad, right - pad, place))
        put_row(draft, area, style, cells)
        if lines[0] and (row == 0 or lines[1]):
            draft.sheet.rule(area.left, area.top, area.right, area.top, thick)
    if lines[0]:
        draft.sheet.frame((area.left, top, area.right, area.top), thick)
        for edge in edges[1:-1]:
            draft.sheet.rule(edge, top, edge, area.top, thick)
    draft.sheet.end_block()


def form(draft: Draft) -> None:
    """Printed labels, and entries by a typewriter on rules or in boxes."""
    area = type_area(draft)
    style = body_style(draft, area.width, draft.whole(60, 95), kinds=("sans", "book"))
    typed = draft.shelf.letters(draft.rng, "typewriter", "receipt")
    entries = replace(
        style, letters=typed, type=draft.type(typed, style.type.x_height * draft.between(1, 1.3))
    )
    put_heading(draft, area, style, size=draft.between(1.2, 2.2))
    boxed = draft.chance(0.5)
    pitch = style.pitch * (draft.between(2.2, 3.2) if boxed else draft.between(1.3, 2.4))
    ruled = draft.chance(max(draft.options.rules, 0.7) * bool(draft.options.rules))
    while area.room > 2 * pitch:
        if draft.chance(0.1):
            put_heading(draft, area, style, size=draft.between(0.9, 1.2))
        number = draft.whole(1, 3)
        for field in side_by_side(area, number, 0.02 * area.width):
            draft.sheet.end_block()
            field.bottom = area.top + pitch
            _field(draft, field, style, entries, boxed=boxed, ruled=ruled)
        area.top += pitch
    draft.sheet.end_block()


def _field(
    draft: Draft, field: Area, style: BodyStyle, entries: BodyStyle, *, boxed: bool, ruled: bool
) -> None:
    """A label and what was filled in, or nothing."""
    x_height, bottom = style.type.x_height, field.bottom
    most = max(3, min(18, int(0.35 * field.width / x_height)))
    label = draft.phrase(style.letters.charset, "headings", (3, most))
    label = style.letters.writable(f"{label}:") if draft.chance(0.5) else label
    kinds: tuple[Kind, ...] = ("names", "dates", "numbers", "addresses", "words")
    kind = draft.choose(kinds)
    entry = draft.phrase(entries.letters.charset, kind, (2, max(3, most))) * draft.chance(0.8)
    words = words_of(label, style.type)
    taken = natural_width(words, style.type)
    left, thick = field.left + 0.4 * x_height, 0.08 * x_height
    if boxed:
        draft.put(words, style.type, replace(field, left=left), field.top + 1.7 * x_height, "table")
        start, baseline = left + x_height, bottom - 0.9 * x_height
        if ruled:
            draft.sheet.frame((field.left, field.top, field.right, bottom), thick)
        if baseline - field.top < 4.6 * x_height:
            return
    else:
        baseline, start = bottom - 0.9 * x_height, left + taken + CLEAR * x_height
        draft.put(words, style.type, replace(field, left=left), baseline, "table")
        if ruled and start < field.right:
            low = baseline + 0.45 * x_height
            draft.sheet.rule(start - x_height, low, field.right, low, thick)
    inside = Area(start, field.right - x_height, field.top, bottom)
    lines = break_lines(words_of(entry, entries.type), entries.type, inside.width, draft.rng)
    if lines:
        draft.put(lines[0], entries.type, inside, baseline, "table")
