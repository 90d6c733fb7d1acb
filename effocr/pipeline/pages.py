"""The reader of pages: images, TIFFs and PDFs in, Documents out, in order, on all threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Unpack

from effocr.bundle import Manifest
from effocr.document import Document, Line, Page
from effocr.errors import ImageError
from effocr.pipeline.chunk import ReadFailure
from effocr.pipeline.classical_lines import ClassicalLines
from effocr.pipeline.detected import LineDetector
from effocr.pipeline.engines import Engines
from effocr.pipeline.given_lines import GivenLines
from effocr.pipeline.images import ImageSource, is_path, load_image
from effocr.pipeline.live import ReaderOptions
from effocr.pipeline.network_lines import detector_of
from effocr.pipeline.page_sources import LoadedPage, PageChoice, PageSource, open_pages
from effocr.pipeline.page_work import CutPage, cut_page, finished_page, read_crops
from effocr.pipeline.reader import LARGEST_CHUNK, Reader
from effocr.pipeline.threads import single_threaded

__all__ = ["PageReader"]

LEAST_CHUNK: Final = 8  # lines that are read together
READ_AHEAD: Final = 1  # pages more than there are threads, begun before the first is asked for


class PageReader:
    """Reads whole pages.

        reader = PageReader("en")
        print(reader.read("scan.jpg").text)

    Args:
        model: name of a model, its folder, or engines of your own.
        detector: finds the lines; None for that of the model, or where the model has none, for the
            embedded one.
        choice: which pages of a document are read, and how a PDF is drawn.
        given: lines that need not be found, by path, number and size of the page.
        may_turn: whether pages that lie on their side or upside down are turned.
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
        choice: PageChoice | None = None,
        given: GivenLines | None = None,
        may_turn: bool = True,
        **options: Unpack[ReaderOptions],
    ) -> None:
        self._reader = Reader(model, **options)
        if detector is None and not isinstance(model, Engines):
            opened = detector_of(model)
            detector = None if opened is None else opened.lines
        self._detector = detector or ClassicalLines()
        self._choice = choice or PageChoice()
        self._given = given
        self._may_turn = may_turn

    @property
    def manifest(self) -> Manifest:
        """What the model says about itself."""
        return self._reader.manifest

    @property
    def detects(self) -> bool:
        """Whether lines are found by a network or given, and not by the classical method."""
        return self._given is not None or not isinstance(self._detector, ClassicalLines)

    def read_page(self, image: ImageSource) -> Page:
        """Read one image of a page; of a document with several, the first that is chosen.

        Raises:
            ImageError: it cannot be read, or all of its pages are skipped.
        """
        pages = self.read(image).pages
        if not pages:
            raise ImageError("every page holds text already, and such pages are skipped")
        return pages[0]

    def angle(self, image: ImageSource) -> float:
        """By how many degrees the print is turned clockwise, told by a few lines: 0, 90, 180, 270.

        Raises:
            ImageError: it cannot be read.
        """
        page = LoadedPage(load_image(image))
        cut = cut_page(page, self._reader, self._detector, given=None, may_turn=True)
        return float(90 * cut.quarters % 360)

    def read(self, source: ImageSource) -> Document:
        """Read one input, all of its pages.

        Args:
            source: a path or bytes of an image or a PDF, a PIL image, or an array.

        Raises:
            ImageError: it cannot be read.
        """
        (result,) = self.read_many([source])
        if isinstance(result, ReadFailure):
            raise ImageError(f"{result.path}: {result.reason}" if result.path else result.reason)
        return result

    def read_many(self, sources: Iterable[ImageSource]) -> Generator[Document | ReadFailure]:
        """Read inputs on all threads.

        Memory holds the images of as many pages as there are threads, and one more.

        Args:
            sources: see `read`; drawn from as needed.

        Yields:
            One result per input, in order; one that cannot be read gives a `ReadFailure`, a page of
            a document that cannot be read is empty and named in `Document.problems`.
        """
        threads = self._reader.threads
        pool = ThreadPoolExecutor(threads, thread_name_prefix="effocr", initializer=single_threaded)
        waiting: deque[_Begun | _Opened] = deque()
        most = threads + READ_AHEAD
        try:
            for step in self._steps(sources):
                if isinstance(step, _Opened):
                    waiting.append(step)
                else:
                    waiting.append(self._begin(pool, *step))
                while waiting and (_pages(waiting) > most or isinstance(waiting[0], _Opened)):
                    yield from self._finish(waiting.popleft())
            while waiting:
                yield from self._finish(waiting.popleft())
        finally:
            pool.shutdown(cancel_futures=True)
            for one in waiting:
                one.document.close()

    def _steps(
        self, sources: Iterable[ImageSource]
    ) -> Iterator[_Opened | tuple[_Opened, PageSource]]:
        """Every page of every input with its document, and after them the document itself."""
        for source in sources:
            path = str(source) if is_path(source) else ""
            try:
                pages, close = open_pages(source, self._choice)
            except ImageError as error:
                yield _Opened(path, failure=str(error))
                continue
            document = _Opened(path, close=close, several=len(pages) > 1)
            for page in pages:
                yield document, page
            yield document

    def _begin(self, pool: ThreadPoolExecutor, document: _Opened, page: PageSource) -> _Begun:
        """Start to read a page."""
        return _Begun(document, page.number, pool.submit(self._cut, pool, document.path, page))

    def _cut(self, pool: ThreadPoolExecutor, path: str, source: PageSource) -> _Cut | Page:
        """Load a page, cut it up, and start to read its lines; in a thread of the pool."""
        if (known := source.known()) is not None:
            return known
        loaded = source.load()
        size = loaded.grey.shape[1], loaded.grey.shape[0]
        given = None if self._given is None else self._given(path, source.number, size)
        cut = cut_page(loaded, self._reader, self._detector, given=given, may_turn=self._may_turn)
        unread = cut.unread
        step = -(-len(unread) // self._reader.threads)
        step = min(max(step, LEAST_CHUNK), LARGEST_CHUNK)
        parts = [
            pool.submit(read_crops, self._reader, cut, unread[start : start + step])
            for start in range(0, len(unread), step)
        ]
        return _Cut(cut, parts)

    def _finish(self, one: _Begun | _Opened) -> Iterator[Document | ReadFailure]:
        """Wait for a page, or give a document of which all pages are read."""
        if isinstance(one, _Opened):
            one.close()
            yield one.result()
            return
        try:
            found = one.cut.result()
            if isinstance(found, Page):
                one.document.pages.append(found)
                return
            lines = [line for part in found.parts for line in part.result()]
            page = finished_page(one.number, found.page, lines, self._reader)
        except ImageError as error:
            one.document.fail(one.number, str(error))
            return
        one.document.pages.append(page)


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """A page whose lines are being read."""

    page: CutPage
    parts: list[Future[list[Line]]]


@dataclass(slots=True, eq=False)
class _Opened:
    """An input that is being read."""

    path: str
    failure: str | None = None
    close: Callable[[], None] = lambda: None
    several: bool = False
    pages: list[Page] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def document(self) -> _Opened:
        """Itself, as that of a page."""
        return self

    def fail(self, number: int, reason: str) -> None:
        """Note that a page could not be read."""
        if not self.several:
            self.failure = reason
            return
        self.pages.append(Page(number, 0, 0, ()))
        self.problems.append(f"page {number}: {reason}")

    def result(self) -> Document | ReadFailure:
        """What was read of it."""
        if self.failure is not None:
            return ReadFailure(self.path, self.failure)
        return Document(self.path, tuple(self.pages), tuple(self.problems))


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """A page that is being read."""

    document: _Opened
    number: int
    cut: Future[_Cut | Page]


def _pages(waiting: Iterable[_Begun | _Opened]) -> int:
    """How many pages are being read."""
    return sum(isinstance(one, _Begun) for one in waiting)
