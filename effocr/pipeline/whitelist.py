"""Read only some characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from effocr.charset import graphemes
from effocr.errors import UsageError
from effocr.pipeline.engines import Engines, Found, Searcher
from effocr.recognizer.pictures import Pictures

__all__ = ["restrict"]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is left of an answer; a `Found`."""

    labels: list[list[str]]
    similarities: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Restricted:
    """An index that knows only some of its characters; a `Searcher`."""

    index: Searcher
    allowed: frozenset[str]
    hidden: int  # characters of the index that are not allowed

    def search(
        self, embeddings: npt.NDArray[np.float32], k: int, ends: Sequence[int] | None = None
    ) -> Found:
        """The k nearest of the allowed characters; see `Searcher`."""
        found = self.index.search(embeddings, k + self.hidden, ends)
        labels: list[list[str]] = []
        similarities = np.full((len(embeddings), k), -np.inf, np.float32)
        for row, known in enumerate(found.labels):
            places = [at for at, label in enumerate(known) if label in self.allowed][:k]
            labels.append([known[at] for at in places])
            similarities[row, : len(places)] = found.similarities[row, places]
        return _Kept(labels, similarities)


def restrict(engines: Engines, whitelist: str | None, blacklist: str = "") -> Engines:
    """The same engines with an index of some of its characters only.

    Characters that come twice or that the model does not know do no harm. A ligature, a label of
    several characters, is read only where each of them may be.

    Args:
        engines: the model.
        whitelist: the characters to read; None for all.
        blacklist: characters not to read, even where the whitelist has them.

    Raises:
        UsageError: the model knows no character that is left.
    """
    known = frozenset(engines.manifest.charset)
    wanted = None if whitelist is None else frozenset(graphemes(whitelist))
    unwanted = frozenset(graphemes(blacklist))
    allowed = frozenset(label for label in known if _is_allowed(label, wanted, unwanted))
    if not allowed:
        named = {"whitelist": whitelist, "blacklist": blacklist or None}
        asked = " and ".join(f"{name} {text!r}" for name, text in named.items() if text is not None)
        raise UsageError(
            f"{asked}: no character of the model {engines.manifest.name!r} is left to read; "
            "`effocr models show` lists what it knows"
        )
    if allowed == known:
        return engines
    index = _Restricted(engines.index, allowed, len(known - allowed))
    return replace(engines, index=index, pictures=_allowed_pictures(engines, allowed))


def _allowed_pictures(engines: Engines, allowed: frozenset[str]) -> Pictures | None:
    """The pictures that may be read; a glyph that is none needs some other character.

    Raises:
        UsageError: there are pictures alone.
    """
    pictures = engines.pictures
    if pictures is None:
        return None
    if allowed <= set(pictures.labels):
        raise UsageError(
            f"only {' '.join(sorted(allowed))} may be read, which the model finds beside other "
            "characters; allow some of these, too"
        )
    hidden = [label for label in pictures.labels if label not in allowed]
    for label in hidden:
        pictures = pictures.without(label)
    return pictures


def _is_allowed(label: str, wanted: frozenset[str] | None, unwanted: frozenset[str]) -> bool:
    """Whether every character of a label is wanted, and none unwanted."""
    characters = graphemes(label)
    return (wanted is None or wanted.issuperset(characters)) and unwanted.isdisjoint(characters)
