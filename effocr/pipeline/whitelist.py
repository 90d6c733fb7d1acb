"""Read only some characters."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from effocr.charset import graphemes
from effocr.errors import UsageError
from effocr.pipeline.engines import Engines, Found, Searcher

__all__ = ["restrict"]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is left of an answer; a `Found`."""

    labels: list[list[str]]
    similarities: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Whitelisted:
    """An index that knows only some of its characters; a `Searcher`."""

    index: Searcher
    allowed: frozenset[str]
    characters: int  # in the whole index

    def search(self, embeddings: npt.NDArray[np.float32], k: int) -> Found:
        """The k nearest of the allowed characters; see `Searcher`."""
        found = self.index.search(embeddings, self.characters)
        labels: list[list[str]] = []
        similarities = np.full((len(embeddings), k), -np.inf, np.float32)
        for row, known in enumerate(found.labels):
            places = [at for at, label in enumerate(known) if label in self.allowed][:k]
            labels.append([known[at] for at in places])
            similarities[row, : len(places)] = found.similarities[row, places]
        return _Kept(labels, similarities)


def restrict(engines: Engines, whitelist: str) -> Engines:
    """The same engines with an index of the characters of `whitelist` only.

    Raises:
        UsageError: the model knows none of them.
    """
    allowed = frozenset(graphemes(whitelist)) & frozenset(engines.manifest.charset)
    if not allowed:
        raise UsageError(
            f"whitelist {whitelist!r}: the model {engines.manifest.name!r} knows none of these "
            "characters; `effocr models show` lists what it knows"
        )
    index = _Whitelisted(engines.index, allowed, len(engines.manifest.charset))
    return replace(engines, index=index)
