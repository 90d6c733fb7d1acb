"""`effocr evaluate spotting`: words that were found and read, against those that are there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from effocr.cli.detection_options import (
    Corners,
    FromDetection,
    Images,
    MaxImages,
    detection_reading,
)
from effocr.cli.evaluate import AsJson, Threads, tell_skipped
from effocr.cli.evaluate_detection import (
    FromPredictions,
    MetricsOut,
    MinScore,
    Truth,
    file_pairs,
    give_metrics,
)
from effocr.cli.spotters import Alphanumeric, DetectorOption, Punctuation, open_spotter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effocr.data.detection import DetectionPage
    from effocr.evaluation.detection import PagePair
    from effocr.pipeline.spotter import Spotter

__all__ = ["spotted_pairs", "spotting", "spotting_table"]


def spotting(
    truth: Truth,
    predictions: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PREDICTIONS]",
            help="The same forms, or the jsonl of `effocr read`; or give --model.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME|DIR", help="Find and read the words with this model."),
    ] = None,
    detector: DetectorOption = None,
    alphanumeric: Alphanumeric = False,
    punctuation: Punctuation = False,
    images: Images = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --model: write what was found.")
    ] = None,
    threads: Threads = None,
    from_form: FromDetection = None,
    predictions_from: FromPredictions = None,
    lexicon: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|DIR",
            help="Words, one a line, or a folder of voc_IMAGE.txt: each text that was read is "
            "replaced by the nearest one.",
        ),
    ] = None,
    min_score: MinScore = None,
    max_images: MaxImages = None,
    corners: Corners = "4",
    as_json: AsJson = False,
    metrics_out: MetricsOut = None,
) -> None:
    """Score words that were found and read: word spotting and end-to-end of ICDAR 2015.

    Case is ignored. Word spotting counts words of three letters or more, without digits; end-to-end
    counts all. With --model the images of TRUTH are read now, by a detector and the model.
    """
    from effocr.data.detection_forms import read_detection
    from effocr.errors import UsageError
    from effocr.evaluation.detection import score_spotting
    from effocr.evaluation.detection_input import read_lexicon
    from effocr.evaluation.seed_metrics import spotting_metrics
    from effocr.pipeline.network_lines import CLASSICAL

    if (predictions is None) == (model is None):
        raise UsageError("give either a file of PREDICTIONS or --model NAME|DIR")
    words = None if lexicon is None else read_lexicon(lexicon)
    how = detection_reading(
        level="word", images=images, need_images=model is not None, max_images=max_images,
        corners=corners,
    )  # fmt: skip
    if predictions is not None:
        if save is not None or detector is not None:
            raise UsageError("--detector and --save go with --model, not with PREDICTIONS")
        name, used = "predictions", [predictions]
        pairs = file_pairs((truth, predictions), (from_form, predictions_from), how, min_score)
    else:
        name, used = str(model), [] if detector in (None, Path(CLASSICAL)) else [detector]
        spotter = open_spotter(
            str(model), detector,
            alphanumeric=alphanumeric, punctuation=punctuation, threads=threads,
        )  # fmt: skip
        read = read_detection(truth, from_form, how)
        tell_skipped(read.problems)
        pairs = spotted_pairs(read.pages, spotter, min_score, save)
    row = score_spotting(pairs, words).as_json()
    named = None if lexicon is None else lexicon.stem
    values = {truth.name: {name: row}}
    text = spotting_table(row)
    give_metrics(values, text, as_json, metrics_out, (spotting_metrics(row, named), used))


def spotting_table(row: dict[str, Any]) -> str:
    """A table of `SpottingScore.as_json`."""
    from effocr.evaluation.report import table

    head = ["task", "words", "found", "precision %", "recall %", "Hmean %"]
    rows = [
        [task, *(str(value) for value in figures.values())]
        for task, figures in row.items()
        if isinstance(figures, dict)
    ]
    return table(head, rows)


def spotted_pairs(
    pages: Sequence[DetectionPage], spotter: Spotter, min_score: float | None, save: Path | None
) -> list[PagePair]:
    """Pages beside what a spotter finds on them; an image that cannot be read is told.

    Args:
        pages: of truth.
        spotter: finds and reads.
        min_score: leave out words of less confidence.
        save: file for what was found, as labels; or None.

    Raises:
        UsageError: there is no page.
    """
    from effocr.data.icdar import write_labels
    from effocr.errors import UsageError
    from effocr.evaluation.detection import pair_pages
    from effocr.evaluation.spotting import spot_pages

    if not pages:
        raise UsageError("no image to read; are the images there?")
    found = spot_pages(pages, spotter)
    pairs, problems = pair_pages(pages, found.pages, least_score=min_score)
    tell_skipped((*found.problems, *problems))
    if save is not None:
        tell_skipped(write_labels(found.pages, save))
    return pairs
