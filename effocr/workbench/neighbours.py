"""What a recognizer takes for alike: a glyph and its nearest rows of the index in one picture."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from effocr.errors import FontError, ImageError
from effocr.pipeline.engines import Encoder
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.squares import to_square
from effocr.workbench.dataset import RecognizerData, Sample

if TYPE_CHECKING:
    from PIL import Image, ImageFont

__all__ = ["Gallery", "Neighbour", "draw_neighbours", "label_font", "nearest", "picture_name"]

logger = logging.getLogger(__name__)

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

TILE: Final = 96  # pixels of a side of a glyph in a picture
LABEL: Final = 18  # pixels of a line of text under it
GAP: Final = 10  # between glyphs
IN_A_ROW: Final = 11
LONGEST_NAME: Final = 255  # bytes that file systems allow
MOST_OF_NAME: Final = 140  # of them for the neighbours
MOST_LOOKED_AT: Final = 256  # samples of a character among which the row's own is looked for
_LATIN: Final = 0x250  # code points below are in Pillow's own font
_RIGHT, _WRONG, _PLAIN = (0, 130, 60), (210, 0, 40), (90, 90, 90)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A row of the index near a glyph.

    Attributes:
        row: its number.
        label: its character.
        similarity: cosine; of a classifier the probability.
    """

    row: int
    label: str
    similarity: float


@dataclass
class Gallery:
    """The pictures of the rows of an index, looked up in the data set that it was made of.

    An index holds no pictures: of the samples with a row's character the one is taken whose
    embedding is nearest to the row.

    Attributes:
        data: the data set; None: the character is written instead.
        encoder: that of the index.
        size_px: side of the squares.
        rows: embeddings [rows, numbers] of the index.
    """

    data: RecognizerData | None
    encoder: Encoder
    size_px: int
    rows: Floats

    def __post_init__(self) -> None:
        """Sort the samples by character."""
        self._samples: dict[str, list[Sample]] = {}
        for sample in self.data.samples if self.data else ():
            self._samples.setdefault(sample.glyph, []).append(sample)
        self._seen: dict[str, tuple[Grey, Floats]] = {}

    def picture(self, neighbour: Neighbour) -> Grey | None:
        """The square of a row; None where no sample of its character is there."""
        if neighbour.label not in self._seen:
            squares = self._squares(neighbour.label)
            self._seen[neighbour.label] = (squares, self.encoder.embed(squares))
        squares, embeddings = self._seen[neighbour.label]
        if not len(squares):
            return None
        best = int((embeddings @ self.rows[neighbour.row]).argmax())
        return np.asarray(squares[best], np.uint8)

    def _squares(self, label: str) -> Grey:
        """Readable samples of a character, renders if there are any: [n, size, size]."""
        squares = [np.zeros((0, self.size_px, self.size_px), np.uint8)]
        if self.data is None:
            return squares[0]
        samples = self._samples.get(label, [])
        samples = [one for one in samples if one.kind == "render"] or samples
        for sample in samples[:MOST_LOOKED_AT]:
            try:
                squares.append(to_square(self.data.load(sample), self.size_px)[None])
            except ImageError as error:
                logger.warning("%s", error)
        return np.concatenate(squares)


def nearest(index: GlyphIndex, embeddings: Floats, k: int) -> list[list[Neighbour]]:
    """The k nearest rows of each embedding [n, numbers], or all rows where these are fewer."""
    labels, alike = index.labels, embeddings @ index.embeddings.T
    order = np.argsort(-alike, axis=1, kind="stable")[:, :k]
    return [
        [Neighbour(row, labels[row], float(values[row])) for row in rows.tolist()]
        for rows, values in zip(order, alike, strict=True)
    ]


def draw_neighbours(
    query: Grey,
    neighbours: Sequence[Neighbour],
    gallery: Gallery,
    *,
    truth: str | None,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont | None = None,
) -> Image.Image:
    """A glyph and its neighbours side by side, each with its character and similarity.

    Neighbours of the true character are framed green, others red; grey where it is not known.

    Args:
        query: square [n, n] uint8.
        neighbours: best first.
        gallery: their pictures.
        truth: the true character, if it is known.
        font: to write characters with; None: only Latin ones are written.
    """
    from PIL import Image, ImageDraw

    tiles: list[tuple[Grey | None, str, str, tuple[int, int, int]]] = [
        (query, "query", _shown(truth, font), _PLAIN)
    ]
    for number, one in enumerate(neighbours, 1):
        colour = _PLAIN if truth is None else _RIGHT if one.label == truth else _WRONG
        words = f"{_points(one.label)} {one.similarity:.2f}"
        tiles.append((gallery.picture(one), words, f"{number}  {_shown(one.label, font)}", colour))
    across, down = TILE + GAP, TILE + GAP + 2 * LABEL
    columns, rows = min(len(tiles), IN_A_ROW), -(-len(tiles) // IN_A_ROW)
    picture = Image.new("RGB", (columns * across + GAP, rows * down + GAP), "white")
    pen, small = ImageDraw.Draw(picture), label_font(None, 13)
    for place, (glyph, words, name, colour) in enumerate(tiles):
        x, y = GAP + place % IN_A_ROW * across, GAP + place // IN_A_ROW * down
        if glyph is not None:
            picture.paste(Image.fromarray(glyph).resize((TILE, TILE)), (x, y))
        else:
            pen.text((x + 8, y + TILE // 2 - LABEL), "no picture", fill=_PLAIN, font=small)
        pen.rectangle((x - 2, y - 2, x + TILE + 1, y + TILE + 1), outline=colour, width=2)
        pen.text((x, y + TILE + 3), name, fill=colour, font=font or small)
        pen.text((x, y + TILE + 3 + LABEL), words, fill=_PLAIN, font=small)
    return picture


def label_font(path: Path | None, size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font file, or Pillow's own font.

    Raises:
        FontError: the file is no font.
    """
    from PIL import ImageFont

    if path is None:
        return ImageFont.load_default(size_px)
    try:
        return ImageFont.truetype(str(path), size_px)
    except OSError as error:
        raise FontError(f"{path}: not a font that can be opened ({error})") from error


def picture_name(number: int, stem: str, *, right: bool | None, labels: Sequence[str]) -> str:
    """`q_knn_3_STEM_True_nn1,0x61_nn2,0x62.png`, shortened to what file systems take.

    Args:
        number: of the query.
        stem: of its file.
        right: whether the first neighbour is right; None: not known.
        labels: characters of the neighbours, best first.
    """
    near = ""
    for place, label in enumerate(labels, 1):
        more = f"_nn{place},{_points(label)}"
        if len(near) + len(more) > MOST_OF_NAME:
            break
        near += more
    before = f"q_knn_{number}_"
    after = f"_{'Unknown' if right is None else right}{near}.png"
    room = LONGEST_NAME - len(before) - len(after)
    content = stem.encode(errors="surrogateescape")
    if len(content) > room:
        mark = "~" + hashlib.sha256(content).hexdigest()[:12]
        stem = content[: room - len(mark)].decode(errors="ignore") + mark
    return before + stem + after


def _points(label: str) -> str:
    """`0x63_0x68`."""
    return "_".join(f"0x{ord(point):x}" for point in label)


def _shown(label: str | None, font: ImageFont.FreeTypeFont | ImageFont.ImageFont | None) -> str:
    """A character as far as it can be written."""
    if label is None or (font is None and any(ord(point) >= _LATIN for point in label)):
        return ""
    return label
