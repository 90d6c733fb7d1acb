"""Does the confidence mean what it says: calibration error, and errors left after a look."""

import argparse
from pathlib import Path

from effocr.document import Document
from effocr.evaluation.diagram import reliability_svg
from effocr.evaluation.judged import Judged, judge, together
from effocr.evaluation.report import table
from effocr.evaluation.sets import NamedSet, read_line_sets
from effocr.metrics.calibration import expected_calibration_error, refer_least_sure, reliability
from effocr.pipeline.reader import Reader

SENT = (0.0, 0.01, 0.02, 0.05, 0.10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--model", default="en")
    parser.add_argument("--ignore-case", action="store_true")
    parser.add_argument("--draw", type=Path, help="folder for a reliability diagram of each set")
    arguments = parser.parse_args()
    reader = Reader(arguments.model)
    sets = {
        lines.name: judge_set(lines, reader, ignore_case=arguments.ignore_case)
        for lines in read_line_sets(arguments.folder)
    }
    head = ["set", "unit", "number", "right %", "mean confidence %", "ECE %", "unknown", "right"]
    print(table(head, [row for name, judged in sets.items() for row in calibration(name, judged)]))
    print("\nglyphs sent to a person, the least sure first: % wrong left (% of the errors found)")
    head = ["set", *(f"{100 * share:g} % sent" for share in SENT)]
    print(table(head, [left(name, judged) for name, judged in sets.items()]))
    if arguments.draw:
        arguments.draw.mkdir(parents=True, exist_ok=True)
        for name, judged in sets.items():
            file = arguments.draw / f"reliability_{Path(name).name}.svg"
            file.write_text(diagram(Path(name).name, judged), "utf-8")
            print(file)


def judge_set(lines: NamedSet, reader: Reader, *, ignore_case: bool) -> Judged:
    """Read a set; an image that cannot be read is left out."""
    results = reader.read_many(lines.paths)
    return together(
        [
            judge(text, result.lines, ignore_case=ignore_case)
            for text, result in zip(lines.texts, results, strict=True)
            if isinstance(result, Document)
        ]
    )


def calibration(name: str, judged: Judged) -> list[list[str]]:
    """Rows of the table for the glyphs and the words of a set."""
    unknown = judged.glyph_unknown
    units = {
        "glyphs": (judged.glyph_confidence, judged.glyph_right),
        "words": (judged.word_confidence, judged.word_right),
    }
    return [
        [
            name,
            unit,
            str(len(right)),
            f"{100 * right.mean():.2f}",
            f"{100 * sure.mean():.2f}",
            f"{100 * expected_calibration_error(sure, right):.2f}",
            str(unknown.sum()) if unit == "glyphs" else "-",
            str((unknown & judged.glyph_right).sum()) if unit == "glyphs" else "-",
        ]
        for unit, (sure, right) in units.items()
    ]


def left(name: str, judged: Judged) -> list[str]:
    """A row of the table of what is left after a look."""
    rows = refer_least_sure(judged.glyph_confidence, judged.glyph_right, SENT)
    return [name, *(f"{100 * row.left:.2f} ({100 * row.found:.0f})" for row in rows)]


def diagram(name: str, judged: Judged) -> str:
    """The reliability diagram of a set."""
    glyphs = reliability(judged.glyph_confidence, judged.glyph_right)
    words = reliability(judged.word_confidence, judged.word_right)
    return reliability_svg(name, {"glyphs": glyphs, "words": words})


if __name__ == "__main__":
    main()
