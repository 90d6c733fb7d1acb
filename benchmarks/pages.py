"""Whole pages: seconds, CER and lines found, beside Tesseract and RapidOCR in the same run.

A set is a folder of page images with NAME.gt.txt, or one of `effocr synth pages`. Where the true
lines are known (NAME.alto.xml or pages.jsonl), recall and precision of lines are counted, too, and
the CER with these lines given is told: that of perfect detection.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from PIL import Image

from effocr.evaluation.pages import Leniency, page_edits, read_page_set
from effocr.evaluation.peers import tesseract_boxes
from effocr.evaluation.peers.rapidocr import find_python
from effocr.evaluation.peers.run import Missing, run_job
from effocr.evaluation.report import table
from effocr.formats.lines_from import read_lines
from effocr.metrics.boxes import BoxCounts
from effocr.metrics.page_lines import BaselineScore, baseline_of, line_counts, score_baselines

HERE = Path(__file__).parent
HEAD = [
    "set", "engine", "pages", "s/page", "CER %", "lines given: CER %",
    "true", "found", "recall %", "precision %", "baseline recall %", "precision %", "MiB",
]  # fmt: skip
COVERED = 0.5  # of a found line, that lies on what need not be found


@dataclass(frozen=True)
class Truth:
    """A page: its text, its lines (outlines and baselines), and outlines of what does not count."""

    path: Path
    text: str
    lines: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    ignored: list[np.ndarray] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """What an engine made of a set: text and lines of each page."""

    texts: list[str]
    lines: list[list[tuple[np.ndarray, np.ndarray]]]
    seconds: float
    rss_mb: float | None
    configuration: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--model", default="en")
    parser.add_argument("--detector", help="folder of a page detector; classical: no network")
    parser.add_argument("--rapidocr", metavar="PYTHON", help="interpreter that has RapidOCR")
    parser.add_argument(
        "--lenient",
        action="append",
        default=["oldbooks_en"],
        help="sets compared without white space, line-end hyphens and running heads",
    )
    parser.add_argument("--most", type=int, help="pages of each set")
    parser.add_argument("--json", type=Path, help="file for the figures")
    arguments = parser.parse_args()
    rows, values, notes = [], {}, {}
    for folder in arguments.sets:
        pages = read_truth(folder)[: arguments.most]
        lenient = folder.name in arguments.lenient
        leniency = Leniency(lenient, lenient, lenient)
        for name, run in engines(pages, arguments).items():
            if isinstance(run, Missing):
                notes[f"{name}: missing: {run.reason}"] = None
                continue
            notes[f"{name}: {run.configuration}"] = None
            known = name == "EffOCR" and all(page.lines for page in pages)
            best = effocr(pages, arguments, given=True) if known else None
            figures = score(pages, run, best, leniency)
            values[f"{folder.name} {name}"] = figures
            rows.append(
                [folder.name, name, *("-" if one is None else str(one) for one in figures.values())]
            )
            print(table(HEAD, rows[-1:]), flush=True)
    print("\n".join([time.strftime("%Y-%m-%d"), table(HEAD, rows), *notes]))
    if arguments.json:
        arguments.json.write_text(json.dumps(values, indent=1), encoding="utf-8")


def engines(pages: Sequence[Truth], arguments: argparse.Namespace) -> dict[str, Run | Missing]:
    """Every engine, one after the other."""
    runs: dict[str, Run | Missing] = {
        "EffOCR": effocr(pages, arguments),
        "Tesseract": tesseract(pages),
    }
    if arguments.rapidocr:
        runs["RapidOCR"] = rapidocr(pages, arguments.rapidocr)
    return runs


def read_truth(folder: Path) -> list[Truth]:
    """The pages of a set."""
    synthetic = folder / "pages.jsonl"
    if synthetic.is_file():
        rows = map(json.loads, synthetic.read_text("utf-8").splitlines())
        return [synthetic_page(folder, row) for row in rows]
    pages = []
    for page in read_page_set(folder)[0]:
        alto = page.path.with_name(page.path.stem + ".alto.xml")
        found = [line for one in read_lines(alto) for line in one.lines] if alto.is_file() else []
        lines = [(np.array(line.polygon), np.array(line.baseline)) for line in found]
        pages.append(Truth(page.path, page.text, lines))
    return pages


def synthetic_page(folder: Path, row: dict) -> Truth:
    """A page of `effocr synth pages`; drop capitals and scribbles need not be found as lines."""
    path = folder / row["image"]
    text = (path.parent / (path.stem + ".gt.txt")).read_text("utf-8")
    lines = [
        (np.array(line["polygon"]), np.array(line["baseline"]))
        for line in row["lines"]
        if line["kind"] not in ("ignored", "initial")
    ]
    passed = [
        np.array(line["polygon"]) for line in row["lines"] if line["kind"] in ("ignored", "initial")
    ]
    return Truth(path, text, lines, passed)


def effocr(pages: Sequence[Truth], arguments: argparse.Namespace, *, given: bool = False) -> Run:
    """Our reader; with the true lines given, if so asked."""
    job = {
        "paths": [str(page.path) for page in pages],
        "threads": os.cpu_count() or 1,
        "model": arguments.model,
        "detector": arguments.detector,
        "given": [[line.tolist() for line, _ in page.lines] for page in pages] if given else None,
    }
    result, finished = run_job([sys.executable, str(HERE / "pages_effocr.py")], job)
    read = [one or ["", []] for one in result["pages"]]
    lines = [
        [(np.array(line), np.array(base) if base else baseline_of(line)) for line, base in found]
        for _, found in read
    ]
    texts = [text for text, _ in read]
    return Run(texts, lines, result["seconds"], finished.rss_mb, result["configuration"])


def tesseract(pages: Sequence[Truth]) -> Run | Missing:
    """`tesseract --psm 3`, a single-threaded process for each core; their start is taken off."""
    blank = HERE / "blank.png"
    try:
        Image.fromarray(np.full((40, 200), 255, np.uint8)).save(blank)
        loading = tesseract_boxes.find_boxes([blank] * (os.cpu_count() or 1), level="line")
    finally:
        blank.unlink(missing_ok=True)
    run = tesseract_boxes.find_boxes([page.path for page in pages], level="line")
    if isinstance(run, Missing) or isinstance(loading, Missing):
        return run if isinstance(run, Missing) else loading
    found = [list(one or ()) for one in run.regions]
    return Run(
        ["\n".join(line.text or "" for line in one) for one in found],
        [[(line.polygon, baseline_of(line.polygon)) for line in one] for one in found],
        max(run.seconds - loading.seconds, 0.0),
        run.rss_mb,
        run.configuration,
    )


def rapidocr(pages: Sequence[Truth], python: str) -> Run | Missing:
    """RapidOCR as it comes, its lines in the order that it gives."""
    interpreter = find_python(python)
    if isinstance(interpreter, Missing):
        return interpreter
    job = {"paths": [str(page.path) for page in pages], "threads": os.cpu_count() or 1}
    result, finished = run_job([interpreter, str(HERE / "pages_rapidocr.py")], job)
    read = [one or [] for one in result["pages"]]
    return Run(
        ["\n".join(text for _, text in one) for one in read],
        [[(np.array(line), baseline_of(np.array(line))) for line, _ in one] for one in read],
        result["seconds"],
        finished.rss_mb,
        result["configuration"],
    )


def score(
    pages: Sequence[Truth], run: Run, best: Run | None, leniency: Leniency
) -> dict[str, float | int | None]:
    """The figures of an engine on a set."""
    figures: dict[str, float | int | None] = {
        "pages": len(pages),
        "seconds_page": round(run.seconds / len(pages), 3),
        "cer": cer(pages, run.texts, leniency),
        "cer_of_given_lines": None if best is None else cer(pages, best.texts, leniency),
    }
    counts, bases = BoxCounts(), BaselineScore()
    for page, lines in zip(pages, run.lines, strict=True):
        kept = counting(lines, page.ignored)
        counts += line_counts([line for line, _ in page.lines], [line for line, _ in kept])
        bases += score_baselines([base for _, base in page.lines], [base for _, base in kept])
    known = any(page.lines for page in pages)
    rates = (counts.recall, counts.precision, bases.recall, bases.precision)
    names = ("recall", "precision", "baseline_recall", "baseline_precision")
    figures |= {"true": counts.truth if known else None, "found": counts.found}
    figures |= {
        name: round(100 * rate, 2) if known else None
        for name, rate in zip(names, rates, strict=True)
    }
    return {**figures, "rss_mb": None if run.rss_mb is None else round(run.rss_mb)}


def cer(pages: Sequence[Truth], texts: Sequence[str], leniency: Leniency) -> float:
    """Edits of all pages over the length of their texts, percent."""
    pairs = [
        page_edits(page.text, text, leniency, raw=False)
        for page, text in zip(pages, texts, strict=True)
    ]
    return round(100 * sum(edits for edits, _ in pairs) / sum(length for _, length in pairs), 3)


def counting(
    lines: Sequence[tuple[np.ndarray, np.ndarray]], ignored: Sequence[np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Lines without those that mostly lie on what need not be found."""
    passed = shapely.union_all([shapely.Polygon(one).buffer(0) for one in ignored])
    kept = []
    for line, base in lines:
        shape = shapely.Polygon(line).buffer(0)
        if shape.area and shape.intersection(passed).area < COVERED * shape.area:
            kept.append((line, base))
    return kept


if __name__ == "__main__":
    main()
