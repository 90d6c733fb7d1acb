"""Rows of cells that stand apart: each cell is a line of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.flow import BodyStyle
from effocr.synth.pages.truth import LineKind
from effocr.synth.pages.typeset import break_lines

__all__ = ["CLEAR", "Cell", "put_row"]

CLEAR = 2.0  # x-heights between two cells at least: closer ones would be one line


@dataclass(frozen=True, slots=True)
class Cell:
    """Text between two columns of pixels.

    Attributes:
        text: cut to what has room.
        left: pixels.
        right: pixels.
        place: 0 at the left, 0.5 in the middle, 1 at the right.
    """

    text: str
    left: float
    right: float
    place: float = 0.0


def put_row(
    draft: Draft, area: Area, style: BodyStyle, cells: Sequence[Cell], *, kind: LineKind = "table"
) -> bool:
    """Set a row of cells and move the area's top below it.

    Returns:
        Whether there was room for it.
    """
    if area.room < style.pitch:
        return False
    area.top += style.pitch
    baseline = area.top - 0.3 * style.pitch
    for cell in cells:
        right = cell.right - (CLEAR * style.type.x_height if cell is not cells[-1] else 0.0)
        lines = break_lines(
            words_of(cell.text, style.type), style.type, right - cell.left, draft.rng
        )
        if lines:
            inside = Area(cell.left, right, area.top, area.top)
            draft.put(lines[0], style.type, inside, baseline, kind, place=cell.place)
    return True
