"""`effocr evaluate detection`: regions of text that were found, against those that are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from effocr.cli.detection_options import (
    Corners,
    FromDetection,
    LevelOption,
    MaxImages,
    detection_reading,
)
from effocr.cli.evaluate import AsJson, give, metrics_file, tell_skipped
from effocr.data.form_names import Level, PredictionForm

if TYPE_CHECKING:
    from effocr.data.detection_forms import DetectionReading
    from effocr.evaluation.detection import PagePair
    from effocr.evaluation.seed_metrics import Metric

__all__ = ["MetricsOut", "MinScore", "Truth", "detection", "file_pairs", "give_metrics"]

Truth = Annotated[
    Path,
    typer.Argument(
        metavar="TRUTH",
        help="Labels (image, tab, JSON), a folder of gt_NAME.txt, .jsonl.gz of HierText, or COCO "
        "with text. The images need not be there.",
    ),
]
Found = Annotated[
    Path | None,
    typer.Argument(
        metavar="PREDICTIONS",
        help="The same forms, or the jsonl of `effocr read`; or leave it out and name a --model. "
        "Images are matched by their names without suffix.",
    ),
]
Predictions = Annotated[
    Path,
    typer.Argument(
        metavar="PREDICTIONS",
        help="The same forms, or the jsonl of `effocr read`. Images are matched by their names "
        "without suffix.",
    ),
]
FromPredictions = Annotated[
    PredictionForm | None,
    typer.Option("--predictions-from", help="Form of PREDICTIONS; told by content if not given."),
]
MinScore = Annotated[
    float | None,
    typer.Option(min=0.0, max=1.0, help="Leave out predictions with a lower score."),
]
MetricsOut = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        callback=metrics_file,
        help="metrics.yaml in the schema of OpenVINO's text spotting models; figures that are "
        "there already are kept. A name in .json gets the figures of --json.",
    ),
]


def detection(
    truth: Truth,
    predictions: Found = None,
    from_form: FromDetection = None,
    predictions_from: FromPredictions = None,
    level: LevelOption = "word",
    min_score: MinScore = None,
    max_images: MaxImages = None,
    corners: Corners = "4",
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder with detector.onnx: it looks at the images of TRUTH, instead of "
            "PREDICTIONS.",
        ),
    ] = None,
    as_json: AsJson = False,
    metrics_out: MetricsOut = None,
) -> None:
    """Score found regions: precision, recall and Hmean of ICDAR 2015, panoptic quality, ocrs.

    Regions that do not count (`###`, not legible) count neither for nor against. What cannot be
    used is named on standard error.
    """
    from effocr.evaluation.detection import score_detection
    from effocr.evaluation.report import table
    from effocr.evaluation.seed_metrics import detection_metrics

    how = _reading(level, max_images, corners)
    source = _source(predictions, model)
    if model is None:
        pairs = file_pairs((truth, source), (from_form, predictions_from), how, min_score)
    else:
        pairs = _detected((truth, source), from_form, how, min_score)
    row = score_detection(pairs).as_json()
    shown = {key: str(value) for key, value in row.items() if not isinstance(value, dict)}
    shown |= {f"pq {key}": str(row["panoptic"][key]) for key in ("f", "tightness", "pq")}
    shown |= {f"ocrs {key}": str(value) for key, value in row["ocrs"].items()}
    text = table(["figure", "value"], [[key, value] for key, value in shown.items()])
    values = {truth.name: {"predictions" if model is None else "effocr": row}}
    give_metrics(values, text, as_json, metrics_out, (detection_metrics(row), [source]))


def _reading(level: Level, max_images: int | None, corners: str) -> DetectionReading:
    return detection_reading(
        level=level, images=None, need_images=False, max_images=max_images, corners=corners
    )


def file_pairs(
    paths: tuple[Path, Path],
    forms: tuple[Any, PredictionForm | None],
    how: DetectionReading,
    min_score: float | None,
) -> list[PagePair]:
    """Truth and predictions side by side; what was left out is told."""
    from effocr.data.detection_forms import read_detection
    from effocr.evaluation.detection import pair_pages
    from effocr.evaluation.detection_input import read_predictions

    truth = read_detection(paths[0], forms[0], how)
    found = read_predictions(paths[1], forms[1], replace(how, max_images=None))
    pairs, problems = pair_pages(truth.pages, found.pages, least_score=min_score)
    tell_skipped((*truth.problems, *found.problems, *problems))
    return pairs


def _source(predictions: Path | None, model: Path | None) -> Path:
    """Where found regions come from: a file or folder of them, or a model.

    Raises:
        UsageError: neither is named, or both are.
    """
    from effocr.errors import UsageError

    match predictions, model:
        case Path() as source, None:
            return source
        case None, Path() as source:
            return source
        case _:
            raise UsageError("name either PREDICTIONS or a --model that finds the regions")


def _detected(
    paths: tuple[Path, Path],
    form: Any,
    how: DetectionReading,
    min_score: float | None,
) -> list[PagePair]:
    """Truth and what a model finds in its images, side by side; what was left out is told."""
    from effocr.data.detection_forms import read_detection
    from effocr.detector.onnx import OnnxDetector
    from effocr.evaluation.detection import detect_pages, pair_pages
    from effocr.pipeline.images import load_image

    detector = OnnxDetector(paths[1])
    truth = read_detection(paths[0], form, replace(how, need_images=True))
    found = detect_pages(truth.pages, detector.detect, load=load_image)
    pairs, problems = pair_pages(truth.pages, found.pages, least_score=min_score)
    tell_skipped((*truth.problems, *found.problems, *problems))
    return pairs


def give_metrics(
    values: dict[str, Any],
    text: str,
    as_json: bool,
    metrics_out: Path | None,
    told: tuple[list[Metric], list[Path]],
) -> None:
    """Print the figures and write them, as the suffix of the file says."""
    from effocr.evaluation.seed_metrics import write_seed_metrics

    if metrics_out is not None and metrics_out.suffix.lower() in (".yaml", ".yml"):
        write_seed_metrics(metrics_out, told[0], told[1])
        metrics_out = None
    give(values, text, as_json, metrics_out)
