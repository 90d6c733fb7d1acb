"""`effocr train detector`: from pages to their lines or words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.runs import (
    ConfigFile,
    Data,
    InitFrom,
    Out,
    PageValidation,
    Resume,
    Sets,
    open_run,
    refuse_new_start,
    report,
    settings_of,
    tell,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from effocr.data.detection import DetectionPage
    from effocr.detector.config import DetectorTraining
    from effocr.detector.pages import LearntPage

__all__ = ["detector", "prepare_pages", "validation_pages"]


def detector(
    data: Data = None,
    out: Out = None,
    validation: PageValidation = None,
    config: ConfigFile = None,
    sets: Sets = None,
    resume: Resume = None,
    init_from: InitFrom = None,
    max_images: Annotated[
        int | None, typer.Option(min=1, help="The first so many images of each data set.")
    ] = None,
) -> None:
    """Train the page detector (DBNet): page in, lines or words out.

    Data: labels of OpenOCR (`image TAB json`) or a folder with a labels.txt, such as `effocr synth
    pages` writes; folders of gt_NAME.txt of ICDAR; HierText; COCO with text. Of HierText lines are
    learnt, or words with --set look.level=word.
    """
    from effocr.detector.config import DetectorTraining
    from effocr.detector.train import KIND, train_detector
    from effocr.training.checkpoints import load_run

    refuse_new_start(resume, init_from)
    if init_from is not None:
        load_run(init_from, kind=KIND, config=DetectorTraining)  # before any page is read
    run, data, validation = open_run(out, resume, data, validation, init_from=init_from)
    settings = settings_of(
        DetectorTraining,
        config,
        sets,
        resume,
        given={} if max_images is None else {"max_images": max_images},
    )
    pages, aside = _pages(data, validation, settings)
    report(
        train_detector(
            pages, aside, settings, run=run, resume=resume,
            init_from=None if resume is not None else init_from,
        ),
        run,
    )  # fmt: skip


def _pages(
    data: Sequence[Path], validation: Sequence[Path], settings: DetectorTraining
) -> tuple[Sequence[LearntPage], Sequence[LearntPage]]:
    """Pages to learn from, and pages kept aside."""
    truths, aside = _shared(data, validation, settings)
    aside = aside[: settings.validation_pages]
    return prepare_pages(truths, settings), prepare_pages(aside, settings)


def _shared(
    data: Sequence[Path], validation: Sequence[Path], settings: DetectorTraining
) -> tuple[tuple[DetectionPage, ...], tuple[DetectionPage, ...]]:
    """What is on the pages to learn from, and on those kept aside: every twentieth by default."""
    from effocr.training.lines import keep_aside

    truths = _truths(data, settings)
    return (truths, _truths(validation, settings)) if validation else keep_aside(truths)


def validation_pages(run: Path, data: Sequence[Path] | None) -> Sequence[LearntPage]:
    """Pages of a run that were kept aside, or those of data sets that are named.

    What was there when the run was made and is gone is left out.
    """
    from effocr.detector.train import load_detector
    from effocr.export.runs import sources_of

    settings = load_detector(run)[1]
    sources = sources_of(run)
    if data:
        aside = _truths(data, settings)
    else:
        learnt = [path for path in sources.data if path.exists()]
        kept = [path for path in sources.validation if path.exists()]
        if sources.validation:
            aside = _truths(kept, settings)
        else:
            aside = _shared(learnt, (), settings)[1] if learnt else ()
    return prepare_pages(aside[: settings.validation_pages], settings)


def _truths(paths: Sequence[Path], settings: DetectorTraining) -> tuple[DetectionPage, ...]:
    """What is on the pages of data sets; what is left out is named on standard error."""
    from effocr.data.detection_forms import DetectionReading, read_detection

    how = DetectionReading(level=settings.look.level, max_images=settings.max_images)
    found: list[DetectionPage] = []
    for path in paths:
        read = read_detection(path, how=how)
        tell(read.problems)
        found += read.pages[: settings.max_images]
    return tuple(found)


def prepare_pages(
    truths: Sequence[DetectionPage], settings: DetectorTraining
) -> Sequence[LearntPage]:
    """Pages in memory; what can't be read is named on standard error."""
    from effocr.cli.train import load_named
    from effocr.detector.pages import load_pages

    pages, skipped = load_pages(
        truths, line_px=settings.look.line_px, memory_mb=settings.memory_mb, load=load_named
    )
    tell(skipped)
    return pages
