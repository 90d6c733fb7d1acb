"""Memory while reading many lines: it must not grow with their number."""

import argparse
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from effocr.pipeline.reader import Reader

LINES, MARKS = 20_000, 10


def resident_mib() -> tuple[float, float]:
    """Memory of this process now and at its highest."""
    fields = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines()
    )
    now, most = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="en")
    parser.add_argument("--lines", type=int, default=LINES)
    arguments = parser.parse_args()
    images: Iterator[Path] = islice(cycle(sorted(arguments.folder.glob("*.png"))), arguments.lines)
    step = max(1, arguments.lines // MARKS)
    for number, _ in enumerate(Reader(arguments.model).read_many(images), 1):
        if number % step == 0:
            now, most = resident_mib()
            print(f"{number:>7} lines: {now:6.0f} MiB now, {most:6.0f} MiB at the most", flush=True)


if __name__ == "__main__":
    main()
