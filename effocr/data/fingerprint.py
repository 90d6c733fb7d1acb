"""What a model was told to learn from, as one number: the same data, the same fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from effocr.data.records import LineImage
from effocr.errors import DataFormatError

__all__ = ["fingerprint", "sample_hash"]


def fingerprint(lines: Iterable[LineImage]) -> str:
    """Sha256 over the sorted hashes of the samples: neither order, names nor folders matter.

    Raises:
        DataFormatError: an image cannot be read.
    """
    hashes = sorted(sample_hash(line) for line in lines)
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def sample_hash(line: LineImage) -> str:
    """Sha256 of an image file, its text, and its boxes with their labels if it has any.

    Raises:
        DataFormatError: the image cannot be read.
    """
    try:
        content = line.path.read_bytes()
    except OSError as error:
        raise DataFormatError(f"{line.path}: cannot be read ({error.strerror})") from error
    parts = [content, line.text.encode()]
    if line.boxes is not None:
        parts.append(np.ascontiguousarray(line.boxes, "<f4").tobytes())
        parts.append("\n".join(line.glyphs or ()).encode())
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))  # so that no two samples run into each other
        found.update(part)
    return found.hexdigest()
