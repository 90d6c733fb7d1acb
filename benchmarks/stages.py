"""Milliseconds that each stage of reading takes for a line, in one thread."""

import argparse
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from effocr.frame import prepare
from effocr.localizer.arrays import spaces_before
from effocr.pipeline.assemble import Rules, Seen, assemble_line, one_page_document
from effocr.pipeline.chunk import CROPS_AT_ONCE
from effocr.pipeline.images import load_image
from effocr.pipeline.locate import locate_lines
from effocr.pipeline.onnx_engines import load_engines
from effocr.pipeline.threads import single_threaded

CHUNK = 32
ROUNDS = 5


class Timed:
    """A module that adds up the time of its calls."""

    def __init__(self, inner: Any, method: str, spent: dict[str, float], name: str) -> None:
        def call(*arguments: Any) -> Any:
            started = time.perf_counter()
            result = getattr(inner, method)(*arguments)
            spent[name] += time.perf_counter() - started
            return result

        setattr(self, method, call)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="en")
    arguments = parser.parse_args()
    paths = sorted(arguments.folder.glob("*.png"))[: CHUNK * 10]
    engines = load_engines(arguments.model)
    single_threaded()
    rounds = [one_round(paths, engines) for _ in range(ROUNDS + 1)][1:]
    total = 0.0
    for stage in rounds[0]:
        each = statistics.median(r[stage] for r in rounds) * 1000 / len(paths)
        total += each
        print(f"{stage:<36} {each:6.2f} ms")
    print(f"{'sum':<36} {total:6.2f} ms = {1000 / total:.0f} lines/s and core")


def one_round(paths: list[Path], engines: Any) -> dict[str, float]:
    """Seconds of each stage over all lines."""
    spent: dict[str, float] = defaultdict(float)
    manifest = engines.manifest
    localizer = Timed(engines.locator.localizer, "maps", spent, "localizer network")
    rules = Rules(5, manifest.unknown_similarity, 0.0, manifest.calibration)

    def timed(name: str, started: float) -> float:
        now = time.perf_counter()
        spent[name] += now - started
        return now

    for start in range(0, len(paths), CHUNK):
        clock = time.perf_counter()
        images = [load_image(path) for path in paths[start : start + CHUNK]]
        clock = timed("decoding the image", clock)
        prepared = [line for image in images if (line := prepare(image, manifest.line))]
        clock = timed("contrast, rows of ink", clock)
        before = spent["localizer network"]
        located = locate_lines(
            prepared,
            localizer,
            manifest.line,
            peak_threshold=manifest.peak_threshold,
            exact=engines.locator.exact,
        )
        spent["frames, boxes, word gaps"] -= spent["localizer network"] - before
        clock = timed("frames, boxes, word gaps", clock)
        together = np.concatenate([engines.cutter.cut(line) for line in located])
        clock = timed("cutting crops or windows", clock)
        embeddings = np.concatenate(
            [
                engines.encoder.embed(together[i : i + CROPS_AT_ONCE])
                for i in range(0, len(together), CROPS_AT_ONCE)
            ]
        )
        clock = timed("encoder network", clock)
        found = engines.index.search(embeddings, 5)
        clock = timed("index", clock)
        first, documents = 0, []
        for image, line in zip(images, located, strict=False):
            last = first + len(line.located.boxes)
            part = type(found)(found.labels[first:last], found.similarities[first:last])
            size = (image.shape[1], image.shape[0])
            seen = Seen(
                size,
                line.frame,
                line.located.boxes,
                line.located.scores,
                spaces_before(line.located, manifest.gap_threshold),
            )
            documents.append(one_page_document("", size, [assemble_line(seen, part, rules)]))
            first = last
        clock = timed("the text", clock)
        for document in documents:
            _ = document.lines[0].glyphs
        timed("boxes and candidates, if asked for", clock)
    return dict(spent)


if __name__ == "__main__":
    main()
