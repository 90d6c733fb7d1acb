"""Packed glyph data sets: bytes an image, images written and read a second.

The images are renders of the fonts of the repository, scaled to the height of lines and worn with
noise, so that no two are equal.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from effocr.data.packed import PackedGlyphs
from effocr.data.packed_writer import PackedWriter
from effocr.data.sample_names import paired_name
from effocr.synth.fonts import font_files, read_font
from effocr.synth.glyphs import Look, draw_glyph

Grey = npt.NDArray[np.uint8]
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:'-"
GLYPHS_A_LINE = 50


def drawn(folder: Path, height: int) -> list[tuple[str, Grey]]:
    """Every letter of some fonts, `height` pixels high."""
    found = []
    for path in font_files(folder)[:8]:
        font, _ = read_font(path, wanted=frozenset(LETTERS))
        for letter in LETTERS:
            picture = draw_glyph(font, letter, Look()) if font.covers(letter) else None
            if picture is not None:
                width = max(2, round(picture.shape[1] * height / picture.shape[0]))
                size = (width, height)
                small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
                found.append((letter, np.asarray(small, np.uint8)))
    return found


def worn(pictures: list[tuple[str, Grey]], count: int) -> Iterator[tuple[str, Grey]]:
    """The pictures again and again, each time with other pixels changed."""
    rng = np.random.default_rng(0)
    for number in range(count):
        letter, picture = pictures[number % len(pictures)]
        picture = picture.copy()
        picture.reshape(-1)[rng.integers(0, picture.size, 8)] = rng.integers(0, 256, 8)
        yield letter, picture


def read_at_random(task: tuple[Path, int, int]) -> int:
    """Read images in random order; for a process of a pool."""
    path, count, seed = task
    glyphs = PackedGlyphs(path)
    numbers = np.random.default_rng(seed).integers(0, len(glyphs), count).tolist()
    return sum(int(glyphs[number].shape[1]) for number in numbers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--height", type=int, default=32, help="of the images, pixels")
    parser.add_argument("--fonts", type=Path, default=Path("english_font_files"))
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    pictures = drawn(arguments.fonts, arguments.height)
    started = time.perf_counter()
    raw = sum(picture.size for _, picture in worn(pictures, arguments.count))
    drawing = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.glyphs.sqlite"
        started = time.perf_counter()
        with PackedWriter(path) as writer:
            for number, (letter, picture) in enumerate(worn(pictures, arguments.count)):
                line = f"page_{number // GLYPHS_A_LINE}"
                writer.add(letter, picture, paired_name(line, number, letter, number))
        report("written", arguments.count, time.perf_counter() - started - drawing)
        size = path.stat().st_size
        print(f"{size / 1e6:.0f} MB, {size / arguments.count:.0f} bytes an image "
              f"({raw / arguments.count:.0f} pixels)")  # fmt: skip
        measure(path, arguments.processes)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{most:.0f} MiB of memory at the most")


def measure(path: Path, processes: int) -> None:
    """Open a file and read it in order, at random and with several processes."""
    started = time.perf_counter()
    glyphs = PackedGlyphs(path)
    count = len(glyphs)
    print(f"opened in {1000 * (time.perf_counter() - started):.1f} ms")
    started = time.perf_counter()
    listed = sum(1 for _ in glyphs.entries())
    report("listed without pixels", listed, time.perf_counter() - started)
    started = time.perf_counter()
    report("read in order", sum(1 for _ in glyphs.images()), time.perf_counter() - started)
    some = min(count, 200_000)
    started = time.perf_counter()
    read_at_random((path, some, 1))
    report("read at random", some, time.perf_counter() - started)
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        started = time.perf_counter()
        pool.map(read_at_random, [(path, some, seed) for seed in range(processes)])
        taken = time.perf_counter() - started
    report(f"read at random by {processes} processes", some * processes, taken)


def report(what: str, count: int, seconds: float) -> None:
    print(f"{what}: {count} in {seconds:.1f} s, {count / seconds:.0f}/s", flush=True)


if __name__ == "__main__":
    main()
