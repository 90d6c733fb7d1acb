"""The sequence reader run by onnxruntime: line images in, texts with their characters out.

Nothing here imports torch. A session is shared by all threads and runs in the thread that calls it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.ctc.align import align_classes
from effocr.ctc.arrays import STRIDE, Decoded, batch_lines, columns_of, greedy, scale_line
from effocr.ctc.beam import prefix_beam_search
from effocr.ctc.bundle import CtcManifest, load_ctc
from effocr.ctc.lexicon import WordList, WordRules, decode_words
from effocr.errors import BundleError, ImageError, UsageError
from effocr.onnx_session import onnx_errors, open_session
from effocr.pipeline.images import ImageSource, is_path, load_image
from effocr.pipeline.threads import map_in_order, thread_count

__all__ = ["CtcCharacter", "CtcDecoding", "CtcReader", "CtcText", "OnnxCtc"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

WIDTH_STEP: Final = 128  # pixels: lines are padded to a multiple, so that what is read of a line
# does not depend on the lines beside it, and many go together
COLUMNS_AT_ONCE: Final = 4096  # pixel columns in one call of the network, or one line; four times
# as many took twice the memory and no less time
CHUNK: Final = 64  # images of a thread


@dataclass(frozen=True, slots=True)
class CtcCharacter:
    """A character of a line, spaces included.

    Attributes:
        text: in NFC.
        confidence: of the network, 0 to 1, not calibrated.
        x: left and right edge of its columns, pixels of the image; the network sees further than
            that, so they are where the character is, not its box.
    """

    text: str
    confidence: float
    x: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CtcText:
    """What was read on a line.

    Attributes:
        text: of its characters.
        confidence: the least of its characters'; 1 for a line without any.
        characters: left to right.
    """

    text: str
    confidence: float
    characters: tuple[CtcCharacter, ...]


@dataclass(frozen=True, slots=True)
class CtcDecoding:
    """How the network's output becomes text.

    Attributes:
        beam: prefixes followed by the beam search; 1: the likeliest class of each column.
        words: a list that words are corrected by; None: they are not.
        rules: when one is.
    """

    beam: int = 1
    words: WordList | None = None
    rules: WordRules = field(default_factory=WordRules)


class OnnxCtc:
    """ctc.onnx: `line_image` [n, 1, 64, width] float32 -> `chars` [columns, n, classes] float32.

    Args:
        path: of the file.
        threads: inside of one call.

    Raises:
        BundleError: the file is not such a graph.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._session = open_session(path, threads)
        given = self._session.get_inputs()[0].name, self._session.get_outputs()[0].name
        if given != ("line_image", "chars"):
            raise BundleError(
                f"{path}: a graph from {given[0]} to {given[1]}, not from line_image to chars"
            )

    def log_probs(self, lines: Floats) -> Floats:
        """Log probabilities [columns, n, classes] of lines [n, 1, 64, width]."""
        found: Floats = self._session.run(["chars"], {"line_image": lines})[0]
        return found


class CtcReader:
    """Reads images of single text lines with an exported sequence reader.

        reader = CtcReader("runs/ctc-model")
        print(reader.read([grey])[0].text)

    Args:
        folder: holds ctc.onnx and ctc.json.
        decoding: how output becomes text.

    Raises:
        UsageError: there is no such folder, or the beam is less than 1.
        BundleError: it is damaged, or its graph and alphabet do not fit together.
    """

    def __init__(self, folder: str | Path, *, decoding: CtcDecoding | None = None) -> None:
        bundle = load_ctc(Path(folder))
        self.manifest: CtcManifest = bundle.manifest
        self.alphabet = bundle.alphabet
        self.decoding = decoding or CtcDecoding()
        if self.decoding.beam < 1:
            raise UsageError(f"beam {self.decoding.beam}: at least 1 prefix is followed")
        self._network = OnnxCtc(bundle.graph)
        self._check(bundle.graph)

    def read(self, lines: Sequence[Grey]) -> list[CtcText]:
        """Read lines, each [height, width] uint8, dark on light; in order."""
        scaled = [scale_line(line) for line in lines]
        texts: list[CtcText | None] = [None] * len(lines)
        for numbers, width in _groups([line.shape[1] for line in scaled]):
            output = self._network.log_probs(batch_lines([scaled[n] for n in numbers], width))
            for place, number in enumerate(numbers):
                columns = columns_of(scaled[number].shape[1])
                pixel = lines[number].shape[1] / scaled[number].shape[1]
                texts[number] = self._text(output[:columns, place], pixel)
        return [text for text in texts if text is not None]

    def texts(self, lines: Sequence[Grey]) -> list[str]:
        """See `effocr.pipeline.second_opinion.SecondReader`."""
        return [text.text for text in self.read(lines)]

    def read_many(
        self, images: Iterable[ImageSource], *, threads: int | None = None
    ) -> Iterator[CtcText | ImageError]:
        """Read images on all threads.

        Args:
            images: see `effocr.Reader.read`.
            threads: how many; None for all cores.

        Yields:
            One result per image, in order; the error where an image cannot be read.
        """
        used = thread_count(threads)
        read = map_in_order(self._read_images, _chunks(images), threads=used, most=2 * used)
        with closing(read):
            for part in read:
                yield from part

    def _read_images(self, images: Sequence[ImageSource]) -> list[CtcText | ImageError]:
        loaded = [_load(image) for image in images]
        texts = iter(self.read([item for item in loaded if not isinstance(item, ImageError)]))
        return [item if isinstance(item, ImageError) else next(texts) for item in loaded]

    def _text(self, log_probs: Floats, pixel: float) -> CtcText:
        """Text of the output [columns, classes] of a line; `pixel` image pixels for one of it."""
        decoded = self._decode(log_probs)
        characters = tuple(
            CtcCharacter(
                self.alphabet.decode([number]),
                round(float(sure), 4),
                (first * STRIDE * pixel, last * STRIDE * pixel),
            )
            for number, sure, (first, last) in zip(
                decoded.classes, decoded.confidence, decoded.spans.tolist(), strict=True
            )
        )
        least = min((each.confidence for each in characters), default=1.0)
        return CtcText("".join(each.text for each in characters), least, characters)

    def _decode(self, log_probs: Floats) -> Decoded:
        decoded = greedy(log_probs)
        decoding = self.decoding
        if decoding.beam > 1:
            (best, _), *_ = prefix_beam_search(log_probs, beam=decoding.beam)
            decoded = align_classes(log_probs, best) or decoded
        if decoding.words is not None:
            text = decode_words(log_probs, decoded, self.alphabet, decoding.words, decoding.rules)
            if not self.alphabet.lacks(text):  # its characters may join to one that is unknown
                decoded = align_classes(log_probs, self.alphabet.encode(text)) or decoded
        return decoded

    def _check(self, path: Path) -> None:
        """Run the graph once on blank paper.

        Raises:
            BundleError: it gives something else than the manifest says.
        """
        width = WIDTH_STEP
        blank = batch_lines([np.full((self.manifest.height, width), 255, np.uint8)], width)
        try:
            found = self._network.log_probs(blank).shape
        except onnx_errors() as error:
            raise BundleError(f"{path}: cannot run: {str(error).splitlines()[0]}") from error
        expected = (columns_of(width), 1, self.alphabet.classes)
        if found != expected:
            raise BundleError(f"{path}: gives {list(found)}, expected {list(expected)}")


def _groups(widths: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Numbers of lines that go together, and the width that they are padded to."""
    padded = [-(-width // WIDTH_STEP) * WIDTH_STEP for width in widths]
    for width in sorted(set(padded)):
        own = [number for number, each in enumerate(padded) if each == width]
        count = max(1, COLUMNS_AT_ONCE // width)
        for first in range(0, len(own), count):
            yield own[first : first + count], width


def _chunks(images: Iterable[ImageSource]) -> Iterator[list[ImageSource]]:
    """The images in lists of at most CHUNK."""
    remaining = iter(images)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _load(image: ImageSource) -> Grey | ImageError:
    """The pixels of an image; the error names its path."""
    try:
        return load_image(image)
    except ImageError as error:
        return ImageError(f"{image!s}: {error}" if is_path(image) else str(error))
