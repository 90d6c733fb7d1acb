"""Blocks of type: paragraphs, headings, single lines, set into an area from its top."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.shelf import Letters
from effocr.synth.pages.truth import LineKind
from effocr.synth.pages.typeset import Type, Word, break_lines

__all__ = ["BodyStyle", "put_heading", "put_lines", "put_paragraph"]

MOST_LINES: Final = 400  # of a paragraph, as far as they are indented


@dataclass(frozen=True, slots=True)
class BodyStyle:
    """How running text is set.

    Attributes:
        letters: the font.
        type: at its size.
        pitch: from baseline to baseline, pixels.
        justified: both edges are straight.
        indent: of a paragraph's first line, pixels.
        hanging: of its other lines, pixels.
        gap: between paragraphs, pixels.
        hyphens: share of lines that end in one.
        kind: of its lines.
    """

    letters: Letters
    type: Type
    pitch: float
    justified: bool = True
    indent: float = 0.0
    hanging: float = 0.0
    gap: float = 0.0
    hyphens: float = 0.3
    kind: LineKind = "body"


def put_paragraph(
    draft: Draft,
    area: Area,
    style: BodyStyle,
    words: Sequence[Word],
    *,
    begun: bool = False,
    inset: tuple[int, float] = (0, 0.0),
    goes_on: bool = False,
) -> list[Word]:
    """Set a paragraph as far as the area reaches.

    Args:
        draft: the page.
        area: where; its top moves below the last line.
        style: of the text.
        words: of the paragraph.
        begun: it goes on from another column, without an indent.
        inset: number of lines beside a drop capital, and the pixels that they give way to it.
        goes_on: it stands in the block of what was put last.

    Returns:
        Words of the lines for which there was no room.
    """
    indents = [style.hanging] * MOST_LINES
    indents[0] = style.hanging if begun else style.indent
    indents[: inset[0]] = [inset[1]] * inset[0]
    lines = break_lines(
        words,
        style.type,
        area.width,
        draft.rng,
        indents=indents,
        hyphens=style.hyphens if "-" in style.letters.charset else 0.0,
    )
    if not goes_on:
        draft.sheet.end_block()
    for number, line in enumerate(lines):
        if area.room < style.pitch:
            return [word for left in lines[number:] for word in left]
        area.top += style.pitch
        indent = indents[number] if number < MOST_LINES else 0.0
        inside = replace(area, left=area.left + indent)
        full = style.justified and number < len(lines) - 1
        baseline = area.top - 0.3 * style.pitch
        width = inside.width if full else None
        draft.put(line, style.type, inside, baseline, style.kind, measure=width)
    area.top += style.gap
    return []


def put_lines(
    draft: Draft,
    area: Area,
    style: BodyStyle,
    texts: Sequence[str],
    *,
    place: float = 0.0,
) -> None:
    """Set texts, each broken to the area, at its left, in its middle or at its right."""
    for text in texts:
        for line in break_lines(words_of(text, style.type), style.type, area.width, draft.rng):
            if area.room < style.pitch:
                return
            area.top += style.pitch
            baseline = area.top - 0.3 * style.pitch
            draft.put(line, style.type, area, baseline, style.kind, place=place)


def put_heading(draft: Draft, area: Area, body: BodyStyle, *, size: float | None = None) -> None:
    """A heading: capitals, bold or large, letterspaced or not, mostly in the middle.

    Args:
        draft: the page.
        area: where; its top moves below.
        body: the text it stands over.
        size: over that of the text; None: drawn.
    """
    kinds = ("book", "display", "sans") if draft.chance(0.5) else (body.letters.font.kind,)
    letters = draft.shelf.letters(draft.rng, *kinds, style=draft.rng.choice(["bold", "roman"]))
    size = size if size is not None else draft.between(0.9, 1.9)
    tracking = draft.between(0.08, 0.3) if draft.chance(0.2) else 0.0
    type_ = draft.type(letters, body.type.x_height * size, tracking=tracking)
    pitch = max(body.pitch, type_.x_height * draft.between(2.2, 3.0))
    above = draft.between(0.2, 1.2) * pitch
    if area.room < above + 2 * pitch:
        return
    most = max(4, min(60, int(area.width / type_.x_height * draft.between(0.3, 1.4))))
    text = draft.phrase(letters.charset, "headings", (min(3, most), most))
    if draft.chance(0.4):
        text = letters.writable(text.upper()) or text
    area.top += above
    draft.sheet.end_block()
    style = BodyStyle(letters, type_, pitch, kind="heading")
    place = 0.5 if draft.chance(0.75) else 0.0
    put_lines(draft, area, style, [text], place=place)
    if draft.chance(0.2 * draft.options.rules):
        draft.sheet.rule(area.left, area.top, area.right, area.top, 0.1 * body.type.x_height)
    draft.sheet.end_block()
    area.top += draft.between(0, 0.8) * pitch
