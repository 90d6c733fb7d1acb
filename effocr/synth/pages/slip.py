"""Slips of tills, ticket machines and offices: short words and figures in columns, far apart."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.flow import BodyStyle, put_lines
from effocr.synth.pages.receipt import put_dashes, put_shop, receipt_style, receipt_text
from effocr.synth.pages.rows import CLEAR, Cell, put_row
from effocr.synth.pages.typeset import natural_width, set_line, stretched
from effocr.synth.text import Kind

__all__ = ["slip"]

HEADS: Final = ("No", "Qty", "Item", "Code", "Price", "Amt", "Tax", "Rate", "Total", "Disc", "%",
                "Unit", "Seat", "Row", "Net", "Ref", "Zone", "Class")  # fmt: skip
CODES: Final = ("A", "B", "S", "Z", "T1", "N", "EA", "PC", "KG", "x", "*", "@", "OK", "No", "%")
ENTRY: Final = ("Order", "Queue No", "Served By", "Date of Issue", "Valid Until", "Gate", "Seat",
                "Departure", "Adult", "Card No", "Approval Code", "Table", "Pages", "Tel", "Fax",
                "Place of Birth", "Account Name", "Customer Ref No", "Page", "Deposit")  # fmt: skip
MARKS: Final = (":", " :", "", ".", " -")


def slip(draft: Draft) -> None:
    """A slip: a head, labels with their entries, columns of figures, lone words and numbers."""
    sheet = draft.sheet
    side = draft.between(0.02, 0.12) * sheet.width
    area = Area(side, sheet.width - side, draft.between(0.3, 2.0) * side, float(sheet.height))
    style = receipt_style(draft, area)
    if draft.chance(0.7):
        put_shop(draft, area, style)
    parts = [_columns, _entries, _lone, _large, _columns, _entries]
    for place in draft.rng.permutation(len(parts))[: draft.whole(2, 6)]:
        area.top += draft.between(0, 1.5) * style.pitch
        put_dashes(draft, area, style)
        sheet.end_block()
        parts[int(place)](draft, area, style)
        sheet.end_block()
    bottom = area.top + draft.between(0.5, 4) * style.pitch
    sheet.cut(max(32.0, min(float(sheet.height), bottom)))


def _figure(draft: Draft) -> str:
    """A short word or number."""
    match draft.whole(0, 5):
        case 0:
            return str(draft.whole(0, 9))
        case 1:
            return str(draft.whole(10, 9999))
        case 2:
            return draft.choose(CODES)
        case 3:
            return f"{draft.whole(0, 99)}%"
        case _:
            return f"{draft.whole(0, 9 if draft.chance(0.6) else 999)}.{draft.whole(0, 99):02d}"


def _columns(draft: Draft, area: Area, style: BodyStyle) -> None:
    """Rows of two to six cells, of words at the left and short figures elsewhere."""
    number = draft.whole(2, 6)
    shares = draft.rng.uniform(0.6, 1.4, number)
    shares[0] *= draft.between(1.0, 3.0)
    edges = area.left + np.concatenate(([0.0], np.cumsum(shares) / shares.sum())) * area.width
    spans = list(zip(edges.tolist(), edges[1:].tolist(), strict=False))
    places = [0.0, *(draft.choose((0.0, 0.5, 1.0, 1.0)) for _ in spans[2:]), 1.0]
    below = draft.chance(0.3)  # the name has a row of its own over the figures
    if draft.chance(0.6):
        _row(draft, area, style, spans, [draft.choose(HEADS) for _ in spans], places)
    first: Kind = draft.choose(("words", "headings", "names", "receipts"))
    most = int((spans[0][1] - spans[0][0]) / (1.2 * style.type.x_height))
    for _ in range(int(draft.rng.geometric(0.2))):
        if below:
            put_lines(draft, area, style, [receipt_text(draft, style, first, 3, 2 * most)])
        figured = below or draft.chance(0.3)
        texts = [_figure(draft) if figured else receipt_text(draft, style, first, 1, most)]
        texts += [_figure(draft) if draft.chance(0.8) else "" for _ in spans[1:]]
        if not _row(draft, area, style, spans, texts, places):
            return
        if draft.chance(0.2):
            area.top += draft.between(0.1, 1.0) * style.pitch


def _row(
    draft: Draft, area: Area, style: BodyStyle,
    spans: Sequence[tuple[float, float]], texts: Sequence[str], places: Sequence[float],
) -> bool:  # fmt: skip
    cells = [
        Cell(style.letters.writable(text), left, right, place)
        for text, (left, right), place in zip(texts, spans, places, strict=True)
    ]
    return put_row(draft, area, style, cells)


def _entries(draft: Draft, area: Area, style: BodyStyle) -> None:
    """Labels of several words and their entries, in one column or two, aligned or not."""
    halves = [(area.left, area.right)]
    if draft.chance(0.35):
        middle = area.left + draft.between(0.45, 0.6) * area.width
        halves = [(area.left, middle), (middle, area.right)]
    aligned, mark = draft.between(0.3, 0.6), draft.choose(MARKS)
    apart = mark == " :" and draft.chance(0.5)  # colons under each other, as a tabulator sets them
    loose = draft.between(0, 1.5) * style.pitch * draft.chance(0.4)
    for _ in range(draft.whole(1, 8)):
        cells: list[Cell] = []
        for left, right in halves:
            stop = left + aligned * (right - left)
            entry = receipt_text(draft, style, draft.choose(("dates", "numbers", "names")), 1, 16)
            entry = _figure(draft) if draft.chance(0.4) else entry
            if apart:
                entry = f": {entry}"
            label = draft.choose(ENTRY) + ("" if apart else mark)
            cells.append(Cell(style.letters.writable(label), left, stop))
            cells.append(Cell(style.letters.writable(entry), stop, right))
        if not put_row(draft, area, style, cells):
            return
        area.top += loose


def _lone(draft: Draft, area: Area, style: BodyStyle) -> None:
    """Words and numbers that stand alone, with nothing near."""
    for _ in range(draft.whole(1, 5)):
        area.top += draft.between(0, 1.5) * style.pitch
        text = _figure(draft) if draft.chance(0.6) else draft.choose((*HEADS, *ENTRY))
        put_lines(draft, area, style, [style.letters.writable(text)], place=draft.between(0, 1))
        draft.sheet.end_block()


def _large(draft: Draft, area: Area, style: BodyStyle) -> None:
    """A row at twice the height, or twice the width: the sum, or the number of the order."""
    wide, high = draft.choose(((1.0, 2.0), (1.0, 2.0), (2.0, 1.0), (2.0, 2.0)))
    x_height = style.type.x_height * high
    for text in (draft.choose(ENTRY), _figure(draft))[: draft.whole(1, 2)]:
        words = words_of(style.letters.writable(text), style.type)
        room = area.width - CLEAR * x_height
        if not words or area.room < 2.5 * style.pitch or natural_width(words, style.type) > room:
            continue
        area.top += style.pitch * (1 + 0.7 * (high - 1))
        line = stretched(set_line(words, style.type, draft.rng), wide, high)
        place = draft.choose((0.0, 0.5, 1.0))
        draft.put_set(line, area, area.top - 0.3 * style.pitch, "heading", x_height, place=place)
        draft.sheet.end_block()
