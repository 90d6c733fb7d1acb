"""Pages with little text: titles, and pictures that fill the page."""

from effocr.synth.pages.columns import body_style, type_area
from effocr.synth.pages.draft import Draft
from effocr.synth.pages.flow import BodyStyle, put_lines
from effocr.synth.pages.pictures import draw_picture
from effocr.synth.text import Kind

__all__ = ["plate", "title"]


def title(draft: Draft) -> None:
    """A title page: centred lines of many sizes, the place and the year at the bottom."""
    area = type_area(draft)
    base = body_style(draft, area.width, draft.whole(30, 50))
    kinds: tuple[Kind, ...] = ("headings", "headings", "names", "dates", "prose")
    family = draft.shelf.family(draft.rng, "book", "display")
    for _ in range(draft.whole(3, 10)):
        letters = (
            draft.choose(family)
            if draft.chance(0.7)
            else (draft.shelf.letters(draft.rng, "book", "display", "sans"))
        )
        size = draft.choose((0.6, 0.8, 1.0, 1.0, 1.4, 2.0, 3.0))
        type_ = draft.type(
            letters,
            max(draft.options.least_x_height, base.type.x_height * size),
            tracking=draft.between(0.05, 0.3) if draft.chance(0.25) else 0.0,
        )
        line = BodyStyle(letters, type_, type_.x_height * draft.between(2.2, 3.2), kind="heading")
        most = max(3, int(draft.between(0.2, 1.6) * area.width / type_.x_height / 1.1))
        text = draft.phrase(letters.charset, draft.choose(kinds), (min(3, most), min(most, 90)))
        if draft.chance(0.5):
            text = letters.writable(text.upper()) or text
        if area.room < 5 * line.pitch:
            break
        put_lines(draft, area, line, [text], place=0.5)
        draft.sheet.end_block()
        area.top += draft.between(0.1, 3.5) * base.pitch
        if draft.chance(0.3 * draft.options.rules):
            inset = draft.between(0.2, 0.45) * area.width
            x_height = base.type.x_height
            draft.sheet.rule(
                area.left + inset, area.top, area.right - inset, area.top, 0.1 * x_height
            )
            area.top += base.pitch
    area.top = max(area.top, area.bottom - 4 * base.pitch)
    most = max(4, min(30, int(0.6 * area.width / base.type.x_height)))
    texts = [draft.phrase(base.letters.charset, kind, (4, most)) for kind in ("addresses", "dates")]
    put_lines(draft, area, base, texts[: draft.whole(0, 2)], place=0.5)


def plate(draft: Draft) -> None:
    """A picture, with a caption or alone; without pictures, an almost empty page."""
    area = type_area(draft)
    style = body_style(draft, area.width, draft.whole(40, 70))
    height = draft.between(0.4, 1.0) * (area.room - 4 * style.pitch)
    if draft.options.pictures and height > 8:
        ink = draw_picture(draft.rng, round(height), round(area.width))
        draft.sheet.paste(ink, area.left, area.top)
        area.top += height + style.pitch
    if draft.chance(0.7):
        caption = BodyStyle(style.letters, style.type, style.pitch, kind="caption")
        text = draft.running(style.letters.charset, draft.whole(12, 160))
        put_lines(draft, area, caption, [text], place=0.5)
