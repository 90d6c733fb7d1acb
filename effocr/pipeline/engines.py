"""What the reader needs of a model, whoever runs it: onnxruntime, torch, or a fake in a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from effocr.geometry import Affine
from effocr.localizer.arrays import CHANNELS, Located
from effocr.recognizer.arrays import Views

if TYPE_CHECKING:
    from effocr.bundle import Manifest
    from effocr.recognizer.pictures import Pictures

__all__ = [
    "Cutter",
    "Encoder",
    "Engines",
    "Found",
    "Localizer",
    "LocatedLine",
    "Locator",
    "Searcher",
    "Views",
]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LocatedLine:
    """A line in its frame, and the glyphs found there.

    Attributes:
        grey: [image height, image width] uint8; dark on light where the locator sees to it, as the
            native one does.
        frame: maps frame pixels to image pixels.
        pixels: [height, width] uint8, the frame; `grey` itself where the frame is the image.
        located: boxes in frame pixels, in reading order.
        maps: [channels, columns] float32, what the native localizer saw in this frame, before
            `effocr.frame.better_frame` moved the glyphs into the exact one; None of others.
    """

    grey: Grey
    frame: Affine
    pixels: Grey
    located: Located
    maps: Floats | None = None

    @property
    def features(self) -> Floats | None:
        """[channels, columns] float32, what the localizer tells beside what it decides."""
        return self.maps[CHANNELS:] if self.maps is not None and len(self.maps) > CHANNELS else None

    @property
    def boxes(self) -> npt.NDArray[np.float32]:
        """[n, 4] float32, the glyphs' boxes in pixels of the image."""
        return self.frame.boxes(self.located.boxes).astype(np.float32)


class Locator(Protocol):
    """Module 1 with all that is around it: from line images to glyphs in reading order."""

    def locate(self, lines: Sequence[Grey]) -> list[LocatedLine | None]:
        """Find the glyphs; called by several threads at once.

        Args:
            lines: each [height, width] uint8, as loaded.

        Returns:
            One for each line, in order; None for blank paper.
        """
        ...


class Cutter(Protocol):
    """What of a line the encoder sees of each glyph."""

    def cut(self, line: LocatedLine) -> Views:
        """Views of the n glyphs of a line: crops [n, height, width] uint8, or windows.

        Windows are [n, channels, columns] float32, see `effocr.recognizer.arrays.cut_windows`.
        """
        ...


class Localizer(Protocol):
    """The native localizer's network."""

    def maps(self, lines: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Look at lines; called by several threads at once.

        Args:
            lines: [n, height, width] uint8 frames, paper 255, width a multiple of 8.

        Returns:
            [n, channels, width / 2] float32, see `effocr.localizer.arrays`; channels beyond
            `CHANNELS` are features.
        """
        ...


class Encoder(Protocol):
    """Module 2: what a glyph looks like."""

    def embed(self, views: Views) -> npt.NDArray[np.float32]:
        """Embed glyphs; called by several threads at once.

        Args:
            views: [n, ...] crops or windows, as the cutter gives them.

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

    def search(
        self, embeddings: npt.NDArray[np.float32], k: int, ends: Sequence[int] | None = None
    ) -> Found:
        """The k nearest characters of each glyph; called by several threads.

        Args:
            embeddings: [n, dimensions] float32.
            k: characters wanted.
            ends: where each line ends in the embeddings, the last at n; None: all are of one line.
        """
        ...


@dataclass(frozen=True)
class Engines:
    """All that reads a line.

    Attributes:
        locator: module 1.
        cutter: what module 2 sees of a glyph.
        encoder: module 2.
        index: the characters.
        manifest: sizes and thresholds that belong to them.
        ties: look-alikes are settled by the glyphs around them, see `effocr.pipeline.agree`.
        pictures: glyphs that are found as wholes; None: there are none.
    """

    locator: Locator
    cutter: Cutter
    encoder: Encoder
    index: Searcher
    manifest: Manifest
    ties: bool = True
    pictures: Pictures | None = None
