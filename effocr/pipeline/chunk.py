"""A handful of line images, from file to Document, in the calling thread.

The glyphs of all lines of a chunk are embedded and looked up together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.document import UNKNOWN, Document, Line
from effocr.errors import ImageError
from effocr.geometry import Affine, Direction
from effocr.layout.bidi import logical_order
from effocr.localizer.arrays import spaces_before
from effocr.pipeline.agree import settle_ties
from effocr.pipeline.assemble import Rules, Seen, assemble_line, blank_line, one_page_document
from effocr.pipeline.engines import Encoder, Engines, Found, LocatedLine, Views
from effocr.pipeline.images import ImageSource, is_path, load_image
from effocr.pipeline.pictures import with_pictures
from effocr.pipeline.pieces import Piece, cut_pieces
from effocr.pipeline.second_opinion import with_second_opinion

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
    """An image, loaded: its width and height, and its lines in reading order."""

    source: str
    size: tuple[int, int]
    pieces: Sequence[Piece]
    direction: Direction


def read_chunk(
    images: Sequence[ImageSource], engines: Engines, rules: Rules
) -> list[Document | ReadFailure]:
    """Read line images.

    Args:
        images: each is one line of text; for a model of columns, one or more of them.
        engines: the model.
        rules: how candidates become text.

    Returns:
        One result per image, in order; an image that cannot be read becomes a `ReadFailure`.
    """
    opened = [_open(image, engines.manifest.direction) for image in images]
    images_read = [image for image in opened if isinstance(image, _Opened)]
    pieces = [piece for image in images_read for piece in image.pieces]
    located = engines.locator.locate([piece.grey for piece in pieces])
    printed = [line for line in located if line is not None]
    k = max(rules.candidates, 2)
    found = list(zip(printed, _look_up(printed, engines, k=k), strict=True))
    if engines.pictures is not None:
        found = with_pictures(found, engines, engines.pictures, k=k)
    seen, seconds = iter(found), _second_texts(pieces, located, rules)
    lines = iter([None if line is None else (*next(seen), next(seconds)) for line in located])
    read = iter(
        [
            _document(
                image,
                [next(lines) for _ in image.pieces],
                rules,
                gap_threshold=engines.manifest.gap_threshold,
            )
            for image in images_read
        ]
    )
    return [next(read) if isinstance(image, _Opened) else image for image in opened]


def _open(image: ImageSource, direction: Direction) -> _Opened | ReadFailure:
    """Load one image."""
    source = str(image) if is_path(image) else ""
    try:
        grey = load_image(image)
    except ImageError as error:
        return ReadFailure(source, str(error))
    size = (grey.shape[1], grey.shape[0])
    return _Opened(source, size, cut_pieces(grey, direction), direction)


def _document(
    image: _Opened,
    lines: Sequence[tuple[LocatedLine, Found, str | None] | None],
    rules: Rules,
    *,
    gap_threshold: float,
) -> Document:
    """The document of an image; `lines` are those of its pieces, None for blank paper."""
    made = [
        _line(image, piece, *line, rules=rules, gap_threshold=gap_threshold)
        for piece, line in zip(image.pieces, lines, strict=True)
        if line is not None
    ]
    return one_page_document(image.source, image.size, made or [blank_line(image.size)])


def _second_texts(
    pieces: Sequence[Piece], located: Sequence[LocatedLine | None], rules: Rules
) -> Iterator[str | None]:
    """What the second reader reads in each piece that is no blank paper; None for none."""
    if rules.second is None:
        return repeat(None)
    printed = [piece.grey for piece, line in zip(pieces, located, strict=True) if line is not None]
    return iter(rules.second.texts(printed))


def _line(
    image: _Opened,
    piece: Piece,
    where: LocatedLine,
    found: Found,
    second: str | None,
    *,
    rules: Rules,
    gap_threshold: float,
) -> Line:
    """One line, in pixels of the image."""
    located = where.located
    spaces = spaces_before(located, gap_threshold)
    x, y = piece.corner
    frame = where.frame.then(Affine.scale_shift(1, 1, x_shift=x, y_shift=y))
    seen = Seen(
        image.size,
        frame,
        located.boxes,
        located.scores,
        spaces,
        direction=image.direction,
        baseline=located.baseline,
    )
    if image.direction == "rtl":
        seen, found = _in_logical_order(seen, found)
    line = assemble_line(seen, found, rules)
    return line if second is None else with_second_opinion(line, second)


def _in_logical_order(seen: Seen, found: Found) -> tuple[Seen, Found]:
    """Glyphs that stand from right to left, numbers and Latin words put the right way round."""
    first = [labels[0] if labels else UNKNOWN for labels in found.labels]
    order, spaces = logical_order(first, seen.spaces.tolist())
    moved = replace(
        seen, boxes=seen.boxes[order], scores=seen.scores[order], spaces=np.array(spaces, bool)
    )
    return moved, _Part([found.labels[n] for n in order], found.similarities[order])


@dataclass(frozen=True, slots=True)
class _Part:
    """The share of one line in the answer of the index; a `Found`."""

    labels: Sequence[Sequence[str]]
    similarities: npt.NDArray[np.float32]


def _in_company(
    labels: list[list[str]],
    similarities: npt.NDArray[np.float32],
    where: LocatedLine,
    engines: Engines,
) -> _Part:
    """The answer for one line, look-alikes settled if wished; changes what it is given."""
    if not engines.ties:
        return _Part(labels, similarities)
    spaces = spaces_before(where.located, engines.manifest.gap_threshold)
    for place, number in settle_ties(labels, similarities, spaces).items():
        labels[place].insert(0, labels[place].pop(number))
        similarities[place, : number + 1] = np.roll(similarities[place, : number + 1], 1)
    return _Part(labels, similarities)


def _look_up(lines: Sequence[LocatedLine], engines: Engines, *, k: int) -> list[Found]:
    """The k nearest characters of every glyph, line by line."""
    crops = [engines.cutter.cut(line) for line in lines]
    ends = np.cumsum([len(part) for part in crops]).tolist()
    if not ends or not ends[-1]:
        return [_Part((), np.zeros((0, k), np.float32)) for _ in lines]
    found = engines.index.search(_embed(np.concatenate(crops), engines.encoder), k, ends)
    return [
        _in_company(
            list(map(list, found.labels[first:last])),
            found.similarities[first:last],
            line,
            engines,
        )
        for line, first, last in zip(lines, [0, *ends[:-1]], ends, strict=True)
    ]


def _embed(crops: Views, encoder: Encoder) -> npt.NDArray[np.float32]:
    """Embeddings [n, dimensions] of the views of n glyphs, a part at a time."""
    starts = range(0, len(crops), CROPS_AT_ONCE)
    return np.concatenate([encoder.embed(crops[s : s + CROPS_AT_ONCE]) for s in starts])
