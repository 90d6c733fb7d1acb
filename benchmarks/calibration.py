"""Does the confidence mean what it says: expected calibration error on real lines."""

import argparse
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from effocr.charset import graphemes
from effocr.document import Document
from effocr.metrics.calibration import expected_calibration_error
from effocr.metrics.text import treat
from effocr.pipeline.reader import Reader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--model", default="en")
    arguments = parser.parse_args()
    reader = Reader(arguments.model)
    for folder in arguments.folder:
        paths = sorted(folder.glob("*.png"))
        sure: list[float] = []
        right: list[bool] = []
        unknown = unknown_right = 0
        for path, found in zip(paths, reader.read_many(paths), strict=True):
            if not isinstance(found, Document):
                continue
            text = treat(path.with_suffix("").with_suffix(".gt.txt").read_text("utf-8"))
            wanted = graphemes(text.replace(" ", ""))
            glyphs = [glyph for line in found.lines for glyph in line.glyphs]
            read = [treat(glyph.candidates[0][0]) for glyph in glyphs]
            letters = [(letter, i) for i, label in enumerate(read) for letter in graphemes(label)]
            wrong = {
                letters[op.dest_pos][1]
                for op in Levenshtein.editops(wanted, [letter for letter, _ in letters])
                if op.tag != "delete"
            }
            for place, glyph in enumerate(glyphs):
                sure.append(glyph.confidence)
                right.append(place not in wrong)
                unknown += glyph.unknown
                unknown_right += glyph.unknown and place not in wrong
        error = expected_calibration_error(np.array(sure), np.array(right))
        print(
            f"{folder.name}: {len(sure)} glyphs, {100 * np.mean(right):.2f} % right, "
            f"mean confidence {100 * np.mean(sure):.2f} %, ECE {100 * error:.2f} %; "
            f"{unknown} called unknown, {unknown_right} of them right"
        )


if __name__ == "__main__":
    main()
