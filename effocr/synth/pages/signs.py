"""Signs: a few words of many sizes, some on plates, light on dark or over a picture."""

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.synth.pages.draft import Area, Draft, words_of
from effocr.synth.pages.pictures import draw_picture
from effocr.synth.pages.sheet import Box
from effocr.synth.pages.shelf import Letters
from effocr.synth.pages.typeset import Type, natural_width, set_line
from effocr.synth.text import Kind

__all__ = ["background", "sign"]

KINDS: Final[tuple[Kind, ...]] = ("headings", "words", "names", "figures", "numbers", "addresses")
TRIES: Final = 60  # of places for lines
LEAST_ROOM: Final = 1.2  # x-heights around a line that nothing else comes into
PLATE: Final = 0.6  # x-heights of a plate around its line


def sign(draft: Draft) -> None:
    """Lines of one to four words, strewn over the page, none near another; read from the top."""
    sheet = draft.sheet
    base = max(draft.options.least_x_height, sheet.width * draft.between(0.012, 0.04))
    taken: list[Box] = []
    wanted = draft.whole(1, 14)
    for _ in range(TRIES):
        if len(taken) >= wanted:
            break
        letters = draft.shelf.letters(draft.rng, "sans", "display", "book")
        type_ = draft.type(letters, base * draft.choose((0.8, 1.0, 1.0, 1.3, 1.8, 2.6)))
        box = _put(draft, letters, type_, taken)
        if box is not None:
            taken.append(box)
    read = sorted(sheet.lines, key=lambda line: (line.box[1], line.box[0]))
    sheet.lines = [replace(line, block=number) for number, line in enumerate(read)]


def _put(draft: Draft, letters: Letters, type_: Type, taken: list[Box]) -> Box | None:
    """Set one line where there is room; the box that it takes."""
    most = max(1, min(24, int(draft.sheet.width / type_.x_height / 1.4)))
    text = draft.phrase(letters.charset, draft.choose(KINDS), (1, most))
    text = letters.writable(" ".join(text.split()[: draft.whole(1, 4)]))
    if draft.chance(0.55):
        text = letters.writable(text.upper()) or text
    words = words_of(text, type_)
    if not words or natural_width(words, type_) > 0.9 * draft.sheet.width:
        return None
    line = set_line(words, type_, draft.rng)
    height, width = line.ink.shape
    room = LEAST_ROOM * type_.x_height
    across, down = (
        side - own - 2 * room
        for side, own in ((draft.sheet.width, width), (draft.sheet.height, height))
    )
    if min(across, down) < 0:
        return None
    left, top = room + draft.between(0, across), room + draft.between(0, down)
    box = (left - room, top - room, left + width + room, top + height + room)
    if any(_meet(box, other) for other in taken):
        return None
    inside = Area(left, left + width, top, top + height)
    if not draft.put_set(line, inside, top + line.baseline, "heading", type_.x_height):
        return None
    draft.sheet.end_block()
    if draft.chance(draft.options.rules):
        away = PLATE * type_.x_height
        plate = (left - away, top - away, left + width + away, top + height + away)
        if draft.chance(0.6):
            draft.sheet.invert(plate)
        else:
            draft.sheet.frame(plate, 0.1 * type_.x_height)
    return box


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def background(rng: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Something that lies behind the words of a sign: [height, width] uint8, light that is lost."""
    strength = float(rng.uniform(0.05, 0.45))
    return (draw_picture(rng, shape[0], shape[1]) * strength).astype(np.uint8)
