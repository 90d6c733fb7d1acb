"""Till receipts: a narrow strip as long as what stands on it."""

from dataclasses import replace

from effocr.synth.font_tables import FontKind
from effocr.synth.pages.columns import body_style
from effocr.synth.pages.draft import Area, Draft
from effocr.synth.pages.flow import BodyStyle, put_lines
from effocr.synth.pages.pictures import draw_picture, draw_scribble
from effocr.synth.pages.rows import Cell, put_row
from effocr.synth.text import Kind

__all__ = ["put_dashes", "put_shop", "receipt", "receipt_style", "receipt_text"]

TOTALS = ("TOTAL", "Total", "SUBTOTAL", "Sub Total", "CASH", "CHANGE", "Tax", "VAT", "Rounding",
          "Balance", "Discount", "Amount Due", "Card", "Service Charge")  # fmt: skip
THANKS = ("THANK YOU", "Thank you, please come again", "Goods sold are not returnable",
          "PLEASE KEEP THIS RECEIPT", "No refund without receipt", "*** COPY ***")  # fmt: skip
FIELDS = ("Invoice No", "Date", "Time", "Cashier", "Table", "Receipt No", "Till", "Ref", "Member")


def receipt(draft: Draft) -> None:
    """A receipt: head, fields, goods and prices, sums, thanks."""
    sheet = draft.sheet
    side = draft.between(0.02, 0.14) * sheet.width
    area = Area(side, sheet.width - side * draft.between(0.5, 1.5), 0.0, float(sheet.height))
    area.top = draft.between(0.3, 3.0) * side
    style = receipt_style(draft, area)
    put_shop(draft, area, style)
    for part in (_fields, _goods, _sums):
        area.top += draft.between(0, 1.2) * style.pitch
        put_dashes(draft, area, style)
        part(draft, area, style)
    area.top += draft.between(0.3, 2) * style.pitch
    sheet.end_block()
    thanks = [style.letters.writable(draft.choose(THANKS)) for _ in range(draft.whole(0, 3))]
    put_lines(draft, area, style, thanks, place=0.5)
    _scribbles(draft, area, style)
    sheet.end_block()
    bottom = area.top + draft.between(0.5, 5) * style.pitch
    sheet.cut(max(32.0, min(float(sheet.height), bottom)))


def receipt_style(draft: Draft, area: Area) -> BodyStyle:
    """Type of tills, in a size that fits the strip."""
    kind: FontKind = draft.choose(("receipt", "receipt", "sans", "typewriter", "pixel"))
    style = body_style(draft, area.width, draft.whole(28, 52), leading=(1.9, 3.2), kinds=(kind,))
    cell = style.type.face.pitch
    if cell > 0:  # type of one width is set by the cell
        x_height = style.type.x_height * area.width / (draft.whole(26, 48) * cell)
        x_height = max(draft.options.least_x_height, min(x_height, 1.2 * style.type.x_height))
        pitch = style.pitch * x_height / style.type.x_height
        style = replace(style, type=draft.type(style.letters, x_height), pitch=pitch)
    return replace(style, kind="table", justified=False, indent=0.0, gap=0.0)


def receipt_text(draft: Draft, style: BodyStyle, kind: Kind, least: int, most: int) -> str:
    """Text of a kind, of so many characters, half of it in capitals."""
    most = max(least, most)
    text = draft.phrase(style.letters.charset, kind, (least, most))
    return (style.letters.writable(text.upper()) or text) if draft.chance(0.5) else text


def _characters(area: Area, style: BodyStyle) -> int:
    """That a line has, about."""
    return max(6, int(area.width / (style.type.face.pitch or style.type.x_height * 1.1)))


def put_shop(draft: Draft, area: Area, style: BodyStyle) -> None:
    """The shop: a logo, a large name, an address."""
    if draft.chance(0.4 * draft.options.pictures):
        size = draft.between(0.15, 0.4) * area.width
        ink = draw_picture(draft.rng, round(0.6 * size), round(size))
        if draft.sheet.paste(ink, area.left + 0.5 * (area.width - size), area.top):
            area.top += 0.7 * size
    room = _characters(area, style)
    if draft.chance(0.7):
        scale = draft.between(1.1, 2.0)
        large = replace(
            style,
            type=draft.type(style.letters, style.type.x_height * scale),
            pitch=style.pitch * scale,
            kind="heading",
        )
        name = receipt_text(draft, style, "names", 4, int(0.8 * room / scale))
        put_lines(draft, area, large, [name], place=0.5)
    kinds: list[Kind] = ["addresses", "addresses", "receipts", "numbers", "headings"]
    place = 0.5 if draft.chance(0.85) else 0.0
    texts = [
        receipt_text(draft, style, draft.choose(kinds), 4, int(0.9 * room))
        for _ in range(draft.whole(1, 7))
    ]
    put_lines(draft, area, replace(style, kind="body"), texts, place=place)
    draft.sheet.end_block()


def put_dashes(draft: Draft, area: Area, style: BodyStyle) -> None:
    """A rule, or a row of dashes: no line to be read."""
    if draft.chance(0.3) or area.room < 2 * style.pitch or not draft.options.rules:
        return
    y = area.top + 0.5 * style.pitch
    if draft.chance(0.5):
        draft.sheet.rule(area.left, y, area.right, y, 0.1 * style.type.x_height)
    else:
        length = draft.between(0.2, 0.8) * style.type.x_height
        step = length * draft.between(1.3, 2.2)
        x = area.left
        while x + length < area.right:
            draft.sheet.rule(x, y, x + length, y, 0.12 * style.type.x_height)
            x += step
    half = 0.3 * style.type.x_height
    draft.sheet.ignore((area.left, y - half, area.right, y + half), style.type.x_height)
    area.top += 0.9 * style.pitch


def _fields(draft: Draft, area: Area, style: BodyStyle) -> None:
    """Names and values."""
    joined = draft.chance(0.6)
    room = _characters(area, style)
    middle = area.left + draft.between(0.35, 0.5) * area.width
    draft.sheet.end_block()
    for _ in range(draft.whole(1, 6)):
        name = style.letters.writable(draft.choose(FIELDS))
        value = receipt_text(
            draft, style, draft.choose(("dates", "numbers", "receipts")), 2, room // 3
        )
        if joined:
            put_lines(draft, area, style, [style.letters.writable(f"{name}: {value}")])
        else:
            cells = [Cell(name, area.left, middle), Cell(value, middle, area.right)]
            put_row(draft, area, style, cells)
    draft.sheet.end_block()


def _price(draft: Draft, style: BodyStyle) -> str:
    mark = draft.choose(("", "", "", "$", "RM ", "\u00a3"))
    after = draft.choose(("", "", "", "", " S", " *"))
    figure = f"{draft.whole(0, 9 if draft.chance(0.6) else 999)}.{draft.whole(0, 99):02d}"
    return style.letters.writable(f"{mark}{figure}{after}")


def _goods(draft: Draft, area: Area, style: BodyStyle) -> None:
    """What was bought: one row each or two, prices at the right."""
    room = _characters(area, style)
    two_rows, quantities = draft.chance(0.35), draft.chance(0.5)
    right = area.left + draft.between(0.66, 0.76) * area.width
    middle = area.left + draft.between(0.45, 0.58) * area.width
    draft.sheet.end_block()
    if draft.chance(0.5):
        names = ("Item", "Qty", "Amount") if draft.chance(0.5) else ("DESCRIPTION", "QTY", "PRICE")
        texts = [style.letters.writable(name) for name in names]
        spans = ((area.left, middle), (middle, right), (right, area.right))
        places = (0.0, 0.5, 1.0)
        put_row(draft, area, style, [
            Cell(text, *span, place) for text, span, place in zip(texts, spans, places, strict=True)
        ])  # fmt: skip
    for _ in range(int(draft.rng.geometric(0.16))):
        kind: Kind = draft.choose(("words", "headings", "names", "receipts"))
        name = receipt_text(draft, style, kind, 3, int((0.9 if two_rows else 0.4) * room))
        count = style.letters.writable(draft.choose((f"{draft.whole(1, 9)}", "1 x", "2 @", "1.00")))
        cells = [Cell(_price(draft, style), right, area.right, 1.0)]
        if quantities:
            cells.insert(0, Cell(count, middle, right, 0.5))
        if two_rows:
            put_lines(draft, area, style, [name])
        else:
            cells.insert(0, Cell(name, area.left, middle if quantities else right))
        if not put_row(draft, area, style, cells):
            return


def _sums(draft: Draft, area: Area, style: BodyStyle) -> None:
    """Sums at the right, one of them large."""
    draft.sheet.end_block()
    for _ in range(draft.whole(1, 7)):
        row = style
        if draft.chance(0.15):
            scale = draft.between(1.2, 1.7)
            type_ = draft.type(style.letters, style.type.x_height * scale)
            row = replace(style, type=type_, pitch=style.pitch * scale)
        middle = area.left + 0.55 * area.width
        start = area.left if draft.chance(0.7) else area.left + 0.2 * area.width
        name = style.letters.writable(draft.choose(TOTALS) + draft.choose(("", "", ":", " :")))
        price = Cell(_price(draft, style), middle, area.right, 1.0)
        if not put_row(draft, area, row, [Cell(name, start, middle), price]):
            return
    draft.sheet.end_block()


def _scribbles(draft: Draft, area: Area, style: BodyStyle) -> None:
    """Now and then a note by a pen below."""
    if not draft.chance(0.15):
        return
    width, height = draft.between(0.2, 0.6) * area.width, 2.5 * style.pitch
    left = area.left + draft.between(0, area.width - width)
    box = (left, area.top, left + width, area.top + height)
    if draft.sheet.is_free(box):
        draft.sheet.paste(draw_scribble(draft.rng, round(height), round(width)), left, area.top)
        draft.sheet.ignore(box, style.type.x_height)
        area.top += height
