"""Many synthetic pages on many cores: the same for the same seed, whatever the processes."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import cv2
import numpy as np

from effocr.charset import Charset
from effocr.processes import in_order
from effocr.synth.fonts import FontFile
from effocr.synth.pages.draw import PageMaker
from effocr.synth.pages.options import PageOptions
from effocr.synth.pages.truth import SyntheticPage

__all__ = ["draw_pages", "map_pages"]

Result = TypeVar("Result")
_maker: list[PageMaker] = []  # one a process, set by `_start`


def draw_pages(
    fonts: Sequence[FontFile],
    charset: Charset,
    count: int,
    *,
    seed: int,
    options: PageOptions | None = None,
    processes: int = 1,
) -> Iterator[SyntheticPage]:
    """Draw `count` pages in a fixed order.

    Args:
        fonts: to draw with.
        charset: to draw from.
        count: of pages.
        seed: of the whole set; page i depends on the seed and i only.
        options: what pages look like.
        processes: to draw with; 1 draws in this one.

    Raises:
        FontError: no font can set text; at once, not when the first page is asked for.
    """
    return map_pages(
        _itself, fonts, charset, count, seed=seed, options=options, processes=processes
    )


def map_pages(
    function: Callable[[SyntheticPage], Result],
    fonts: Sequence[FontFile],
    charset: Charset,
    count: int,
    *,
    seed: int,
    options: PageOptions | None = None,
    processes: int = 1,
) -> Iterator[Result]:
    """Draw pages and call a function, at the top of a module, with each where it was drawn."""
    maker = PageMaker(fonts, charset, options)
    seeds = [np.random.SeedSequence((seed, number)) for number in range(count)]
    if processes == 1 or count < 2:
        return (function(maker.page(np.random.default_rng(each))) for each in seeds)
    known = (list(fonts), charset, options)
    task = partial(_task, function)
    return in_order(task, seeds, processes=processes, start=_start, start_with=known)


def _itself(page: SyntheticPage) -> SyntheticPage:
    return page


def _start(fonts: list[FontFile], charset: Charset, options: PageOptions | None) -> None:
    cv2.setNumThreads(1)
    _maker[:] = [PageMaker(fonts, charset, options)]


def _task(function: Callable[[SyntheticPage], Result], seed: np.random.SeedSequence) -> Result:
    return function(_maker[0].page(np.random.default_rng(seed)))
