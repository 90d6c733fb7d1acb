"""Typescripts and letters: wide leading, few fonts, signatures and stamps."""

from dataclasses import replace

from effocr.synth.pages.columns import body_style, type_area
from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.flow import BodyStyle, put_lines, put_paragraph
from effocr.synth.pages.pictures import draw_scribble, draw_stamp
from effocr.synth.pages.truth import LineKind
from effocr.synth.pages.typeset import Word, natural_width, set_line
from effocr.synth.text import Kind

__all__ = ["letter", "typescript"]

LEADINGS = (
    1.667,
    1.667,
    2.5,
    3.333,
)  # cells from line to line: 6, 4 and 3 lines an inch at 10 pitch
SALUTATIONS = ("Dear Sir,", "Dear Sirs:", "Dear Madam,", "My dear Friend,", "Sir:", "Gentlemen:")
CLOSINGS = ("Yours sincerely,", "Respectfully yours,", "Yours truly,", "I am, Sir, your servant,")
STAMPS = ("RECEIVED", "COPY", "CONFIDENTIAL", "PAID", "FILED 12 MAR 1938", "LIBRARY", "APPROVED")


def typescript(draft: Draft) -> None:
    """A page by a typewriter: paragraphs, lists, underlined headings, a number at the top."""
    area = type_area(draft, widest=0.2)
    style = _typed(draft, area)
    if draft.chance(0.6):
        form = draft.choose(("- {} -", "{}", "-{}-", "Page {}", "{}."))
        number = style.letters.writable(form.format(draft.whole(1, 60)))
        _line(draft, area, style, number, "number", draft.choose((0.5, 0.5, 1.0)))
        area.top += draft.between(0.3, 1.5) * style.pitch
    end = area.bottom - draft.between(0, 0.5) * area.room * draft.chance(0.3)
    while area.room >= style.pitch and area.top < end:
        before = area.top
        if draft.chance(0.15):
            _underlined(draft, area, style)
        elif draft.chance(0.12):
            _list(draft, area, style)
        else:
            text = draft.running(style.letters.charset, draft.whole(60, 700))
            words = words_of(text, style.type)
            if "x" in style.letters.charset:
                words = [_typed_over(draft, word) for word in words]
            put_paragraph(draft, area, style, words)
        if area.top == before:
            break
    _marks(draft, area, style)


def letter(draft: Draft) -> None:
    """A letter: head, date, address, salutation, text, closing, signature."""
    area = type_area(draft, widest=0.2)
    style = (
        _typed(draft, area)
        if draft.chance(0.7)
        else (replace(body_style(draft, area.width, draft.whole(44, 70)), gap=0.0))
    )
    if draft.chance(0.5):
        _letterhead(draft, area, style)
    date = draft.phrase(style.letters.charset, "dates", (6, 20))
    _line(draft, area, style, date, "body", draft.choose((1.0, 1.0, 0.0)))
    area.top += draft.between(0.5, 2) * style.pitch
    if draft.chance(0.7):
        draft.sheet.end_block()
        most = max(8, int(0.4 * area.width / style.type.x_height))
        kinds: tuple[Kind, ...] = ("names", "addresses", "addresses", "headings")
        texts = [draft.phrase(style.letters.charset, kind, (5, most)) for kind in kinds]
        put_lines(draft, area, style, texts[: draft.whole(2, 4)])
        area.top += style.pitch
    _line(draft, area, style, style.letters.writable(draft.choose(SALUTATIONS)), "body", 0.0)
    for _ in range(draft.whole(1, 6)):
        if area.room < 9 * style.pitch:
            break
        text = draft.running(style.letters.charset, draft.whole(60, 600))
        inner = replace(area, bottom=area.bottom - 7 * style.pitch)
        put_paragraph(draft, inner, style, words_of(text, style.type))
        area.top = inner.top
    area.top += 0.5 * style.pitch
    right = replace(area, left=area.left + draft.between(0.3, 0.55) * area.width)
    _line(draft, right, style, style.letters.writable(draft.choose(CLOSINGS)), "body", 0.0)
    right.top += 0.3 * style.pitch
    _signature(draft, right, style)
    _line(draft, right, style, draft.phrase(style.letters.charset, "names", (6, 24)), "body", 0.0)
    area.top = right.top
    if draft.chance(0.4):
        area.top += 0.5 * style.pitch
        _list(draft, area, style)
    _marks(draft, area, style)


def _typed(draft: Draft, area: Area) -> BodyStyle:
    """Running text by a typewriter, or another font of one width."""
    style = body_style(draft, area.width, draft.whole(56, 84), kinds=("typewriter",))
    cell = style.type.face.pitch or 1.25 * style.type.x_height
    x_height = style.type.x_height * area.width / (draft.whole(48, 80) * cell)
    type_ = draft.type(style.letters, max(draft.options.least_x_height, x_height))
    cell = type_.face.pitch or 1.25 * type_.x_height
    pitch = cell * draft.choose(LEADINGS)
    return replace(
        style,
        type=type_,
        pitch=pitch,
        justified=False,
        indent=cell * draft.choose((0, 5, 5, 8, 10)),
        gap=draft.choose((0.0, 0.0, 1.0)) * pitch,
        hyphens=draft.between(0, 0.4),
    )


def _typed_over(draft: Draft, word: Word) -> Word:
    """Now and then a word has been typed over."""
    return word if draft.rng.random() > 0.004 else Word("x" * len(word.text), word.face)


def _line(
    draft: Draft, area: Area, style: BodyStyle, text: str, kind: LineKind, place: float
) -> None:
    draft.sheet.end_block()
    put_lines(draft, area, replace(style, kind=kind), [text], place=place)
    draft.sheet.end_block()


def _underlined(draft: Draft, area: Area, style: BodyStyle) -> None:
    """A heading with a rule below."""
    most = max(5, min(40, int(0.7 * area.width / style.type.x_height)))
    text = draft.phrase(style.letters.charset, "headings", (5, most))
    area.top += style.pitch * draft.between(0, 1)
    if area.room < 3 * style.pitch:
        return
    before = len(draft.sheet.lines)
    _line(draft, area, style, text, "heading", draft.choose((0.0, 0.5)))
    if draft.chance(0.7) and draft.options.rules:
        for line in draft.sheet.lines[before:]:
            low = line.baseline + 0.35 * line.x_height
            draft.sheet.rule(line.box[0], low, line.box[2], low, 0.12 * line.x_height)
    area.top += style.pitch * draft.choose((0.0, 0.5, 1.0))


def _list(draft: Draft, area: Area, style: BodyStyle) -> None:
    """Numbered entries, set in."""
    em = style.type.face.size_px
    inner = replace(style, indent=2 * em, hanging=draft.choose((2, 4)) * em, gap=0.0)
    form = draft.choose(("{}. ", "({}) ", "No. {}. ", "{}) "))
    for number in range(1, draft.whole(3, 7)):
        text = form.format(number) + draft.running(style.letters.charset, draft.whole(12, 160))
        words = words_of(style.letters.writable(text), style.type)
        if area.room < style.pitch:
            return
        put_paragraph(draft, area, inner, words)


def _letterhead(draft: Draft, area: Area, style: BodyStyle) -> None:
    """The printed head of a firm or an office."""
    letters = draft.shelf.letters(draft.rng, "book", "display", "sans")
    draft.sheet.end_block()
    for size in (draft.between(1.4, 2.4), 1.0, 0.8)[: draft.whole(1, 3)]:
        type_ = draft.type(letters, max(style.type.x_height * size, 5.0))
        most = max(6, min(40, int(0.6 * area.width / type_.x_height)))
        text = draft.phrase(letters.charset, draft.choose(("headings", "names")), (4, most))
        head = BodyStyle(letters, type_, 2.4 * type_.x_height, kind="heading")
        put_lines(draft, area, head, [text], place=0.5)
    area.top += style.pitch
    if draft.chance(draft.options.rules):
        draft.sheet.rule(area.left, area.top, area.right, area.top, 0.1 * style.type.x_height)
        area.top += 0.5 * style.pitch
    draft.sheet.end_block()


def _signature(draft: Draft, area: Area, style: BodyStyle) -> None:
    width, height = min(area.width, 14 * style.type.x_height), 5 * style.type.x_height
    if not draft.chance(0.8) or area.room < height + style.pitch:
        return
    box = (area.left, area.top, area.left + width, area.top + height)
    if draft.sheet.is_free(box):
        draft.sheet.paste(draw_scribble(draft.rng, round(height), round(width)), box[0], box[1])
        draft.sheet.ignore(box, style.type.x_height)
    area.top += height


def _marks(draft: Draft, area: Area, style: BodyStyle) -> None:
    """A stamp or a note by a pen, where nothing stands."""
    for _ in range(draft.whole(0, 2)):
        if draft.chance(0.5):
            letters = draft.shelf.letters(draft.rng, "sans", "display", "book")
            type_ = draft.type(letters, style.type.x_height * draft.between(1.0, 2.2))
            words = words_of(letters.writable(draft.choose(STAMPS)), type_)
            if not words or natural_width(words, type_) > 0.6 * draft.sheet.width:
                continue
            mark = draw_stamp(draft.rng, set_line(words, type_, draft.rng).ink)
        else:
            size = draft.between(2, 6) * style.type.x_height
            mark = draw_scribble(draft.rng, round(size), round(size * draft.between(1.5, 4)))
        height, width = mark.shape
        left = draft.between(0.02, 0.98) * (draft.sheet.width - width)
        top = draft.between(0.02, 0.98) * (draft.sheet.height - height)
        box = (left, top, left + width, top + height)
        if draft.sheet.is_free(box) and draft.sheet.paste(mark, left, top):
            draft.sheet.ignore(box, style.type.x_height)
