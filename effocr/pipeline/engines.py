"""What the reader needs of a model, whoever runs it: onnxruntime, torch, or a fake in a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from effocr.bundle import Manifest

__all__ = ["Encoder", "Engines", "Found", "Localizer", "Searcher"]


class Localizer(Protocol):
    """Module 1: where on the line the glyphs are."""

    def maps(self, lines: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Look at lines; called by several threads at once.

        Args:
            lines: [n, height, width] uint8 frames, paper 255, width a multiple of 8.

        Returns:
            [n, channels, width / 2] float32, see `effocr.localizer.arrays`.
        """
        ...


class Encoder(Protocol):
    """Module 2: what a glyph looks like."""

    def embed(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Embed glyphs; called by several threads at once.

        Args:
            crops: [n, height, width] uint8, paper 255.

        Returns:
            [n, dimensions] float32, unit length.
        """
        ...


class Found(Protocol):
    """Answer of a `Searcher`."""

    @property
    def labels(self) -> Sequence[Sequence[str]]:
        """[n][k] characters, best first; fewer than k where the index holds fewer."""
        ...

    @property
    def similarities(self) -> npt.NDArray[np.float32]:
        """[n, k] float32 cosines of these characters."""
        ...


class Searcher(Protocol):
    """The index: which characters look alike."""

    def search(self, embeddings: npt.NDArray[np.float32], k: int) -> Found:
        """The k nearest characters of each embedding [n, dimensions]; called by several threads."""
        ...


@dataclass(frozen=True)
class Engines:
    """All that reads a line.

    Attributes:
        localizer: module 1.
        encoder: module 2.
        index: the characters.
        manifest: sizes and thresholds that belong to them.
    """

    localizer: Localizer
    encoder: Encoder
    index: Searcher
    manifest: Manifest
