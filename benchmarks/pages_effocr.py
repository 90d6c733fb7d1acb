"""Reads pages with EffOCR in a process of its own; the work of `pages.py`.

The job is JSON on standard input: `paths`, `threads`, `model`, `detector` (a folder, `classical` or
null for that of the model), `given` (of each page its lines in reading order, or null) and `out`.
The result is JSON in the file `out`: `pages` (of each image its text and its lines as [outline,
baseline]; null where it failed), `seconds`, `configuration`.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from effocr.document import Document
from effocr.pipeline.classical_lines import ClassicalLines
from effocr.pipeline.network_lines import NetworkLines
from effocr.pipeline.pages import PageReader


def main() -> int:
    job = json.load(sys.stdin)
    given = job["given"] and dict(zip(job["paths"], job["given"], strict=True))

    def lines_of(path: str, number: int, size: tuple[int, int]) -> list | None:
        return given and path and [[np.array(line, np.float32)] for line in given[path]]

    match job["detector"]:
        case None:
            detector = None
        case "classical":
            detector = ClassicalLines()
        case folder:
            detector = NetworkLines(folder)
    reader = PageReader(
        job["model"], detector=detector, given=lines_of if given else None, threads=job["threads"]
    )
    blank = np.full((64, 320), 255, np.uint8)
    blank[16:48, 20:300:20] = 0
    if not given:
        reader.read(blank)  # models loaded and warm
    pages = []
    started = time.perf_counter()
    for read in reader.read_many(job["paths"]):
        if not isinstance(read, Document):
            pages.append(None)
            continue
        lines = [[line.polygon, line.baseline] for line in read.lines]
        pages.append([read.pages[0].text, lines])
    result = {
        "pages": pages,
        "seconds": time.perf_counter() - started,
        "configuration": f"effocr, model {job['model']}, {job['threads']} threads, "
        + ("lines found by a network" if reader.detects else "lines found without a network"),
    }
    Path(job["out"]).write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
