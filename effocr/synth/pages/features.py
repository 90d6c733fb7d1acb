"""What stands among and around running text: pictures, verse, drop capitals, notes."""

from dataclasses import replace

from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.flow import BodyStyle, put_lines, put_paragraph
from effocr.synth.pages.pictures import draw_picture
from effocr.synth.pages.truth import LineKind
from effocr.synth.pages.typeset import Word, set_line
from effocr.synth.text import Kind

__all__ = [
    "leave_footnotes",
    "put_drop_capital",
    "put_footnotes",
    "put_margin_notes",
    "put_picture",
    "put_verse",
    "smaller",
]


def smaller(draft: Draft, style: BodyStyle, share: float, kind: LineKind) -> BodyStyle:
    """The same letters, smaller by a share; not below what the options allow."""
    x_height = max(0.8 * draft.options.least_x_height, style.type.x_height * share)
    type_ = draft.type(style.letters, x_height)
    share = x_height / style.type.x_height
    return replace(
        style, type=type_, pitch=style.pitch * share, indent=style.indent * share, kind=kind
    )


def put_picture(draft: Draft, area: Area, style: BodyStyle) -> None:
    """A picture as wide as the area or narrower, with a caption or without."""
    pitch = style.pitch
    width = area.width * (1.0 if draft.chance(0.5) else draft.between(0.4, 1.0))
    height = min(width * draft.between(0.3, 1.3), area.room - 4 * pitch)
    if height < 3 * pitch or width < 3 * pitch:
        return
    area.top += 0.6 * pitch
    ink = draw_picture(draft.rng, round(height), round(width))
    left = area.left + 0.5 * (area.width - width)
    draft.sheet.end_block()
    if not draft.sheet.paste(ink, left, area.top):
        return
    if draft.chance(0.4):
        box = (left, area.top, left + width, area.top + height)
        draft.sheet.frame(box, 0.1 * style.type.x_height)
    area.top += height + 0.4 * pitch
    if draft.chance(0.7):
        caption = smaller(draft, style, draft.between(0.75, 1.0), "caption")
        most = max(8, int(draft.between(0.4, 2.0) * area.width / caption.type.x_height))
        text = draft.running(caption.letters.charset, min(most, 140))
        if draft.chance(0.4):
            text = caption.letters.writable(f"Fig. {draft.whole(1, 99)}. {text}")
        put_lines(draft, area, caption, [text], place=0.5)
    draft.sheet.end_block()
    area.top += 0.8 * pitch


def put_verse(draft: Draft, area: Area, style: BodyStyle) -> None:
    """Short lines, one or the other set in, or a quotation in smaller type."""
    small = smaller(draft, style, draft.between(0.75, 1.0), "body")
    em = small.type.face.size_px
    inner = Area(area.left + 2 * em, area.right - em, area.top + 0.5 * style.pitch, area.bottom)
    if inner.width < 12 * small.type.x_height:
        return
    draft.sheet.end_block()
    if draft.chance(0.6):
        most = max(8, min(42, int(0.8 * inner.width / small.type.x_height)))
        for number in range(draft.whole(2, 9)):
            line = replace(inner, left=inner.left + (number % 2) * em * draft.chance(0.7))
            kind: Kind = "prose" if draft.chance(0.85) else "quotation"
            put_lines(draft, line, small, [draft.phrase(small.letters.charset, kind, (6, most))])
            inner.top = line.top
    else:
        text = draft.running(small.letters.charset, draft.whole(80, 400))
        put_paragraph(draft, inner, small, words_of(text, small.type))
    draft.sheet.end_block()
    area.top = inner.top + 0.5 * style.pitch


def put_drop_capital(draft: Draft, area: Area, style: BodyStyle) -> list[Word]:
    """Begin a chapter with a letter of several lines.

    Returns:
        Words of the paragraph for which there was no room; the paragraph is set by then.
    """
    lines = draft.whole(2, 4)
    characters = int(lines * area.width / style.type.x_height)
    text = draft.running(style.letters.charset, characters + draft.whole(60, 500))
    letter = text[:1].upper()
    x_height = (lines - 1) * style.pitch * 0.68 + 0.55 * style.type.x_height
    letters = style.letters if draft.chance(0.6) else draft.shelf.letters(draft.rng, "display")
    begins_a_word = letter.isalpha() and text[1:2] not in ("", " ")
    fits = begins_a_word and letter not in "JQ" and letter in letters.charset
    if not fits or area.room < (lines + 2) * style.pitch:
        return put_paragraph(draft, area, style, words_of(text, style.type))
    type_ = draft.type(letters, x_height)
    drawn = set_line([Word(letter, type_.face)], type_, draft.rng)
    if drawn.ink.shape[1] > 0.45 * area.width:
        return put_paragraph(draft, area, style, words_of(text, style.type))
    draft.sheet.end_block()
    baseline = area.top + (lines - 0.3) * style.pitch
    if not draft.put_set(drawn, area, baseline, "initial", x_height):
        return put_paragraph(draft, area, style, words_of(text, style.type))
    words = words_of(text[1:], style.type)
    if draft.chance(0.5):
        first = style.letters.writable(words[0].text.upper())
        words[0] = Word(first or words[0].text, style.type.face)
    gap = drawn.ink.shape[1] + draft.between(0.1, 0.4) * style.type.face.size_px
    return put_paragraph(draft, area, style, words, inset=(lines, gap), goes_on=True)


def leave_footnotes(draft: Draft, area: Area, style: BodyStyle) -> Area:
    """Take the lower part of an area for notes; return it."""
    height = draft.between(0.06, 0.3) * area.room
    notes = Area(area.left, area.right, area.bottom - height, area.bottom)
    area.bottom -= height + 0.5 * style.pitch
    return notes


def put_footnotes(draft: Draft, notes: Area, style: BodyStyle) -> None:
    """Fill an area with notes in smaller type, under a rule or not."""
    small = smaller(draft, style, draft.between(0.68, 0.88), "footnote")
    if draft.chance(0.5) and draft.options.rules:
        y = notes.top - 0.2 * style.pitch
        right = notes.right if draft.chance(0.3) else notes.left + 0.25 * notes.width
        draft.sheet.rule(notes.left, y, right, y, 0.09 * style.type.x_height)
    number = draft.whole(1, 9)
    while notes.room >= small.pitch:
        marks = (f"{number} ", f"{number}) ", "* ", "\u2020 ", f"[{number}] ")
        text = draft.choose(marks) + draft.running(small.letters.charset, draft.whole(30, 420))
        before = notes.top
        put_paragraph(draft, notes, small, words_of(small.letters.writable(text), small.type))
        number += 1
        if notes.top == before:
            return


def put_margin_notes(draft: Draft, margin: Area, style: BodyStyle) -> None:
    """Short notes in a narrow column beside the text."""
    small = smaller(draft, style, draft.between(0.6, 0.85), "marginal")
    small = replace(small, justified=False, indent=0.0, hyphens=0.6)
    if margin.width < 5 * small.type.x_height:
        return
    for _ in range(draft.whole(1, 6)):
        margin.top += draft.between(0.5, 8) * style.pitch
        if margin.room < small.pitch:
            return
        text = draft.running(small.letters.charset, draft.whole(8, 70))
        put_paragraph(draft, margin, small, words_of(text, small.type))
