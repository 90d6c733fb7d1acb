"""Files of numpy arrays by name, without pickle: written whole or not at all, read or refused."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from effocr.atomic import write_whole
from effocr.bundle import MEND
from effocr.errors import BundleError, DataFormatError

__all__ = ["arrays_in", "write_arrays"]

# What numpy raises on damaged files, TypeError where one array alone is there; and what is raised
# while something is made of arrays that do not fit together.
_BROKEN = (
    OSError, EOFError, ValueError, KeyError, TypeError, NotImplementedError, RuntimeError,
    BadZipFile, zlib.error, DataFormatError,
)  # fmt: skip


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays by name, compressed."""
    content = BytesIO()
    np.savez_compressed(content, **arrays)
    write_whole(path, content.getvalue())


@contextmanager
def arrays_in(path: Path, what: str) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """The arrays of a file by name; what goes wrong while they are used is a fault of the file.

    with arrays_in(path, "a memory of a model") as arrays:
        ends = np.asarray(arrays["ends"], np.int64)

    Args:
        path: of the file.
        what: it should be, for the message.

    Raises:
        BundleError: it is missing or damaged, lacks an array, or they do not fit together.
    """
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            yield {name: arrays[name] for name in arrays.files}
    except _BROKEN as error:
        raise BundleError(f"{path}: not {what} ({error}); {MEND}") from error
