"""Glyphs of lines kept aside, as a model sees them: what it knew, for whatever is learnt later.

The file `memory.npz` of a model folder: numpy arrays without pickle.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from effocr.bundle import MEND
from effocr.errors import BundleError
from effocr.recognizer.npz import arrays_in, write_arrays

__all__ = ["Memory"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Memory:
    """Glyphs of lines that the model did not learn from.

    Attributes:
        embeddings: [n, dim] float32, unit length; kept in half precision.
        labels: n characters; "" where what was found is no glyph.
        ends: [m] int64, where each line ends in the embeddings; the last is n.
    """

    embeddings: Floats
    labels: tuple[str, ...]
    ends: npt.NDArray[np.int64]

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        arrays = {
            "embeddings": self.embeddings.astype(np.float16),
            "labels": np.array(self.labels, dtype=np.str_),
            "ends": self.ends,
        }
        write_arrays(path, arrays)

    @classmethod
    def load(cls, path: Path, dim: int | None = None) -> Self:
        """Read the file.

        Args:
            path: of the file.
            dim: numbers in an embedding of the model; None: any.

        Raises:
            BundleError: it is missing, damaged, of another encoder, or its parts do not fit
                together.
        """
        with arrays_in(path, "a memory of a model") as arrays:
            embeddings = np.asarray(arrays["embeddings"], np.float32)
            labels = tuple(arrays["labels"].tolist())
            ends = np.asarray(arrays["ends"], np.int64)
        whole = embeddings.ndim == 2 and ends.ndim == 1
        last = int(ends[-1]) if whole and len(ends) else 0
        ordered = whole and bool((np.diff(ends, prepend=0) >= 0).all())
        if not ordered or not last == len(labels) == len(embeddings):
            raise BundleError(
                f"{path}: its embeddings, labels and lines do not fit together; {MEND}"
            )
        if dim is not None and embeddings.shape[1] != dim:
            raise BundleError(
                f"{path}: embeddings of {embeddings.shape[1]} numbers, those of the model have "
                f"{dim}; it is of another model; {MEND}"
            )
        return cls(embeddings, labels, ends)
