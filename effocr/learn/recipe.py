"""Recipes: everything that decides what a model made from fonts becomes, and its fonts."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, model_validator

from effocr.bundle import FontCredit
from effocr.charset import Charset
from effocr.errors import TrainingError
from effocr.learn.texts import TongueName
from effocr.localizer.config import LocalizerTraining
from effocr.recognizer.config import RecognizerTraining
from effocr.synth.compose import LIGATURES
from effocr.synth.fonts import FontFile, load_fonts
from effocr.synth.lines import LineOptions
from effocr.training.config import load_config

__all__ = ["FontSet", "Recipe", "load_recipe_fonts", "read_recipe"]

logger = logging.getLogger(__name__)


class Recipe(BaseModel, frozen=True, extra="forbid"):
    """Everything that decides what a model becomes, besides the fonts."""

    name: str = Field(min_length=1)
    version: str = "1"
    languages: tuple[str, ...] = ()
    licence: str = "Apache-2.0"
    description: str = ""
    charset: Path = Field(description="file or folder; in a file, relative to its folder")
    fonts: Path | None = Field(
        None, description="list of fonts for scripts/fetch_training_fonts, beside the recipe"
    )
    text: TongueName | None = Field(
        None, description="tongue whose made-up running text is written instead of the built-in mix"
    )
    word_packages: tuple[str, ...] = Field(
        (), description="Debian packages of word lists, which the text is made of besides our own"
    )
    seed: int = Field(0, ge=0)
    lines: int = Field(20_000, gt=0, description="synthetic lines to learn from")
    validation_lines: int = Field(
        400, gt=0, description="of held-out fonts, for choosing and fitting"
    )
    synthesis: LineOptions = LineOptions()
    localizer: LocalizerTraining = LocalizerTraining()
    recognizer: RecognizerTraining = RecognizerTraining()
    int8: bool = Field(False, description="ship the localizer in int8")
    recognizer_lines: int = Field(
        40_000, gt=0, description="most lines whose glyphs the recognizer learns from"
    )
    rows_per_label: int = Field(32, gt=0, description="at most, of each character in the index")
    peak_threshold: float | None = Field(
        None, ge=0, le=1, description="least score of a glyph; none: the best on the lines aside"
    )
    gap_threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="word gaps are more probable; none: the best on the lines aside",
    )

    @model_validator(mode="after")
    def _shared_features(self) -> Self:
        window, given = self.recognizer.model.window, self.localizer.model.column_channels
        if window is not None and window.channels != given:
            raise ValueError(
                f"recognizer.model.window.channels {window.channels} differ from the "
                f"localizer.model.column_channels {given} that it looks at"
            )
        return self

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        shapes = (self.localizer.model.line, self.recognizer.model.line)
        given = {self.synthesis.direction, *(shape.direction for shape in shapes)}
        if len(given) > 1:
            raise ValueError(
                "synthesis.direction, localizer.model.line.direction and "
                f"recognizer.model.line.direction differ: {', '.join(sorted(given))}"
            )
        return self


@dataclass(frozen=True, slots=True)
class FontSet:
    """The fonts of a recipe: those that are learnt from and those that are kept aside."""

    training: tuple[FontFile, ...]
    held_out: tuple[FontFile, ...]

    def credits(self) -> tuple[FontCredit, ...]:
        """The families that are learnt from, as a manifest names them, sorted."""
        found = {(font.family, font.path.parent.name, font.licence) for font in self.training}
        return tuple(
            FontCredit(name=family, source=source, licence=licence)
            for family, source, licence in sorted(found)
        )


def read_recipe(path: Path, *, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe from YAML; `overrides` are `a.b=value`.

    Raises:
        UsageError: the file is not in form.
    """
    recipe = load_config(Recipe, path, overrides=overrides)
    places = {"charset": path.parent / recipe.charset}
    if recipe.fonts is not None:
        places["fonts"] = path.parent / recipe.fonts
    return recipe.model_copy(update=places)


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
