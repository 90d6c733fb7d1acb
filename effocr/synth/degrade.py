"""Wear and tear: from clean ink to what a scanner delivers. Arrays in, arrays out; boxes never move
here.

Every step takes `rng` and is a few OpenCV calls, so a line costs about two milliseconds.
"""

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

PAPER: Final = 255.0
SHARPENED: Final = 0.12  # x-heights; reach of a sharpening scanner
HAIRLINE_REACH: Final = 0.22  # x-heights; within, a stroke says how black its own edge may be
Kernel = Literal["area", "nearest", "linear", "cubic"]
Cut = Literal["level", "otsu", "local"]
KERNELS: Final[dict[Kernel, int]] = {
    "area": cv2.INTER_AREA, "nearest": cv2.INTER_NEAREST_EXACT, "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
}  # fmt: skip
LEAST_HAIRLINE: Final = 0.25  # of full ink; what is fainter is no stroke


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """How one line is printed and scanned. Lengths are in x-heights of the line, levels 0 to 1.

    Attributes:
        bleed: standard deviation of the ink's spread.
        weight: shift of the stroke edge after spreading; positive fills strokes, negative breaks
            them.
        hairlines: how far thin strokes keep their ink when it spreads; at 0 they pale beside fat
            ones and break, at 1 they print as black.
        hardness: slope of the edge; high is bilevel.
        roughness: amplitude of noise along the edges.
        fading: share of ink lost in patches.
        specks: per square x-height.
        paper: level of the paper; above 1 it is burnt out and shows no grain.
        ink: level of the ink.
        uneven: amplitude of slow changes of light.
        grain: standard deviation of the paper's noise.
        blur: standard deviation of the scanner's blur.
        x_height_px: resolution of the scan; None keeps that of the drawing.
        bilevel: threshold of a bilevel scan, from the darkest print to the paper; None keeps the
            greys.
        jpeg: quality; None is lossless.
        dots: dot pitch of a matrix printer; 0 is none.
        pale: most of the ink lost where print pales along the line.
        pale_reach: over what length it pales, words or half the line.
        ghost: ink of a second strike a little beside the first; 0 is none.
        smudge: density of a patch of dirt; 0 is none.
        kernel: how the scan is brought to its resolution.
        sharpen: gain of a scanner that sharpens; it leaves halos.
        cut: how a bilevel scan finds its threshold: `level` where `bilevel` says, `otsu` of the
            line, `local` of the neighbourhood.
    """

    bleed: float = 0.0
    weight: float = 0.0
    hairlines: float = 0.0
    hardness: float = 6.0
    roughness: float = 0.0
    fading: float = 0.0
    specks: float = 0.0
    paper: float = 1.0
    ink: float = 0.0
    uneven: float = 0.0
    grain: float = 0.0
    blur: float = 0.0
    x_height_px: float | None = None
    bilevel: float | None = None
    jpeg: int | None = None
    dots: float = 0.0
    pale: float = 0.0
    pale_reach: float = 6.0
    ghost: float = 0.0
    smudge: float = 0.0
    kernel: Kernel = "area"
    sharpen: float = 0.0
    cut: Cut = "level"


def wear_down(ink: Grey, x_height: float, wear: Wear, rng: np.random.Generator) -> Grey:
    """Print and scan a line.

    Args:
        ink: [height, width] uint8, 0 paper, 255 ink.
        x_height: in pixels of `ink`.
        wear: what happens to it.
        rng: source of the noise.

    Returns:
        [height', width'] uint8, dark on light; the size changes only with `wear.x_height_px`, by
        the same factor both ways (to the pixel).
    """
    amount = ink.astype(np.float32) / 255.0
    if wear.dots:
        amount = _dot_matrix(amount, wear.dots * x_height)
    if wear.ghost:
        amount = _strike_again(amount, x_height, wear.ghost, rng)
    amount = _spread(amount, x_height, wear, rng)
    if wear.pale:
        lost = noise_field((1, amount.shape[1]), wear.pale_reach * x_height, rng)
        amount = amount * (1 - wear.pale * np.clip(0.5 + 0.6 * lost, 0, 1))
    if wear.smudge:
        _smudge(amount, x_height, wear.smudge, rng)
    if wear.specks:
        _speckle(amount, x_height, wear.specks, rng)
    grey = _scan(amount, x_height, wear, rng)
    if wear.bilevel is not None:
        grey = _bilevel(grey, wear.bilevel, wear.cut, x_height * grey.shape[0] / ink.shape[0])
    if wear.jpeg is not None:
        _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, wear.jpeg])
        grey = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return grey


def noise_field(
    shape: tuple[int, int], cell_px: float, rng: np.random.Generator, *, aspect: float = 1.0
) -> Floats:
    """Smooth noise, mean 0 and about unit variance.

    Whose blobs are `cell_px` high and `aspect` times as wide.
    """
    rows = max(2, int(shape[0] / cell_px) + 2)
    columns = max(2, int(shape[1] / (cell_px * aspect)) + 2)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32) * 1.25


def _spread(amount: Floats, x_height: float, wear: Wear, rng: np.random.Generator) -> Floats:
    """Ink spreads into the paper, gains or loses weight, and dries with a rough edge."""
    if wear.bleed:
        amount = np.asarray(
            cv2.GaussianBlur(amount, (0, 0), max(0.3, wear.bleed * x_height)), np.float32
        )
    # The edge lies at half of what strokes reach: hairlines must not vanish under a little bleed.
    inked = amount[amount > 0.1]
    full = float(np.percentile(inked[:: max(1, inked.size // 2048)], 70)) if inked.size else 1.0
    level = amount / _full_ink(amount, max(full, 0.2), x_height, wear.hairlines) - 0.5 + wear.weight
    if wear.roughness:
        cell = max(1.0, x_height * rng.uniform(0.06, 0.16))
        level += wear.roughness * noise_field(amount.shape, cell, rng)
    if wear.fading:
        patches = noise_field(
            amount.shape, x_height * rng.uniform(0.15, 1.2), rng, aspect=rng.uniform(0.7, 3)
        )
        level -= wear.fading * np.maximum(patches, 0)
    inked_level: Floats = np.clip(level * wear.hardness + 0.5, 0, 1)
    return inked_level


def _full_ink(amount: Floats, full: float, x_height: float, hairlines: float) -> Floats | float:
    """What counts as black at each place: what fat strokes reach, or the stroke nearby."""
    if not hairlines:
        return full
    side = max(1, round(HAIRLINE_REACH * x_height))
    nearby = cv2.dilate(amount, np.ones((side, side), np.uint8))
    own: Floats = np.clip(nearby, LEAST_HAIRLINE * full, full)
    return full + hairlines * (own - full)


def _strike_again(
    amount: Floats, x_height: float, ghost: float, rng: np.random.Generator
) -> Floats:
    """The same type once more, paler and a little beside."""
    across, down = rng.normal(0, 0.12, 2) * x_height
    shift = np.array([[1.0, 0.0, across], [0.0, 1.0, 0.5 * down]])
    again = cv2.warpAffine(amount, shift, (amount.shape[1], amount.shape[0]))
    struck: Floats = np.maximum(amount, ghost * np.asarray(again, np.float32))
    return struck


def _smudge(amount: Floats, x_height: float, density: float, rng: np.random.Generator) -> None:
    """A patch of dirt, dense in its middle, in place."""
    height, width = amount.shape
    size = (x_height * rng.uniform([0.4, 0.4], [1.8, 4.0])).astype(int) + 4
    rows, columns = min(height, size[0]), min(width, size[1])
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    dirt = noise_field((rows, columns), max(1.0, x_height * rng.uniform(0.05, 0.15)), rng)
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None, :]
    dirty = dirt > 2.0 - 1.8 * density * np.maximum(0, 1 - y * y - x * x)
    amount[top : top + rows, left : left + columns][dirty] = 1.0


def _speckle(amount: Floats, x_height: float, density: float, rng: np.random.Generator) -> None:
    """Dirt: small dark and light spots, in place."""
    height, width = amount.shape
    count = int(rng.poisson(density * height * width / x_height**2))
    for _ in range(min(count, 400)):
        row, column = int(rng.integers(height)), int(rng.integers(width))
        radius = max(1, round(x_height * float(rng.gamma(1.2, 0.03))))
        value = 1.0 if rng.random() < 0.8 else 0.0
        amount[row : row + radius, column : column + radius] = value


def _dot_matrix(amount: Floats, pitch_px: float) -> Floats:
    """Redraw the line with round dots on a grid."""
    pitch = max(2, round(pitch_px))
    height, width = amount.shape
    rows, columns = max(1, height // pitch), max(1, width // pitch)
    coarse = np.asarray(
        cv2.resize(amount, (columns, rows), interpolation=cv2.INTER_AREA), np.float32
    )
    lit = (coarse > 0.4).astype(np.float32)
    grid = np.repeat(np.repeat(lit, pitch, axis=0), pitch, axis=1)
    axis = (np.arange(pitch) - (pitch - 1) / 2) / pitch
    dot = (np.hypot(axis[:, None], axis[None, :]) < 0.48).astype(np.float32)
    drawn = grid * np.tile(dot, (rows, columns))
    return np.asarray(
        cv2.resize(drawn, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def _scan(amount: Floats, x_height: float, wear: Wear, rng: np.random.Generator) -> Grey:
    """Light, optics, resolution and sensor noise."""
    paper = np.full(amount.shape, wear.paper, np.float32)
    if wear.uneven:
        paper += wear.uneven * noise_field(amount.shape, amount.shape[0] * 1.5, rng, aspect=4.0)
    grey = paper + amount * (wear.ink - wear.paper)
    if wear.x_height_px is not None and wear.x_height_px < x_height:
        factor = wear.x_height_px / x_height
        size = (max(1, round(amount.shape[1] * factor)), max(1, round(amount.shape[0] * factor)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=KERNELS[wear.kernel]), np.float32)
        x_height = wear.x_height_px
    if wear.blur:
        grey = np.asarray(
            cv2.GaussianBlur(grey, (0, 0), max(0.2, wear.blur * x_height)), np.float32
        )
    if wear.sharpen:
        soft = cv2.GaussianBlur(grey, (0, 0), max(0.7, SHARPENED * x_height))
        grey = grey + wear.sharpen * (grey - np.asarray(soft, np.float32))
    if wear.grain:
        grey = grey + wear.grain * rng.standard_normal(grey.shape, dtype=np.float32)
    return np.clip(grey * PAPER, 0, 255).astype(np.uint8)


def _bilevel(grey: Grey, threshold: float, cut: Cut, x_height: float) -> Grey:
    """Black and white; see `Wear.cut`."""
    sample = grey[:: max(1, grey.shape[0] // 24)]
    dark, light = np.percentile(sample, (2, 60))
    match cut:
        case "otsu":
            return np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)[1], np.uint8)
        case "local":
            block = 2 * max(2, round(1.2 * x_height)) + 1
            below = 0.5 * (1 - threshold) * float(light - dark)
            near = cv2.ADAPTIVE_THRESH_MEAN_C
            local = cv2.adaptiveThreshold(grey, 255, near, cv2.THRESH_BINARY, block, below)
            return np.asarray(local, np.uint8)
        case "level":
            level = dark + threshold * (light - dark)
            return np.where(grey > level, np.uint8(255), np.uint8(0))
