"""Train a model from fonts alone, by a recipe: synthetic lines, both networks, index, model folder.

Every stage leaves its run in the work folder; called again, finished stages are skipped and a
stopped one goes on where it was.
"""

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, Field

from effocr.bundle import FontCredit
from effocr.charset import Charset, read_charset
from effocr.errors import TrainingError
from effocr.export.assemble import Assembled, ModelDetails, assemble_model
from effocr.localizer.config import LocalizerTraining
from effocr.localizer.train import train_localizer
from effocr.recognizer.config import Jitter, RecognizerTraining
from effocr.recognizer.sources import FrameSource, label_frames
from effocr.recognizer.train import train_recognizer
from effocr.synth.compose import LIGATURES
from effocr.synth.fonts import FontFile, load_fonts
from effocr.synth.frames import PreparedLine, prepare_line
from effocr.synth.lines import LineOptions
from effocr.synth.pool import draw_lines
from effocr.training.config import load_config
from effocr.training.loop import Outcome

__all__ = ["FontSet", "Recipe", "load_recipe_fonts", "read_recipe", "train_from_fonts"]

logger = logging.getLogger(__name__)

LAST: Final = "last.pt"


class Recipe(BaseModel, frozen=True, extra="forbid"):
    """Everything that decides what a model becomes, besides the fonts."""

    name: str = Field(min_length=1)
    version: str = "1"
    languages: tuple[str, ...] = ()
    licence: str = "Apache-2.0"
    description: str = ""
    charset: Path = Field(description="file or folder, relative to the working directory")
    seed: int = Field(0, ge=0)
    lines: int = Field(20_000, gt=0, description="synthetic lines to learn from")
    validation_lines: int = Field(
        400, gt=0, description="of held-out fonts, for choosing and fitting"
    )
    synthesis: LineOptions = LineOptions()
    localizer: LocalizerTraining = LocalizerTraining()
    recognizer: RecognizerTraining = RecognizerTraining()
    rows_per_label: int = Field(24, gt=0, description="at most, of each character in the index")
    peak_threshold: float = Field(0.3, ge=0, le=1)


@dataclass(frozen=True, slots=True)
class FontSet:
    """The fonts of a recipe: those that are learnt from and those that are kept aside."""

    training: tuple[FontFile, ...]
    held_out: tuple[FontFile, ...]


def read_recipe(path: Path, *, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe from YAML; `overrides` are `a.b=value`.

    Raises:
        UsageError: the file is not in form.
    """
    return load_config(Recipe, path, overrides=overrides)


def load_recipe_fonts(
    training: Sequence[Path], held_out: Sequence[Path], charset: Charset
) -> FontSet:
    """Open the fonts of both sets; what is refused is logged.

    Raises:
        TrainingError: one of the sets is empty.
    """
    wanted = [*charset, *LIGATURES.values()]
    reports = [load_fonts(folders, charset=wanted) for folders in (training, held_out)]
    for report in reports:
        for item in report.refused:
            logger.warning("%s", item)
    sets = FontSet(reports[0].fonts, reports[1].fonts)
    if not sets.training or not sets.held_out:
        raise TrainingError("fonts to learn from and fonts to keep aside are both needed")
    return sets


def train_from_fonts(
    recipe: Recipe, fonts: FontSet, *, work: Path, out: Path, processes: int | None = None
) -> Assembled:
    """Train both networks and write the model folder.

    Args:
        recipe: what to do.
        fonts: what to draw with.
        work: folder of the runs; kept, so that a stopped training goes on.
        out: model folder.
        processes: that draw lines; None for all cores.

    Raises:
        TrainingError: there is nothing to learn from, or a loss is not finite.
        ParityError: an exported network decides differently.
    """
    started = time.monotonic()
    rng = np.random.default_rng(recipe.seed)
    charset = read_charset(recipe.charset)
    labels = Charset((*charset, *LIGATURES))
    processes = processes or os.cpu_count() or 1
    lines = _draw(
        recipe, fonts.training, charset, count=recipe.lines, seed=recipe.seed, processes=processes
    )
    aside = _draw(
        recipe,
        fonts.held_out,
        charset,
        count=recipe.validation_lines,
        seed=recipe.seed + 1,
        processes=1,
    )
    logger.info("%d lines after %.0f s", len(lines), time.monotonic() - started)
    localizer, recognizer = work / "localizer", work / "recognizer"
    train_localizer(
        lines, aside, labels, recipe.localizer, run=localizer, resume=_unfinished(localizer)
    )
    logger.info("localizer after %.0f s", time.monotonic() - started)
    learnt, reference = _sources(lines, recipe, rng)
    _, queries = _sources(aside, recipe, rng)
    outcome = train_recognizer(
        learnt, queries, recipe.recognizer,
        run=recognizer, reference=reference, resume=_unfinished(recognizer),
    )  # fmt: skip
    logger.info("recognizer after %.0f s", time.monotonic() - started)
    duration = time.monotonic() - started
    return assemble_model(
        out,
        localizer=localizer,
        recognizer=recognizer,
        source=reference,
        lines=aside,
        details=_details(recipe, fonts, duration, outcome, lines),
        rng=rng,
    )


def _draw(
    recipe: Recipe,
    fonts: Sequence[FontFile],
    charset: Charset,
    *,
    count: int,
    seed: int,
    processes: int,
) -> list[PreparedLine]:
    drawn = draw_lines(
        fonts, charset, count, seed=seed, options=recipe.synthesis, processes=processes
    )
    shape = recipe.localizer.model.line
    return [line for each in drawn if (line := prepare_line(each, shape)) is not None]


def _sources(
    lines: Sequence[PreparedLine], recipe: Recipe, rng: np.random.Generator
) -> tuple[FrameSource, FrameSource]:
    """The glyphs of the lines, cut with jitter and cut as reading cuts them.

    Lines with words of several sizes are left out: there s of one size looks like S of another.
    """
    model = recipe.recognizer.model
    plain = [line for line in lines if not line.truth.mixed]
    frames = list(label_frames(plain, model.line, rng))

    def source(jitter: Jitter | None) -> FrameSource:
        return FrameSource(frames, line=model.line, crop=model.crop, jitter=jitter)

    return source(recipe.recognizer.jitter), source(None)


def _unfinished(run: Path) -> Path | None:
    """The run to go on with, if it was begun; `fit` returns at once where it is finished."""
    return run if (run / LAST).is_file() else None


def _details(
    recipe: Recipe,
    fonts: FontSet,
    duration_s: float,
    outcome: Outcome,
    lines: Sequence[PreparedLine],
) -> ModelDetails:
    credits = {(font.family, font.path.parent.name, font.licence) for font in fonts.training}
    return ModelDetails(
        name=recipe.name,
        version=recipe.version,
        languages=recipe.languages,
        licence=recipe.licence,
        description=recipe.description,
        fonts=tuple(
            FontCredit(name=family, source=source, licence=licence)
            for family, source, licence in sorted(credits)
        ),
        recipe={
            "seed": recipe.seed,
            "lines": len(lines),
            "glyphs": sum(len(line.truth.glyphs) for line in lines),
            "fonts": len(fonts.training),
            "localizer_steps": recipe.localizer.loop.max_steps,
            "recognizer_steps": recipe.recognizer.loop.max_steps,
            "minutes": round(duration_s / 60, 1),
            "cores": os.cpu_count() or 1,
        },
        metrics={} if outcome.best is None else {"recognizer_accuracy": round(outcome.best, 4)},
        peak_threshold=recipe.peak_threshold,
        rows_per_label=recipe.rows_per_label,
    )
