"""Many synthetic lines on many cores.

The same lines for the same seed, whatever the number of processes.
"""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import cv2
import numpy as np

from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.synth.fonts import FontFile
from effocr.synth.lines import LineMaker, LineOptions

CHUNK: Final = 64  # lines a task draws; part of what a seed means

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
    """
    seeds = np.random.SeedSequence(seed).spawn(-(-count // CHUNK))
    sizes = [min(CHUNK, count - CHUNK * i) for i in range(len(seeds))]
    if processes == 1:
        maker = LineMaker(fonts, charset, options)
        for each, size in zip(seeds, sizes, strict=True):
            yield from _chunk(maker, each, size)
        return
    context = multiprocessing.get_context("spawn")  # forking a process with threads of torch hangs
    with ProcessPoolExecutor(processes, context, _start, (list(fonts), charset, options)) as pool:
        for lines in pool.map(_task, seeds, sizes, chunksize=1):
            yield from lines


def _start(fonts: list[FontFile], charset: Charset, options: LineOptions | None) -> None:
    cv2.setNumThreads(1)
    _maker.append(LineMaker(fonts, charset, options))


def _task(seed: np.random.SeedSequence, size: int) -> list[LabelledLine]:
    return list(_chunk(_maker[0], seed, size))


def _chunk(maker: LineMaker, seed: np.random.SeedSequence, size: int) -> Iterator[LabelledLine]:
    rng = np.random.default_rng(seed)
    for _ in range(size):
        yield maker.line(rng)
