"""Paper that lies on a darker ground and is seen aslant, crumpled: a photograph of a slip."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.synth.degrade import noise_field
from effocr.synth.pages.truth import PageLine, PageWord, SyntheticPage

__all__ = ["lay_on_ground"]

Grey = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]
WIDEST: Final = 0.25  # of the paper's width: the ground on each side
SLANT: Final = 0.05  # of the paper's width: by how much a corner may lie aside
QUALITY: Final = (45, 92)  # of the JPEG file


def lay_on_ground(rng: np.random.Generator, page: SyntheticPage) -> SyntheticPage:
    """Crumple a page, lay it on a ground and look at it aslant.

    Args:
        rng: draws all of it.
        page: as it was scanned.

    Returns:
        A larger page, kept as JPEG if the first one was.
    """
    height, width = page.image.shape
    left, top, right, bottom = (int(side) for side in rng.uniform(0.02, WIDEST, 4) * width)
    size = width + left + right, height + top + bottom
    flat = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    aside = rng.uniform(-SLANT, SLANT, (4, 2)) * width
    moved = flat + np.array((left, top)) + aside
    seen = moved.clip(0, size).astype(np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(flat, seen), np.float64)
    # Points count from the edges of pixels, OpenCV's images from their middles.
    middle = np.array(((1, 0, 0.5), (0, 1, 0.5), (0, 0, 1)), np.float64)
    own = np.linalg.inv(middle) @ matrix @ middle
    paper = crumple(rng, page.image)
    laid = cv2.warpPerspective(paper, own, size, flags=cv2.INTER_LINEAR)
    within = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(within, np.round(seen - 0.5).astype(np.int32), 1)
    grey = np.where(within > 0, laid, _ground(rng, (size[1], size[0]), page.image)).astype(np.uint8)
    jpeg = None
    if page.jpeg is not None:
        quality = int(rng.integers(*QUALITY))
        jpeg = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        grey = np.asarray(
            cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8
        )
    lines = tuple(_moved(line, matrix) for line in page.lines)
    return replace(page, image=grey, lines=lines, jpeg=jpeg)


def crumple(rng: np.random.Generator, grey: Grey) -> Grey:
    """Darken the facets of crumpled paper: straight edges between lighter and darker parts."""
    height, width = grey.shape
    strength = float(rng.uniform(0, 0.3))
    shade = np.ones((max(2, height // 4), max(2, width // 4)), np.float32)
    y, x = np.mgrid[0 : shade.shape[0], 0 : shade.shape[1]].astype(np.float32)
    for _ in range(int(rng.integers(0, 7))):
        turn, place = rng.uniform(0, np.pi), rng.uniform(0.1, 0.9, 2) * shade.shape
        away = (y - place[0]) * np.cos(turn) + (x - place[1]) * np.sin(turn)
        reach = float(rng.uniform(0.05, 0.4)) * shade.shape[1]
        # One side of a crease turns away from the light; the shade fades out from the crease.
        shade -= strength * 0.5 * (away > 0) * np.exp(-np.abs(away) / reach)
    full = cv2.resize(shade.clip(0.3, 1), (width, height), interpolation=cv2.INTER_LINEAR)
    return (grey * full).astype(np.uint8)


def _ground(rng: np.random.Generator, shape: tuple[int, int], paper: Grey) -> Grey:
    """A table: darker than the paper, with some grain."""
    light = float(np.percentile(paper[::8, ::8], 80))
    tone = light * rng.uniform(0.05, 0.75)
    grain = noise_field(shape, float(rng.uniform(2, 60)), rng, aspect=float(rng.uniform(1, 12)))
    return (tone * (1 + 0.2 * rng.uniform(0, 1) * grain)).clip(0, 255).astype(np.uint8)


def _moved(line: PageLine, matrix: npt.NDArray[np.float64]) -> PageLine:
    words = tuple(PageWord(word.text, _through(word.polygon, matrix)) for word in line.words)
    return replace(
        line,
        polygon=_through(line.polygon, matrix),
        baseline=_through(line.baseline, matrix),
        words=words,
    )


def _through(points: Points, matrix: npt.NDArray[np.float64]) -> Points:
    """Points [n, 2] as they are seen; straight lines stay straight."""
    return np.asarray(cv2.perspectiveTransform(points[None], matrix)[0], np.float32)
