"""Pictures on pages: photographs, halftones, engravings, line drawings, signatures, stamps."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["draw_picture", "draw_scribble", "draw_stamp"]

Ink = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
LEAST_SIDE: Final = 8  # pixels


def draw_picture(rng: np.random.Generator, height: int, width: int) -> Ink:
    """A picture of some kind: [height, width] uint8, 255 full ink."""
    height, width = max(LEAST_SIDE, height), max(LEAST_SIDE, width)
    match int(rng.integers(4)):
        case 0:
            return _as_ink(_tones(rng, height, width))
        case 1:
            return _halftone(rng, _tones(rng, height, width))
        case 2:
            return _engraving(rng, _tones(rng, height, width))
        case _:
            return _line_drawing(rng, height, width)


def _tones(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Something like a photograph: forms of several sizes, 0 to 1."""
    tones = np.zeros((height, width), np.float32)
    for cells, strength in ((3, 1.0), (8, 0.6), (24, 0.35), (80, 0.2)):
        coarse = rng.standard_normal((cells, cells), dtype=np.float32) * strength
        tones += np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    for _ in range(int(rng.integers(2, 9))):
        centre = int(rng.integers(width)), int(rng.integers(height))
        axes = int(rng.uniform(0.05, 0.35) * width), int(rng.uniform(0.05, 0.35) * height)
        tone = float(rng.normal(0, 1.2))
        cv2.ellipse(tones, centre, axes, float(rng.uniform(0, 180)), 0, 360, tone, -1, cv2.LINE_AA)
    low, high = np.percentile(tones[::4, ::4], (3, 97))
    scaled = (tones - low) / max(float(high - low), 1e-3)
    return np.asarray(scaled.clip(0, 1) * rng.uniform(0.7, 1.0), np.float32)


def _as_ink(tones: Floats) -> Ink:
    return (tones * 255).astype(np.uint8)


def _halftone(rng: np.random.Generator, tones: Floats) -> Ink:
    """Dots of a screen, larger where it is darker."""
    height, width = tones.shape
    pitch, angle = rng.uniform(3.5, 9.0), rng.uniform(0, np.pi / 2)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) * (2 * np.pi / pitch)
    across, down = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    screen = (np.cos(across) + np.cos(down)) / 4 + 0.5
    return _as_ink(((tones - screen) * 4 + 0.5).clip(0, 1).astype(np.float32))


def _engraving(rng: np.random.Generator, tones: Floats) -> Ink:
    """Hatches that swell with the tone."""
    height, width = tones.shape
    pitch, angle = rng.uniform(3.5, 8.0), rng.uniform(-0.6, 0.6)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.sin(x * rng.uniform(0.005, 0.03)) * rng.uniform(0, 12)
    lines = np.cos((y * np.cos(angle) + x * np.sin(angle) + waves) * (2 * np.pi / pitch))
    ink = (tones * 1.3 - 0.15 - (lines + 1) / 2) * 4 + 0.5
    return _as_ink(ink.clip(0, 1).astype(np.float32))


def _line_drawing(rng: np.random.Generator, height: int, width: int) -> Ink:
    """Strokes, circles, polygons and hatches of a pen."""
    ink = np.zeros((height, width), np.uint8)
    thick = max(1, round(min(height, width) * rng.uniform(0.002, 0.008)))
    for _ in range(int(rng.integers(8, 40))):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        w, h = int(rng.uniform(0.02, 0.4) * width) + 1, int(rng.uniform(0.02, 0.4) * height) + 1
        match int(rng.integers(4)):
            case 0:
                turn = float(rng.uniform(0, 360))
                cv2.ellipse(ink, (x, y), (w, h), turn, 0, turn, 255, thick, cv2.LINE_AA)
            case 1:
                cv2.rectangle(ink, (x, y), (x + w, y + h), 255, thick)
            case 2:
                corners = rng.integers(0, [w, h], (int(rng.integers(3, 7)), 2))
                corners += np.array([x, y])
                outline = [corners.astype(np.int32)]
                cv2.polylines(ink, outline, True, 255, thick, cv2.LINE_AA)
            case _:
                for step in range(0, h, max(3, 3 * thick)):
                    ends = (x, y + step), (x + w, y + step - w // 3)
                    cv2.line(ink, *ends, 255, 1, cv2.LINE_AA)
    return ink


def draw_scribble(rng: np.random.Generator, height: int, width: int) -> Ink:
    """A signature or a note of a pen, not to be read: [height, width] uint8."""
    height, width = max(LEAST_SIDE, height), max(LEAST_SIDE, width)
    turns = int(rng.integers(6, 16))
    along = np.linspace(0.05, 0.95, turns) + rng.normal(0, 0.03, turns)
    up = 0.5 + rng.uniform(0.1, 0.45, turns) * np.where(np.arange(turns) % 2, 1, -1)
    step = np.linspace(0, turns - 1, turns * 12)
    knots = np.arange(turns)
    x, y = np.interp(step, knots, along) * width, np.interp(step, knots, up) * height
    smooth = np.ones(7) / 7
    points = np.stack([np.convolve(x, smooth, "valid"), np.convolve(y, smooth, "valid")], axis=1)
    ink = np.zeros((height, width), np.uint8)
    thick, tone = max(1, round(height * rng.uniform(0.02, 0.06))), int(rng.integers(130, 256))
    cv2.polylines(ink, [points.round().astype(np.int32)], False, tone, thick, cv2.LINE_AA)
    return ink


def draw_stamp(rng: np.random.Generator, text: Ink) -> Ink:
    """A stamp of a line of text in a frame, turned and unevenly inked.

    Args:
        rng: draws all of it.
        text: [height, width] uint8.

    Returns:
        [height', width'] uint8, cut to its ink.
    """
    height = text.shape[0]
    pad = max(2, round(height * rng.uniform(0.4, 0.9)))
    stamp = np.pad(text, pad)
    thick = max(1, round(height * 0.1))
    if rng.random() < 0.7:
        far = stamp.shape[1] - 1 - thick, stamp.shape[0] - 1 - thick
        cv2.rectangle(stamp, (thick, thick), far, 255, thick)
    else:
        middle = stamp.shape[1] // 2, stamp.shape[0] // 2
        cv2.ellipse(stamp, middle, (middle[0] - thick, middle[1] - thick), 0, 0, 360, 255, thick)
    patches = cv2.resize(rng.uniform(0.2, 1.2, (4, 8)), stamp.shape[::-1], interpolation=2)
    stamp = (stamp * patches.clip(0, 1) * rng.uniform(0.5, 1)).astype(np.uint8)
    angle = float(rng.uniform(5, 25) * rng.choice([-1, 1]))
    return _turned(stamp, angle)


def _turned(ink: Ink, angle: float) -> Ink:
    """Turned by degrees, on as much paper as that needs."""
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(width * cos + height * sin) + 2, int(width * sin + height * cos) + 2
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(ink, matrix, size), np.uint8)
