"""An exported detector on disk: detector.onnx and detector.json in a folder.

The files may have another stem: model.onnx goes with model.json. OpenVINO's form lies beside them
as detector.xml and detector.bin.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, Field

from effocr.atomic import write_text
from effocr.bundle import FontCredit
from effocr.detector.config import Look
from effocr.errors import UsageError
from effocr.exported import check_files, read_manifest

__all__ = [
    "GRAPH", "MANIFEST", "DetectorBundle", "DetectorManifest", "load_detector_bundle",
    "write_manifest",
]  # fmt: skip

GRAPH: Final = "detector.onnx"
MANIFEST: Final = "detector.json"


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
    openvino: dict[str, str] = Field({}, description="file of OpenVINO's form -> its sha256")
    metrics: dict[str, float] = Field({}, description="what it reached on its validation pages")


@dataclass(frozen=True)
class DetectorBundle:
    """An exported detector whose file was checked.

    Attributes:
        folder: where it is.
        manifest: what it says.
        network: the file that is run: the ONNX file, or the .xml of OpenVINO's form.
    """

    folder: Path
    manifest: DetectorManifest
    network: Path

    @property
    def graph(self) -> Path:
        """The ONNX file."""
        return self.network.with_suffix(".onnx")


def load_detector_bundle(path: Path) -> DetectorBundle:
    """Read detector.json and check the network's files.

    Args:
        path: the folder, its .onnx, or the .xml or .bin of OpenVINO's form.

    Raises:
        UsageError: there is no such folder or file.
        BundleError: a file is missing, changed, or not of this form.
    """
    if path.is_dir():
        network = path / GRAPH
    elif path.suffix in (".onnx", ".xml", ".bin"):
        network = path.with_suffix(".xml") if path.suffix == ".bin" else path
    else:
        raise UsageError(f"{path}: no such folder; give one with {GRAPH} and {MANIFEST}")
    folder = network.parent
    manifest = read_manifest(network.with_suffix(".json"), DetectorManifest)
    expected = {network.name: manifest.sha256}
    if network.suffix == ".xml":
        names = (network.name, network.with_suffix(".bin").name)
        expected = {name: manifest.openvino.get(name, "") for name in names}
    check_files(folder, expected)
    return DetectorBundle(folder, manifest, network)


def write_manifest(folder: Path, manifest: DetectorManifest, name: str = MANIFEST) -> None:
    """Write detector.json, the last file, so that a broken-off write is never a detector."""
    write_text(folder / name, manifest.model_dump_json(indent=2) + "\n")
