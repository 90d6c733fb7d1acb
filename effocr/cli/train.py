"""`effocr train localizer|recognizer`: train a module on lines or glyphs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from effocr.cli.language import LanguageName, frame_settings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from pydantic import BaseModel

    from effocr.bundle import CropShape, LineShape
    from effocr.data.records import Skipped
    from effocr.recognizer.config import Jitter
    from effocr.recognizer.sources import FrameSource, LabelledFrame
    from effocr.synth.frames import PreparedLine
    from effocr.training.lines import TrainingLines
    from effocr.training.loop import Outcome

__all__ = ["app", "load_named", "prepare_lines", "prepare_source"]

app = typer.Typer(no_args_is_help=True, help="Train the localizer or the recognizer.")

Config = TypeVar("Config", bound="BaseModel")
Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="Data set to learn from; may be repeated. Not needed with --resume.",
    ),
]
Validation = Annotated[
    list[Path] | None,
    typer.Option(
        "--validation",
        metavar="PATH",
        help="Data set kept aside; may be repeated. Default: every 20th line of --data.",
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="RUN", help="Folder of the run; not yet there.")
]
ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="YAML.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="One setting, such as loop.max_steps=1000."),
]
Resume = Annotated[
    Path | None,
    typer.Option(metavar="RUN", help="Go on with a run that was stopped, exactly where it was."),
]
InitFrom = Annotated[
    Path | None,
    typer.Option(metavar="M", help="Start from the weights of a run or checkpoint, step 0."),
]


@app.command()
def localizer(
    data: Data = None,
    out: Out = None,
    validation: Validation = None,
    config: ConfigFile = None,
    sets: Sets = None,
    resume: Resume = None,
    init_from: InitFrom = None,
    language: LanguageName = None,
) -> None:
    """Train the localizer on character-level COCO (.json, or a folder that `synth lines` wrote)."""
    from effocr.charset import Charset
    from effocr.localizer.config import LocalizerTraining
    from effocr.localizer.train import train_localizer

    run, data, validation = _open_run(out, resume, data, validation)
    settings = _settings(LocalizerTraining, config, sets, resume, language)
    lines, aside = _lines_and_aside(data, validation, settings.model.line)
    glyphs = sorted({glyph for line in lines for glyph in line.truth.glyphs})
    outcome = train_localizer(
        lines,
        aside,
        Charset(tuple(glyphs)),
        settings,
        run=run,
        resume=resume,
        init_from=init_from,
    )
    _report(outcome, run)


@app.command()
def recognizer(
    data: Data = None,
    out: Out = None,
    validation: Validation = None,
    config: ConfigFile = None,
    sets: Sets = None,
    resume: Resume = None,
    init_from: InitFrom = None,
    language: LanguageName = None,
    hard_negatives: Annotated[
        str | None,
        typer.Option(
            metavar="auto|FILE",
            help="Train with sets of look-alikes: of a file, or mined from a first training.",
        ),
    ] = None,
) -> None:
    """Train the recognizer on character-level COCO, glyph folders (`97`) or packed files."""
    from effocr.cli.mine import AUTO, first_pass
    from effocr.recognizer.config import RecognizerTraining
    from effocr.recognizer.train import train_recognizer

    run, data, validation = _open_run(out, resume, data, validation)
    settings = _settings(RecognizerTraining, config, sets, resume, language)
    model = settings.model
    frames = _frames(data, model.line, seed=settings.loop.seed)
    if validation:
        aside = _frames(validation, model.line, seed=settings.loop.seed + 1)
    else:
        frames, aside = _every_twentieth(frames)
    plain = _source(frames, model.line, model.crop, None)
    train = partial(
        train_recognizer,
        _source(frames, model.line, model.crop, settings.jitter),
        _source(aside, model.line, model.crop, None) if aside else None,
        reference=plain,
        init_from=init_from,
    )
    if hard_negatives is not None and resume is None:
        file = Path(hard_negatives).resolve()
        if hard_negatives == AUTO:
            file = first_pass(run, plain, partial(train, settings))
        settings = settings.model_copy(update={"hard_negatives": file})
    _report(train(settings, run=run, resume=resume), run)


def prepare_lines(paths: Sequence[Path], shape: LineShape) -> TrainingLines:
    """Read lines with boxes; what is left out is named on standard error."""
    from effocr.pipeline.images import load_image
    from effocr.training.lines import load_lines

    found = load_lines(paths, shape, load=load_image)
    _tell(found.skipped)
    return found


def prepare_source(
    paths: Sequence[Path], line: LineShape, crop: CropShape, *, seed: int
) -> FrameSource:
    """Read glyphs of lines or of glyph folders, to be cut without jitter."""
    return _source(_frames(paths, line, seed=seed), line, crop, None)


def _open_run(
    out: Path | None, resume: Path | None, data: list[Path] | None, validation: list[Path] | None
) -> tuple[Path, list[Path], list[Path]]:
    """Folder of the run, its data and its validation data, given or remembered.

    Raises:
        UsageError: one is missing, or the folder is that of another run.
    """
    import yaml

    from effocr.errors import UsageError
    from effocr.export.runs import SOURCES
    from effocr.training.checkpoints import LAST

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    if resume is not None:
        run = resume if resume.is_dir() else resume.parent
        if not (run / LAST).is_file():
            raise UsageError(f"{resume}: no run to go on with, it has no {LAST}")
        if out is not None and out.resolve() != run.resolve():
            raise UsageError("--resume goes on in the folder of the run; leave out --out")
        known = run / SOURCES
        before = yaml.safe_load(known.read_text("utf-8")) if known.is_file() else {}
        data = data or [Path(path) for path in before.get("data", ())]
        validation = validation or [Path(path) for path in before.get("validation", ())]
    elif out is None:
        raise UsageError("name a folder for the run with --out RUN")
    else:
        run = out
        if (run / LAST).exists():
            raise UsageError(f"{run}: holds a run; go on with --resume {run} or name a new folder")
    if not data:
        raise UsageError("name what to learn from with --data PATH")
    run.mkdir(parents=True, exist_ok=True)
    sources = {
        "data": [str(path.resolve()) for path in data],
        "validation": [str(path.resolve()) for path in validation or ()],
    }
    (run / SOURCES).write_text(yaml.safe_dump(sources, allow_unicode=True), "utf-8")
    return run, data, validation or []


def _settings(
    model: type[Config],
    file: Path | None,
    sets: list[str] | None,
    resume: Path | None,
    language: str | None,
) -> Config:
    """Settings of a run; those of the resumed one unless a file is given."""
    from effocr.training.config import load_config

    if file is None and resume is not None:
        folder = resume if resume.is_dir() else resume.parent
        file = folder / "config.yaml"
    return load_config(model, file, overrides=sets or (), **frame_settings(language))


def _lines_and_aside(
    data: list[Path], validation: list[Path], shape: LineShape
) -> tuple[Sequence[PreparedLine], Sequence[PreparedLine]]:
    found = prepare_lines(data, shape)
    if validation:
        return found.lines, prepare_lines(validation, shape).lines
    return found.keep_aside()


def _frames(paths: Sequence[Path], shape: LineShape, *, seed: int) -> list[LabelledFrame]:
    """Framed glyphs of COCO files, glyph folders and packed files."""
    import numpy as np

    from effocr.data.glyph_sets import GlyphPixels, read_glyphs
    from effocr.errors import EffOCRError
    from effocr.recognizer.sources import frame_glyphs, label_frames
    from effocr.training.lines import annotations_of

    rng = np.random.default_rng(seed)
    frames: list[LabelledFrame] = []
    for path in paths:
        if annotations_of(path) is not None:
            frames += label_frames(prepare_lines([path], shape).lines, shape, rng)
        else:
            glyphs, pixels = read_glyphs(path), GlyphPixels(load_named)
            _tell(glyphs.problems)
            for image in glyphs.images:
                try:
                    frames += frame_glyphs([image], shape, load=pixels)
                except EffOCRError as error:
                    typer.echo(f"left out: {error}", err=True)
    return frames


def load_named(path: Path) -> npt.NDArray[np.uint8]:
    """Read an image as grey; the error names the file.

    Raises:
        ImageError: it can't be read.
    """
    from effocr.errors import ImageError
    from effocr.pipeline.images import load_image

    try:
        return load_image(path)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error


def _every_twentieth(
    frames: list[LabelledFrame],
) -> tuple[list[LabelledFrame], list[LabelledFrame]]:
    """Frames to learn from and frames kept aside; too few to share are all learnt from."""
    from effocr.training.lines import KEPT_ASIDE

    if len(frames) < KEPT_ASIDE:
        return frames, []
    return [frame for i, frame in enumerate(frames) if i % KEPT_ASIDE], frames[::KEPT_ASIDE]


def _source(
    frames: list[LabelledFrame], line: LineShape, crop: CropShape, jitter: Jitter | None
) -> FrameSource:
    from effocr.recognizer.sources import FrameSource

    return FrameSource(frames, line=line, crop=crop, jitter=jitter)


def _tell(skipped: Sequence[Skipped]) -> None:
    for one in skipped:
        typer.echo(str(one), err=True)


def _report(outcome: Outcome, run: Path) -> None:
    best = "" if outcome.best is None else f", best {outcome.best:.4f} at {outcome.best_step}"
    print(f"{run}: step {outcome.step}{best}")
    if outcome.interrupted:
        print(f"stopped; go on with --resume {run}")
        raise typer.Exit(130)
