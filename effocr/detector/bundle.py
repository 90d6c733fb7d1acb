"""An exported detector on disk: detector.onnx and detector.json in a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, Field, ValidationError

from effocr.atomic import write_text
from effocr.bundle import FontCredit
from effocr.detector.config import Look
from effocr.errors import BundleError, UsageError
from effocr.versions import file_sha256

__all__ = [
    "GRAPH", "MANIFEST", "DetectorBundle", "DetectorManifest", "load_detector_bundle",
    "write_manifest",
]  # fmt: skip

GRAPH: Final = "detector.onnx"
MANIFEST: Final = "detector.json"
_MEND: Final = "export it again with `effocr export RUN --out DIR`"


class DetectorManifest(BaseModel, frozen=True, extra="forbid"):
    """What detector.json says."""

    format_version: Literal[1] = 1
    name: str = Field(min_length=1)
    version: str = "1"
    look: Look = Field(description="how it looks at a page and what is made of its maps")
    licence: str = Field("Apache-2.0", description="of the weights, SPDX identifier")
    description: str = ""
    fonts: tuple[FontCredit, ...] = Field((), description="that its pages were drawn with")
    sha256: str = Field(description="of detector.onnx, lower-case hex")
    metrics: dict[str, float] = Field({}, description="what it reached on its validation pages")


@dataclass(frozen=True)
class DetectorBundle:
    """An exported detector whose file was checked.

    Attributes:
        folder: where it is.
        manifest: what it says.
    """

    folder: Path
    manifest: DetectorManifest

    @property
    def graph(self) -> Path:
        """The ONNX file."""
        return self.folder / GRAPH


def load_detector_bundle(folder: Path) -> DetectorBundle:
    """Read detector.json and check detector.onnx.

    Raises:
        UsageError: there is no such folder.
        BundleError: a file is missing, changed, or not of this form.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; give one with {GRAPH} and {MANIFEST}")
    try:
        manifest = DetectorManifest.model_validate_json((folder / MANIFEST).read_bytes())
        digest = file_sha256(folder / GRAPH)
    except OSError as error:
        name = Path(error.filename).name if error.filename else folder
        raise BundleError(f"{folder}: {name}: {error.strerror}; {_MEND}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise BundleError(f"{folder / MANIFEST}: {place}: {first['msg']}; {_MEND}") from error
    if digest != manifest.sha256:
        raise BundleError(
            f"{folder}: {GRAPH} was changed: its sha256 is {digest[:12]}..., not "
            f"{manifest.sha256[:12]}...; {_MEND}"
        )
    return DetectorBundle(folder, manifest)


def write_manifest(folder: Path, manifest: DetectorManifest) -> None:
    """Write detector.json, the last file, so that a broken-off write is never a detector."""
    write_text(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
