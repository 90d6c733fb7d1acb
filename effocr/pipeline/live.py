"""A reader that is always of the current version of its model."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TypeAlias, TypedDict, Unpack

from effocr.bundle import MANIFEST, find_model, is_model_path, models_home
from effocr.errors import EffOCRError
from effocr.pipeline.onnx_engines import Runtime
from effocr.pipeline.postprocess.corrections import Corrections
from effocr.pipeline.reader import Reader
from effocr.pipeline.second_opinion import SecondReader
from effocr.versions import CURRENT, model_label

__all__ = ["LiveReader", "ReaderOptions"]

logger = logging.getLogger(__name__)

_FileStamp: TypeAlias = tuple[int, int, int] | None
Stamp: TypeAlias = tuple[_FileStamp, _FileStamp]


class ReaderOptions(TypedDict, total=False):
    """Options of `Reader`."""

    threads: int | None
    top_k: int
    whitelist: str | None
    blacklist: str
    min_confidence: float
    unknown_similarity: float | None
    corrections: Corrections | None
    runtime: Runtime
    second: SecondReader | None


class LiveReader:
    """Holds a reader, and another one when another version became current.

        live = LiveReader("en")
        live.reader().read("line.png")     # a request

    What was promoted while a request was read is used by the next one. A version that cannot be
    opened is logged, and the one before stays in use. May be used by several threads.

    Args:
        name: name of a model, or its folder.
        options: of every reader.

    Raises:
        EffOCRError: it cannot be opened.
    """

    def __init__(self, name: str | Path, **options: Unpack[ReaderOptions]) -> None:
        self._name = name
        self._options = options
        home = Path(name).expanduser() if is_model_path(name) else models_home() / name
        self._current = home / CURRENT
        self._opening = threading.Lock()
        self._stamp: Stamp = None, None
        self._open()

    @property
    def label(self) -> str:
        """Which model is in use: its name, or NAME@VERSION."""
        return model_label(self._folder)

    def reader(self) -> Reader:
        """The reader of the version that is current now.

        It costs two looks at the disk. While one thread opens a new version, the others get the
        reader before.
        """
        if self._look() != self._stamp and self._opening.acquire(blocking=False):
            try:
                self._open_changed()
            finally:
                self._opening.release()
        return self._reader

    def _open_changed(self) -> None:
        """Open what is current, unless another thread has; keep what is there if that fails."""
        stamp = self._look()
        if stamp == self._stamp:
            return
        try:
            self._open()
        except (EffOCRError, OSError) as error:
            logger.error("%s stays in use: %s", self.label, error)
            self._stamp = stamp  # said once, not at every request
        else:
            logger.info("%s is in use", self.label)

    def _open(self) -> None:
        """Open what is current.

        Raises:
            EffOCRError: it cannot be opened; nothing is changed.
        """
        current = _stamp(self._current)  # before opening: what comes meanwhile is seen next time
        folder = find_model(self._name)
        stamp = current, _stamp(folder / MANIFEST)
        reader = Reader(folder, **self._options)
        self._folder, self._reader, self._stamp = folder, reader, stamp

    def _look(self) -> Stamp:
        """What tells a new version: the file that names it, and the manifest of a plain model."""
        return _stamp(self._current), _stamp(self._folder / MANIFEST)


def _stamp(path: Path) -> _FileStamp:
    """Tells one content of a file from the next; None: it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
