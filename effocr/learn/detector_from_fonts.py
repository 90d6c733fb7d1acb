"""Train the page detector from fonts alone, by a recipe: synthetic pages, network, model folder.

Pages are drawn in parts, each a folder that is either whole or not there, and the training leaves
checkpoints: called again after a stop, it goes on where it was.
"""

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field

from effocr.atomic import write_text
from effocr.charset import read_charset
from effocr.data.detection import DetectionPage
from effocr.data.detection_forms import read_detection
from effocr.detector.bundle import DetectorManifest
from effocr.detector.config import DetectorTraining
from effocr.detector.pages import LearntPage, load_pages
from effocr.detector.train import train_detector
from effocr.errors import UsageError
from effocr.export.detector import DetectorParity, export_detector
from effocr.learn.kept_lines import digest_of
from effocr.learn.recipe import FontSet
from effocr.pipeline.images import load_image
from effocr.pipeline.threads import thread_count
from effocr.synth.fonts import FontFile
from effocr.synth.pages.options import PageOptions
from effocr.synth.pages.pool import map_pages
from effocr.synth.pages.write import encode_page, write_pages
from effocr.training.config import load_config
from effocr.training.run import begun_run, finished

__all__ = ["DetectorRecipe", "read_detector_recipe", "train_detector_from_fonts"]

logger = logging.getLogger(__name__)

PART: Final = 100  # pages of a folder; part of what a seed means
SETTINGS: Final = "drawn.json"  # in the folder of pages: what they were drawn by
AWAY: Final = 1_000_000  # seeds of pages kept aside begin here


class DetectorRecipe(BaseModel, frozen=True, extra="forbid"):
    """Everything that decides what a detector becomes, besides the fonts."""

    name: str = Field(min_length=1)
    version: str = "1"
    licence: str = "Apache-2.0"
    description: str = ""
    charset: Path = Field(description="file or folder; in a file, relative to its folder")
    seed: int = Field(0, ge=0)
    pages: int = Field(1000, gt=0, description="synthetic pages to learn from")
    validation_pages: int = Field(40, gt=0, description="of held-out fonts")
    synthesis: PageOptions = PageOptions()
    detector: DetectorTraining = DetectorTraining()
    int8: bool = Field(False, description="ship backbone and pyramid in int8")


def read_detector_recipe(path: Path, *, overrides: Sequence[str] = ()) -> DetectorRecipe:
    """Read a recipe from YAML; `overrides` are `a.b=value`.

    Raises:
        UsageError: the file is not in form.
    """
    recipe = load_config(DetectorRecipe, path, overrides=overrides)
    return recipe.model_copy(update={"charset": path.parent / recipe.charset})


def train_detector_from_fonts(
    recipe: DetectorRecipe, fonts: FontSet, *, work: Path, out: Path, processes: int | None = None
) -> tuple[DetectorManifest, DetectorParity]:
    """Draw pages, train, export; what is there already is not done again.

    Args:
        recipe: what is made.
        fonts: to draw with.
        work: folder of pages and run.
        out: model folder.
        processes: that draw pages; None: one a core.

    Raises:
        UsageError: the work folder holds pages or a run of another recipe.
        TrainingError: the training can't start or go on.
        ParityError: the exported network finds other regions.
        KeyboardInterrupt: it was stopped; called again it goes on.
    """
    config, run = recipe.detector, work / "run"
    begun = begun_run(run, config)
    drawn = thread_count(processes)
    folders = draw_parts(recipe, fonts.training, work / "pages", recipe.pages, processes=drawn)
    aside = draw_parts(
        recipe, fonts.held_out, work / "aside", recipe.validation_pages,
        first_seed=AWAY, processes=drawn,
    )  # fmt: skip
    validation = _load(aside, config)
    finished(train_detector(_load(folders, config), validation, config, run=run, resume=begun))
    return export_detector(
        run,
        out,
        pages=validation,
        int8=recipe.int8,
        name=recipe.name,
        details={
            "version": recipe.version,
            "licence": recipe.licence,
            "description": recipe.description,
            "fonts": fonts.credits(),
        },
    )


def draw_parts(
    recipe: DetectorRecipe,
    fonts: Sequence[FontFile],
    folder: Path,
    count: int,
    *,
    first_seed: int = 0,
    processes: int = 1,
) -> list[Path]:
    """Folders of at most PART pages each; those that are there are kept.

    Raises:
        UsageError: the folder holds pages of another recipe, or can't be written.
    """
    charset, parts = read_charset(recipe.charset), list[Path]()
    settings = json.loads(recipe.model_dump_json(include={"seed", "synthesis"}))
    settings |= {
        "charset": digest_of(list(charset)),
        "fonts": digest_of([asdict(font) for font in fonts]),
        "pages": count,
    }
    _remember_settings(folder, settings)
    for number, first in enumerate(range(0, count, PART)):
        part = folder / f"{number:04d}"
        parts.append(part)
        if part.is_dir():
            continue
        draft = folder / f".{part.name}.part"
        shutil.rmtree(draft, ignore_errors=True)
        pages = map_pages(
            encode_page,
            fonts,
            charset,
            min(PART, count - first),
            seed=recipe.seed + first_seed + number,
            options=recipe.synthesis,
            processes=processes,
        )
        written = write_pages(pages, draft)
        draft.replace(part)
        logger.info("%s: %d pages drawn", part, written)
    return parts


def _remember_settings(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write down what pages are drawn by, where nothing else is written down.

    Raises:
        UsageError: those that are there were drawn by other settings.
    """
    file = folder / SETTINGS
    if file.is_file():
        before = json.loads(file.read_bytes())  # an older one says less
        changed = [name for name, value in settings.items() if before.get(name, value) != value]
        if changed:
            raise UsageError(
                f"{folder}: holds pages of another recipe: {', '.join(changed)}; remove it, or use "
                "another --work"
            )
    write_text(file, json.dumps(settings))


def _load(folders: Sequence[Path], config: DetectorTraining) -> list[LearntPage]:
    """Pages of some folders, in memory."""
    truths: list[DetectionPage] = []
    for folder in folders:
        truths += read_detection(folder).pages
    pages, skipped = load_pages(
        truths, line_px=config.look.line_px, memory_mb=config.memory_mb, load=load_image
    )
    for item in skipped:
        logger.warning("%s", item)
    return pages
