"""An exported sequence reader on disk: a folder with ctc.onnx and ctc.json."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, Field

from effocr.atomic import write_text
from effocr.ctc.alphabet import Alphabet
from effocr.ctc.arrays import HEIGHT, STRIDE
from effocr.errors import BundleError, DataFormatError, UsageError
from effocr.exported import MEND, check_files, read_manifest

__all__ = ["GRAPH", "MANIFEST", "CtcBundle", "CtcManifest", "load_ctc", "write_manifest"]

GRAPH: Final = "ctc.onnx"
MANIFEST: Final = "ctc.json"


class CtcManifest(BaseModel, frozen=True, extra="forbid"):
    """What ctc.json says."""

    format_version: Literal[1] = 1
    name: str = Field(min_length=1)
    version: str = "1"
    alphabet: tuple[str, ...] = Field(description="character of each class, from class 1")
    blank: Literal[0] = Field(0, description="class that is no character")
    height: Literal[64] = Field(HEIGHT, description="of a line, pixels")
    stride: Literal[4] = Field(STRIDE, description="pixels per column of output")
    licence: str = Field("Apache-2.0", description="of the weights, SPDX identifier")
    description: str = ""
    sha256: str = Field(description="of ctc.onnx, lower-case hex")
    metrics: dict[str, float] = Field({}, description="what it reached on its validation lines")


@dataclass(frozen=True)
class CtcBundle:
    """An exported reader whose file was checked.

    Attributes:
        folder: where it is.
        manifest: what it says.
        alphabet: of its classes.
    """

    folder: Path
    manifest: CtcManifest
    alphabet: Alphabet

    @property
    def graph(self) -> Path:
        """The ONNX file."""
        return self.folder / GRAPH


def load_ctc(folder: Path) -> CtcBundle:
    """Read ctc.json and check ctc.onnx.

    Raises:
        UsageError: there is no such folder.
        BundleError: a file is missing, changed, or not of this form.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; give one with {GRAPH} and {MANIFEST}")
    manifest = read_manifest(folder / MANIFEST, CtcManifest)
    try:
        alphabet = Alphabet(manifest.alphabet)
    except DataFormatError as error:
        raise BundleError(f"{folder / MANIFEST}: {error}; {MEND}") from error
    check_files(folder, {GRAPH: manifest.sha256})
    return CtcBundle(folder, manifest, alphabet)


def write_manifest(folder: Path, manifest: CtcManifest) -> None:
    """Write ctc.json, the last file of a folder, so that a broken-off write is never a reader."""
    write_text(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
