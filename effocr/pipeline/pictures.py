"""Put the pictures of a model into what was located and read of a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.bundle import LineShape, WindowShape
from effocr.geometry import Direction
from effocr.localizer.arrays import GAP, STRIDE, gaps_between
from effocr.pipeline.engines import Encoder, Engines, Found, LocatedLine, Searcher
from effocr.recognizer.arrays import cut_windows
from effocr.recognizer.pictures import LIKENESS, Picture, Pictures

__all__ = ["Answer", "FoundPicture", "find_pictures", "put_in", "score", "with_pictures"]

Floats = npt.NDArray[np.float32]

COVERED: Final = 0.5  # of its width; a glyph more covered by a picture is a part of it


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the index for one line; a `Found`."""

    labels: Sequence[Sequence[str]]
    similarities: Floats


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture on a line.

    Attributes:
        picture: which.
        score: above its threshold.
        box: [4] float32, frame pixels.
        others: known characters that look like it there, most alike first, and their cosines.
    """

    picture: Picture
    score: float
    box: Floats
    others: tuple[tuple[str, float], ...]


def with_pictures(
    lines: Sequence[tuple[LocatedLine, Found]], engines: Engines, pictures: Pictures, *, k: int
) -> list[tuple[LocatedLine, Found]]:
    """Lines and the answers of the index for them, with the pictures that stand there put in.

    Args:
        lines: as they were read.
        engines: of the model.
        pictures: of the model.
        k: candidates of each glyph.
    """
    manifest = engines.manifest
    if manifest.window is None:
        return list(lines)
    found: list[tuple[LocatedLine, Found]] = []
    for line, answer in lines:
        standing = find_pictures(
            line, pictures, engines.encoder, engines.index,
            window=manifest.window, shape=manifest.line, k=k,
        )  # fmt: skip
        if not standing:
            found.append((line, answer))
            continue
        least, direction = manifest.unknown_similarity, manifest.direction
        found.append(put_in(line, answer, standing, unknown_similarity=least, direction=direction))
    return found


def score(responses: Floats, rows: Floats, embeddings: Floats, known: Floats) -> Floats:
    """Scores [n] of a picture: the template's, and what the embedding says.

    Args:
        responses: [n] float32 of the template.
        rows: [m, dim] float32 of the picture.
        embeddings: [n, dim] float32 in the same places.
        known: [n] float32, cosine of the most similar known character there.
    """
    alike = np.einsum("nd,md->nm", embeddings, rows).max(axis=1, initial=-1.0)
    return np.asarray(responses + LIKENESS * (alike - known), np.float32)


def find_pictures(
    line: LocatedLine,
    pictures: Pictures,
    encoder: Encoder,
    index: Searcher,
    *,
    window: WindowShape,
    shape: LineShape,
    k: int = 2,
) -> list[FoundPicture]:
    """Find the pictures of a line, which do not cover each other, left to right.

    Args:
        line: as the native localizer saw it.
        pictures: of the model.
        encoder: module 2.
        index: the known characters.
        window: what the encoder sees.
        shape: of the frame.
        k: other candidates to name.
    """
    features = line.features
    if features is None or not pictures:
        return []
    columns_used = -(-line.pixels.shape[1] // STRIDE)
    responses = pictures.responses(features)[:, :columns_used]
    found: list[FoundPicture] = []
    for picture, each in zip(pictures, responses, strict=True):
        columns = _peaks(each, picture.threshold - LIKENESS)
        if not columns.size:
            continue
        middles = (columns * STRIDE + STRIDE / 2).astype(np.float32)
        flat = np.zeros_like(middles)
        boxes = np.stack((middles, flat, middles, flat), axis=1)
        embeddings = encoder.embed(cut_windows(features, boxes, window))
        near = index.search(embeddings, k)
        scores = score(each[columns], picture.rows, embeddings, near.similarities[:, 0])
        for place in np.flatnonzero(scores > picture.threshold).tolist():
            box = _box(line, float(middles[place]), picture, shape)
            others = zip(near.labels[place], near.similarities[place].tolist(), strict=False)
            found.append(FoundPicture(picture, float(scores[place]), box, tuple(others)))
    return _best(found)


def _peaks(responses: Floats, least: float) -> npt.NDArray[np.intp]:
    """Columns of at least this response that none of the two beside exceeds."""
    high = responses >= least
    high[1:] &= responses[1:] >= responses[:-1]
    high[:-1] &= responses[:-1] >= responses[1:]
    return np.flatnonzero(high)


def _box(line: LocatedLine, middle: float, picture: Picture, shape: LineShape) -> Floats:
    baseline, x_height = line.located.baseline, line.located.x_height
    if baseline is None:  # the localizer found nothing else
        baseline, x_height = (shape.baseline_px, 0.0), shape.x_height_px
    left, top, right, bottom = (x_height * edge for edge in picture.extent)
    row = baseline[0] + baseline[1] * middle
    last_row, last = line.pixels.shape[0], line.pixels.shape[1]
    box = np.array([middle + left, row + top, middle + right, row + bottom], np.float32)
    return np.clip(box, 0, np.array([last, last_row, last, last_row], np.float32))


def _best(found: Sequence[FoundPicture]) -> list[FoundPicture]:
    """Those whose middle lies in no better one."""
    kept: list[FoundPicture] = []
    for each in sorted(found, key=lambda each: each.picture.threshold - each.score):
        middle = (each.box[0] + each.box[2]) / 2
        if not any(other.box[0] < middle < other.box[2] for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: float(each.box[0] + each.box[2]))


def put_in(
    line: LocatedLine,
    found: Found,
    pictures: Sequence[FoundPicture],
    *,
    unknown_similarity: float,
    direction: Direction,
) -> tuple[LocatedLine, Answer]:
    """The line with its pictures instead of the glyphs that were found in their places.

    A picture's similarity is no cosine: its score, from that which is just enough to that of its
    examples, put between the similarity below which glyphs are unknown and 1.

    Args:
        line: as located, with its maps.
        found: the answer of the index for its glyphs.
        pictures: that stand on it, left to right.
        unknown_similarity: of the model.
        direction: of the line; from right to left, its glyphs stand so.
    """
    if not pictures or line.maps is None:
        return line, Answer(found.labels, found.similarities)
    located = line.located
    stays = np.array([not _inside(box, pictures) for box in located.boxes], bool)
    new = np.stack([each.box for each in pictures])
    boxes = np.concatenate((located.boxes[stays], new))
    sure = [_similarity(each, unknown_similarity) for each in pictures]
    scores = np.concatenate((located.scores[stays], np.array(sure, np.float32)))
    labels = [list(row) for row, stay in zip(found.labels, stays, strict=True) if stay]
    k = max(found.similarities.shape[1], 1)
    rows = np.full((len(pictures), k), -np.inf, np.float32)
    for row, each, similarity in zip(rows, pictures, sure, strict=True):
        others = each.others[: k - 1]
        labels.append([each.picture.label, *(label for label, _ in others)])
        row[: 1 + len(others)] = [similarity, *(cosine for _, cosine in others)]
    similarities = np.concatenate((found.similarities.reshape(-1, k)[stays], rows))
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
    gaps = gaps_between(line.maps[GAP], boxes[order])
    if direction == "rtl":
        order, gaps = order[::-1], np.concatenate((gaps[:1], gaps[:0:-1]))
    located = replace(located, boxes=boxes[order], scores=scores[order], gaps=gaps)
    answer = Answer([labels[place] for place in order.tolist()], similarities[order])
    return replace(line, located=located), answer


def _inside(box: Floats, pictures: Sequence[FoundPicture]) -> bool:
    """Whether a glyph is a part of a picture."""
    width = max(float(box[2] - box[0]), 1e-3)
    return any(
        min(box[2], each.box[2]) - max(box[0], each.box[0]) > COVERED * width for each in pictures
    )


def _similarity(each: FoundPicture, least: float) -> float:
    picture = each.picture
    span = max(picture.typical - picture.threshold, 1e-3)
    share = min(max((each.score - picture.threshold) / span, 0.0), 1.0)
    return least + share * (1.0 - least)
