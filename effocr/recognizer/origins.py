"""Where what a model was taught comes from: files, and their fingerprints."""

import hashlib
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, TypeAdapter

from effocr.errors import DataFormatError

__all__ = ["ORIGINS", "Origin", "origin_of"]


class Origin(BaseModel, frozen=True, extra="forbid"):
    """A file that rows of an index or a picture were learnt from."""

    source: str = Field(min_length=1, description="name of the file, without its folder")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the file's content")


ORIGINS: Final = TypeAdapter(tuple[Origin, ...])


def origin_of(path: Path) -> Origin:
    """Name and fingerprint of a file.

    Raises:
        DataFormatError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})") from error
    return Origin(source=path.name, sha256=digest)
