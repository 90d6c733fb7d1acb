"""Precision, recall and Hmean of text detection on labelled sets, Tesseract and RapidOCR too."""

import argparse
import json
import time
from pathlib import Path

from effocr.data.detection import DetectionPage
from effocr.data.detection_forms import read_detection, write_detection
from effocr.evaluation.detection import PagePair, pair_pages, score_detection
from effocr.evaluation.detection_input import read_predictions
from effocr.evaluation.peers import rapidocr_boxes, tesseract_boxes
from effocr.evaluation.peers.boxes import BoxesRun
from effocr.evaluation.peers.run import Missing
from effocr.evaluation.report import table

HEAD = [
    "set", "engine", "images", "regions", "found",
    "precision %", "recall %", "Hmean %", "PQ %", "merged %", "split %", "s", "MiB",
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("truth", type=Path, nargs="+", help="sets of detection truth, with images")
    parser.add_argument("--rapidocr", metavar="PYTHON", help="interpreter that has RapidOCR")
    parser.add_argument(
        "--predictions",
        metavar="NAME=FILE",
        action="append",
        default=[],
        help="predictions of another detector for all the sets, in any form",
    )
    parser.add_argument("--keep", type=Path, help="folder for what the peers found")
    parser.add_argument("--json", type=Path, help="file for the figures")
    arguments = parser.parse_args()
    rows, values = [], {}
    notes: dict[str, None] = {}
    for truth in arguments.truth:
        data = read_detection(truth)
        for problem in data.problems:
            print(problem)
        for engine, pairs, run in engines(data.pages, arguments):
            if isinstance(run, Missing):
                notes[f"{engine}: missing: {run.reason}"] = None
                continue
            row = score_detection(pairs).as_json()
            values[f"{truth.name} {engine}"] = row
            if run is not None:
                notes[f"{engine}: {run.configuration}"] = None
                for path, reason in run.failures.items():
                    print(f"{engine}: {path}: {reason}")
            rows.append([truth.name, engine, *cells(row, run)])
            if arguments.keep and run is not None:
                found = [page_of(page, regions) for page, regions in pairs]
                write_detection(
                    found, arguments.keep / f"{truth.name} {engine}.labels.txt", "labels"
                )
    print(time.strftime("%Y-%m-%d"))
    print("\n".join([table(HEAD, rows), *notes]))
    if arguments.json:
        arguments.json.write_text(json.dumps(values, indent=1), encoding="utf-8")


def engines(
    pages: tuple[DetectionPage, ...], arguments: argparse.Namespace
) -> list[tuple[str, list[PagePair], BoxesRun | Missing | None]]:
    """(name, what was found, how it was run) of every engine, one after the other."""
    paths = [page.image for page in pages]
    runs: dict[str, BoxesRun | Missing] = {
        "Tesseract, words": tesseract_boxes.find_boxes(paths, level="word"),
        "Tesseract, lines": tesseract_boxes.find_boxes(paths, level="line"),
    }
    if arguments.rapidocr:
        runs["RapidOCR"] = rapidocr_boxes.find_boxes(paths, python=arguments.rapidocr)
    made: list[tuple[str, list[PagePair], BoxesRun | Missing | None]] = []
    for name, run in runs.items():
        regions = () if isinstance(run, Missing) else run.regions
        made.append((name, list(zip(pages, (one or () for one in regions), strict=False)), run))
    for given in arguments.predictions:
        name, _, file = given.partition("=")
        pairs, _ = pair_pages(pages, read_predictions(Path(file)).pages)
        made.append((name, pairs, None))
    return made


def cells(row: dict, run: BoxesRun | None) -> list[str]:
    """The figures of an engine."""
    numbers = [str(row[key]) for key in ("images", "regions", "found")]
    rates = [row[key] for key in ("precision", "recall", "hmean")]
    rates += [row["panoptic"]["pq"], row["ocrs"]["merged_frac"], row["ocrs"]["split_frac"]]
    memory = run.rss_mb if run is not None else None
    return [
        *numbers,
        *(f"{rate:.2f}" for rate in rates),
        "-" if run is None else f"{run.seconds:.1f}",
        "-" if memory is None else f"{memory:.0f}",
    ]


def page_of(page: DetectionPage, regions: tuple) -> DetectionPage:
    """The page with what was found on it."""
    return DetectionPage(page.image, regions, page.size)


if __name__ == "__main__":
    main()
