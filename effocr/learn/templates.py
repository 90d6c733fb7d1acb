"""Templates of models: what is to be trained, with which settings, by which commands.

A template is a folder with a template.yaml whose keys are those of OpenVINO's text spotting models.
Instantiated, it is a folder to work in: the whole template, and what it depends on beside it.
"""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from effocr.errors import DataFormatError, UsageError
from effocr.validation import first_problem
from effocr.versions import file_sha256

__all__ = [
    "TEMPLATE", "Template", "find_template", "instantiate_template", "list_templates",
    "load_template",
]  # fmt: skip

TEMPLATE: Final = "template.yaml"
TEMPLATES: Final = Path(__file__).resolve().parents[1] / "templates"
_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Dependency(BaseModel):
    """A file that is copied beside the template."""

    model_config = _STRICT

    source: str = Field(min_length=1, description="path from the folder of the template")
    destination: str = Field(min_length=1, description="path in the folder that is made")
    sha256: str | None = Field(None, description="of the file, lower-case hex")
    size: int | None = Field(None, ge=0, description="bytes")

    @field_validator("destination")
    @classmethod
    def _inside(cls, destination: str) -> str:
        """Refuse places outside of the folder."""
        parts = PurePosixPath(destination)
        if parts.is_absolute() or ".." in parts.parts or "\\" in destination:
            raise ValueError(f"{destination!r} leads out of the folder")
        return destination


class Basic(BaseModel):
    """What a training can be told in a word."""

    model_config = _STRICT

    batch_size: int = Field(gt=0, description="crops in a step")
    base_learning_rate: float = Field(gt=0)
    epochs: int = Field(gt=0, description="passes over the images")


class HyperParameters(BaseModel):
    """Groups of them; there is one."""

    model_config = _STRICT

    basic: Basic


class OnnxFormat(BaseModel):
    """ONNX."""

    model_config = _STRICT

    default: bool = True


class OpenVinoFormat(BaseModel):
    """OpenVINO's form."""

    model_config = _STRICT

    default: bool = False
    input_format: str = Field("BGR", pattern="^(GREY|BGR|RGB)$")


class OutputFormat(BaseModel):
    """What an export writes where no flag says so."""

    model_config = _STRICT

    onnx: OnnxFormat = OnnxFormat()
    openvino: OpenVinoFormat = OpenVinoFormat()


class Figure(BaseModel):
    """What the model reached."""

    model_config = _STRICT

    key: str
    display_name: str
    unit: str
    value: float | None = None


class Template(BaseModel):
    """What template.yaml says; the keys are fixed."""

    model_config = _STRICT

    name: str = Field(min_length=1)
    domain: str
    problem: str
    framework: str
    summary: str
    annotation_format: str
    initial_weights: str = Field("", description="file to start from; empty: at random")
    dependencies: tuple[Dependency, ...] = ()
    max_nodes: int = Field(1, gt=0)
    training_target: tuple[str, ...] = ()
    inference_target: tuple[str, ...] = ()
    hyper_parameters: HyperParameters
    output_format: OutputFormat = OutputFormat()
    optimisations: Any = Field(None, description="of NNCF; none are offered")
    metrics: tuple[Figure, ...] = ()
    gpu_num: int = Field(1, ge=0)
    tensorboard: bool = False
    config: str = Field(description="file with all other settings, beside template.yaml")


def list_templates() -> dict[str, Path]:
    """Names of the templates in this package -> their template.yaml."""
    return {path.parent.name: path for path in sorted(TEMPLATES.glob(f"*/{TEMPLATE}"))}


def find_template(name_or_path: str) -> Path:
    """The template.yaml that a name, a folder or a file means.

    Raises:
        UsageError: there is none.
    """
    known = list_templates()
    if name_or_path in known:
        return known[name_or_path]
    path = Path(name_or_path)
    path = path / TEMPLATE if path.is_dir() else path
    if not path.is_file():
        raise UsageError(
            f"{name_or_path}: no such template; known are {', '.join(known)}, or give the path "
            f"of a {TEMPLATE}"
        )
    return path


def load_template(path: Path) -> Template:
    """Read a template.yaml.

    Raises:
        DataFormatError: it cannot be read, a key is missing, unknown, or of another kind.
    """
    try:
        return Template.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataFormatError(f"{path}: not a readable YAML file: {error}") from error
    except ValidationError as error:
        raise DataFormatError(f"{path}: {first_problem(error)}") from error


def instantiate_template(path: Path, out: Path) -> Template:
    """Make a folder to work in: all files of the template, and its dependencies.

    All is looked at before anything is written.

    Args:
        path: template.yaml.
        out: folder; is made where it is missing.

    Raises:
        UsageError: a file is there already, or cannot be written.
        DataFormatError: the template is damaged, or a dependency is missing or not the right file.
    """
    template = load_template(path)
    if not (path.parent / template.config).is_file():
        raise DataFormatError(f"{path}: config: no file {template.config} beside it")
    copies = {file.name: file for file in sorted(path.parent.iterdir()) if file.is_file()}
    for dependency in template.dependencies:
        copies[dependency.destination] = _checked(dependency, path)
    taken = [name for name in copies if (out / name).exists()]
    if taken:
        raise UsageError(f"{out}: holds {taken[0]} already; name a new folder")
    try:
        for name, source in copies.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, out / name)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from error
    return template


def _checked(dependency: Dependency, path: Path) -> Path:
    """The file of a dependency.

    Raises:
        DataFormatError: it is missing, has to be fetched, or is another file than was meant.
    """
    where = f"{path}: dependency {dependency.destination}"
    if "://" in dependency.source:
        raise DataFormatError(
            f"{where}: nothing is downloaded; fetch {dependency.source} and name the file there"
        )
    file = path.parent / dependency.source
    if not file.is_file():
        raise DataFormatError(f"{where}: no file {file}")
    if dependency.size not in (None, file.stat().st_size):
        raise DataFormatError(
            f"{where}: {file} has {file.stat().st_size} bytes, not {dependency.size}"
        )
    if dependency.sha256 not in (None, file_sha256(file)):
        raise DataFormatError(f"{where}: the sha256 of {file} is not {dependency.sha256}")
    return file
