"""How much a few lines teach: error rates on documents that were not learnt from, by their number.

    python benchmarks/few_lines.py DIR... --known DIR... --work runs/few_lines
    python benchmarks/few_lines.py DIR... --by finetune --fonts DIR --lines 20 100 --seeds 0
    python benchmarks/few_lines.py DIR... --by ctc --ctc RUN --lines 20 100 --seeds 0
    python benchmarks/few_lines.py DIR... --by index finetune ctc ... --plot few_lines.svg

Half of a set's documents, drawn by the seed, may be learnt from, the other half is read. Every cell
(method, set, lines, seed) is measured in a process of its own and is a file in the work folder;
what is there is not measured again, so the command can be stopped and given once more. With
--cached nothing is measured: the table and the plot are made of what is there.
"""

import argparse
import json
import resource
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev
from typing import get_args

from few_lines_methods import Cell, Method, Task, Tools, measure
from few_lines_plot import Curve, curves_svg

from effocr.atomic import write_text
from effocr.bundle import MANIFEST, load_bundle
from effocr.evaluation.report import table
from effocr.versions import version_id

LINES = (0, 5, 10, 20, 50, 100)
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Row:
    """The cells of one method, set and number of lines."""

    method: Method
    name: str
    lines: int
    cells: list[Cell]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="+", help="line pairs of a collection")
    parser.add_argument("--known", type=Path, nargs="*", default=[], help="must not become worse")
    parser.add_argument("--model", default="en")
    parser.add_argument("--by", nargs="+", choices=get_args(Method), default=["index"])
    parser.add_argument("--fonts", type=Path, nargs="*", default=[], help="for finetune")
    parser.add_argument("--ctc", type=Path, help="run of a sequence reader to start from, for ctc")
    parser.add_argument("--documents", default="_", help="as of effocr learn")
    parser.add_argument("--lines", type=int, nargs="+", default=LINES)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--work", type=Path, default=Path("runs/few_lines"))
    parser.add_argument("--cached", action="store_true", help="measure nothing")
    parser.add_argument("--plot", type=Path, help="SVG file to write")
    arguments = parser.parse_args()
    tools = Tools(
        arguments.model, tuple(arguments.known), arguments.documents,
        tuple(arguments.fonts), arguments.ctc,
    )  # fmt: skip
    version = version_id(load_bundle(arguments.model).path(MANIFEST).read_bytes())[:12]
    rows = []
    for folder in arguments.folder:
        for method in arguments.by:
            for count in arguments.lines:
                tasks = [Task(method, folder, count, seed) for seed in arguments.seeds]
                cells = [
                    found
                    for task in tasks
                    if (found := cell(task, tools, arguments.work, version, arguments.cached))
                ]
                if cells:
                    rows.append(Row(method, folder.name, count, cells))
    known = [folder.name for folder in arguments.known]
    head = ["set", "by", "lines", "CER %", "by seed", "spread", "s", "MiB"]
    print(table([*head, *(f"{name} CER %" for name in known)], [shown(row, known) for row in rows]))
    if arguments.plot:
        write_text(arguments.plot, curves_svg("CER on other documents, %", curves(rows)))


def cell(task: Task, tools: Tools, work: Path, version: str, cached: bool) -> Cell | None:
    """The cell of a task, measured unless it is there; None if it is not, and may not be."""
    start = version if task.method != "ctc" or tools.ctc is None else tools.ctc.name
    file = work / f"{start}-{task.method}-{task.folder.name}-{task.lines}-{task.seed}.json"
    if not file.is_file():
        if cached:
            return None
        write_text(file, json.dumps(apart(partial(measure, task, tools))) + "\n")
    found: Cell = json.loads(file.read_text(encoding="utf-8"))
    return found


def apart(work: Callable[[], Cell]) -> Cell:
    """Do it in a process of its own, and tell the most memory that it took, MiB."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_with_memory, work).result()


def _with_memory(work: Callable[[], Cell]) -> Cell:
    found = work()
    found["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def shown(row: Row, known: Sequence[str]) -> list[str]:
    """Mean, each seed and spread of the error rates; the rest as means."""
    rates = [each["cer"] for each in row.cells]
    spread = stdev(rates) if len(rates) > 1 else 0.0
    return [
        row.name,
        row.method,
        str(row.lines),
        f"{mean(rates):.2f}",
        " ".join(f"{rate:.2f}" for rate in rates),
        f"{spread:.2f}",
        f"{mean(each['seconds'] for each in row.cells):.1f}",
        f"{mean(each['rss_mb'] for each in row.cells):.0f}",
        *(
            f"{mean(each['known'][name] for each in row.cells):.2f}"
            if all(name in each["known"] for each in row.cells)
            else "-"
            for name in known
        ),
    ]


def curves(rows: Sequence[Row]) -> list[Curve]:
    """One for each set and method."""
    names = dict.fromkeys((row.name, row.method) for row in rows)
    return [
        Curve(
            name,
            method,
            [
                (row.lines, [each["cer"] for each in row.cells])
                for row in rows
                if (row.name, row.method) == (name, method)
            ],
        )
        for name, method in names
    ]


if __name__ == "__main__":
    main()
