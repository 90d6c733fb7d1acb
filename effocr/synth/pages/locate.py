"""Where the lines and words of a sheet lie in the image: all points of a page at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.synth.pages.sheet import Box, Placed
from effocr.synth.pages.truth import PageLine, PageWord
from effocr.synth.pages.warp import Warp, warp_points

__all__ = ["find_lines", "fits"]

Points = npt.NDArray[np.float32]
STEP: Final = 160  # pixels between the points of a polygon's long sides, where lines bend


def fits(lines: Sequence[Placed], warp: Warp) -> bool:
    """Whether all lines are within the image."""
    corners = [
        (x, y)
        for line in lines
        for x in (line.box[0], line.box[2])
        for y in (line.box[1], line.box[3])
    ]
    points = warp_points(corners, warp)
    return bool(((points >= 0) & (points <= np.array(warp.size))).all())


def find_lines(lines: Sequence[Placed], warp: Warp) -> tuple[PageLine, ...]:
    """The lines of a sheet as they are in the image."""
    flat: list[npt.NDArray[np.float64]] = []
    for line in lines:
        x0, _, x1, _ = line.box
        flat += [_around(line.box, warp), _along(x0, x1, line.baseline, warp)]
        flat += [_around(box, warp) for _, box in line.words]
    if not flat:
        return ()
    ends = np.cumsum([len(points) for points in flat])[:-1]
    everywhere = warp_points(np.concatenate(flat), warp).clip(0, np.array(warp.size, np.float32))
    found = iter(np.split(everywhere.astype(np.float32), ends))
    return tuple(
        PageLine(
            text=line.text,
            polygon=next(found),
            baseline=next(found),
            x_height=line.x_height,
            kind=line.kind,
            block=line.block,
            words=tuple(PageWord(text, next(found)) for text, _ in line.words),
        )
        for line in lines
    )


def _along(x0: float, x1: float, y: float, warp: Warp) -> npt.NDArray[np.float64]:
    """[n, 2] points of a level line; two are enough where the page is flat."""
    between = int((x1 - x0) / STEP) if warp.bent else 0
    if not between:
        return np.array([[x0, y], [x1, y]])
    x = np.linspace(x0, x1, 2 + between)
    return np.stack([x, np.full_like(x, y)], axis=1)


def _around(box: Box, warp: Warp) -> npt.NDArray[np.float64]:
    """[n, 2] points of a box, clockwise from its upper left corner."""
    x0, y0, x1, y1 = box
    return np.concatenate([_along(x0, x1, y0, warp), _along(x0, x1, y1, warp)[::-1]])
