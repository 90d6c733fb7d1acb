"""Prepared lines -> glyph boxes, each line in its exact frame: what reading does.

A line is located in the frame guessed from its rows of ink, and once more in a better one where the
first was far off; then the glyphs are brought into the exact frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from effocr.bundle import LineShape
from effocr.frame import (
    CROP_AGAIN,
    LOCATE_AGAIN,
    Prepared,
    Tolerance,
    better_frame,
    lay_down,
    prepare,
    warp,
)
from effocr.geometry import Affine, Direction
from effocr.localizer.arrays import Located, decode, decode_all
from effocr.pipeline.engines import Grey, Localizer, LocatedLine
from effocr.pipeline.tiles import locate_maps

__all__ = ["NativeLocator", "locate_lines"]


@dataclass(frozen=True, slots=True)
class NativeLocator:
    """The native localizer as an `effocr.pipeline.engines.Locator`.

    Attributes:
        localizer: its network.
        shape: of the frame.
        peak_threshold: least score of a glyph.
        exact: glyphs are brought into the exact frame, as crops need it; else they stay where the
            localizer saw them, and so do its features.
    """

    localizer: Localizer
    shape: LineShape
    peak_threshold: float
    exact: bool = True

    def locate(self, lines: Sequence[Grey]) -> list[LocatedLine | None]:
        """See `effocr.pipeline.engines.Locator`."""
        return self._find(lines, None)

    def propose(self, lines: Sequence[Grey], least: float) -> list[LocatedLine | None]:
        """Whatever may be a glyph, in the frames that reading settles on.

        Args:
            lines: as for `locate`.
            least: score of what may be a glyph; far below `peak_threshold`.

        Returns:
            As `locate`, but the boxes may cover each other, see
            `effocr.localizer.arrays.decode_all`.
        """
        return self._find(lines, least)

    def _find(self, lines: Sequence[Grey], least: float | None) -> list[LocatedLine | None]:
        lying = [lay_down(line, self.shape.direction) for line in lines]
        prepared = [prepare(line, self.shape) for line, _ in lying]
        printed = [line for line in prepared if line is not None]
        found = iter(
            locate_lines(
                printed,
                self.localizer,
                self.shape,
                peak_threshold=self.peak_threshold,
                exact=self.exact,
                least=least,
            )
        )
        return [
            None if line is None else _on_image(next(found), to_image, self.shape.direction)
            for line, (_, to_image) in zip(prepared, lying, strict=True)
        ]


def _on_image(line: LocatedLine, to_image: Affine, direction: Direction) -> LocatedLine:
    """A line that was located lying down, from left to right, as it stands and is read."""
    if direction == "ttb":
        return replace(line, grey=np.rot90(line.grey, -1), frame=line.frame.then(to_image))
    if direction == "rtl":
        found = line.located
        gaps = np.concatenate((found.gaps[:1], found.gaps[:0:-1]))  # a gap stays where it is
        turned = replace(found, boxes=found.boxes[::-1], scores=found.scores[::-1], gaps=gaps)
        return replace(line, located=turned)
    return line


def locate_lines(
    lines: Sequence[Prepared],
    localizer: Localizer,
    shape: LineShape,
    *,
    peak_threshold: float,
    exact: bool = True,
    least: float | None = None,
) -> list[LocatedLine]:
    """Find the glyphs of every line.

    Args:
        lines: n lines of any size.
        localizer: module 1.
        shape: of the frame.
        peak_threshold: least score of a glyph.
        exact: move the glyphs into the exact frame; the maps stay behind.
        least: give everything of at least this score once the frames are found, see
            `effocr.localizer.arrays.decode_all`; None: glyphs only.
    """
    frames = [(line.frame, line.frame_width) for line in lines]
    found = _locate(lines, frames, localizer, shape, peak_threshold)
    again = [
        (place, better)
        for place, line in enumerate(found)
        if (better := _better(line, shape, LOCATE_AGAIN)) is not None
    ]
    moved = _locate(
        [lines[place] for place, _ in again],
        [better for _, better in again],
        localizer,
        shape,
        peak_threshold,
    )
    for (place, _), line in zip(again, moved, strict=True):
        found[place] = line
    settled = found
    if exact:
        settled = [_settle(line, each, shape) for line, each in zip(found, lines, strict=True)]
    if least is None:
        return settled
    return [_all_of(line, seen, least) for line, seen in zip(settled, found, strict=True)]


def _locate(
    lines: Sequence[Prepared],
    frames: Sequence[tuple[Affine, int]],
    localizer: Localizer,
    shape: LineShape,
    peak_threshold: float,
) -> list[LocatedLine]:
    """Find the glyphs of each line in the frame given for it."""
    pixels = [
        warp(line.grey, frame, width, shape.height)
        for line, (frame, width) in zip(lines, frames, strict=True)
    ]
    maps = locate_maps(pixels, localizer)
    return [
        LocatedLine(
            line.grey,
            frame,
            seen,
            decode(found, width=width, peak_threshold=peak_threshold),
            found,
        )
        for line, (frame, width), seen, found in zip(lines, frames, pixels, maps, strict=True)
    ]


def _all_of(line: LocatedLine, seen: LocatedLine, least: float) -> LocatedLine:
    """A line with everything that may be a glyph; baseline and x-height stay those of the glyphs.

    Args:
        line: in the frame that reading settles on, which only its glyphs decide.
        seen: the same in the frame of its maps.
        least: score of what may be a glyph.
    """
    if seen.maps is None or seen.located.baseline is None:
        return line
    everything = decode_all(seen.maps, width=seen.pixels.shape[1], least=least)
    boxes = everything.boxes
    if line is not seen:
        boxes = seen.frame.then(line.frame.inverse()).boxes(boxes).astype(np.float32)
    return replace(
        line,
        located=replace(line.located, boxes=boxes, scores=everything.scores, gaps=everything.gaps),
    )


def _better(line: LocatedLine, shape: LineShape, tolerance: Tolerance) -> tuple[Affine, int] | None:
    """A better frame and its width, if what was found asks for one."""
    located = line.located
    if located.baseline is None:
        return None
    return better_frame(
        line.frame,
        line.pixels.shape[1],
        baseline=located.baseline,
        x_height=located.x_height,
        extent=(float(located.boxes[:, 0].min()), float(located.boxes[:, 2].max())),
        shape=shape,
        tolerance=tolerance,
    )


def _settle(line: LocatedLine, prepared: Prepared, shape: LineShape) -> LocatedLine:
    """Move the glyphs into the exact frame, where the recognizer can tell o from O by its size."""
    better = _better(line, shape, CROP_AGAIN)
    if better is None:
        return line
    frame, width = better
    pixels = warp(prepared.grey, frame, width, shape.height)
    located = _moved(line.located, line.frame.then(frame.inverse()))
    return LocatedLine(prepared.grey, frame, pixels, located, line.maps)


def _moved(located: Located, to_new: Affine) -> Located:
    """Glyphs, baseline and x-height in another frame."""
    baseline = located.baseline
    if baseline is not None:
        row, slope = baseline
        (x0, y0), (x1, y1) = to_new.points(np.array([[0.0, row], [1.0, row + slope]]))
        slope = float((y1 - y0) / (x1 - x0))
        baseline = (float(y0 - slope * x0), slope)
    return replace(
        located,
        boxes=to_new.boxes(located.boxes).astype(np.float32),
        baseline=baseline,
        x_height=float(located.x_height * to_new.matrix[1, 1]),
    )
