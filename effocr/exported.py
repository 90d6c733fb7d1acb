"""A network in a folder of its own: its files, and a manifest that says what they are.

Models of glyphs have more in their folders, see `effocr.bundle`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from effocr.errors import BundleError
from effocr.validation import first_problem
from effocr.versions import file_sha256

__all__ = ["MEND", "check_files", "read_manifest"]

Manifest = TypeVar("Manifest", bound=BaseModel)

MEND: Final = "export it again with `effocr export RUN --out DIR`"
"""What helps where a file of an exported network is damaged."""


def read_manifest(path: Path, form: type[Manifest]) -> Manifest:
    """Read a manifest.

    Raises:
        BundleError: it is missing or not of this form.
    """
    try:
        return form.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BundleError(f"{path.parent}: {path.name}: {error.strerror}; {MEND}") from error
    except ValidationError as error:
        raise BundleError(f"{path}: {first_problem(error)}; {MEND}") from error


def check_files(folder: Path, digests: Mapping[str, str]) -> None:
    """Compare files with what a manifest says of them.

    Args:
        folder: where they are.
        digests: name of each file -> its sha256, lower-case hex; empty where it is not known.

    Raises:
        BundleError: one is missing or was changed.
    """
    for name, expected in digests.items():
        try:
            found = file_sha256(folder / name)
        except OSError as error:
            raise BundleError(f"{folder}: {name}: {error.strerror}; {MEND}") from error
        if found != expected:
            raise BundleError(
                f"{folder}: {name} was changed: its sha256 is {found[:12]}..., not "
                f"{expected[:12] or 'known'}...; {MEND}"
            )
