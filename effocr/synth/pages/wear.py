"""What printing and scanning do to a whole page: 8-bit arithmetic, for pages have many pixels."""

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from effocr.synth.pages.options import Condition

__all__ = ["PageWear", "draw_page_wear", "scan_page"]

Grey = npt.NDArray[np.uint8]
Cut = Literal["level", "otsu", "local"]
NOISE: Final = (307, 421)  # rows and columns of the piece of noise that is repeated
LIGHT_CELL: Final = 64  # pixels between which the light hardly changes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWear:
    """How a page is printed and scanned. Lengths in x-heights, levels 0 to 1.

    Attributes:
        bleed: standard deviation of the ink's spread.
        edge: level of the spread ink where strokes end; low ones make bold type.
        hardness: slope of the edge.
        roughness: standard deviation of noise along the edge.
        ink: darkness of full ink against the paper.
        paper: level of the paper.
        light: by how much the light changes over the page.
        shadow: darkness of the shadow at one side.
        grain: standard deviation of the sensor's noise.
        blur: standard deviation of the optics.
        bilevel: threshold from ink to paper, None keeps the greys.
        cut: how the threshold is found.
        jpeg: quality; None is lossless.
    """

    bleed: float = 0.05
    edge: float = 0.45
    hardness: float = 3.0
    roughness: float = 0.0
    ink: float = 0.9
    paper: float = 1.0
    light: float = 0.0
    shadow: float = 0.0
    grain: float = 0.0
    blur: float = 0.0
    bilevel: float | None = None
    cut: Cut = "level"
    jpeg: int | None = None


def draw_page_wear(rng: np.random.Generator, condition: Condition) -> PageWear:
    """Draw how a page is printed and scanned in one of the conditions."""
    match condition:
        case "clean":
            return PageWear(bleed=0.02, edge=0.5, ink=float(rng.uniform(0.8, 1)))
        case "bilevel":
            cut = rng.choice(["level", "otsu", "local"], p=[0.5, 0.3, 0.2])
            return PageWear(
                bleed=float(rng.uniform(0.03, 0.1)),
                edge=float(np.clip(rng.normal(0.42, 0.07), 0.25, 0.55)),
                hardness=float(rng.uniform(2, 6)),
                roughness=float(rng.uniform(0, 0.15)),
                light=float(rng.uniform(0, 0.1)),
                grain=float(rng.uniform(0, 0.06)),
                blur=float(rng.uniform(0, 0.08)),
                bilevel=float(np.clip(rng.normal(0.55, 0.08), 0.35, 0.75)),
                cut=str(cut),  # type: ignore[arg-type]
            )
        case "photograph":
            return PageWear(
                bleed=float(rng.uniform(0.03, 0.1)),
                edge=float(np.clip(rng.normal(0.42, 0.07), 0.25, 0.55)),
                hardness=float(rng.uniform(1.5, 4)),
                roughness=float(rng.uniform(0, 0.1)),
                ink=float(rng.uniform(0.55, 0.92)),
                paper=float(rng.uniform(0.55, 0.95)),
                light=float(rng.uniform(0.1, 0.45)),
                shadow=float(rng.uniform(0, 0.6)) if rng.random() < 0.5 else 0.0,
                grain=float(rng.uniform(0.005, 0.04)),
                blur=float(rng.uniform(0.03, 0.16)),
                jpeg=int(rng.integers(40, 92)),
            )
        case "grey":
            return PageWear(
                bleed=float(rng.uniform(0.02, 0.1)),
                edge=float(np.clip(rng.normal(0.42, 0.08), 0.22, 0.58)),
                hardness=float(rng.uniform(1.5, 5)),
                roughness=float(rng.uniform(0, 0.12)),
                ink=float(rng.uniform(0.5, 0.97)),
                paper=float(rng.uniform(0.62, 1.05)),
                light=float(rng.uniform(0, 0.12)),
                shadow=float(rng.uniform(0, 0.5)) if rng.random() < 0.2 else 0.0,
                grain=float(rng.uniform(0, 0.04)),
                blur=float(rng.uniform(0, 0.12)),
                jpeg=int(rng.integers(30, 95)) if rng.random() < 0.75 else None,
            )


def scan_page(
    ink: Grey,
    x_height: float,
    wear: PageWear,
    rng: np.random.Generator,
    *,
    fade: Grey | None = None,
) -> tuple[Grey, bytes | None]:
    """Print and scan a page.

    Args:
        ink: [height, width] uint8, 0 paper, 255 ink.
        x_height: of running text, pixels.
        wear: what happens to it.
        rng: source of the noise.
        fade: [height, width] uint8 added to what the paper has lost of its light, as stains do.

    Returns:
        [height, width] uint8, and the JPEG file that it was read from, if it was.
    """
    printed = _print(ink, x_height, wear, rng)
    paper = _paper(ink.shape, wear, rng)
    if fade is not None:
        paper = np.asarray(cv2.subtract(paper, fade), np.uint8)
    left = cv2.LUT(printed, (255 - np.arange(256) * wear.ink).clip(0, 255).astype(np.uint8))
    grey = np.asarray(cv2.multiply(paper, left, scale=1 / 255), np.uint8)
    if wear.blur * x_height > 0.25:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), wear.blur * x_height), np.uint8)
    if wear.grain:
        grey = _add(grey, _noise(ink.shape, 255 * wear.grain, rng))
    if wear.bilevel is not None:
        grey = _bilevel(grey, wear, x_height)
    if wear.jpeg is None:
        return grey, None
    data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, wear.jpeg])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8), data.tobytes()


def _print(ink: Grey, x_height: float, wear: PageWear, rng: np.random.Generator) -> Grey:
    """Ink spreads and dries with a rough edge."""
    if wear.bleed * x_height > 0.25:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), wear.bleed * x_height), np.uint8)
    if wear.roughness:
        rough = _noise(ink.shape, 255 * wear.roughness, rng, blob=max(0.6, 0.05 * x_height))
        worn = _add(ink, rough)
        ink = np.where(ink > 0, worn, ink)  # paper far from ink stays clean
    level = (np.arange(256) / 255 - wear.edge) * wear.hardness + 0.5
    level[0] = min(level[0], 0)
    return np.asarray(cv2.LUT(ink, (255 * level.clip(0, 1)).astype(np.uint8)), np.uint8)


def _paper(shape: tuple[int, ...], wear: PageWear, rng: np.random.Generator) -> Grey:
    """The light on the paper: slow changes, and the shadow of a gutter or a hand."""
    rows, columns = (max(2, side // LIGHT_CELL) for side in shape[:2])
    y, x = np.mgrid[0:rows, 0:columns] / np.array([rows, columns]).reshape(2, 1, 1)
    direction, phase = rng.uniform(0, 2 * np.pi, 2)
    level = np.full((rows, columns), wear.paper)
    if wear.light:
        across = x * np.cos(direction) + y * np.sin(direction)
        patches = cv2.resize(rng.standard_normal((3, 3)), (columns, rows), None, 0, 0, 2)
        level += wear.light * (0.6 * across * np.sin(phase) + 0.25 * patches)
    if wear.shadow:
        side, width = rng.integers(4), rng.uniform(0.03, 0.15)
        away = (x, 1 - x, y, 1 - y)[side]
        level *= 1 - wear.shadow * np.exp(-((away / width) ** 2))
    small = (255 * level).clip(30, 255).astype(np.uint8)
    return np.asarray(cv2.resize(small, shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _noise(
    shape: tuple[int, ...], spread: float, rng: np.random.Generator, *, blob: float = 0.0
) -> npt.NDArray[np.int16]:
    """[height, width] int16 noise of mean 0, a piece of it repeated."""
    rows, columns = NOISE
    piece = rng.standard_normal((rows, columns), dtype=np.float32)
    if blob:
        piece = np.asarray(cv2.GaussianBlur(piece, (0, 0), blob), np.float32)
        piece /= max(float(piece.std()), 1e-6)
    whole = np.round(piece * spread).astype(np.int16)
    return np.tile(whole, (-(-shape[0] // rows), -(-shape[1] // columns)))[: shape[0], : shape[1]]


def _add(grey: Grey, noise: npt.NDArray[np.int16]) -> Grey:
    return np.asarray(cv2.add(grey, np.ascontiguousarray(noise), dtype=cv2.CV_8U), np.uint8)


def _bilevel(grey: Grey, wear: PageWear, x_height: float) -> Grey:
    sample = grey[:: max(1, grey.shape[0] // 200), :: max(1, grey.shape[1] // 200)]
    dark, light = np.percentile(sample, (1, 70))
    inked = float(light) * (1 - wear.ink)
    if dark > (inked + light) / 2:  # less than a hundredth is print: what is darkest is paper
        dark = inked
    threshold = 0.5 if wear.bilevel is None else wear.bilevel
    match wear.cut:
        case "otsu":
            return np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)[1], np.uint8)
        case "local":
            block = 2 * max(4, round(2 * x_height)) + 1
            near = cv2.ADAPTIVE_THRESH_MEAN_C
            below = max(6.0, 0.35 * float(light - dark) * (1 - threshold))
            local = cv2.adaptiveThreshold(grey, 255, near, cv2.THRESH_BINARY, block, below)
            return np.asarray(local, np.uint8)
        case "level":
            level = dark + threshold * (float(light) - float(dark))
            return np.asarray(cv2.threshold(grey, level, 255, cv2.THRESH_BINARY)[1], np.uint8)
