"""Folders of runs that the commands of others put beside their checkpoints."""

from __future__ import annotations

from pathlib import Path

__all__ = ["free_folder"]


def free_folder(parent: Path, name: str) -> Path:
    """A folder `name`, `name-2`, ... that is not there yet: nothing trained is written over."""
    number, folder = 1, parent / name
    while folder.exists():
        number += 1
        folder = parent / f"{name}-{number}"
    return folder
