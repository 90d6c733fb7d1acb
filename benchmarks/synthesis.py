"""Synthetic lines a second on one core, with the fonts of the repository or those of a folder."""

import argparse
import statistics
import time
from pathlib import Path

import cv2
import numpy as np

from effocr.charset import read_charset
from effocr.synth.fonts import load_fonts
from effocr.synth.lines import LineMaker

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, LINES = 5, 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, default=ROOT / "english_font_files")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    charset = read_charset(ROOT / "english_charsets")
    maker = LineMaker(load_fonts(arguments.fonts, charset=charset).fonts, charset)
    rng = np.random.default_rng(0)
    rates, glyphs = [], 0
    for _ in range(ROUNDS + 1):
        started = time.process_time()
        lines = [maker.line(rng) for _ in range(LINES)]
        rates.append(LINES / (time.process_time() - started))
        glyphs += sum(len(line.glyphs) for line in lines)
    print(
        f"{statistics.median(rates[1:]):.0f} lines/s and core "
        f"({min(rates[1:]):.0f} to {max(rates[1:]):.0f}), "
        f"{glyphs / (ROUNDS + 1) / LINES:.0f} glyphs a line"
    )


if __name__ == "__main__":
    main()
