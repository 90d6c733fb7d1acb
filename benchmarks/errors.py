"""What is misread, by class of error, beside Tesseract on the same lines, and the worst lines."""

import argparse
from pathlib import Path

from effocr.document import Document
from effocr.evaluation.error_classes import CLASSES, ErrorCount, count_errors
from effocr.evaluation.peers import tesseract
from effocr.evaluation.peers.run import Missing
from effocr.evaluation.report import table
from effocr.evaluation.sets import NamedSet, read_line_sets
from effocr.evaluation.sheet import draw_sheet
from effocr.evaluation.worst import worst_lines, worst_of
from effocr.metrics.confusions import visible
from effocr.pipeline.reader import Reader

SHOWN = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--model", default="en")
    parser.add_argument("--ignore-case", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without Tesseract")
    parser.add_argument("--draw", type=Path, help="folder for a picture of each set's worst lines")
    parser.add_argument("--worst", type=int, default=12, help="lines to draw")
    arguments = parser.parse_args()
    reader = Reader(arguments.model)
    for lines in read_line_sets(arguments.folder):
        read = [
            result.text if isinstance(result, Document) else ""
            for result in reader.read_many(lines.paths)
        ]
        peer = None if arguments.alone else peer_texts(lines)
        report(lines, read, peer, ignore_case=arguments.ignore_case)
        if arguments.draw:
            numbers = worst_of(lines, read, arguments.worst, ignore_case=arguments.ignore_case)
            worst = worst_lines(lines, numbers, reader, ignore_case=arguments.ignore_case)
            arguments.draw.mkdir(parents=True, exist_ok=True)
            file = arguments.draw / f"worst_{Path(lines.name).name}.png"
            if worst:
                draw_sheet(worst).save(file)
                print(file)


def peer_texts(lines: NamedSet) -> list[str] | None:
    """What Tesseract reads; None where it is missing."""
    run = tesseract.read_lines(lines.paths)
    if isinstance(run, Missing):
        print(run.reason)
        return None
    return [text or "" for text in run.texts]


def report(lines: NamedSet, read: list[str], peer: list[str] | None, *, ignore_case: bool) -> None:
    """Print the counts of a set."""
    engines = {"EffOCR": count(lines, read, peer, ignore_case=ignore_case)}
    if peer is not None:
        engines["Tesseract"] = count(lines, peer, read, ignore_case=ignore_case)
    length = engines["EffOCR"].length
    print(f"\n{lines.name}: edits in {length} characters of {len(read)} lines")
    rows = [
        [name, *(cell(found, name) for found in engines.values())]
        for name in CLASSES
        if any(found.classes[name] for found in engines.values())
    ]
    totals = [found.classes.total() for found in engines.values()]
    rows.append(["all", *(f"{total} ({100 * total / length:.2f} % CER)" for total in totals)])
    print(table(["class", *engines], rows))
    for engine, found in engines.items():
        frequent = found.confusions.most_common(SHOWN)
        print(f"{engine}:", "  ".join(f"{visible(a)}>{visible(b)} {n}" for (a, b), n in frequent))


def count(
    lines: NamedSet, read: list[str], other: list[str] | None, *, ignore_case: bool
) -> ErrorCount:
    """Errors of one engine on a set."""
    others = other or [None] * len(read)
    counts = (
        count_errors(reference, text, beside, ignore_case=ignore_case)
        for reference, text, beside in zip(lines.texts, read, others, strict=True)
    )
    return sum(counts, ErrorCount())


def cell(found: ErrorCount, name: str) -> str:
    """Number and share of a class."""
    return (
        f"{found.classes[name]} ({100 * found.classes[name] / max(found.classes.total(), 1):.1f} %)"
    )


if __name__ == "__main__":
    main()
