"""Where results go: stdout, one file, or a folder with one file per input and format."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Self, TextIO, get_args

from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.cli.inputs import Input
    from effocr.document import Document

__all__ = ["Format", "Outputs", "numbered_stems", "parse_formats"]

Format = Literal["text", "jsonl"]
SUFFIXES: Final[dict[Format, str]] = {"text": ".txt", "jsonl": ".jsonl"}
_CURE = "add --force to overwrite it, or choose another -o"


def parse_formats(text: str) -> tuple[Format, ...]:
    """Formats of `--format text,jsonl`, each once.

    Raises:
        UsageError: one is not known.
    """
    known: dict[str, Format] = {name: name for name in get_args(Format)}
    names = [name.strip() for name in text.split(",")]
    strange = [name for name in names if name not in known]
    if strange:
        raise UsageError(f"--format {strange[0]!r} is not known: choose from {', '.join(known)}")
    return tuple(dict.fromkeys(known[name] for name in names))


def numbered_stems(inputs: Sequence[Input]) -> list[str]:
    """A name for each input: its stem, with a number where another has it already."""
    taken: set[str] = set()
    last: dict[str, int] = {}
    stems = []
    for item in inputs:
        stem = item.stem
        while stem in taken:
            last[item.stem] = last.get(item.stem, 1) + 1
            stem = f"{item.stem}-{last[item.stem]}"
        taken.add(stem)
        stems.append(stem)
    return stems


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

    Raises:
        UsageError: two formats for stdout, or a file is there already or cannot be made.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        formats: Sequence[Format],
        out: Path | None,
        *,
        one_file: bool,
        force: bool,
    ) -> None:
        self._formats = formats
        self._stream: TextIO | None = None
        self._folder = Path()
        self._stems: list[str] = []
        if out is None:
            if len(formats) > 1:
                raise UsageError("several formats cannot share stdout: add -o FOLDER")
            self._stream = sys.stdout
        elif one_file and len(formats) == 1 and not out.is_dir():
            self._stream = _open(out, force)
        else:
            self._folder, self._stems = out, numbered_stems(inputs)
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
        for stem in () if force else self._stems:
            for name in self._formats:
                path = self._path(stem, name)
                if path.exists():
                    raise UsageError(f"{path} is there already: {_CURE}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_writable(self._folder, error) from error

    def _path(self, stem: str, name: Format) -> Path:
        """File of one input in one format."""
        return self._folder / f"{stem}{SUFFIXES[name]}"

    def write(self, number: int, document: Document) -> None:
        """Write what was read from input `number` (from 0)."""
        from effocr.formats.jsonl import document_to_jsonl
        from effocr.formats.text import document_to_text

        for name in self._formats:
            make = document_to_text if name == "text" else document_to_jsonl
            self._put(number, name, make(document))

    def write_failure(self, number: int, path: str, reason: str) -> None:
        """Write why input `number` (from 0) could not be read: a record, or a line on stderr."""
        from effocr.formats.jsonl import failure_to_jsonl

        for name in self._formats:
            if name == "text":
                print(f"{path}: {reason}", file=sys.stderr)
            else:
                self._put(number, name, failure_to_jsonl(path, reason))

    def _put(self, number: int, name: Format, text: str) -> None:
        """Write text of one input in one format.

        Raises:
            UsageError: the file cannot be written.
        """
        if self._stream is not None:
            self._stream.write(text)
            return
        path = self._path(self._stems[number], name)
        try:
            path.write_text(text, "utf-8", errors="surrogateescape")
        except OSError as error:
            raise _not_writable(path, error) from error


def _open(path: Path, force: bool) -> TextIO:
    """Open a file for writing.

    Raises:
        UsageError: it is there already, or cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w" if force else "x", encoding="utf-8", errors="surrogateescape")
    except FileExistsError as error:
        raise UsageError(f"{path} is there already: {_CURE}") from error
    except OSError as error:
        raise _not_writable(path, error) from error


def _not_writable(path: Path, error: OSError) -> UsageError:
    """The error for a place that cannot be written."""
    return UsageError(f"{path}: cannot be written ({error.strerror}); choose another -o")
