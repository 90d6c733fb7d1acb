"""The reader: line images in, Documents out, in order, on all cores, in bounded memory."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from effocr.bundle import Manifest
from effocr.document import Document
from effocr.errors import ImageError, UsageError
from effocr.pipeline.assemble import Rules
from effocr.pipeline.chunk import ReadFailure, read_chunk
from effocr.pipeline.engines import Engines
from effocr.pipeline.images import ImageSource
from effocr.pipeline.onnx_engines import Runtime, load_engines
from effocr.pipeline.postprocess.corrections import Corrections
from effocr.pipeline.second_opinion import SecondReader
from effocr.pipeline.threads import map_in_order, thread_count
from effocr.pipeline.whitelist import restrict

__all__ = ["ReadFailure", "Reader", "read"]

CHUNK_SIZES: Final = (1, 2, 4, 8, 16)  # first chunks are small, so that few images use all threads
LARGEST_CHUNK: Final = 32
WAITING_CHUNKS: Final = 2  # per thread, read ahead of the result that is asked for


class Reader:
    """Reads images of single text lines.

        reader = Reader("en")
        print(reader.read("line.png").text)

    Every thread takes a few lines from file to text; nothing below starts threads of its own
    (OpenCV is set to one thread for the whole process). A reader may be used by several threads.

    Args:
        model: name of a model, its folder, or engines of your own.
        threads: how many to use; None for all cores.
        top_k: candidates to keep for each glyph.
        whitelist: only these characters are read; None for all.
        blacklist: these characters are not read.
        min_confidence: a glyph of less confidence becomes U+FFFD, with its candidates kept.
        unknown_similarity: a glyph less like anything in the index becomes U+FFFD; None for the
            threshold of the model.
        corrections: what is corrected after reading, each change marked; None for nothing.
        runtime: of the localizer's network; openvino is an extra, see `--runtime` of `effocr read`.
        second: a reader of another kind, such as `CtcReader`; words that it reads otherwise are
            marked, the others surer.

    Raises:
        UsageError: an option is out of range, or there is no such model.
        BundleError: the model is damaged.
    """

    def __init__(  # noqa: PLR0913 - an option is an argument
        self,
        model: str | Path | Engines = "en",
        *,
        threads: int | None = None,
        top_k: int = 5,
        whitelist: str | None = None,
        blacklist: str = "",
        min_confidence: float = 0.0,
        unknown_similarity: float | None = None,
        corrections: Corrections | None = None,
        runtime: Runtime = "onnxruntime",
        second: SecondReader | None = None,
    ) -> None:
        if top_k < 1:
            raise UsageError(f"top_k {top_k}: at least 1 candidate is needed")
        if not 0.0 <= min_confidence <= 1.0:
            raise UsageError(f"min_confidence {min_confidence}: must be from 0 to 1")
        self._threads = thread_count(threads)
        engines = (
            model
            if isinstance(model, Engines)
            else load_engines(model, runtime=runtime, threads=self._threads)
        )
        self._engines = restrict(engines, whitelist, blacklist)
        manifest = engines.manifest
        if second is not None and manifest.direction != "ltr":
            raise UsageError(
                f"the model reads {manifest.direction} lines; a second reader only knows lines "
                "from left to right"
            )
        self._rules = Rules(
            top_k=top_k,
            unknown_similarity=(
                manifest.unknown_similarity if unknown_similarity is None else unknown_similarity
            ),
            min_confidence=min_confidence,
            calibration=manifest.calibration,
            corrections=corrections or Corrections(),
            second=second,
        )

    @property
    def threads(self) -> int:
        """How many threads read."""
        return self._threads

    @property
    def manifest(self) -> Manifest:
        """What the model says about itself."""
        return self._engines.manifest

    def read(self, image: ImageSource) -> Document:
        """Read one image.

        Args:
            image: a path, the bytes of an image file, a PIL image, or an array [height, width]
                or [height, width, 1 to 4].

        Raises:
            ImageError: it cannot be read.
        """
        (result,) = self.read_many([image])
        if isinstance(result, ReadFailure):
            raise ImageError(f"{result.path}: {result.reason}" if result.path else result.reason)
        return result

    def read_here(self, images: Sequence[ImageSource]) -> list[Document | ReadFailure]:
        """Read a handful of images together, in the calling thread.

        Args:
            images: see `read`.

        Returns:
            One result per image, in order.
        """
        return read_chunk(images, self._engines, self._rules)

    def read_many(self, images: Iterable[ImageSource]) -> Generator[Document | ReadFailure]:
        """Read images on all threads.

        `images` is drawn from as needed, so it may be endless; memory does not grow with it.

        Args:
            images: see `read`.

        Yields:
            One result per image, in order; an image that cannot be read gives a `ReadFailure`.
        """
        most = WAITING_CHUNKS * self._threads
        read = map_in_order(self.read_here, _chunks(images), threads=self._threads, most=most)
        with closing(read):
            for results in read:
                yield from results


def read(image: ImageSource, model: str | Path = "en") -> Document:
    """Read one line image. For more than one, make a `Reader`: it loads the model once.

    Raises:
        ImageError: the image cannot be read.
        UsageError: there is no such model.
        BundleError: the model is damaged.
    """
    return Reader(model, threads=1).read(image)


def _chunks(images: Iterable[ImageSource]) -> Iterator[list[ImageSource]]:
    """The images in lists that grow up to LARGEST_CHUNK."""
    remaining = iter(images)
    sizes = iter(CHUNK_SIZES)
    while chunk := list(islice(remaining, next(sizes, LARGEST_CHUNK))):
        yield chunk
