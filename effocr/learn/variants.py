"""Examples of a glyph, printed and scanned again in many ways, in frames a little off."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.bundle import LineShape
from effocr.frame import prepare, warp
from effocr.geometry import Affine
from effocr.learn.examples import Example
from effocr.pipeline.engines import Grey
from effocr.synth.degrade import wear_down
from effocr.synth.wear_kinds import draw_wear

__all__ = ["draw_variants", "frame_example"]

Floats = npt.NDArray[np.float32]

VARIANTS: Final = 180  # of all examples together
AS_THEY_ARE: Final = 0.25  # share of the variants that are not worn
AROUND: Final = 4.0  # x-heights beside the glyph that are looked at, too
SCALE, BASELINE_PX, SLOPE = 0.08, 1.0, 0.002  # standard deviations of the frames, see FrameErrors


def draw_variants(
    examples: Sequence[Example], shape: LineShape, rng: np.random.Generator
) -> Iterator[tuple[Grey, Floats]]:
    """Frames [height, width] with the picture on them, and its box in frame pixels."""
    for example in examples:
        reach = AROUND * example.x_height
        left = max(int(example.box[0] - reach), 0)
        right = min(int(np.ceil(example.box[2] + reach)), example.grey.shape[1])
        row, slope = example.baseline
        part = replace(
            example,
            grey=example.grey[:, left:right],
            box=example.box - np.array([left, 0, left, 0], np.float32),
            baseline=(row + slope * left, slope),
        )
        for number in range(-(-VARIANTS // len(examples))):
            worn = number > 0 and rng.random() >= AS_THEY_ARE
            framed = frame_example(_worn(part, rng) if worn else part, shape, rng, off=number > 0)
            if framed is not None:
                yield framed


def _worn(example: Example, rng: np.random.Generator) -> Example:
    """The example printed and scanned once more; never finer than it is."""
    wear = draw_wear(rng)
    finer = wear.x_height_px is None or wear.x_height_px >= example.x_height
    wear = replace(
        wear, x_height_px=None if finer else wear.x_height_px, fading=0.0, smudge=0.0, pale=0.0
    )
    grey = wear_down(255 - example.grey, example.x_height, wear, rng)
    x, y = grey.shape[1] / example.grey.shape[1], grey.shape[0] / example.grey.shape[0]
    row, slope = example.baseline
    return replace(
        example,
        grey=grey,
        box=example.box * np.array([x, y, x, y], np.float32),
        baseline=(row * y, slope * y / x),
        x_height=example.x_height * y,
    )


def frame_example(
    example: Example, shape: LineShape, rng: np.random.Generator, *, off: bool
) -> tuple[Grey, Floats] | None:
    """The example in its frame, or a little off; None where wear left nothing."""
    prepared = prepare(example.grey, shape)
    if prepared is None:
        return None
    errors = rng.normal(0.0, (SCALE, BASELINE_PX, SLOPE)) * off
    scale = example.x_height / shape.x_height_px * float(np.exp(errors[0]))
    row, slope = example.baseline
    slope += float(errors[2])
    row += float(errors[1]) * scale - float(errors[2]) * example.grey.shape[1] / 2
    matrix = [[scale, 0.0, 0.0], [slope * scale, scale, row - shape.baseline_px * scale]]
    frame = Affine(np.array(matrix))
    width = max(int(np.ceil(example.grey.shape[1] / scale)), 16)
    pixels = warp(prepared.grey, frame, width, shape.height)
    return pixels, frame.inverse().boxes(example.box[None])[0].astype(np.float32)
