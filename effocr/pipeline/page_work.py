"""One page: its lines found and cut out, read in a few pieces of work, and put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from effocr.contrast import contrast_of
from effocr.document import Block, Document, Line, Page
from effocr.layout.arrange import arrange
from effocr.pipeline.column_rules import cut_at_rules
from effocr.pipeline.detected import LineDetector
from effocr.pipeline.drop_capitals import (
    DropCapital,
    LargeLetter,
    find_large_letters,
    settle_drop_capitals,
)
from effocr.pipeline.gutters import cut_at_gutters
from effocr.pipeline.images import Grey
from effocr.pipeline.initials import (
    begin_lines,
    begins_with_capital,
    begun_lines,
    with_initial,
    without_letters,
)
from effocr.pipeline.joined_words import joined_row
from effocr.pipeline.moved import moved_line
from effocr.pipeline.neighbours import without_neighbours
from effocr.pipeline.page_dirt import is_cut_off, printed
from effocr.pipeline.page_sources import LoadedPage
from effocr.pipeline.reader import Reader
from effocr.pipeline.rectify import Crop, rectify
from effocr.pipeline.turns import (
    best_turn,
    holds_letters,
    looks_wrong,
    sample_lines,
    turn_back,
    turned,
)
from effocr.pipeline.wide_spaces import join_at_spaces

__all__ = ["CutPage", "cut_page", "finished_page", "read_crops"]

Polygon = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CutPage:
    """A page whose lines are cut out.

    Attributes:
        size: width and height of the page as it came, pixels.
        dpi: its resolution; None: not known.
        quarters: turns counter-clockwise that set it upright.
        polygons: of the lines, pixels of the upright page.
        crops: of the lines, each mapped to the page as it came.
        read: lines that were read already, to tell how the page lies, by number; in their crops.
        blocks: numbers of the lines of each block, in reading order, where that was given; then
            no line is taken for dirt. None: the order is to be found.
    """

    size: tuple[int, int]
    dpi: float | None
    quarters: int
    polygons: Sequence[Polygon]
    crops: Sequence[Crop]
    read: dict[int, Line] = field(default_factory=dict)
    blocks: Sequence[Sequence[int]] | None = None

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the page set upright, pixels."""
        width, height = self.size
        return (height, width) if self.quarters % 2 else (width, height)

    @property
    def unread(self) -> list[int]:
        """Numbers of the lines that were not read yet."""
        return [number for number in range(len(self.crops)) if number not in self.read]


def cut_page(
    page: LoadedPage,
    reader: Reader,
    detector: LineDetector,
    *,
    given: Sequence[Sequence[Polygon]] | None,
    may_turn: bool,
) -> CutPage:
    """Find the lines of a page and cut them out; in the calling thread.

    Args:
        page: as loaded.
        reader: of lines.
        detector: of lines.
        given: outlines in page pixels of the lines of each block, in reading order,
            instead of those that the detector finds.
        may_turn: look whether the page lies on its side or upside down.
    """
    if given is not None:
        lines = [np.asarray(line) for block in given for line in block]
        block_of = [number for number, block in enumerate(given) for _ in block]
        letters = _large_letters(page.grey, lines, reader)
        capitals = _drop_capitals(page.grey, lines, letters, reader)
        # No line may go, neither one that is the capital nor one that nothing is left of.
        kept = [one for one in capitals if len(begun_lines(lines, [one])) == len(lines)]
        return _cut(page, 0, lines, reader, block_of=block_of, capitals=kept)

    cut = _upright(page, reader, detector, may_turn=may_turn)
    upright = turned(page.grey, cut.quarters)
    lines, capitals = _beside_capitals(upright, cut.polygons, reader, detector)
    return _cut(page, cut.quarters, lines, reader, capitals=capitals) if capitals else cut


def _upright(
    page: LoadedPage, reader: Reader, detector: LineDetector, *, may_turn: bool
) -> CutPage:
    """The page, set upright if that may be, with its lines as the detector finds them."""

    def cut(quarters: int) -> CutPage:
        lines = _detected(turned(page.grey, quarters), reader, detector)
        cut = _cut(page, quarters, lines, reader)
        return _with_sample(cut, reader) if may_turn else cut

    as_it_came = cut(0)
    if not may_turn or not looks_wrong(list(as_it_came.read.values())):
        return as_it_came
    if not as_it_came.crops and not holds_letters(page.grey):
        return as_it_came  # blank: there is nothing to be seen in other turns
    turns = {0: as_it_came, 1: cut(1), 2: cut(2), 3: cut(3)}
    return turns[best_turn({quarters: list(one.read.values()) for quarters, one in turns.items()})]


def _cut(
    page: LoadedPage,
    quarters: int,
    lines: Sequence[Polygon],
    reader: Reader,
    block_of: Sequence[int] | None = None,
    capitals: Sequence[DropCapital] = (),
) -> CutPage:
    """The crops of lines of a page that is turned first; `block_of` is rising."""
    size = page.grey.shape[1], page.grey.shape[0]
    upright = turned(page.grey, quarters)
    back = turn_back(size, quarters)
    begun = begin_lines(upright, lines, capitals)
    found = [rectify(begun.page, line, reader.manifest.direction) for line in begun.polygons]
    kept = [place for place, crop in enumerate(found) if crop is not None]
    polygons = [begun.polygons[place] for place in kept]
    crops = without_neighbours([crop for crop in found if crop is not None], polygons)
    for place, number in enumerate(kept):
        if (capital := begun.capitals.get(number)) is not None:
            crops[place] = with_initial(crops[place], upright, capital, reader.manifest.line)
    crops = [Crop(crop.grey, crop.to_page.then(back)) for crop in crops]
    blocks = None
    if block_of is not None:
        own = [block_of[place] for place in kept]
        blocks = [[n for n, one in enumerate(own) if one == block] for block in sorted(set(own))]
    return CutPage(size, page.dpi, quarters, polygons, crops, blocks=blocks)


def _beside_capitals(
    page: Grey, lines: Sequence[Polygon], reader: Reader, detector: LineDetector
) -> tuple[list[Polygon], list[DropCapital]]:
    """Lines of an upright page that has drop capitals, and these; nothing where it has none.

    Lines beside them are found on the page without them: a detector runs them together.
    """
    letters = _large_letters(page, lines, reader)
    while letters:
        again = _detected(without_letters(page, letters), reader, detector)
        capitals = _drop_capitals(page, again, letters, reader)
        if len(capitals) == len(letters):
            return again, capitals
        letters = [capital.letter for capital in capitals]
    return [], []


def _detected(page: Grey, reader: Reader, detector: LineDetector) -> list[Polygon]:
    """Outlines of the lines of an upright page."""
    found = detector.detect(page)
    if reader.manifest.direction == "ttb":
        return [line.polygon for line in found]
    lines = cut_at_rules(page, [line.polygon for line in joined_row(found)])
    return join_at_spaces(cut_at_gutters(page, lines))


def _large_letters(page: Grey, lines: Sequence[Polygon], reader: Reader) -> list[LargeLetter]:
    """What may be drop capitals of an upright page, before lines from left to right."""
    return find_large_letters(page, lines) if reader.manifest.direction == "ltr" else []


def _drop_capitals(
    page: Grey, lines: Sequence[Polygon], letters: Sequence[LargeLetter], reader: Reader
) -> list[DropCapital]:
    """The letters of an upright page that stand like drop capitals and are read as capitals."""
    kept = []
    for capital in settle_drop_capitals(without_letters(page, letters), lines, letters):
        begun = begin_lines(page, lines, [capital])
        for number in begun.capitals:
            crop = rectify(begun.page, begun.polygons[number])
            if crop is None:
                continue
            crop = with_initial(crop, page, capital.letter, reader.manifest.line)
            if begins_with_capital(_texts(reader, [crop.grey])[0], crop):
                kept.append(capital)
    return kept


def _with_sample(cut: CutPage, reader: Reader) -> CutPage:
    """The page with a few of its lines read."""
    some = sample_lines(cut.polygons)
    lines = _texts(reader, [cut.crops[number].grey for number in some])
    return replace(cut, read=dict(zip(some, lines, strict=True)))


def read_crops(reader: Reader, cut: CutPage, numbers: Sequence[int]) -> list[Line]:
    """Read some crops of a page together, in the calling thread.

    Args:
        reader: of lines.
        cut: the page.
        numbers: of the crops.

    Returns:
        The line of each, in pixels of its crop.
    """
    return _texts(reader, [cut.crops[number].grey for number in numbers])


def _texts(reader: Reader, crops: Sequence[Grey]) -> list[Line]:
    """The line of each crop, in pixels of the crop."""
    # A crop is an array of pixels, which cannot fail to be read.
    return [_one_line(read) for read in reader.read_here(crops) if isinstance(read, Document)]


def _one_line(document: Document) -> Line:
    """The line of a crop; the longest, where columns cut out together came apart again."""
    return max(document.pages[0].lines, key=lambda line: len(line.text))


def finished_page(number: int, cut: CutPage, lines: Sequence[Line], reader: Reader) -> Page:
    """Put the lines of a page into blocks and order; what is no print is left out.

    Args:
        number: of the page, from 1.
        cut: the page.
        lines: those of its crops that were unread, in their order.
        reader: of lines.
    """
    read = cut.read | dict(zip(cut.unread, lines, strict=True))
    blocks = cut.blocks
    if blocks is None:
        contrasts = {place: contrast_of(cut.crops[place].grey) for place in read}
        kept = printed(read, contrasts)
        side = cut.upright_size[0 if reader.manifest.direction == "ttb" else 1]
        whole = [place for place in kept if not is_cut_off(read[place], cut.polygons[place], side)]
        blocks = _arranged(cut, whole or kept, reader)
    made = tuple(
        Block(tuple(moved_line(read[place], cut.crops[place].to_page, cut.size) for place in block))
        for block in blocks
    )
    return Page(number, *cut.size, made, cut.dpi, float(90 * cut.quarters % 360))


def _arranged(cut: CutPage, kept: Sequence[int], reader: Reader) -> list[list[int]]:
    """Some lines of a page in blocks, by their numbers."""
    width, height = cut.upright_size
    blocks = arrange(
        [cut.polygons[place] for place in kept],
        width=width,
        height=height,
        direction=reader.manifest.direction,
    )
    return [[kept[place] for place in block] for block in blocks]
