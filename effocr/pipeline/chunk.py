"""A handful of line images, from file to Document, in the calling thread.

The glyphs of all lines of a chunk are embedded and looked up together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.bundle import Manifest
from effocr.document import Document
from effocr.errors import ImageError
from effocr.frame import CROP_AGAIN, LOCATE_AGAIN, Tolerance, better_frame, prepare, warp
from effocr.geometry import Affine
from effocr.localizer.arrays import Located, decode, spaces_before
from effocr.pipeline.assemble import Rules, Seen, assemble_line, blank_line, one_line_document
from effocr.pipeline.engines import Encoder, Engines, Found
from effocr.pipeline.images import Grey, ImageSource, is_path, load_image
from effocr.pipeline.localise import locate_maps
from effocr.recognizer.arrays import cut_crops

__all__ = ["ReadFailure", "read_chunk"]

CROPS_AT_ONCE: Final = 256  # keeps the encoder's activations in some tens of megabytes


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """An input that could not be read.

    Attributes:
        path: as it was given; "" for an image without one.
        reason: what is wrong with it.
    """

    path: str
    reason: str


@dataclass(slots=True)
class _Line:
    """A line on its way: `located` was found in `pixels`, which is `image` seen through `frame`."""

    source: str
    size: tuple[int, int]
    image: Grey
    frame: Affine
    pixels: Grey
    located: Located | None = None


def read_chunk(
    images: Sequence[ImageSource], engines: Engines, rules: Rules
) -> list[Document | ReadFailure]:
    """Read line images.

    Args:
        images: each is one line of text.
        engines: the model.
        rules: how candidates become text.

    Returns:
        One result per image, in order; an image that cannot be read becomes a `ReadFailure`.
    """
    manifest = engines.manifest
    opened = [_open(image, manifest) for image in images]
    lines = [line for line in opened if isinstance(line, _Line)]
    _locate(lines, engines)
    _locate([line for line in lines if _reframe(line, manifest, LOCATE_AGAIN)], engines)
    for line in lines:
        _settle(line, manifest)
    seen = [_seen(line) for line in lines]
    found = _look_up(lines, engines, k=max(rules.top_k, 2))
    read = iter(
        [
            one_line_document(line.source, line.size, assemble_line(where, what, rules))
            for line, where, what in zip(lines, seen, found, strict=True)
        ]
    )
    return [next(read) if isinstance(line, _Line) else line for line in opened]


def _open(image: ImageSource, manifest: Manifest) -> _Line | Document | ReadFailure:
    """Load one image and bring it into its first frame; blank paper is a Document at once."""
    source = str(image) if is_path(image) else ""
    try:
        grey = load_image(image)
    except ImageError as error:
        return ReadFailure(source, str(error))
    size = (grey.shape[1], grey.shape[0])
    prepared = prepare(grey, manifest.line)
    if prepared is None:
        return one_line_document(source, size, blank_line(size))
    pixels = warp(prepared.grey, prepared.frame, prepared.frame_width, manifest.line.height)
    return _Line(source, size, prepared.grey, prepared.frame, pixels)


def _locate(lines: Sequence[_Line], engines: Engines) -> None:
    """Find the glyphs of each line in its present frame."""
    maps = locate_maps([line.pixels for line in lines], engines.localizer)
    threshold = engines.manifest.peak_threshold
    for line, found in zip(lines, maps, strict=True):
        line.located = decode(found, width=line.pixels.shape[1], peak_threshold=threshold)


def _reframe(line: _Line, manifest: Manifest, tolerance: Tolerance) -> bool:
    """Move the line into a better frame, if what was found asks for one.

    Returns:
        Whether the frame is new, so that the line must be located again.
    """
    located = line.located
    if located is None or located.baseline is None:
        return False
    better = better_frame(
        line.frame,
        line.pixels.shape[1],
        baseline=located.baseline,
        x_height=located.x_height,
        extent=(float(located.boxes[:, 0].min()), float(located.boxes[:, 2].max())),
        shape=manifest.line,
        tolerance=tolerance,
    )
    if better is None:
        return False
    line.frame, width = better
    line.pixels = warp(line.image, line.frame, width, manifest.line.height)
    return True


def _settle(line: _Line, manifest: Manifest) -> None:
    """Bring the glyphs into the exact frame, where the recognizer can tell o from O by its size."""
    before = line.frame
    if line.located is not None and _reframe(line, manifest, CROP_AGAIN):
        to_new = before.then(line.frame.inverse())
        boxes = to_new.boxes(line.located.boxes).astype(np.float32)
        line.located = replace(line.located, boxes=boxes)


def _seen(line: _Line) -> Seen:
    """The line's glyphs, as `assemble_line` wants them."""
    located = _found(line)
    return Seen(line.size, line.frame, located.boxes, located.scores, spaces_before(located))


def _found(line: _Line) -> Located:
    """What was found on a line that `_locate` has seen.

    Raises:
        ValueError: it has not been there, a bug of this module.
    """
    if line.located is None:
        raise ValueError("the line was not located")
    return line.located


@dataclass(frozen=True, slots=True)
class _Part:
    """The share of one line in the answer of the index; a `Found`."""

    labels: Sequence[Sequence[str]]
    similarities: npt.NDArray[np.float32]


def _look_up(lines: Sequence[_Line], engines: Engines, *, k: int) -> list[Found]:
    """The k nearest characters of every glyph, line by line."""
    crop = engines.manifest.crop
    crops = [cut_crops(line.pixels, _found(line).boxes, crop) for line in lines]
    ends = np.cumsum([len(part) for part in crops]).tolist()
    if not ends or not ends[-1]:
        return [_Part((), np.zeros((0, k), np.float32)) for _ in lines]
    found = engines.index.search(_embed(np.concatenate(crops), engines.encoder), k)
    return [
        _Part(found.labels[first:last], found.similarities[first:last])
        for first, last in zip([0, *ends[:-1]], ends, strict=True)
    ]


def _embed(crops: Grey, encoder: Encoder) -> npt.NDArray[np.float32]:
    """Embeddings [n, dimensions] of crops [n, height, width], a part at a time."""
    starts = range(0, len(crops), CROPS_AT_ONCE)
    return np.concatenate([encoder.embed(crops[s : s + CROPS_AT_ONCE]) for s in starts])
