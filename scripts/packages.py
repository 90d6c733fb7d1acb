"""Packages of Debian and npm: fetched and unpacked, nothing installed, no root."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path


class FetchError(Exception):
    """A package or a font that could not be had; the text says why."""


def download(package: str, source: str, folder: Path) -> Path:
    """Fetch one package into `folder`, unless it is there; return the archive's path."""
    stem = package.lstrip("@").replace("/", "-")
    pattern = f"{stem}_*.deb" if source == "apt" else f"{stem}-[0-9]*.tgz"
    if not any(folder.glob(pattern)):
        if source == "apt":
            run(["apt-get", "download", package], folder)
        else:
            run(["npm", "pack", "--silent", package], folder)
    archives = sorted(folder.glob(pattern))
    if not archives:
        raise FetchError(f"{source} wrote no {pattern}")
    return archives[-1]


def run(command: list[str], folder: Path) -> None:
    """Run a command in `folder`; FetchError with its last words when it fails or is missing."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise FetchError(f"{command[0]} is not installed") from error
    if done.returncode:
        words = [line for line in done.stderr.splitlines() if line.strip()]
        raise FetchError(f"{' '.join(command)}: {words[-1] if words else done.returncode}")


def extract(archive: Path, folder: Path) -> None:
    """Write the regular files of a .deb or .tgz below `folder`; none lands outside of it."""
    if archive.suffix == ".deb":
        run(["dpkg-deb", "-x", str(archive.resolve()), str(folder)], folder)
        return
    with tarfile.open(archive) as content:  # no extractall(filter=): Python 3.11.2 lacks it
        for member in content:
            path = (folder / member.name).resolve()
            source = content.extractfile(member) if member.isreg() else None
            if source is None or not path.is_relative_to(folder.resolve()):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source.read())
