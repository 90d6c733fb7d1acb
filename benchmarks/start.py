"""How long it takes to start: `import effocr`, and `effocr read` of one line in a new process."""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 7


def seconds(command: list[str]) -> str:
    """Median and range over some runs, after one that fills the disk's cache."""
    taken = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - started)
    taken = taken[1:]
    return f"{statistics.median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", type=Path)
    parser.add_argument("--venv", type=Path, help="torch-free environment to measure")
    arguments = parser.parse_args()
    python = str(arguments.venv / "bin" / "python") if arguments.venv else sys.executable
    print("python -c pass           ", seconds([python, "-c", "pass"]))
    print("python -c 'import effocr'", seconds([python, "-c", "import effocr"]))
    read = [python, "-m", "effocr", "read", "--lines", str(arguments.image)]
    print("effocr read of one line  ", seconds(read))
    if arguments.venv:
        used = sum(f.stat().st_size for f in arguments.venv.rglob("*") if f.is_file())
        print(f"environment               {used / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
