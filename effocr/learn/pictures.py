"""Teach a picture: a few examples of one character, and nothing else that the model knows changes.

The examples are printed and scanned again in many ways, in frames a little off, as the localizer
will meet them. Against the mean and covariance of the features of ordinary lines they give one
linear template, see `effocr.recognizer.pictures`. What the template takes for the picture on
ordinary lines, and beside it on its own lines, says how high its threshold must be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.data.records import Skipped
from effocr.errors import TrainingError, UsageError
from effocr.learn.examples import Example, same_size
from effocr.learn.variants import draw_variants, frame_example
from effocr.localizer.arrays import CHANNELS, STRIDE
from effocr.pipeline.engines import Engines
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.pictures import score
from effocr.pipeline.tiles import locate_maps
from effocr.recognizer.arrays import cut_windows
from effocr.recognizer.background import Background
from effocr.recognizer.exemplars import choose_rows
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.pictures import OFFSETS, Picture, Pictures, cut_around

__all__ = ["PictureTeacher", "teach_from"]

Floats = npt.NDArray[np.float32]
Columns = npt.NDArray[np.int64]

EVERY: Final = 6  # columns of the background that the covariance is of
OWN_SPREAD: Final = 0.5  # weight of the covariance of the examples
RIDGE: Final = 0.1  # of the mean variance
TOP: Final = 5  # columns of each line that are most like the picture
ROWS: Final = 32
SHARE: Final = 0.35  # of the way from the most similar ordinary print to the examples
UNUSUAL: Final = 0.02  # share of the examples that may be missed


@dataclass(frozen=True, slots=True)
class _Seen:
    """A frame as the localizer sees it.

    Attributes:
        features: [channels, columns] float32.
        box: [4] float32, of the picture, columns; None where none is.
    """

    features: Floats
    box: Floats | None = None

    @property
    def middle(self) -> int:
        """Column in the middle of the picture."""
        box = np.zeros(4, np.float32) if self.box is None else self.box
        return int(np.clip((box[0] + box[2]) / 2, 0, self.features.shape[1] - 1))


class PictureTeacher:
    """Teaches pictures to a model; looks at its background once."""

    def __init__(self, engines: Engines, index: GlyphIndex, background: Background) -> None:
        """Look at the ordinary lines.

        Args:
            engines: of the model.
            index: of the model.
            background: of the model.

        Raises:
            UsageError: the model's recognizer does not look at its localizer's features.
        """
        window, locator = engines.manifest.window, engines.locator
        if window is None or not isinstance(locator, NativeLocator):
            raise UsageError(f"{engines.manifest.name}: pictures need a recognizer of windows")
        self._localizer, self._window, self._shape = locator.localizer, window, locator.shape
        self._encoder, self._index = engines.encoder, index
        maps = locate_maps(background.frames, locator.localizer)
        self._ordinary = [
            _Seen(each[CHANNELS:, : -(-frame.shape[1] // STRIDE)])
            for each, frame in zip(maps, background.frames, strict=True)
        ]
        some = [cut_around(f, np.arange(0, f.shape[1], EVERY)) for f in _features(self._ordinary)]
        print_ = np.concatenate(some)
        self._usual = print_.mean(axis=0)
        self._spread = print_.T @ print_ / len(print_) - np.outer(self._usual, self._usual)

    def teach(
        self, glyph: str, examples: Sequence[Example], *, rng: np.random.Generator
    ) -> Picture:
        """Learn a picture.

        Args:
            glyph: the character, NFC, which the index does not hold.
            examples: of it.
            rng: draws the wear and the frames.

        Raises:
            TrainingError: there is no example with ink.
        """
        framed = list(draw_variants(examples, self._shape, rng))
        if not framed:
            raise TrainingError(f"{glyph}: there is no example of it")
        maps = locate_maps([pixels for pixels, _ in framed], self._localizer)
        seen = [
            _Seen(each[CHANNELS:], box / np.float32(STRIDE))
            for each, (_, box) in zip(maps, framed, strict=True)
        ]
        middles = [np.array([each.middle]) for each in seen]
        weights, bias = self._template(np.concatenate(
            [cut_around(each.features, at) for each, at in zip(seen, middles, strict=True)]
        ))  # fmt: skip
        embeddings = self._embed(seen, middles)
        chosen = choose_rows(embeddings, [glyph] * len(embeddings), rows_per_label=ROWS, rng=rng)
        picture = Picture(
            glyph, weights, bias, threshold=0.0, typical=1.0,
            extent=_extent(examples), rows=embeddings[chosen],
            origins=tuple(dict.fromkeys(each.origin for each in examples)),
        )  # fmt: skip
        right = self._scores(picture, seen, middles)
        ordinary, beside = self._strongest(picture, self._ordinary), self._strongest(picture, seen)
        threshold = _threshold(right, ordinary, beside)
        return replace(picture, threshold=threshold, typical=float(np.median(right)))

    def find_again(self, picture: Picture, example: Example) -> Example | None:
        """The example with its box where its line looks most like a picture; None: nowhere."""
        framed = frame_example(example, self._shape, np.random.default_rng(0), off=False)
        if framed is None:
            return None
        seen = _Seen(locate_maps([framed[0]], self._localizer)[0][CHANNELS:])
        (columns,) = self._top(picture, [seen])
        scores = self._scores(picture, [seen], [columns])
        best = int(scores.argmax())
        if scores[best] < picture.threshold:
            return None
        scale = example.x_height / self._shape.x_height_px
        middle = float(columns[best] * STRIDE + STRIDE / 2) * scale
        row = example.baseline[0] + example.baseline[1] * middle
        box = np.array(picture.extent) * example.x_height + np.array([middle, row, middle, row])
        return replace(example, box=box.astype(np.float32))

    def _template(self, positives: Floats) -> tuple[Floats, float]:
        """Weights [channels, taps], bias: 0 for ordinary print, 1 for the examples in the mean."""
        usual, mean = self._usual, positives.mean(axis=0)
        from_mean = positives - mean
        total = self._spread + OWN_SPREAD * (from_mean.T @ from_mean) / len(positives)
        ridge = RIDGE * float(np.trace(self._spread)) / len(usual)
        total[np.diag_indices_from(total)] += ridge
        weights = np.linalg.solve(total, mean - usual)
        weights /= max(float(weights @ (mean - usual)), 1e-9)
        return weights.reshape(-1, len(OFFSETS)).astype(np.float32), -float(weights @ usual)

    def _embed(self, seen: Sequence[_Seen], columns: Sequence[Columns]) -> Floats:
        """Embeddings [n, dim] at columns of each frame."""
        windows = []
        for each, at in zip(seen, columns, strict=True):
            middles = (at * STRIDE + STRIDE / 2).astype(np.float32)
            flat = np.zeros_like(middles)
            boxes = np.stack((middles, flat, middles, flat), axis=1)
            windows.append(cut_windows(each.features, boxes, self._window))
        return self._encoder.embed(np.concatenate(windows))

    def _scores(
        self, picture: Picture, seen: Sequence[_Seen], columns: Sequence[Columns]
    ) -> Floats:
        """[n] float32 scores at columns of each frame."""
        embeddings = self._embed(seen, columns)
        known = self._index.search(embeddings, 1).similarities[:, 0]
        alone = Pictures([picture])
        responses = [
            alone.responses(each.features)[0][at] for each, at in zip(seen, columns, strict=True)
        ]
        return score(np.concatenate(responses), picture.rows, embeddings, known)

    def _top(self, picture: Picture, seen: Sequence[_Seen]) -> list[Columns]:
        """The columns of each frame that are most like a picture, away from the picture itself."""
        alone, tops = Pictures([picture]), []
        for each in seen:
            responses = alone.responses(each.features)[0]
            if each.box is not None:
                first, last = max(int(each.box[0]), 0), max(int(np.ceil(each.box[2])), 0)
                responses[first : last + 1] = -np.inf
            columns = np.argsort(-responses, kind="stable")[:TOP]
            tops.append(columns[np.isfinite(responses[columns])])
        return tops

    def _strongest(self, picture: Picture, seen: Sequence[_Seen]) -> Floats:
        """[frames] best score of each, away from the picture itself."""
        columns = self._top(picture, seen)
        scores = self._scores(picture, seen, columns)
        ends = np.cumsum([len(each) for each in columns])[:-1]
        return np.array([part.max(initial=0.0) for part in np.split(scores, ends)], np.float32)


def _features(seen: Sequence[_Seen]) -> Iterator[Floats]:
    return (each.features for each in seen)


def _threshold(right: Floats, ordinary: Floats, beside: Floats) -> float:
    """Above everything ordinary, and a part of the way to the examples."""
    least = float(np.quantile(right, UNUSUAL))
    most = max(float(ordinary.max(initial=0.0)), float(np.quantile(beside, 1 - UNUSUAL)))
    return max(most + SHARE * (least - most), most)


def _extent(examples: Sequence[Example]) -> tuple[float, float, float, float]:
    """Edges from the middle on the baseline in x-heights, the median of the examples."""
    edges = []
    for each in examples:
        middle = float(each.box[0] + each.box[2]) / 2
        row = each.baseline[0] + each.baseline[1] * middle
        origin = np.array([middle, row, middle, row])
        edges.append((each.box - origin) / each.x_height)
    left, top, right, bottom = np.median(edges, axis=0).tolist()
    return left, top, right, bottom


def teach_from(
    teacher: PictureTeacher, glyph: str, examples: Sequence[Example], *, rng: np.random.Generator
) -> tuple[Picture, list[Example], list[Skipped]]:
    """Learn a picture from examples, some of which may be cut wrongly.

    Those that are as large as most give a first picture; with it the others are looked for on
    their lines once more.

    Args:
        teacher: of the model.
        glyph: the character.
        examples: of it.
        rng: draws the wear and the frames.

    Returns:
        The picture, the examples that it was learnt from, and what was left out.

    Raises:
        TrainingError: there is no example with ink.
    """
    alike, others = same_size(examples)
    picture = teacher.teach(glyph, alike, rng=rng)
    if not others:
        return picture, alike, []
    problems = []
    for example in others:
        better = teacher.find_again(picture, example)
        if better is None:
            reason = "left out: the character was not found where the text has it"
            problems.append(Skipped(example.origin.source, reason))
        else:
            alike.append(better)
    if len(problems) < len(others):
        picture = teacher.teach(glyph, alike, rng=rng)
    return picture, alike, problems
