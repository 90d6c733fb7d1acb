"""Draw the words that were spotted on their picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.pipeline.draw import confidence_colour
from effocr.pipeline.spotter import SpottedWord

__all__ = ["draw_words"]

Colour = npt.NDArray[np.uint8]

LEAST_TEXT_PX: Final = 11
MOST_TEXT_PX: Final = 40


def draw_words(image: Colour, words: Sequence[SpottedWord]) -> Colour:
    """A copy of the picture with outlines, and the texts above them.

    Green is sure (90 % and more), orange less so, red below 60 %.

    Args:
        image: [height, width, 3] uint8 RGB.
        words: polygons in its pixels.
    """
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.fromarray(image)
    pen = ImageDraw.Draw(picture)
    for word in words:
        colour = confidence_colour(word.confidence)
        corners = [(float(x), float(y)) for x, y in word.polygon]
        pen.line([*corners, corners[0]], fill=colour, width=2)
        low, high = word.polygon.min(axis=0), word.polygon.max(axis=0)
        size_px = int(np.clip(0.6 * (high[1] - low[1]), LEAST_TEXT_PX, MOST_TEXT_PX))
        font = ImageFont.load_default(size_px)
        place = (float(low[0]), max(float(low[1]), size_px + 2.0))
        pen.rectangle(pen.textbbox(place, word.text, font=font, anchor="lb"), fill=(255, 255, 255))
        pen.text(place, word.text, fill=colour, font=font, anchor="lb")
    return np.array(picture)
