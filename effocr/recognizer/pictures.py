"""Pictures: glyphs that are found by what they look like as a whole, wherever they stand.

The localizer takes a hand (☞) for some letters side by side, and the encoder, which has only
learnt what its own characters differ in, takes a ₤ for a £. Both see the same features, and these
hold more than either makes of them. A picture is a linear template of the features around its
middle, learnt from a few examples against the mean and covariance of ordinary print (linear
discriminant analysis with a background that never changes: B. Hariharan, J. Malik, D. Ramanan,
Discriminative decorrelation for clustering and classification, ECCV 2012).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import faiss
import numpy as np
import numpy.typing as npt

from effocr.bundle import PICTURES, Bundle
from effocr.charset import normalise
from effocr.errors import BundleError, DataFormatError
from effocr.recognizer.npz import arrays_in, write_arrays
from effocr.recognizer.origins import ORIGINS, Origin

__all__ = ["LIKENESS", "OFFSETS", "Picture", "Pictures", "cut_around", "pictures_of"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

OFFSETS: Final = np.array([-3, -1, 0, 1, 3])  # columns of the features that a template looks at
LIKENESS: Final = 0.5  # weight of the embedding's word beside the template's


@dataclass(frozen=True, slots=True)
class Picture:
    """A glyph that is found as a whole.

    The template gives 0 for ordinary print and 1 for the examples, in the mean. Where it may be the
    picture, half of the difference between the cosine of its most similar row and that of the most
    similar known character is added; above the threshold the picture is read.

    Attributes:
        label: the character, NFC.
        weights: [channels, len(OFFSETS)] float32.
        bias: of the template.
        threshold: least score of the picture.
        typical: score of the examples.
        extent: left, top, right and bottom edge from its middle on the baseline, x-heights.
        rows: [n, dim] float32 embeddings of the examples, unit length.
        origins: of the examples.
    """

    label: str
    weights: Floats
    bias: float
    threshold: float
    typical: float
    extent: tuple[float, float, float, float]
    rows: Floats
    origins: tuple[Origin, ...] = ()


class Pictures:
    """The pictures of a model. Safe to use from several threads; each call uses one core."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        """Put the templates side by side.

        Raises:
            DataFormatError: two pictures of one label, or templates of different localizers.
        """
        self._pictures = tuple(pictures)
        if len(set(self.labels)) < len(self._pictures):
            raise DataFormatError("two pictures of one character")
        if len({each.weights.shape for each in pictures}) > 1:
            raise DataFormatError("pictures of different localizers")
        self._transform = _transform(self._pictures)

    def __iter__(self) -> Iterator[Picture]:
        """One after the other."""
        return iter(self._pictures)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._pictures)

    @property
    def labels(self) -> tuple[str, ...]:
        """Their characters."""
        return tuple(each.label for each in self)

    def responses(self, features: Floats) -> Floats:
        """What each template gives at each column.

        Args:
            features: [channels, columns] float32.

        Returns:
            [pictures, columns] float32.
        """
        faiss.omp_set_num_threads(1)  # of this thread: the callers are the threads
        parts = self._transform.apply(np.ascontiguousarray(features.T, np.float32))
        parts = parts.reshape(len(parts), len(self), len(OFFSETS))
        columns = np.arange(len(parts))
        found = np.repeat(np.array([[each.bias] for each in self]), len(parts), axis=1)
        for tap, offset in enumerate(OFFSETS.tolist()):
            found += parts[np.clip(columns + offset, 0, len(parts) - 1), :, tap].T
        return found.astype(np.float32)

    def with_picture(self, picture: Picture) -> Self:
        """A copy with another picture, instead of that of the same label if there is one."""
        return type(self)([*self.without(picture.label), picture])

    def without(self, label: str) -> Self:
        """A copy that does not know a character."""
        wanted = normalise(label)
        return type(self)([each for each in self if each.label != wanted])

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        some = self._pictures
        arrays = {
            "labels": np.array(self.labels, dtype=np.str_),
            "weights": np.array([each.weights for each in some], np.float32),
            "numbers": np.array([(each.bias, each.threshold, each.typical) for each in some]),
            "extents": np.array([each.extent for each in some], np.float32),
            "rows": np.concatenate([each.rows for each in some]).astype(np.float16),
            "ends": np.cumsum([len(each.rows) for each in some]),
            "origins": np.array([ORIGINS.dump_json(each.origins).decode() for each in some]),
        }
        write_arrays(path, arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            BundleError: it is missing, damaged, or its parts do not fit together.
        """
        with arrays_in(path, "the pictures of a model") as arrays:
            return cls(_pictures(arrays))


def pictures_of(bundle: Bundle) -> Pictures | None:
    """The pictures of a model folder; None where it has none.

    Raises:
        BundleError: the file is damaged, or of another localizer or encoder.
    """
    if PICTURES not in bundle.manifest.files:
        return None
    pictures, manifest = Pictures.load(bundle.path(PICTURES)), bundle.manifest
    channels = manifest.window.channels if manifest.window else 0
    for each in pictures:
        if (len(each.weights), each.rows.shape[1]) != (channels, manifest.embedding_size):
            raise BundleError(
                f"{bundle.path(PICTURES)}: {each.label} is of another localizer or encoder; "
                "teach it anew with `effocr index add`"
            )
    return pictures


def cut_around(features: Floats, columns: npt.NDArray[np.integer]) -> Floats:
    """What a template looks at: [n, channels * len(OFFSETS)] float32 around n columns."""
    wanted = np.clip(columns[:, None] + OFFSETS, 0, features.shape[1] - 1)
    taken = features.take(wanted, axis=1).transpose(1, 0, 2)
    return np.ascontiguousarray(taken.reshape(len(columns), -1), np.float32)


def _transform(pictures: Sequence[Picture]) -> faiss.LinearTransform:
    """Features of a column -> its part in each tap of each template."""
    channels = pictures[0].weights.shape[0] if pictures else 1
    taps = [each.weights.T for each in pictures]
    rows = np.concatenate(taps) if taps else np.zeros((0, channels), np.float32)
    transform = faiss.LinearTransform(channels, len(rows), False)
    faiss.copy_array_to_vector(np.ascontiguousarray(rows, np.float32).ravel(), transform.A)
    transform.is_trained = True
    return transform


def _pictures(arrays: Mapping[str, npt.NDArray[Any]]) -> list[Picture]:
    """What the file holds.

    Raises:
        KeyError: an array is missing.
        ValueError: they do not fit together, or a number is not finite.
    """
    labels: list[str] = arrays["labels"].tolist()
    weights = np.asarray(arrays["weights"], np.float32)
    numbers = np.asarray(arrays["numbers"], np.float64).reshape(len(labels), 3)
    extents = np.asarray(arrays["extents"], np.float64).reshape(len(labels), 4)
    rows = np.asarray(arrays["rows"], np.float32)
    ends = np.asarray(arrays["ends"], np.int64)
    finite = all(np.isfinite(part).all() for part in (weights, numbers, extents, rows))
    fits = weights.shape[::2] == (len(labels), len(OFFSETS)) and len(ends) == len(labels)
    if not fits or not finite or rows.ndim != 2 or (len(ends) and ends[-1] != len(rows)):
        raise ValueError("its arrays do not fit together")
    origins = [ORIGINS.validate_json(text) for text in arrays["origins"].tolist()]
    parts = zip(
        labels, weights, numbers.tolist(), extents.tolist(),
        np.split(rows, ends[:-1]), origins, strict=True,
    )  # fmt: skip
    return [
        Picture(label, part, bias, threshold, typical, (box[0], box[1], box[2], box[3]), own, of)
        for label, part, (bias, threshold, typical), box, own, of in parts
    ]
