"""Labelled frames -> windows of the localizer's features, for recognizers that share them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from effocr.bundle import WindowShape
from effocr.errors import TrainingError
from effocr.localizer.arrays import CHANNELS
from effocr.pipeline.engines import Localizer, Views
from effocr.pipeline.tiles import locate_maps
from effocr.recognizer.arrays import cut_windows
from effocr.recognizer.sources import LabelledFrame, WindowSource

__all__ = ["cut_known", "window_source"]

AT_ONCE: Final = 64  # frames whose features are held at a time


def cut_known(
    frames: Sequence[LabelledFrame], localizer: Localizer, window: WindowShape
) -> list[Views]:
    """Windows of the glyphs whose boxes are known.

    Args:
        frames: lines in their frames, with boxes.
        localizer: whose features are looked at.
        window: how much of them.

    Returns:
        [n, channels, columns] float32 for each frame.

    Raises:
        TrainingError: the localizer gives other features.
    """
    found: list[Views] = []
    for start in range(0, len(frames), AT_ONCE):
        part = frames[start : start + AT_ONCE]
        maps = locate_maps([frame.pixels for frame in part], localizer)
        for frame, seen in zip(part, maps, strict=True):
            features = seen[CHANNELS:]
            if len(features) != window.channels:
                raise TrainingError(
                    f"the localizer gives {len(features)} features, the recognizer looks at "
                    f"{window.channels}; name the one that it learnt from"
                )
            found.append(cut_windows(features, frame.boxes, window))
    return found


def window_source(
    frames: Sequence[LabelledFrame], localizer: Localizer, window: WindowShape
) -> WindowSource:
    """The glyphs of labelled frames, to learn from or to fill an index with.

    Raises:
        TrainingError: there are no glyphs, or the localizer gives other features.
    """
    labels = [glyph for frame in frames for glyph in frame.glyphs]
    return WindowSource(cut_known(frames, localizer, window), labels)
