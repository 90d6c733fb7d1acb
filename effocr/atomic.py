"""Files that are written whole or not at all: a kill or a full disk leaves the one before."""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_text", "write_whole"]


def write_text(path: Path, text: str) -> None:
    """Write a file of UTF-8 text whole or not at all; line ends stay as they are."""
    write_whole(path, text.encode("utf-8"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; its folder is made where it is missing.

    Raises:
        OSError: it cannot be written; the file that was there before is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
