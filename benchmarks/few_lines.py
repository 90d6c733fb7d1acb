"""How much a few lines teach: error rates on documents that were not learnt from, by their number.

    python benchmarks/few_lines.py DIR... --known DIR... --work runs/few_lines

Half of a set's documents, drawn by the seed, may be learnt from, the other half is read. Every cell
(set, lines, seed) is a file in the work folder; what is there is not measured again, so the command
can be stopped and given once more. Learning by index only.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import TypedDict

import numpy as np

from effocr.atomic import write_text
from effocr.bundle import MANIFEST, MEMORY, load_bundle
from effocr.cli.learn import document_rule
from effocr.data.records import LineImage
from effocr.evaluation.report import table
from effocr.evaluation.sets import NamedSet, read_line_sets
from effocr.learn.judge import score_read
from effocr.learn.lessons import index_of, look_at
from effocr.learn.teach import teach
from effocr.pipeline.engines import Engines
from effocr.pipeline.onnx_engines import load_engines
from effocr.recognizer.memory import Memory

LINES = (0, 5, 10, 20, 50, 100)
SEEDS = (0, 1, 2)


class Cell(TypedDict):
    """What one measurement gave; rates in percent."""

    lines: int
    cer: float
    seconds: float
    rows: int
    known: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="+", help="line pairs of a collection")
    parser.add_argument("--known", type=Path, nargs="*", default=[], help="must not become worse")
    parser.add_argument("--model", default="en")
    parser.add_argument("--documents", default="_", help="as of effocr learn")
    parser.add_argument("--lines", type=int, nargs="+", default=LINES)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--work", type=Path, default=Path("runs/few_lines"))
    arguments = parser.parse_args()
    known = read_line_sets(arguments.known) if arguments.known else []
    document_of = document_rule(arguments.documents)
    model = load_bundle(arguments.model).path(MANIFEST).read_bytes()
    version = hashlib.sha256(model).hexdigest()[:12]
    rows = []
    for lines in read_line_sets(arguments.folder):
        for count in arguments.lines:
            cells = []
            for seed in arguments.seeds:
                file = arguments.work / f"{version}-{lines.name}-{count}-{seed}.json"
                if not file.is_file():
                    found = cell(arguments.model, lines, known, count, seed, document_of)
                    write_text(file, json.dumps(found) + "\n")
                cells.append(json.loads(file.read_text(encoding="utf-8")))
            rows.append([lines.name, str(count), *summary(cells)])
    head = ["set", "lines", "CER %", "by seed", "spread", "s to learn", "rows"]
    print(table([*head, *(f"{each.name} CER %" for each in known)], rows))


def cell(
    model: str,
    lines: NamedSet,
    known: Sequence[NamedSet],
    count: int,
    seed: int,
    document_of: Callable[[str], str],
) -> Cell:
    """Learn from so many lines and read the other documents, and what was known before."""
    rng = np.random.default_rng(seed)
    documents = rng.permutation(sorted({document_of(line.path.stem) for line in lines.lines}))
    learnt_from = set(documents[: len(documents) // 2].tolist())
    pool = [line for line in lines.lines if document_of(line.path.stem) in learnt_from]
    others = [line for line in lines.lines if document_of(line.path.stem) not in learnt_from]
    chosen = [pool[place] for place in rng.permutation(len(pool))[:count].tolist()]
    engines, seconds, rows = load_engines(model), 0.0, 0
    if chosen:
        bundle = load_bundle(model)
        memory = Memory.load(bundle.path(MEMORY)) if MEMORY in bundle.manifest.files else None
        started = time.monotonic()
        lessons = look_at(chosen, engines).lessons
        taught = teach(index_of(engines), lessons, name=lines.name, memory=memory)
        seconds, rows = time.monotonic() - started, taught.rows
        engines = replace(engines, index=taught.index)
    return {
        "lines": len(chosen),
        "cer": cer(engines, others),
        "seconds": seconds,
        "rows": rows,
        "known": {each.name: cer(engines, each.lines) for each in known},
    }


def cer(engines: Engines, lines: Sequence[LineImage]) -> float:
    """Character error rate in percent."""
    score = score_read(engines, [line.path for line in lines], [line.text for line in lines])
    return 100 * score.cer


def summary(cells: Sequence[Cell]) -> list[str]:
    """Mean, each seed and spread of the error rates; the rest as means."""
    rates = [each["cer"] for each in cells]
    spread = stdev(rates) if len(rates) > 1 else 0.0
    known = [mean(each["known"][name] for each in cells) for name in cells[0]["known"]]
    return [
        f"{mean(rates):.2f}",
        " ".join(f"{rate:.2f}" for rate in rates),
        f"{spread:.2f}",
        f"{mean(each['seconds'] for each in cells):.1f}",
        f"{mean(each['rows'] for each in cells):.0f}",
        *(f"{rate:.2f}" for rate in known),
    ]


if __name__ == "__main__":
    main()
