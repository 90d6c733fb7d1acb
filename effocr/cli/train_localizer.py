"""`effocr train localizer`: with the native backend or another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from effocr.cli.language import LanguageName, frame_settings, open_language
from effocr.cli.runs import (
    STARTED,
    ConfigFile,
    Data,
    InitFrom,
    Out,
    Resume,
    Sets,
    Validation,
    open_run,
    refuse_new_start,
    report,
    settings_of,
    tell,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["localizer"]

BackendName = Literal["native", "torchvision", "detectron2"]


def localizer(
    data: Data = None,
    out: Out = None,
    validation: Validation = None,
    backend: Annotated[
        BackendName,
        typer.Option(
            help="Network: native reads fastest; torchvision is a Faster R-CNN; for detectron2 "
            "--set config=FILE names its config, --set options=[NAME,VALUE] sets values of that."
        ),
    ] = "native",
    config: ConfigFile = None,
    sets: Sets = None,
    resume: Resume = None,
    init_from: InitFrom = None,
    language: LanguageName = None,
) -> None:
    """Train the localizer on character-level COCO (.json, or a folder that `synth lines` wrote)."""
    from effocr.export.runs import sources_of
    from effocr.workbench.localizer_training import LineFiles, train_backend

    refuse_new_start(resume, init_from)
    model, kept = _files_of(backend)
    run, data, validation = open_run(out, resume, data, validation, last=STARTED[backend])
    given = frame_settings(language)
    if backend != "native":
        named = open_language(language)
        given = {} if named is None else {"words": named.spaces}
    settings = settings_of(model, config, sets, resume, given=given, kept=kept)
    if backend == "detectron2" and init_from is not None:
        settings = settings.model_copy(update={"init_checkpoint": init_from})
    outcome = train_backend(
        LineFiles(tuple(data), tuple(validation), sources_of(run).images),
        settings,  # type: ignore[arg-type]
        run=run,
        tell=tell,
        resume=resume,
        init_from=init_from,
    )
    report(outcome, run)


def _files_of(backend: BackendName) -> tuple[type[BaseModel], str]:
    """Settings of a backend, and the file of a run that they are kept in."""
    match backend:
        case "native":
            from effocr.localizer.config import LocalizerTraining

            return LocalizerTraining, "config.yaml"
        case "torchvision":
            from effocr.localizer.backends.torchvision_config import TorchvisionTraining

            return TorchvisionTraining, "config.yaml"
        case "detectron2":
            from effocr.localizer.backends.detectron2_config import Detectron2Training

            return Detectron2Training, "training.yaml"
