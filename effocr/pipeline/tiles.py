"""Frames -> maps of the localizer: batches of equal width, wide lines in overlapping tiles.

A line is padded to a width that depends on that line alone, so that it reads the same in any
company.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.frame import PAPER
from effocr.pipeline.engines import Localizer
from effocr.pipeline.images import Grey

__all__ = ["locate_maps"]

_Floats = npt.NDArray[np.float32]
_Tile = tuple[int, int, int]  # number of the frame, first and last (exclusive) pixel column

BUCKET_PX: Final = 32  # widths are padded to a multiple of this
TILE_PX: Final = 4096  # wider frames are cut, so that memory does not grow with the width
HALO_PX: Final = 256  # overlap on each side of a tile, seen but not used
BATCH_PX: Final = 8192  # columns in one call


def locate_maps(frames: Sequence[Grey], localizer: Localizer) -> list[_Floats]:
    """Run the localizer over lines of any widths.

    Args:
        frames: [height, width] uint8 each, one height, paper 255.
        localizer: module 1.

    Returns:
        For each frame [channels, columns] float32, the columns of its padded width.
    """
    padded = [_padded(frame) for frame in frames]
    by_width: dict[int, list[_Tile]] = defaultdict(list)
    for number, frame in enumerate(padded):
        for start, stop in _tiles(frame.shape[1]):
            by_width[stop - start].append((number, start, stop))
    pieces: list[list[tuple[int, _Floats]]] = [[] for _ in frames]
    for width, tiles in sorted(by_width.items()):
        step = max(BATCH_PX // width, 1)
        for first in range(0, len(tiles), step):
            batch = tiles[first : first + step]
            maps = localizer.maps(np.stack([padded[n][:, start:stop] for n, start, stop in batch]))
            for (number, start, _), found in zip(batch, maps, strict=True):
                pieces[number].append((start, found))
    return [_joined(found, frame.shape[1]) for found, frame in zip(pieces, padded, strict=True)]


def _padded(frame: Grey) -> Grey:
    """The frame with paper added on the right, up to the next bucket."""
    missing = -frame.shape[1] % BUCKET_PX
    if not missing:
        return frame
    return np.pad(frame, ((0, 0), (0, missing)), constant_values=PAPER)


def _tiles(width: int) -> list[tuple[int, int]]:
    """First and last (exclusive) columns of the tiles of a padded frame, left to right."""
    if width <= TILE_PX:
        return [(0, width)]
    step = TILE_PX - 2 * HALO_PX
    starts = range(0, width - 2 * HALO_PX, step)
    return [(start, min(start + TILE_PX, width)) for start in starts]


def _joined(pieces: list[tuple[int, _Floats]], width: int) -> _Floats:
    """Maps of a whole frame from those of its tiles, cut in the middle of the overlaps."""
    if len(pieces) == 1:
        return pieces[0][1]
    pieces = sorted(pieces, key=lambda piece: piece[0])
    stride = TILE_PX // pieces[0][1].shape[1]
    columns = width // stride
    joined = np.empty((pieces[0][1].shape[0], columns), np.float32)
    for start, maps in pieces:
        skipped = 0 if start == 0 else HALO_PX // stride
        joined[:, start // stride + skipped : start // stride + maps.shape[1]] = maps[:, skipped:]
    return joined
