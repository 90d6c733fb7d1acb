"""PATH... of a command -> the inputs to read, in order."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from effocr.errors import UsageError

__all__ = ["STDIN", "Input", "list_inputs"]

STDIN = "-"
_NO_PDF = "a PDF holds pages, and --lines reads images of single lines"


@dataclass(frozen=True, slots=True)
class Input:
    """One input.

    Attributes:
        path: as given, or the folder as given and the rest of the path; "-" for stdin.
        error: why it cannot be read; None for an input that is worth trying.
        data: what came from stdin.
    """

    path: str
    error: str | None = None
    data: bytes | None = None

    @property
    def stem(self) -> str:
        """Name for files made of it."""
        return "stdin" if self.path == STDIN else Path(self.path).stem

    @property
    def source(self) -> str | bytes:
        """What the reader reads."""
        return self.path if self.data is None else self.data


def list_inputs(paths: Sequence[str], *, recursive: bool, pages: bool = False) -> list[Input]:
    """Find the inputs.

    In a folder: files with the suffix of an image or a PDF, by name; hidden ones are left out.

    Args:
        paths: files, folders, or "-".
        recursive: whether sub-folders are read.
        pages: whether inputs are pages, so that a PDF is one; else they are lines.

    Returns:
        The inputs; a missing path or a folder without images is one with an error.

    Raises:
        UsageError: the only path is missing or a folder without images.
    """
    inputs = [found for path in paths for found in _inputs_of(path, recursive, pages)]
    if len(paths) == 1 and len(inputs) == 1 and inputs[0].error and not _is_file(paths[0]):
        raise UsageError(f"{inputs[0].path}: {inputs[0].error}")
    return inputs


def _is_file(path: str) -> bool:
    """Whether an error is about what is in a file or a folder, not about the path."""
    return path != STDIN and Path(path).is_file()


def _inputs_of(path: str, recursive: bool, pages: bool) -> list[Input]:
    """The inputs of one path."""
    if path == STDIN:
        return [Input(STDIN, data=sys.stdin.buffer.read())]
    if not os.path.lexists(path):
        return [Input(path, error="no such file or folder")]
    if not Path(path).is_dir():
        return [_file(path, pages)]
    try:
        found = [_file(file, pages) for file in _files(path, recursive)]
    except OSError as error:
        return [Input(path, error=f"cannot be listed ({error.strerror})")]
    hint = "" if recursive else "; --recursive looks in sub-folders too"
    return found or [Input(path, error=f"no images in this folder{hint}")]


def _file(path: str, pages: bool) -> Input:
    """A file, whatever it is."""
    refused = not pages and path.lower().endswith(".pdf")
    return Input(path, error=_NO_PDF if refused else None)


def _files(folder: str, recursive: bool) -> Iterator[str]:
    """Paths of the images and PDFs in a folder, by name, those of sub-folders in their place."""
    from effocr.pipeline.images import IMAGE_SUFFIXES

    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if recursive and not entry.is_symlink():
                yield from _files(entry.path, recursive)
        elif Path(entry.name).suffix.lower() in IMAGE_SUFFIXES | {".pdf"}:
            yield entry.path
