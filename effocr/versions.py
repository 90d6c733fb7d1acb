"""Versions of a model as they lie on disk. Read here, written by `effocr.learn.registry`.

    NAME/current          the version that NAME stands for
    NAME/history.jsonl    what was promoted, refused and rolled back, oldest first
    NAME/versions/ID/     a model folder, never changed; ID begins the sha256 of its manifest

The manifest names the sha256 of every other file, so an ID stands for the whole model.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from effocr.errors import BundleError, UsageError

__all__ = [
    "CURRENT",
    "HISTORY",
    "VERSIONS",
    "Lineage",
    "changed_manifest",
    "current_folder",
    "current_id",
    "file_sha256",
    "find_version",
    "is_version",
    "model_label",
    "models_home",
    "rollback_hint",
    "version_id",
    "version_ids",
]

CURRENT, HISTORY, VERSIONS = "current", "history.jsonl", "versions"
_ID = re.compile(r"[0-9a-f]{16}")
_LEAST_PREFIX: Final = 4  # digits that a version is named by at least


class Lineage(BaseModel, frozen=True, extra="forbid"):
    """Where a model comes from; part of its manifest."""

    parent: str | None = Field(None, description="ID of the model that it was made from")
    data: str | None = Field(
        None, description="fingerprint of what was learnt from, see effocr.data.fingerprint"
    )
    samples: int = Field(0, ge=0, description="learnt from")
    method: str = Field(min_length=1, description="how: export, index, finetune ...")


def models_home() -> Path:
    """Folder of the user's own models: `models` in $EFFOCR_HOME or in ~/.local/share/effocr."""
    home = os.environ.get("EFFOCR_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share" / "effocr") / "models"


def file_sha256(path: Path) -> str:
    """Digest of a file, lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def version_id(manifest: bytes) -> str:
    """ID of the model whose manifest.json has this content: 16 hexadecimal digits."""
    return hashlib.sha256(manifest).hexdigest()[:16]


def current_id(home: Path) -> str | None:
    """Version that a name stands for; None: it has no versions.

    Args:
        home: folder of the name.

    Raises:
        BundleError: the file that says so is damaged.
    """
    try:
        found = (home / CURRENT).read_text(encoding="utf-8", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BundleError(f"{home / CURRENT}: cannot be read ({error.strerror})") from error
    if not _ID.fullmatch(found):
        raise BundleError(f"{home / CURRENT}: {found[:40]!r} is no version; {_mend(home)}")
    return found


def current_folder(home: Path) -> Path | None:
    """Model folder of the version that a name stands for; None: it has no versions.

    Raises:
        BundleError: the version is not there.
    """
    found = current_id(home)
    if found is None:
        return None
    folder = home / VERSIONS / found
    if not folder.is_dir():
        raise BundleError(f"{home / CURRENT}: version {found} is not there; {_mend(home)}")
    return folder


def version_ids(home: Path) -> list[str]:
    """IDs of all versions of a name, in no meaningful order; none if it has no versions."""
    return sorted(path.name for path in (home / VERSIONS).glob("*") if _ID.fullmatch(path.name))


def find_version(home: Path, wanted: str) -> Path:
    """Model folder of a version.

    Args:
        home: folder of the name.
        wanted: the ID, or as many of its first digits as tell it from the others, at least 4.

    Raises:
        UsageError: there is no such version, or there are several.
    """
    known = version_ids(home)
    found = [one for one in known if one.startswith(wanted)]
    if len(found) != 1 or len(wanted) < _LEAST_PREFIX:
        what = "could be several" if len(found) > 1 else "is none"
        if len(wanted) < _LEAST_PREFIX:
            what = f"is too short, give {_LEAST_PREFIX} digits or more"
        raise UsageError(
            f"version {wanted!r} of {home.name} {what}: known are {', '.join(known) or 'none'}"
        )
    return home / VERSIONS / found[0]


def is_version(folder: Path) -> bool:
    """Whether a model folder is a version of a name, and so must not change."""
    return bool(_ID.fullmatch(folder.name)) and folder.parent.name == VERSIONS


def changed_manifest(manifest: Path) -> list[str]:
    """What is wrong with the manifest.json of a version: one line, or none; none of other models.

    Raises:
        OSError: it cannot be read.
    """
    if not is_version(manifest.parent):
        return []
    found = version_id(manifest.read_bytes())
    if found == manifest.parent.name:
        return []
    return [f"{manifest.name} was changed: it is that of version {found}"]


def rollback_hint(folder: Path) -> str:
    """How to get rid of a version that is damaged; empty for other models."""
    if not is_version(folder):
        return ""
    return f"`effocr models rollback {folder.parent.parent.name}` takes the version before"


def model_label(folder: Path) -> str:
    """What to call a model folder: its name, or NAME@ID of a version."""
    if is_version(folder):
        return f"{folder.parent.parent.name}@{folder.name}"
    return folder.name


def _mend(home: Path) -> str:
    return f"choose one with `effocr models rollback {home.name} --to VERSION`"
