"""Many synthetic lines on many cores.

The same lines for the same seed, whatever the number of processes.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import cv2
import numpy as np

from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.processes import in_order
from effocr.synth.fonts import FontFile
from effocr.synth.lines import LineMaker, LineOptions

CHUNK: Final = 64  # lines a task draws; part of what a seed means

_Task = tuple[np.random.SeedSequence, int]  # seed and size of a chunk
_maker: list[LineMaker] = []  # one a process, set by `_start`


def draw_lines(
    fonts: Sequence[FontFile],
    charset: Charset,
    count: int,
    *,
    seed: int | Sequence[int],
    options: LineOptions | None = None,
    processes: int = 1,
) -> Iterator[LabelledLine]:
    """Draw `count` lines in a fixed order.

    Args:
        fonts: to draw with.
        charset: to draw from.
        count: of lines.
        seed: of the whole set; line i depends on the seed and i only.
        options: what lines look like.
        processes: to draw with; 1 draws in this one.

    Raises:
        FontError: no font can set a line; at once, not when the first line is asked for.
    """
    maker = LineMaker(fonts, charset, options)
    seeds = np.random.SeedSequence(seed).spawn(-(-count // CHUNK))
    tasks = [(each, min(CHUNK, count - CHUNK * i)) for i, each in enumerate(seeds)]
    if processes == 1 or len(tasks) < 2:
        return chain.from_iterable(_chunk(maker, task) for task in tasks)
    known = (list(fonts), charset, options)
    return chain.from_iterable(
        in_order(_task, tasks, processes=processes, start=_start, start_with=known)
    )


def _start(fonts: list[FontFile], charset: Charset, options: LineOptions | None) -> None:
    cv2.setNumThreads(1)
    _maker[:] = [LineMaker(fonts, charset, options)]


def _task(task: _Task) -> list[LabelledLine]:
    return list(_chunk(_maker[0], task))


def _chunk(maker: LineMaker, task: _Task) -> Iterator[LabelledLine]:
    """The lines of a chunk, by its seed and their number."""
    seed, size = task
    rng = np.random.default_rng(seed)
    for _ in range(size):
        yield maker.line(rng)
