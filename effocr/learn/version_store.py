"""Writing versions of a model: whole folders, one writer at a time, safe against a kill.

A version is written into a folder beside, checked, and renamed; only then may `current` name it,
and that file is replaced whole. A kill at any time leaves what was current before.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from effocr.atomic import sync_file, sync_folder, write_whole
from effocr.bundle import MANIFEST, Bundle, load_manifest, verify_bundle
from effocr.errors import BundleError, UsageError
from effocr.versions import CURRENT, HISTORY, VERSIONS, version_id

__all__ = ["LOCK", "locked", "put_version", "set_current"]

LOCK: Final = ".lock"
_READ_ONLY: Final = 0o444
_WRITTEN_HERE: Final = (CURRENT, HISTORY, MANIFEST)


@contextmanager
def locked(home: Path, doing: str = "promotion or rollback") -> Iterator[None]:
    """Be the only one to write below a name; the system frees the lock of a process that dies.

    Args:
        home: folder of the name, made if it is missing.
        doing: what, to tell another process that wants to.

    Raises:
        UsageError: another process is writing.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("a+b") as file:
        if not _lock(file):
            file.seek(0)
            writer = file.read(20).decode("ascii", "replace").strip() or "unknown"
            raise UsageError(
                f"{home.name}: another {doing} is under way (process {writer}); "
                "give the command again when it has ended"
            )
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


def _lock(file: IO[bytes]) -> bool:
    """Take the lock of an open file if it is free."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 20)  # far behind what is in it, which stays readable
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def put_version(home: Path, source: Path) -> Path:
    """Copy a model folder to where versions are; nothing is done if it is there and whole.

    Files that the manifest does not name, such as a licence text, are taken along.

    Args:
        home: folder of the name, locked by the caller.
        source: the model folder.

    Returns:
        Folder of the version.

    Raises:
        BundleError: the model is damaged, or cannot be copied.
    """
    load_manifest(source)
    try:
        manifest = (source / MANIFEST).read_bytes()
        versions = home / VERSIONS
        versions.mkdir(exist_ok=True)
        _sweep(versions)
        target = versions / version_id(manifest)
        if not _faults(target):
            return target
        with tempfile.TemporaryDirectory(prefix=".", dir=versions) as place:
            draft = Path(place) / "new"
            _copy(source, draft)
            write_whole(draft / MANIFEST, manifest, sync=True)
            (draft / MANIFEST).chmod(_READ_ONLY)
            if faults := _faults(draft):
                raise BundleError(
                    f"{source}: {faults[0]}; give a folder that `effocr models verify` accepts"
                )
            if target.exists():  # it was damaged
                target.replace(Path(place) / "old")
            draft.replace(target)
            for folder in (versions, home, home.parent):  # the last two may be new
                sync_folder(folder)
    except OSError as error:
        raise BundleError(f"{source}: cannot be copied to {home} ({error})") from error
    return target


def set_current(home: Path, version: str) -> None:
    """Make a name stand for a version, at once and for good.

    Raises:
        OSError: it cannot be written; the name stands for what it stood for.
    """
    write_whole(home / CURRENT, f"{version}\n".encode(), sync=True)


def _sweep(versions: Path) -> None:
    """Remove what killed writers left; the caller holds the lock, so nobody is at it."""
    for left in versions.glob(".*"):
        shutil.rmtree(left, ignore_errors=True)


def _faults(folder: Path) -> list[str]:
    """What is wrong with a model folder; it may be missing."""
    try:
        return verify_bundle(Bundle(folder, load_manifest(folder)))
    except BundleError as error:
        return [str(error)]


def _copy(source: Path, draft: Path) -> None:
    """Copy the files of a model, but not the manifest, and wait until they are on the disk.

    Raises:
        OSError: the disk is full, or the like.
    """
    draft.mkdir()
    for path in sorted(source.iterdir()):
        if path.is_file() and not path.name.startswith(".") and path.name not in _WRITTEN_HERE:
            copied = draft / path.name
            shutil.copyfile(path, copied)
            sync_file(copied)
            copied.chmod(_READ_ONLY)
