"""How ONNX inference scales with threads: the same lines with 1 and with 2, in turns.

Each round reads all lines with either number, the order changing from round to round, so that
whatever else the machine does hits both alike. Printed are both medians and their ratio.
"""

import argparse
import statistics
import time
from pathlib import Path

from effocr.language import load_language
from effocr.pipeline.reader import Reader
from effocr.workbench.models import LocalizerChoice, open_onnx

BACKENDS = {"yolo": "yolo", "detectron2": "detectron2-onnx", "mmdetection": "mmdetection"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of line images")
    parser.add_argument("--recognizer_dir", type=Path, required=True, help="or a model folder")
    parser.add_argument("--localizer_dir", type=Path)
    parser.add_argument("--backend", choices=BACKENDS, default="yolo")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--lines", type=int, default=200)
    arguments = parser.parse_args()
    language = load_language("en")
    choice = LocalizerChoice(
        arguments.localizer_dir,
        BACKENDS[arguments.backend],
        score_threshold=0.35,
        word_threshold=None,
        iou_threshold=0.01,
        input_shape=None,
        direction=language.direction,
        spaces=language.spaces,
    )
    engines = open_onnx(arguments.recognizer_dir, choice)
    paths = sorted(path for path in arguments.folder.rglob("*.png"))
    paths = (paths * (arguments.lines // len(paths) + 1))[: arguments.lines]
    readers = {n: Reader(engines, threads=n, top_k=10) for n in (1, arguments.threads)}
    seconds: dict[int, list[float]] = {n: [] for n in readers}
    texts = {}
    for number in range(arguments.rounds + 1):
        for n in sorted(readers, reverse=number % 2 == 1):
            started = time.perf_counter()
            texts[n] = [result.text for result in readers[n].read_many(paths)]
            if number:  # the first round warms up
                seconds[n].append(time.perf_counter() - started)
    if len({tuple(lines) for lines in texts.values()}) > 1:
        raise SystemExit("the texts differ")
    medians = {n: statistics.median(times) for n, times in seconds.items()}
    for n, median in medians.items():
        print(f"{n} threads: {median:7.3f} s, {len(paths) / median:7.1f} lines/s")
    ratios = [one / more for one, more in zip(*seconds.values(), strict=True)]
    print(
        f"{arguments.threads} threads are {medians[1] / medians[arguments.threads]:.2f} times as "
        f"fast; median of the rounds {statistics.median(ratios):.2f}"
    )


if __name__ == "__main__":
    main()
