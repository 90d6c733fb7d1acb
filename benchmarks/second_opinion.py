"""What a second reader tells: the share of misread words it marks, and how sure agreement is.

python benchmarks/second_opinion.py DIR... --second MODELS/CTC
"""

import argparse
from pathlib import Path

import numpy as np

from effocr.document import Document, Line
from effocr.evaluation.judged import judge, together
from effocr.evaluation.report import table
from effocr.evaluation.sets import NamedSet, read_line_sets
from effocr.metrics.calibration import expected_calibration_error
from effocr.pipeline.ctc_engine import CtcReader
from effocr.pipeline.reader import Reader
from effocr.pipeline.second_opinion import AGREED_ODDS, with_odds

ODDS = (1, 2, 4, 8, 16)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="+", help="line pairs")
    parser.add_argument("--second", type=Path, required=True, help="exported sequence reader")
    parser.add_argument("--model", default="en")
    parser.add_argument("--ignore-case", action="store_true")
    arguments = parser.parse_args()
    reader = Reader(arguments.model, second=CtcReader(arguments.second))
    marks, odds = [], []
    for lines in read_line_sets(arguments.folder):
        one, two = rows(lines, reader, ignore_case=arguments.ignore_case)
        marks.append(one)
        odds.append(two)
    head = ["set", "words", "wrong %", "marked %", "of the wrong ones %", "wrong if not marked %"]
    print(table([*head, "wrong of the marked %"], marks))
    print("\nexpected calibration error of the glyphs of words that both read, %, by odds")
    print(table(["set", "glyphs", *map(str, ODDS)], odds))


def rows(lines: NamedSet, reader: Reader, *, ignore_case: bool) -> tuple[list[str], list[str]]:
    """A row of each table; images that cannot be read are left out."""
    read = [
        (text, result.lines)
        for text, result in zip(lines.texts, reader.read_many(lines.paths), strict=True)
        if isinstance(result, Document)
    ]
    judged = together([judge(text, found, ignore_case=ignore_case) for text, found in read])
    all_lines = [line for _, found in read for line in found]
    marked = np.array([word.second is not None for line in all_lines for word in line.words])
    wrong = ~judged.word_right
    agreed = np.concatenate([agreed_glyphs(line) for line in all_lines])
    sure, right = judged.glyph_confidence[agreed], judged.glyph_right[agreed]
    before = with_odds(sure, 1 / AGREED_ODDS)
    errors = [expected_calibration_error(with_odds(before, odds), right) for odds in ODDS]
    share = [wrong.mean(), marked.mean(), marked[wrong].mean(), wrong[~marked].mean()]
    percent = [f"{100 * value:.2f}" for value in [*share, wrong[marked].mean()]]
    return (
        [lines.name, str(len(wrong)), *percent],
        [lines.name, str(len(right)), *(f"{100 * error:.2f}" for error in errors)],
    )


def agreed_glyphs(line: Line) -> np.ndarray:
    """[glyphs] bool, which stand in a word that the second reader read as well."""
    agreed = np.zeros(len(line.glyphs), bool)
    for word in line.words:
        agreed[slice(*word.glyphs)] = word.second is None
    return agreed


if __name__ == "__main__":
    main()
