"""A model on disk.

A model is a folder: manifest.json, localizer.onnx, recognizer.onnx, index.faiss and labels.json.
The manifest names every other file with its sha256, which is checked whenever the model is loaded.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError, field_validator

from effocr.atomic import write_text
from effocr.errors import BundleError
from effocr.geometry import Direction
from effocr.model_names import EMBEDDED, MANIFEST, find_model, is_model_path, list_models
from effocr.validation import first_problem
from effocr.versions import Lineage, changed_manifest, file_sha256, models_home, rollback_hint

__all__ = [
    "BACKGROUND",
    "EMBEDDED",
    "INDEX",
    "LABELS",
    "LOCALIZER",
    "LOCALIZER_WEIGHTS",
    "MANIFEST",
    "MEMORY",
    "MEND",
    "PICTURES",
    "RECOGNIZER",
    "RECOGNIZER_WEIGHTS",
    "Bundle",
    "Calibration",
    "CropShape",
    "FontCredit",
    "LineShape",
    "Manifest",
    "WindowShape",
    "find_model",
    "is_model_path",
    "list_models",
    "load_bundle",
    "load_manifest",
    "models_home",
    "verify_bundle",
    "write_bundle",
]

LOCALIZER, RECOGNIZER = "localizer.onnx", "recognizer.onnx"
INDEX, LABELS = "index.faiss", "labels.json"
# What a model may have besides, for learning more: weights to start from, and what it knew.
LOCALIZER_WEIGHTS, RECOGNIZER_WEIGHTS = "localizer.safetensors", "recognizer.safetensors"
MEMORY = "memory.npz"
# Ordinary lines to tell pictures from, and the pictures that it was taught.
BACKGROUND, PICTURES = "background.npz", "pictures.npz"
_NEEDED = (LOCALIZER, RECOGNIZER, INDEX, LABELS)
MEND = "export the model again with `effocr export`, or install it again"
"""What helps where a file of a model is damaged."""


class LineShape(BaseModel, frozen=True, extra="forbid"):
    """The frame that a line is warped into before the localizer sees it.

    A column is laid down first, see `effocr.frame.lay_down`. It has neither baseline nor x-height:
    half an em counts as the x-height, and its centre lies 0.6 of that above the baseline.
    """

    direction: Direction = Field("ltr", description="of the line; ttb: a column")
    height: int = Field(40, gt=0, multiple_of=8, description="of the frame, pixels")
    x_height_px: float = Field(13.0, gt=0, description="height of x in the frame, pixels")
    baseline_px: float = Field(28.0, gt=0, description="baseline, pixels from the frame's top")


class CropShape(BaseModel, frozen=True, extra="forbid"):
    """The slice of the frame that the recognizer sees; it is as high as the frame."""

    width: int = Field(32, gt=0, description="of the slice, pixels")
    margin_px: float = Field(3.0, ge=0, description="kept around the box; beyond it is blank")


class WindowShape(BaseModel, frozen=True, extra="forbid"):
    """The part of the localizer's features that the recognizer sees of a glyph, instead of a crop.

    The columns around the one in the middle of the glyph's box.
    """

    channels: int = Field(gt=0, description="of the features")
    columns: int = Field(3, gt=0, description="seen of each glyph, odd")
    stride_px: int = Field(2, gt=0, description="frame pixels a column")

    @field_validator("columns")
    @classmethod
    def _has_a_middle(cls, columns: int) -> int:
        if columns % 2 == 0:
            raise ValueError(f"columns {columns} must be odd: one stands in the middle")
        return columns


class Calibration(BaseModel, frozen=True, extra="forbid"):
    """Logistic weights: confidence = 1 / (1 + exp(-(bias + weights . features)))."""

    bias: float = -6.0
    similarity: float = Field(8.0, description="weight of the best cosine similarity")
    margin: float = Field(10.0, description="weight of best minus second-best similarity")
    location: float = Field(2.0, description="weight of the localizer's score, 0 to 1")


class FontCredit(BaseModel, frozen=True, extra="forbid"):
    """A font that the model was trained on."""

    name: str
    source: str = Field(description="where it comes from: a package or a repository")
    licence: str = Field(description="SPDX identifier")


class Manifest(BaseModel, frozen=True, extra="forbid"):
    """What manifest.json says about a model."""

    format_version: Literal[1] = 1
    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    languages: tuple[str, ...] = Field((), description="ISO 639-1 codes")
    charset: tuple[str, ...] = Field(description="every character of the index and the pictures")
    direction: Direction = "ltr"
    licence: str = Field(description="of the weights, SPDX identifier")
    description: str = ""
    line: LineShape = LineShape()
    crop: CropShape = CropShape()
    window: WindowShape | None = Field(
        None, description="what the recognizer sees, where it looks at features and not at crops"
    )
    peak_threshold: float = Field(0.3, ge=0, le=1, description="least localizer score of a glyph")
    gap_threshold: float = Field(
        0.5, ge=0, le=1, description="a word gap must be more probable than this"
    )
    embedding_size: int = Field(gt=0)
    unknown_similarity: float = Field(
        0.0, ge=-1, le=1, description="a glyph whose best cosine is lower is unknown"
    )
    calibration: Calibration = Calibration()
    files: dict[str, str] = Field({}, description="file name -> sha256, lower-case hex")
    fonts: tuple[FontCredit, ...] = ()
    recipe: dict[str, str | int | float] = Field({}, description="how it was trained")
    metrics: dict[str, float] = Field({}, description="what it reached")
    lineage: Lineage | None = Field(None, description="where it comes from; None: not known")

    @field_validator("files")
    @classmethod
    def _plain_names(cls, files: dict[str, str]) -> dict[str, str]:
        """Refuse names that lead out of the model folder."""
        for name in files:
            if not name or Path(name).name != name or "\\" in name:
                raise ValueError(f"file name {name!r} is not a plain name")
        return files


@dataclass(frozen=True)
class Bundle:
    """A model folder whose manifest was read and whose files were checked.

    Attributes:
        folder: where it is.
        manifest: what it says.
    """

    folder: Path
    manifest: Manifest

    def path(self, name: str) -> Path:
        """Path of one of its files."""
        return self.folder / name


def load_manifest(folder: Path) -> Manifest:
    """Read manifest.json without checking the files.

    Raises:
        BundleError: it is missing or not a manifest.
    """
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BundleError(
            f"{folder}: no readable {MANIFEST} ({error.strerror}); is this a model folder?"
        ) from error
    except ValidationError as error:
        raise BundleError(f"{path}: {first_problem(error)}; {MEND}") from error


def load_bundle(name_or_path: str | Path) -> Bundle:
    """Find a model, read its manifest and check every file.

    Raises:
        UsageError: there is no such model.
        BundleError: the manifest is wrong, or a file is missing or changed.
    """
    folder = find_model(name_or_path)
    bundle = Bundle(folder, load_manifest(folder))
    faults = verify_bundle(bundle)
    if faults:
        raise BundleError(f"{folder}: {faults[0]}; {rollback_hint(folder) or MEND}")
    return bundle


def verify_bundle(bundle: Bundle) -> list[str]:
    """Check the files against the manifest.

    Returns:
        What is wrong, one line per file; empty when all is well.
    """
    faults = [
        f"{name} is not named in {MANIFEST}"
        for name in _NEEDED
        if name not in bundle.manifest.files
    ]
    faults += changed_manifest(bundle.path(MANIFEST))
    for name, digest in bundle.manifest.files.items():
        try:
            found = file_sha256(bundle.path(name))
        except OSError as error:
            faults.append(f"{name} cannot be read ({error.strerror})")
            continue
        if found != digest:
            faults.append(
                f"{name} was changed: its sha256 is {found[:12]}..., not {digest[:12]}..."
            )
    return faults


def write_bundle(folder: Path, manifest: Manifest, files: Mapping[str, Path]) -> Bundle:
    """Make a model folder, the manifest last, so that a broken-off write is never a model.

    Args:
        folder: is made when missing; files of the same names are replaced.
        manifest: its `files` are filled in here.
        files: name in the folder -> file to copy; one that lies in the folder already stays.

    Raises:
        BundleError: a file that every model needs is not given, or cannot be copied.
    """
    missing = [name for name in _NEEDED if name not in files]
    if missing:
        raise BundleError(f"{folder}: a model needs {', '.join(missing)}")
    digests = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in sorted(files.items()):
            if source.resolve() != (folder / name).resolve():
                shutil.copyfile(source, folder / name)
            digests[name] = file_sha256(folder / name)
        written = Manifest.model_validate({**manifest.model_dump(), "files": digests})
        write_text(folder / MANIFEST, written.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise BundleError(f"{folder}: cannot write the model ({error})") from error
    return Bundle(folder, written)
