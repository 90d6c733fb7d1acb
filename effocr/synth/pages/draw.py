"""Draw synthetic pages with their truth."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from effocr.charset import Charset
from effocr.synth.fonts import FontFile
from effocr.synth.pages.columns import book, columns
from effocr.synth.pages.draft import Draft
from effocr.synth.pages.options import Layout, PageOptions
from effocr.synth.pages.sheet import Box, Placed, Sheet
from effocr.synth.pages.shelf import Shelf
from effocr.synth.pages.truth import PageLine, PageWord, SyntheticPage
from effocr.synth.pages.warp import Warp, draw_warp, warp_ink, warp_points
from effocr.synth.pages.wear import draw_page_wear, scan_page

__all__ = ["PageMaker", "draw_page"]

Name = TypeVar("Name", bound=str)
STEP: Final = 160  # pixels between the points of a polygon's long sides, where lines bend
USUAL_X_HEIGHT: Final = 14.0  # pixels, of a page without text
MOST_TURNS: Final = 4  # times that a skew is halved so that all of the text stays on the image


class PageMaker:
    """Draws pages from fonts and a charset; holds which font covers what."""

    def __init__(
        self, fonts: Sequence[FontFile], charset: Charset, options: PageOptions | None = None
    ) -> None:
        """Sort the fonts.

        Raises:
            FontError: no font can set text.
        """
        self.options = options or PageOptions()
        self._shelf = Shelf(fonts, charset)

    def page(self, rng: np.random.Generator) -> SyntheticPage:
        """Draw one page; all of it comes from `rng`."""
        options = self.options
        layout, condition = _draw(rng, options.layouts), _draw(rng, options.conditions)
        sheet = Sheet.blank(*_size(rng, layout, options))
        _lay_out(layout, Draft(rng, self._shelf, options, sheet))
        heights = [line.x_height for line in sheet.lines if line.kind == "body"]
        x_height = float(np.median(heights)) if heights else USUAL_X_HEIGHT
        warp = _warp(rng, sheet, options)
        ink = warp_ink(sheet.ink, warp)
        grey, jpeg = scan_page(ink, x_height, draw_page_wear(rng, condition), rng)
        lines = tuple(_truth(line, warp) for line in sheet.lines)
        return SyntheticPage(grey, lines, layout, condition, jpeg)


def draw_page(
    seed: int | Sequence[int],
    fonts: Sequence[FontFile],
    charset: Charset,
    options: PageOptions | None = None,
) -> SyntheticPage:
    """Draw one page; for many of them make a `PageMaker` once, or call `draw_pages`.

    Args:
        seed: the same seed draws the same page.
        fonts: to draw with, see `effocr.synth.fonts.load_fonts`.
        charset: to draw from.
        options: what pages look like.

    Raises:
        FontError: no font can set text.
    """
    return PageMaker(fonts, charset, options).page(np.random.default_rng(seed))


def _draw(rng: np.random.Generator, shares: Mapping[Name, float]) -> Name:
    names = list(shares)
    weights = np.array([shares[name] for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def _size(rng: np.random.Generator, layout: Layout, options: PageOptions) -> tuple[int, int]:
    """Width and height of a page, pixels."""
    least, most = options.width
    width = round(np.exp(rng.uniform(np.log(least), np.log(most))))
    ratio = rng.uniform(1.2, 1.65) if rng.random() < 0.95 else rng.uniform(0.65, 1.0)
    return width, max(32, min(options.longest, round(width * ratio)))


def _lay_out(layout: Layout, draft: Draft) -> None:
    match layout:
        case "book":
            book(draft)
        case "columns":
            columns(draft)


def _warp(rng: np.random.Generator, sheet: Sheet, options: PageOptions) -> Warp:
    """How the page lies, with all of its text on the image."""
    warp = draw_warp(
        rng,
        (sheet.width, sheet.height),
        skewed=options.skewed,
        steepest=options.steepest,
        curved=options.curved,
    )
    corners = [
        (x, y)
        for line in sheet.lines
        for x in (line.box[0], line.box[2])
        for y in (line.box[1], line.box[3])
    ]
    for _ in range(MOST_TURNS):
        points = warp_points(corners, warp)
        if not len(points) or ((points >= 0) & (points <= np.array(warp.size))).all():
            return warp
        warp = warp.less()
    return Warp(size=warp.size)


def _truth(line: Placed, warp: Warp) -> PageLine:
    x0, _, x1, _ = line.box
    across = np.linspace(x0, x1, _points(x1 - x0, warp))
    baseline = np.stack([across, np.full_like(across, line.baseline)], axis=1)
    words = tuple(PageWord(text, _polygon(box, warp)) for text, box in line.words)
    return PageLine(
        text=line.text,
        polygon=_polygon(line.box, warp),
        baseline=_inside(warp_points(baseline, warp), warp),
        x_height=line.x_height,
        kind=line.kind,
        block=line.block,
        words=words,
    )


def _points(width: float, warp: Warp) -> int:
    """Of a side of the polygon."""
    return 2 + int(width / STEP) if warp.bent else 2


def _polygon(box: Box, warp: Warp) -> npt.NDArray[np.float32]:
    x0, y0, x1, y1 = box
    across = np.linspace(x0, x1, _points(x1 - x0, warp))
    upper = np.stack([across, np.full_like(across, y0)], axis=1)
    lower = np.stack([across[::-1], np.full_like(across, y1)], axis=1)
    return _inside(warp_points(np.concatenate([upper, lower]), warp), warp)


def _inside(points: npt.NDArray[np.float32], warp: Warp) -> npt.NDArray[np.float32]:
    return points.clip(0, np.array(warp.size)).astype(np.float32)
