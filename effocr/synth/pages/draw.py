"""Draw synthetic pages with their truth."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from effocr.charset import Charset
from effocr.synth.fonts import FontFile
from effocr.synth.pages.columns import book, columns
from effocr.synth.pages.damage import darken
from effocr.synth.pages.draft import Draft
from effocr.synth.pages.ground import lay_on_ground
from effocr.synth.pages.locate import find_lines, fits
from effocr.synth.pages.newspaper import newspaper
from effocr.synth.pages.office import letter, typescript
from effocr.synth.pages.options import LEAST_WIDTH, Layout, PageOptions
from effocr.synth.pages.plates import plate, title
from effocr.synth.pages.printers import print_slip
from effocr.synth.pages.receipt import receipt
from effocr.synth.pages.sheet import Box, Sheet
from effocr.synth.pages.shelf import Shelf
from effocr.synth.pages.signs import background, sign
from effocr.synth.pages.slip import slip
from effocr.synth.pages.tables import contents, form, table
from effocr.synth.pages.truth import PageLine, SyntheticPage
from effocr.synth.pages.warp import Warp, draw_warp, warp_ink
from effocr.synth.pages.wear import draw_page_wear, scan_page

__all__ = ["PageMaker", "draw_page"]

Ink = npt.NDArray[np.uint8]
Name = TypeVar("Name", bound=str)
USUAL_X_HEIGHT: Final = 14.0  # pixels, of a page without running text
LOOSE: Final[tuple[Layout, ...]] = ("receipt", "slip", "sign")  # no sheets of books or offices
STRIPS: Final[tuple[Layout, ...]] = ("receipt", "slip")  # narrow, and cut where they end
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
        if layout == "slip" and condition != "clean":
            sheet.ink = print_slip(rng, sheet.ink, x_height)
        warp = _warp(rng, sheet, options)
        ink = warp_ink(sheet.ink, warp)
        lines = find_lines(sheet.lines, warp)
        fade = None
        if condition != "clean":
            fade = _fade(rng, ink, _hull(lines, warp.size), x_height, layout, options)
        grey, jpeg = scan_page(ink, x_height, draw_page_wear(rng, condition), rng, fade=fade)
        page = SyntheticPage(grey, lines, layout, condition, jpeg)
        return lay_on_ground(rng, page) if _is_laid(rng, layout, options) else page


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
    """Width and height of a page, pixels; strips are narrow, and cut where they end."""
    least, most = options.width
    low, high = 0.0, 1.0
    if layout in STRIPS:
        high = 0.4
    elif layout == "newspaper":
        low = 0.35
    width = round(least * (most / least) ** rng.uniform(low, high))
    ratio = rng.uniform(1.2, 1.65) if rng.random() < 0.95 else rng.uniform(0.65, 1.0)
    if layout in STRIPS:
        ratio = 4.0
    return width, max(LEAST_WIDTH, min(options.longest, round(width * ratio)))


def _fade(
    rng: np.random.Generator, ink: Ink, text: Box, x_height: float, layout: Layout,
    options: PageOptions,
) -> Ink | None:  # fmt: skip
    """What the paper loses of its light, and what lies behind the words of a sign."""
    fade = darken(rng, ink, text, x_height, options)
    if layout == "sign" and rng.random() < options.pictures:
        behind = background(rng, ink.shape)
        fade = behind if fade is None else np.asarray(cv2.add(fade, behind), np.uint8)
    return fade


def _is_laid(rng: np.random.Generator, layout: Layout, options: PageOptions) -> bool:
    """Whether a page is seen on the ground that it lies on."""
    return layout in LOOSE and bool(rng.random() < options.laid)


def _lay_out(layout: Layout, draft: Draft) -> None:  # noqa: C901 - a name for each layout
    match layout:
        case "book":
            book(draft)
        case "columns":
            columns(draft)
        case "newspaper":
            newspaper(draft)
        case "typescript":
            typescript(draft)
        case "letter":
            letter(draft)
        case "contents":
            contents(draft)
        case "table":
            table(draft)
        case "form":
            form(draft)
        case "receipt":
            receipt(draft)
        case "slip":
            slip(draft)
        case "title":
            title(draft)
        case "plate":
            plate(draft)
        case "sign":
            sign(draft)


def _warp(rng: np.random.Generator, sheet: Sheet, options: PageOptions) -> Warp:
    """How the page lies, with all of its text on the image."""
    warp = draw_warp(
        rng,
        (sheet.width, sheet.height),
        skewed=options.skewed,
        steepest=options.steepest,
        curved=options.curved,
    )
    for _ in range(MOST_TURNS):
        if fits(sheet.lines, warp):
            return warp
        warp = warp.less()
    return Warp(size=warp.size)


def _hull(lines: Sequence[PageLine], size: tuple[int, int]) -> Box:
    """Around all lines; of a page without any a point in its middle."""
    middle = np.array([size], np.float32) * np.float32(0.5)
    points = [line.polygon for line in lines] or [middle]
    x0, y0 = np.min([corners.min(axis=0) for corners in points], axis=0)
    x1, y1 = np.max([corners.max(axis=0) for corners in points], axis=0)
    return float(x0), float(y0), float(x1), float(y1)
