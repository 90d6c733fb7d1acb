"""Words in pictures of anything: found by a detector, read by retrieval.

A detector of words gives each word's outline; one of lines gives lines, and the reader says where
their words are. Crops are cut straight and level, light print on dark is turned by the reader.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from math import fsum
from pathlib import Path
from typing import Final, Unpack

import numpy as np
import numpy.typing as npt

from effocr.detector.config import Level
from effocr.document import Document, Line, Word
from effocr.errors import ImageError
from effocr.formats.shared import word_confidence
from effocr.pipeline.chunk import ReadFailure
from effocr.pipeline.classical_lines import ClassicalLines
from effocr.pipeline.detected import DetectedLine, LineDetector
from effocr.pipeline.engines import Engines
from effocr.pipeline.images import Grey, ImageSource, is_path, load_image
from effocr.pipeline.live import ReaderOptions
from effocr.pipeline.network_lines import detector_of
from effocr.pipeline.reader import LARGEST_CHUNK, Reader
from effocr.pipeline.rectify import Crop, ToPage, Unbent, rectify
from effocr.pipeline.threads import map_in_order

__all__ = ["ALPHANUMERIC", "SpottedWord", "Spotter"]

Polygon = npt.NDArray[np.float32]

ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""A whitelist: what alphanumeric text spotting reads."""
ENDS: Final = "!?.:,;*\"'()·[]/-“”„‘’–—"
"""What goes at the ends of words: word spotting compares with true words that lack it."""
BENT_STOPS: Final = 5  # corners of an edge of a word on a bent line
READ_AHEAD: Final = 1  # images more than there are threads


@dataclass(frozen=True, slots=True, eq=False)
class SpottedWord:
    """A word that was found and read.

    Attributes:
        polygon: [n, 2] float32, pixels of the image, clockwise from the start of the upper edge.
        text: as it was read, without spaces.
        confidence: mean of its glyphs, calibrated, 0 to 1.
        score: how sure the detector is that there is text, 0 to 1.
    """

    polygon: Polygon
    text: str
    confidence: float
    score: float


class Spotter:
    """Finds and reads the words of pictures.

        opened = open_detector(Path("models/words"))
        spotter = Spotter("en", detector=opened.regions, level=opened.level)
        for word in spotter.spot("street.jpg"):
            print(word.text, word.confidence)

    Args:
        model: reads the words: name of a model, its folder, or engines of your own.
        detector: finds words or lines; None for that of the model, or where the model has none, for
            the embedded one, which knows lines of print. Beside engines of your own it is the
            classical one.
        level: what a detector that is given finds.
        strip: leave out punctuation at the ends of words.
        options: of the reader of lines, see `Reader`.

    Raises:
        UsageError: an option is out of range, or there is no such model.
        BundleError: the model is damaged.
    """

    def __init__(
        self,
        model: str | Path | Engines = "en",
        *,
        detector: LineDetector | None = None,
        level: Level = "line",
        strip: bool = True,
        **options: Unpack[ReaderOptions],
    ) -> None:
        self._reader = Reader(model, **options)
        of_model = None if detector or isinstance(model, Engines) else detector_of(model)
        if of_model is not None:
            detector, level = of_model.regions, of_model.level
        self._detector = detector or ClassicalLines()
        self._level = level
        self._strip = strip

    def spot(self, image: ImageSource) -> list[SpottedWord]:
        """Find and read the words of one image, in the calling thread.

        A region in which no glyph is found is no word.

        Args:
            image: path, bytes, PIL image, or array [height, width] or [height, width, 1 to 4].

        Returns:
            Words in the order in which the detector gives their regions.

        Raises:
            ImageError: it cannot be read.
        """
        grey = load_image(image)
        found, crops = self._cut(grey)
        words: list[SpottedWord] = []
        for start in range(0, len(crops), LARGEST_CHUNK):
            part = crops[start : start + LARGEST_CHUNK]
            read = self._reader.read_here([crop.grey for crop in part])
            for region, crop, document in zip(found[start:], part, read, strict=False):
                if isinstance(document, Document):  # an array of pixels cannot fail to be read
                    words.extend(self._words(region, crop, document.pages[0].lines))
        size = np.array((grey.shape[1], grey.shape[0]), np.float32)
        return [
            SpottedWord(np.clip(word.polygon, 0, size), word.text, word.confidence, word.score)
            for word in words
        ]

    def spot_many(
        self, images: Iterable[ImageSource]
    ) -> Generator[list[SpottedWord] | ReadFailure]:
        """Do so on all threads; as many images as there are threads, and one, are in memory.

        Args:
            images: drawn from as needed, so it may be endless.

        Returns:
            One result per image, in order; an image that cannot be read gives a `ReadFailure`.
        """
        threads = self._reader.threads
        return map_in_order(self._spot_or_say, images, threads=threads, most=threads + READ_AHEAD)

    def _spot_or_say(self, image: ImageSource) -> list[SpottedWord] | ReadFailure:
        try:
            return self.spot(image)
        except ImageError as error:
            return ReadFailure(str(image) if is_path(image) else "", str(error))

    def _cut(self, grey: Grey) -> tuple[list[DetectedLine], list[Crop]]:
        """Regions that can be cut out, and their crops."""
        found, crops = [], []
        for region in self._detector.detect(grey):
            crop = rectify(grey, region.polygon, self._reader.manifest.direction)
            if crop is not None:
                found.append(region)
                crops.append(crop)
        return found, crops

    def _words(
        self, region: DetectedLine, crop: Crop, lines: Iterable[Line]
    ) -> Iterator[SpottedWord]:
        """Words of a region; of a detector of words all that is read there is one."""
        of_lines = [line for line in lines if line.glyphs]
        if self._level == "word":
            text = self._bare("".join(word.text for line in of_lines for word in line.words))
            sure = [glyph.confidence for line in of_lines for glyph in line.glyphs]
            if text:
                yield SpottedWord(region.polygon, text, fsum(sure) / len(sure), region.score)
            return
        for line in of_lines:
            for word in line.words:
                if text := self._bare(word.text):
                    polygon = _on_page(word, crop.to_page)
                    sure_of_word = word_confidence(line, word)
                    yield SpottedWord(polygon, text, sure_of_word, region.score)

    def _bare(self, text: str) -> str:
        return text.strip(ENDS) if self._strip else text


def _on_page(word: Word, to_page: ToPage) -> Polygon:
    """[n, 2] outline of a word of a crop, as it leans or bends on the page."""
    x0, y0, x1, y1 = word.box
    along = np.linspace(x0, x1, BENT_STOPS if isinstance(to_page, Unbent) else 2)
    top = np.stack([along, np.full_like(along, y0)], axis=1)
    bottom = np.stack([along[::-1], np.full_like(along, y1)], axis=1)
    return to_page.points(np.concatenate([top, bottom])).astype(np.float32)
