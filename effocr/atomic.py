"""Files that are written whole or not at all: a kill or a full disk leaves the one before."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["sync_file", "sync_folder", "write_text", "write_whole"]


def write_text(path: Path, text: str) -> None:
    """Write a file of UTF-8 text whole or not at all; line ends stay as they are."""
    write_whole(path, text.encode("utf-8"))


def write_whole(path: Path, content: bytes, *, sync: bool = False) -> None:
    """Write a file whole or not at all; its folder is made where it is missing.

    Args:
        path: of the file.
        content: of the file.
        sync: wait until it is on the disk, so that a power cut does not undo it.

    Raises:
        OSError: it cannot be written; the file that was there before is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(content)
        if sync:
            sync_file(draft)
        draft.replace(path)
        if sync:
            sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if os.name == "nt":  # a folder cannot be opened there
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
