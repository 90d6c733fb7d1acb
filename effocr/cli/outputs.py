"""Where results go: stdout, one file, or a folder with one file per input and format."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TextIO, get_args

from effocr.errors import DataFormatError, ImageError, UsageError
from effocr.file_names import distinct
from effocr.formats.files import JOINED, SUFFIXES, DocumentFormat

if TYPE_CHECKING:
    from effocr.cli.inputs import Input
    from effocr.document import Document
    from effocr.pdfium import TextLayer

__all__ = ["Outputs", "parse_formats", "refuse_present", "stem_of_page", "write_file"]

_CURE: Final = "add --force to overwrite it, or choose another place"
_ONE_EACH: Final = "a file each: add -o FOLDER"


def parse_formats(text: str) -> tuple[DocumentFormat, ...]:
    """Formats of `--format text,jsonl`, each once.

    Raises:
        UsageError: one is not known.
    """
    known: dict[str, DocumentFormat] = {name: name for name in get_args(DocumentFormat)}
    names = [name.strip() for name in text.split(",")]
    strange = [name for name in names if name not in known]
    if strange:
        raise UsageError(f"--format {strange[0]!r} is not known: choose from {', '.join(known)}")
    return tuple(dict.fromkeys(known[name] for name in names))


class Outputs:
    """Writes results in the order of the inputs; to be used in a `with`.

    What cannot be written is refused when it is made, before anything is read.

    Args:
        inputs: all that will be read.
        formats: at least one.
        out: OUT of the command line: a file if `one_file` and there is one format, else a folder;
            None for stdout.
        one_file: whether there is only one input.
        force: whether files may be overwritten.
        languages: codes of the model's languages, for the formats that name them.
        old_text: for PDF output, what becomes of the text that pages of a PDF hold already.

    Attributes:
        failures: inputs that were read but could not be written, such as a PDF that is locked.

    Raises:
        UsageError: several formats, or several files, for stdout, or a file is there already or
            cannot be made.
        MissingDependencyError: the extra for a format is not installed.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        formats: Sequence[DocumentFormat],
        out: Path | None,
        *,
        one_file: bool,
        force: bool,
        languages: Sequence[str] = (),
        old_text: TextLayer = "auto",
    ) -> None:
        self._inputs = inputs
        self._old_text = old_text
        self._formats = formats
        self._languages = languages
        self._stream: TextIO | None = None
        self._file: Path | None = None
        self._folder = Path()
        self._stems: list[str] = []
        self.failures = 0
        if "pdf" in formats:
            from effocr.formats.pdf import require_pikepdf

            require_pikepdf()
        if out is None:
            self._stream = _stdout(formats, one_file)
        elif one_file and len(formats) == 1 and not out.is_dir():
            if formats[0] in JOINED:
                self._stream = _open(out, force)
            else:
                self._file = out
                refuse_present(out, force)
                _make_folder_of(out)
        else:
            self._folder, self._stems = out, distinct(item.stem for item in inputs)
            self._make_folder(force)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream not in (None, sys.stdout):
            self._stream.close()

    def _make_folder(self, force: bool) -> None:
        """Make the folder; without `force` refuse if one of its files is there already."""
        for stem in self._stems:
            for name in self._formats:
                refuse_present(self._path(stem, name), force)
                if name == "page":
                    refuse_present(self._path(stem_of_page(stem, 1), name), force)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_writable(self._folder, error) from error

    def _path(self, stem: str, name: DocumentFormat) -> Path:
        """File of one input in one format."""
        return self._folder / f"{stem}{SUFFIXES[name]}"

    def write(self, number: int, document: Document) -> None:
        """Write what was read from input `number` (from 0)."""
        from effocr.formats.files import document_files

        for name in self._formats:
            try:
                files = document_files(
                    document,
                    name,
                    source=self._inputs[number].source,
                    languages=self._languages,
                    image=self._image(number),
                    old_text=self._old_text,
                )
            except (ImageError, DataFormatError) as error:  # of a PDF: its image or its pages
                self.failures += 1
                print(f"{document.source}: no {name} written: {error}", file=sys.stderr)
                continue
            self._put(number, name, files)

    def write_failure(self, number: int, path: str, reason: str) -> None:
        """Write why input `number` (from 0) could not be read: a record, or a line on stderr."""
        from effocr.formats.jsonl import failure_to_jsonl

        for name in self._formats:
            if name == "jsonl":
                record = failure_to_jsonl(path, reason)
                self._put(number, name, [record.encode("utf-8", errors="surrogateescape")])
        if self._formats != ("jsonl",):
            print(f"{path}: {reason}", file=sys.stderr)

    def _image(self, number: int) -> str:
        """Name of the image of input `number` as a file beside the output says it."""
        item = self._inputs[number]
        if item.data is not None or self._stream is not None:
            return item.path
        folder = self._folder if self._file is None else self._file.parent
        return Path(os.path.relpath(item.path, folder)).as_posix()

    def _put(self, number: int, name: DocumentFormat, files: list[bytes]) -> None:
        """Write the files of one input in one format.

        Raises:
            UsageError: a file cannot be written, or several are to go into one.
        """
        if self._stems:
            stem = self._stems[number]
            pages = [stem_of_page(stem, number) for number in range(1, len(files) + 1)]
            stems = [stem] if len(files) == 1 else pages
            for stem, content in zip(stems, files, strict=True):
                write_file(self._path(stem, name), content)
            return
        if len(files) != 1:
            raise UsageError(f"{len(files)} pages in the format {name} need {_ONE_EACH}")
        if self._file is not None:
            write_file(self._file, files[0])
        elif name == "pdf":
            sys.stdout.buffer.write(files[0])
        elif self._stream is not None:
            self._stream.write(files[0].decode("utf-8", errors="surrogateescape"))


def _stdout(formats: Sequence[DocumentFormat], one_file: bool) -> TextIO:
    """Standard output.

    Raises:
        UsageError: it cannot hold all that is to be written.
    """
    if len(formats) > 1:
        raise UsageError("several formats cannot share stdout: add -o FOLDER")
    if formats[0] not in JOINED and not one_file:
        raise UsageError(f"several inputs in the format {formats[0]} need {_ONE_EACH}")
    if formats[0] == "pdf" and sys.stdout.isatty():
        raise UsageError("a PDF is not for the terminal: add -o FILE")
    return sys.stdout


def stem_of_page(stem: str, number: int) -> str:
    """Stem of a file that holds one page of several."""
    return f"{stem}.p{number}"


def refuse_present(path: Path, force: bool) -> None:
    """See that a file may be written.

    Raises:
        UsageError: it is there already.
    """
    if path.exists() and not force:
        raise UsageError(f"{path} is there already: {_CURE}")


def write_file(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        UsageError: it cannot be written.
    """
    from effocr.atomic import write_whole

    try:
        write_whole(path, content)
    except OSError as error:
        raise _not_writable(path, error) from error


def _open(path: Path, force: bool) -> TextIO:
    """Open a file for writing.

    Raises:
        UsageError: it is there already, or cannot be made.
    """
    _make_folder_of(path)
    try:
        return path.open("w" if force else "x", encoding="utf-8", errors="surrogateescape")
    except FileExistsError as error:
        raise UsageError(f"{path} is there already: {_CURE}") from error
    except OSError as error:
        raise _not_writable(path, error) from error


def _make_folder_of(path: Path) -> None:
    """Make the folder that a file is to stand in.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # such as a file in its place
        raise _not_writable(path.parent, error) from error


def _not_writable(path: Path, error: OSError) -> UsageError:
    """The error for a place that cannot be written."""
    return UsageError(f"{path}: cannot be written ({error.strerror}); choose another place")
