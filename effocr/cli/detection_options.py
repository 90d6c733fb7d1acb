"""Options of the commands that read detection truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.data.form_names import AnyForm, DetectionForm, Form, Level
from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.data.detection_forms import DetectionReading
    from effocr.data.rearrange import DataSet

__all__ = [
    "Corners",
    "FromDetection",
    "Images",
    "LevelOption",
    "MaxImages",
    "detection_form",
    "detection_reading",
    "open_set",
    "other_form",
    "refuse_detection_options",
]

FromDetection = Annotated[
    DetectionForm | None,
    typer.Option("--from", help="Form of TRUTH; told by its content if not given."),
]
LevelOption = Annotated[
    Level,
    typer.Option("--level", help="What a region of HierText, or of jsonl, is."),
]
Images = Annotated[
    Path | None,
    typer.Option(
        "--images", metavar="DIR", help="Detection truth: folder of the images, if not the usual."
    ),
]
MaxImages = Annotated[
    int | None,
    typer.Option("--max-images", min=1, help="HierText: only the first so many images."),
]
Corners = Annotated[
    str,
    typer.Option(
        "--corners",
        metavar="N|any",
        help="gt_NAME.txt: corners of every polygon; `any`: all numbers that a line begins with.",
    ),
]


def detection_reading(
    *,
    level: Level,
    images: Path | None,
    need_images: bool,
    max_images: int | None,
    corners: str,
) -> DetectionReading:
    """How detection truth is read, from the options.

    Raises:
        UsageError: `corners` is neither a number from 3 nor `any`.
    """
    from effocr.data.detection_forms import DetectionReading

    if corners != "any" and not (corners.isdecimal() and int(corners) >= 3):
        raise UsageError(f"--corners {corners}: a number of at least 3, or any")
    return DetectionReading(
        level=level,
        images=images,
        need_images=need_images,
        max_images=max_images,
        corners=None if corners == "any" else int(corners),
    )


def detection_form(path: Path, form: AnyForm | None) -> DetectionForm | None:
    """The form of detection truth: as given, or told by the content; None: it is none."""
    from effocr.data.detection_forms import recognise_detection

    match form:
        case None:
            return recognise_detection(path)
        case "labels" | "icdar" | "hiertext" | "coco-text":
            return form
        case _:
            return None


def other_form(form: AnyForm | None) -> Form | None:
    """The form of lines or glyphs; None: not given.

    Raises:
        UsageError: it is one of detection truth.
    """
    match form:
        case "labels" | "icdar" | "hiertext" | "coco-text":
            raise UsageError(f"{form} is detection truth; this needs lines or glyphs")
        case _:
            return form


def open_set(path: Path, form: AnyForm | None = None) -> DataSet:
    """Read lines or glyphs, of the form given or told by the content.

    Raises:
        UsageError: it is detection truth.
        DataFormatError: it cannot be read, or is no data set.
    """
    from effocr.data.rearrange import read_set

    truth = detection_form(path, form)
    if truth is not None:
        raise UsageError(f"{path} is detection truth ({truth}); this needs lines or glyphs")
    return read_set(path, other_form(form))


def refuse_detection_options(path: Path, how: DetectionReading) -> None:
    """See that nothing was asked of lines, glyphs or documents that only detection truth has.

    Raises:
        UsageError: a folder of images, or a number of them, was given.
    """
    for name, value in (("--images", how.images), ("--max-images", how.max_images)):
        if value is not None:
            raise UsageError(f"{name} is for detection truth, and {path} is none; leave it out")
