"""What an ONNX file cannot say of itself, from a small YAML file beside it. No torch."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, Field, ValidationError

from effocr.errors import DataFormatError
from effocr.validation import first_problem

__all__ = ["OnnxOptions", "options_path", "read_options"]


class OnnxOptions(BaseModel, frozen=True, extra="forbid"):
    """Options of one ONNX localizer. Whatever is left out is read from the graph, or usual."""

    input_shape: tuple[int, int] | None = Field(
        None, description="height and width, for graphs that take any; pixels"
    )
    output: Literal["yolov5", "yolov8", "end2end"] | None = Field(
        None, description="form of the boxes of a YOLO"
    )
    classes: int | None = Field(None, gt=0, description="how many classes a YOLO was trained on")
    glyph_class: int | None = Field(None, ge=0, description="number of the class of glyphs")
    word_class: int | None = Field(None, ge=0, description="number of the class of words")
    mean: tuple[float, float, float] | None = Field(
        None, description="taken from the grey value 0 to 255, channel by channel"
    )
    spread: tuple[float, float, float] | None = Field(
        None, description="what remains is divided by it"
    )
    fill: float | None = Field(None, description="of the padding, after mean and spread")
    colours: Literal["rgb", "bgr"] | None = Field(
        None, description="order of the channels of an MMDetection model"
    )


def options_path(model: Path) -> Path:
    """The file beside `model` that holds its options: localizer.onnx, localizer.options.yaml."""
    return model.with_name(f"{model.stem}.options.yaml")


def read_options(model: Path) -> OnnxOptions:
    """Read the options beside a model; the usual ones where there is no such file.

    Raises:
        DataFormatError: the file is not in form.
    """
    path = options_path(model)
    if not path.exists():
        return OnnxOptions.model_validate({})
    try:
        return OnnxOptions.model_validate(yaml.safe_load(path.read_text("utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataFormatError(f"{path}: not a readable YAML file: {error}") from error
    except ValidationError as error:
        raise DataFormatError(f"{path}: {first_problem(error)}") from error
