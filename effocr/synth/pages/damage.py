"""What darkens paper besides print: the reverse side, stains, folds, holes, borders of the scan.

All of it is one array that is taken off the light of the paper, before the page is scanned.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.synth.degrade import noise_field
from effocr.synth.pages.options import PageOptions

__all__ = ["darken"]

Grey = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
SHRINK: Final = 4  # stains are drawn so many times smaller
HOLES: Final = ((0.37, 0.63), (0.2, 0.5, 0.8), (0.1, 0.4, 0.6, 0.9))  # shares of the side
CLEARANCE: Final = 0.7  # x-heights between a border and the nearest line


def darken(
    rng: np.random.Generator, ink: Grey, text: Box, x_height: float, options: PageOptions
) -> Grey | None:
    """What the paper loses of its light.

    Args:
        rng: draws all of it.
        ink: [height, width] uint8, of the page as it lies.
        text: hull of its lines; borders and holes stay outside.
        x_height: of running text, pixels.
        options: how often each happens.

    Returns:
        [height, width] uint8; None if nothing happens.
    """
    fade: Grey | None = None
    if rng.random() < options.show_through:
        fade = _reverse(rng, ink, x_height)
    if rng.random() < options.stained:
        stains = _stains(rng, ink.shape, x_height)
        fade = stains if fade is None else np.asarray(cv2.add(fade, stains), np.uint8)
    bordered, punched = rng.random() < options.bordered, rng.random() < options.punched
    if not (bordered or punched):
        return fade
    if fade is None:
        fade = np.zeros(ink.shape, np.uint8)
    gap = CLEARANCE * x_height
    height, width = ink.shape
    free = text[0] - gap, text[1] - gap, width - text[2] - gap, height - text[3] - gap
    if punched:
        _punch(rng, fade, free, x_height)
    if bordered:
        _border(rng, fade, free)
    return fade


def _reverse(rng: np.random.Generator, ink: Grey, x_height: float) -> Grey:
    """The print of the other side: mirrored, a little aside, soft and pale."""
    height, width = ink.shape
    strength = rng.uniform(0.05, 0.28)
    aside, down = rng.normal(0, 2 * x_height, 2)
    shift = np.array([[-1.0, 0.0, width + aside], [0.0, 1.0, down]])
    other = cv2.warpAffine(cv2.convertScaleAbs(ink, alpha=strength), shift, (width, height))
    return np.asarray(cv2.GaussianBlur(other, (0, 0), max(0.5, 0.12 * x_height)), np.uint8)


def _stains(rng: np.random.Generator, shape: tuple[int, ...], x_height: float) -> Grey:
    """Spots, rings of water, foxing, folds."""
    rows, columns = max(2, shape[0] // SHRINK), max(2, shape[1] // SHRINK)
    small = np.zeros((rows, columns), np.float32)
    for _ in range(int(rng.integers(1, 7))):
        middle = rng.uniform(0, columns), rng.uniform(0, rows)
        size = np.exp(rng.uniform(np.log(0.01), np.log(0.3))) * columns
        y, x = np.ogrid[0:rows, 0:columns]
        away = np.hypot((x - middle[0]) / rng.uniform(0.7, 1.4), y - middle[1]) / size
        away = away + 0.15 * noise_field((rows, columns), max(2.0, size / 3), rng)
        ring = rng.random() < 0.15
        inside = (
            np.exp(-(((away - 1) * 6) ** 2))
            if ring
            else 1 / (1 + np.exp(((away - 1) * 12).clip(-40, 40)))
        )
        small += inside * rng.uniform(8, 60)
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 3))):
            _fold(rng, small)
    soft = cv2.resize(small, shape[1::-1], interpolation=cv2.INTER_LINEAR)
    stains = np.asarray(soft.clip(0, 160), np.uint8)
    for _ in range(int(rng.integers(0, 40))):  # foxing and dirt, sharp
        place = int(rng.integers(shape[1])), int(rng.integers(shape[0]))
        radius = max(1, round(x_height * float(rng.gamma(1.3, 0.06))))
        cv2.circle(stains, place, radius, int(rng.integers(30, 200)), -1, cv2.LINE_AA)
    return stains


def _fold(rng: np.random.Generator, small: npt.NDArray[np.float32]) -> None:
    """A dark line across the page, in place."""
    rows, columns = small.shape
    place, lean = rng.uniform(0.1, 0.9), rng.uniform(-0.03, 0.03)
    ends = (0, int((place - lean) * rows)), (columns, int((place + lean) * rows))
    if rng.random() < 0.5:
        ends = (int((place - lean) * columns), 0), (int((place + lean) * columns), rows)
    line = np.zeros_like(small)
    cv2.line(line, *ends, float(rng.uniform(15, 70)), 1, cv2.LINE_AA)
    small += cv2.GaussianBlur(line, (0, 0), float(rng.uniform(0.5, 2))) * rng.uniform(0.5, 1.5)


def _punch(
    rng: np.random.Generator, fade: Grey, free: tuple[float, float, float, float], x_height: float
) -> None:
    """Punched holes in the left or the upper margin, in place."""
    height, width = fade.shape
    upper = rng.random() < 0.15
    margin = free[1] if upper else free[0]
    radius = min(margin / 2.6, max(2.0, 1.4 * x_height))
    if radius < 2:
        return
    tone = int(rng.integers(40, 256))
    across = float(rng.uniform(1.2 * radius, margin - 1.2 * radius))
    holes = HOLES[int(rng.integers(len(HOLES)))]
    for place in holes:
        at = (place * width, across) if upper else (across, place * height)
        cv2.circle(fade, (round(at[0]), round(at[1])), round(radius), tone, -1, cv2.LINE_AA)


def _border(rng: np.random.Generator, fade: Grey, free: tuple[float, float, float, float]) -> None:
    """Darkness beyond the edge of the paper, on some sides, in place.

    Args:
        rng: draws it.
        fade: to draw on.
        free: pixels without text at the left, the top, the right and the bottom.
    """
    height, width = fade.shape
    all_round = rng.random() < 0.3
    tone = int(rng.choice([255, 255, 200, 140, 90]))
    ragged = rng.random() < 0.4
    for side, room in enumerate(free):
        if room < 3 or not (all_round or rng.random() < 0.4):
            continue
        length = height if side % 2 == 0 else width
        thick = room * float(rng.uniform(0.1, 0.95))
        slant = np.linspace(-1, 1, length) * rng.uniform(-0.3, 0.3) * thick
        wave = noise_field((1, length), length / 4, rng, aspect=1.0)[0] * 0.05 * thick
        edge = thick + slant + wave
        if ragged:
            edge += noise_field((1, length), 6.0, rng)[0] * min(6.0, 0.1 * thick)
        edge = edge.clip(0, room)
        depth = int(edge.max()) + 1
        dark = np.arange(depth)[None, :] < edge[:, None]  # [length, depth] from the edge inwards
        if side >= 2:
            dark = dark[:, ::-1]
        part = (
            fade[:, :depth], fade[:depth], fade[:, -depth:], fade[-depth:]
        )[side]  # fmt: skip
        part[(dark if side % 2 == 0 else dark.T)] = tone
