"""A handful of line images, from file to Document, in the calling thread.

The glyphs of all lines of a chunk are embedded and looked up together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.document import Document
from effocr.errors import ImageError
from effocr.localizer.arrays import spaces_before
from effocr.pipeline.agree import settle_ties
from effocr.pipeline.assemble import Rules, Seen, assemble_line, blank_line, one_line_document
from effocr.pipeline.engines import Encoder, Engines, Found, LocatedLine
from effocr.pipeline.images import Grey, ImageSource, is_path, load_image

__all__ = ["ReadFailure", "read_chunk"]

CROPS_AT_ONCE: Final = 64  # their activations stay in the cache: a tenth faster than 256


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """An input that could not be read.

    Attributes:
        path: as it was given; "" for an image without one.
        reason: what is wrong with it.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Opened:
    """A line image, loaded."""

    source: str
    grey: Grey

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.grey.shape[1], self.grey.shape[0]


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
    opened = [_open(image) for image in images]
    lines = [line for line in opened if isinstance(line, _Opened)]
    located = engines.locator.locate([line.grey for line in lines])
    found = iter(
        _look_up(
            [line for line in located if line is not None], engines, k=max(rules.candidates, 2)
        )
    )
    read = iter(
        [
            one_line_document(
                line.source,
                line.size,
                blank_line(line.size)
                if where is None
                else assemble_line(_seen(line, where), next(found), rules),
            )
            for line, where in zip(lines, located, strict=True)
        ]
    )
    return [next(read) if isinstance(line, _Opened) else line for line in opened]


def _open(image: ImageSource) -> _Opened | ReadFailure:
    """Load one image."""
    source = str(image) if is_path(image) else ""
    try:
        return _Opened(source, load_image(image))
    except ImageError as error:
        return ReadFailure(source, str(error))


def _seen(line: _Opened, where: LocatedLine) -> Seen:
    """The line's glyphs, as `assemble_line` wants them."""
    located = where.located
    return Seen(line.size, where.frame, located.boxes, located.scores, spaces_before(located))


@dataclass(frozen=True, slots=True)
class _Part:
    """The share of one line in the answer of the index; a `Found`."""

    labels: Sequence[Sequence[str]]
    similarities: npt.NDArray[np.float32]


def _in_company(
    labels: list[list[str]],
    similarities: npt.NDArray[np.float32],
    where: LocatedLine,
    *,
    ties: bool,
) -> _Part:
    """The answer for one line, look-alikes settled if wished; changes what it is given."""
    if not ties:
        return _Part(labels, similarities)
    for place, number in settle_ties(labels, similarities, spaces_before(where.located)).items():
        labels[place].insert(0, labels[place].pop(number))
        similarities[place, : number + 1] = np.roll(similarities[place, : number + 1], 1)
    return _Part(labels, similarities)


def _look_up(lines: Sequence[LocatedLine], engines: Engines, *, k: int) -> list[Found]:
    """The k nearest characters of every glyph, line by line."""
    crops = [engines.cutter.cut(line) for line in lines]
    ends = np.cumsum([len(part) for part in crops]).tolist()
    if not ends or not ends[-1]:
        return [_Part((), np.zeros((0, k), np.float32)) for _ in lines]
    found = engines.index.search(_embed(np.concatenate(crops), engines.encoder), k)
    return [
        _in_company(
            list(map(list, found.labels[first:last])),
            found.similarities[first:last],
            line,
            ties=engines.ties,
        )
        for line, first, last in zip(lines, [0, *ends[:-1]], ends, strict=True)
    ]


def _embed(crops: Grey, encoder: Encoder) -> npt.NDArray[np.float32]:
    """Embeddings [n, dimensions] of crops [n, height, width], a part at a time."""
    starts = range(0, len(crops), CROPS_AT_ONCE)
    return np.concatenate([encoder.embed(crops[s : s + CROPS_AT_ONCE]) for s in starts])
