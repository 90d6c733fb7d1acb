"""`effocr train localizer|recognizer|ctc|detector`: train a module on lines, glyphs or pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from effocr.cli.language import LanguageName, frame_settings
from effocr.cli.runs import (
    FIRST_PASS,
    ConfigFile,
    Data,
    InitFrom,
    Out,
    Resume,
    Sets,
    Validation,
    open_run,
    prepare_lines,
    refuse_new_start,
    report,
    settings_of,
    tell,
)
from effocr.cli.train_ctc import ctc
from effocr.cli.train_detector import detector
from effocr.cli.train_localizer import localizer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from effocr.bundle import LineShape
    from effocr.pipeline.engines import Localizer
    from effocr.recognizer.config import EncoderConfig, Jitter
    from effocr.recognizer.sources import GlyphSource, LabelledFrame

__all__ = ["app", "glyph_source", "load_named", "prepare_frames", "prepare_lines", "prepare_source"]

app = typer.Typer(
    no_args_is_help=True,
    help="Train the localizer, the recognizer, the sequence reader or the page detector.",
)

app.command()(localizer)


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
    features_of: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="Look at the features of this run of the native localizer instead of at crops: "
            "reads faster, and sees a little of the neighbours.",
        ),
    ] = None,
) -> None:
    """Train the recognizer on character-level COCO, glyph folders (`97`) or packed files."""
    from effocr.cli.mine import AUTO, first_pass
    from effocr.errors import UsageError
    from effocr.export.runs import sources_of
    from effocr.recognizer.config import RecognizerTraining
    from effocr.recognizer.train import train_recognizer
    from effocr.training.checkpoints import LAST

    refuse_new_start(resume, init_from)
    if resume is not None and hard_negatives is not None:
        raise UsageError("--resume goes on with the run's own sets; leave out --hard-negatives")
    if resume is not None:
        init_from = sources_of(resume).init_from
    run, data, validation = open_run(out, resume, data, validation, init_from=init_from)
    in_first = resume is not None and not (run / LAST).is_file()
    kept = run / FIRST_PASS if in_first else resume
    given = frame_settings(language)
    if features_of is not None:
        given = shared_features(given, features_of)
    settings = settings_of(RecognizerTraining, config, sets, kept, given=given)
    model = settings.model
    frames = prepare_frames(data, model.line, seed=settings.loop.seed)
    if validation:
        aside = prepare_frames(validation, model.line, seed=settings.loop.seed + 1)
    else:
        frames, aside = _every_twentieth(frames)
    plain = glyph_source(frames, model)
    train = partial(
        train_recognizer,
        glyph_source(frames, model, jitter=settings.jitter),
        glyph_source(aside, model) if aside else None,
        reference=plain,
        init_from=init_from,
    )
    if in_first or hard_negatives == AUTO:
        file = first_pass(run, plain, partial(train, settings), resume=in_first)
        settings, resume = settings.model_copy(update={"hard_negatives": file}), None
    elif hard_negatives is not None:
        file = Path(hard_negatives).resolve()
        settings = settings.model_copy(update={"hard_negatives": file})
    report(train(settings, run=run, resume=resume), run)


app.command()(ctc)
app.command()(detector)


def shared_features(given: Mapping[str, Any], run: Path) -> dict[str, Any]:
    """Settings of a recognizer that looks at the features of a localizer's run, besides others."""
    from effocr.pipeline.torch_engines import open_localizer

    shape = open_localizer(run)[1].model
    model = {
        "line": shape.line.model_dump(),
        "window": {"channels": shape.column_channels},
        "features_of": str(run.resolve()),
    }
    return {**given, "model": {**given.get("model", {}), **model}}


def prepare_source(paths: Sequence[Path], model: EncoderConfig, *, seed: int) -> GlyphSource:
    """Read glyphs of lines or of glyph folders, to be cut without jitter."""
    return glyph_source(prepare_frames(paths, model.line, seed=seed), model)


def prepare_frames(paths: Sequence[Path], shape: LineShape, *, seed: int) -> list[LabelledFrame]:
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
            tell(glyphs.problems)
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


def glyph_source(
    frames: list[LabelledFrame],
    model: EncoderConfig,
    localizer: Localizer | None = None,
    *,
    jitter: Jitter | None = None,
) -> GlyphSource:
    """What the encoder sees of the glyphs of some frames.

    Args:
        frames: with boxes.
        model: settings of the encoder.
        localizer: whose features it looks at, if it does; None: the run that `model` names, in
            float.
        jitter: of crops; None to cut them as they are.

    Raises:
        UsageError: it looks at features, and nobody says whose.
    """
    from effocr.errors import UsageError
    from effocr.recognizer.sources import FrameSource

    if model.window is None:
        return FrameSource(frames, line=model.line, crop=model.crop, jitter=jitter)
    if localizer is None:
        if model.features_of is None:
            raise UsageError(
                "name the localizer whose features are looked at with --features-of RUN"
            )
        from effocr.pipeline.torch_engines import TorchLocalizer

        localizer = TorchLocalizer(model.features_of)

    from effocr.pipeline.windows import window_source

    return window_source(frames, localizer, model.window)
