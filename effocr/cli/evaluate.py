"""`effocr evaluate lines|glyphs|localizer`: how well a model reads data that is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effocr.data.records import LineImage, Skipped
    from effocr.evaluation.lines import Engine, LinesReport, LinesRow
    from effocr.evaluation.sets import NamedSet

    Values = dict[str, dict[str, dict[str, object]]]

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="Measure a model on lines, glyphs or boxes that are known."
)

Folders = Annotated[
    list[Path], typer.Argument(metavar="DIR...", help="Line images (NAME.png) with NAME.gt.txt.")
]
Cocos = Annotated[
    list[Path],
    typer.Argument(
        metavar="COCO...",
        help="Character-level COCO: a JSON file, or a folder with annotations.json.",
    ),
]
Model = Annotated[str, typer.Option(metavar="NAME|DIR", help="Model: a name or a folder.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads; one per core if not given.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
IgnoreCase = Annotated[bool, typer.Option("--ignore-case", help="Compare without regard to case.")]
Raw = Annotated[
    bool,
    typer.Option("--raw", help="Compare texts as they are: no NFC, no plain quotes and dashes."),
]


def metrics_file(path: Path | None) -> Path | None:
    """Refuse a name of --metrics-out before anything is measured.

    Raises:
        UsageError: it does not tell in which form figures are written.
    """
    from effocr.evaluation.report import check_metrics_name

    if path is not None:
        check_metrics_name(path)
    return path


MetricsOut = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        callback=metrics_file,
        help="Write the figures to FILE too, .json or .yaml.",
    ),
]


@app.command()
def lines(
    folders: Folders,
    model: Model = "en",
    threads: Threads = None,
    ignore_case: IgnoreCase = False,
    raw: Raw = False,
    original: Annotated[
        bool, typer.Option("--original", help="Give the figures of the original EffOCR, too.")
    ] = False,
    confusions: Annotated[
        int, typer.Option(min=0, metavar="N", help="Give the N most frequent confusions.")
    ] = 0,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR|FILE.html", help="Write a page with pictures of the worst lines."
        ),
    ] = None,
    worst: Annotated[int, typer.Option(min=1, help="Lines of each set in the report.")] = 50,
    ctc: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Read with this exported sequence reader, too."),
    ] = None,
    as_json: AsJson = False,
    metrics_out: MetricsOut = None,
) -> None:
    """Read lines whose text is known: CER, WER and share of lines without any error.

    An image that cannot be read counts as empty text, is named on standard error, and makes the
    exit status 1.
    """
    from effocr.cli.bench import peer_engine
    from effocr.evaluation.details import write_report
    from effocr.evaluation.lines import compare
    from effocr.evaluation.peers import effocr as ours
    from effocr.evaluation.report import lines_json, lines_table
    from effocr.evaluation.sets import read_line_sets
    from effocr.pipeline.reader import Reader

    sets = read_line_sets(folders)
    for one in sets:
        tell_skipped(one.problems)
    engines: dict[str, Engine] = {
        "effocr": lambda paths, turns: ours.read_lines(
            paths, turns=turns, threads=threads, model=model
        )
    }
    if ctc is not None:
        engines["ctc"] = peer_engine(f"ctc={ctc}", threads)
    found = compare(sets, engines, raw=raw, ignore_case=ignore_case)
    values, texts = lines_json(found), [lines_table(found, ignore_case=ignore_case)]
    if original:
        texts.append(_add_original(sets, found, values, ignore_case=ignore_case))
    if confusions:
        texts.append(
            _add_confusions(sets, found, values, confusions, raw=raw, ignore_case=ignore_case)
        )
    if report is not None:
        reader = Reader(model, threads=threads)
        file = write_report(
            report, sets, found, reader, worst=worst, raw=raw, ignore_case=ignore_case
        )
        texts.append(f"worst lines: {file}")
    give(values, "\n\n".join(texts), as_json, metrics_out)
    if tell_failures(found):
        raise typer.Exit(1)


def _add_original(
    sets: Sequence[NamedSet], found: LinesReport, values: Values, *, ignore_case: bool
) -> str:
    """Add the original's figures to the values; the table of them."""
    from effocr.evaluation.details import original_scores, original_table

    scores = {
        lines.name: original_scores(lines, row, ignore_case=ignore_case)
        for lines, row in _rows(sets, found)
    }
    for name, score in scores.items():
        values[name]["effocr"]["original"] = score.as_json()
    return original_table(scores)


def _add_confusions(
    sets: Sequence[NamedSet],
    found: LinesReport,
    values: Values,
    most: int,
    *,
    raw: bool,
    ignore_case: bool,
) -> str:
    """Add the most frequent confusions to the values; the table of them."""
    from effocr.evaluation.details import confusions_table, set_confusions

    pairs = {
        lines.name: set_confusions(lines, row, most, raw=raw, ignore_case=ignore_case)
        for lines, row in _rows(sets, found)
    }
    for name, triples in pairs.items():
        values[name]["effocr"]["confusions"] = [
            {"reference": wanted, "read": got, "times": count} for wanted, got, count in triples
        ]
    return confusions_table(pairs)


def _rows(sets: Sequence[NamedSet], found: LinesReport) -> list[tuple[NamedSet, LinesRow]]:
    """Each set with how the model read it."""
    from effocr.evaluation.lines import LinesRow

    rows = ((lines, found[lines.name]["effocr"]) for lines in sets)
    return [(lines, row) for lines, row in rows if isinstance(row, LinesRow)]


@app.command()
def glyphs(
    cocos: Cocos,
    model: Model = "en",
    as_json: AsJson = False,
    metrics_out: MetricsOut = None,
) -> None:
    """Name glyphs whose boxes are given: the recognizer and its index alone.

    A character that the index does not hold counts as wrong.
    """
    from effocr.evaluation.glyphs import evaluate_glyphs
    from effocr.evaluation.report import table
    from effocr.pipeline.onnx_engines import load_engines

    engines = load_engines(model)
    values: dict[str, Any] = {}
    rows, notes = [], []
    for name, known in _coco_sets(cocos):
        report = evaluate_glyphs(known, engines)
        tell_skipped(report.skipped)
        row = report.as_json()
        values[name] = row
        rows.append([name, *(str(row[key]) for key in _GLYPH_COLUMNS)])
        common = ", ".join(f"{true} as {taken} {n}" for true, taken, n in report.confusions[:10])
        notes.append(f"{name}: most frequent errors: {common or 'none'}")
    head = ["set", "lines", "glyphs", "right %", "among 5 %", "uncovered %", "unknown %"]
    give(values, "\n".join([table(head, rows), *notes]), as_json, metrics_out)


@app.command()
def localizer(
    cocos: Cocos,
    model: Model = "en",
    threads: Threads = None,
    iou: Annotated[
        float, typer.Option(min=0.01, max=1.0, help="Least overlap of a found and a true box.")
    ] = 0.5,
    as_json: AsJson = False,
    metrics_out: MetricsOut = None,
) -> None:
    """Compare the glyph boxes that reading finds with true ones: precision, recall and F."""
    from effocr.evaluation.localizer import evaluate_localizer
    from effocr.evaluation.report import table
    from effocr.pipeline.reader import Reader

    reader = Reader(model, threads=threads)
    values: dict[str, Any] = {}
    rows = []
    for name, known in _coco_sets(cocos):
        report = evaluate_localizer(known, reader, iou_threshold=iou)
        tell_skipped(report.skipped)
        row = report.as_json()
        values[name] = row
        rows.append([name, *(str(row[key]) for key in _BOX_COLUMNS)])
    head = ["set", "lines", "boxes", "found", "precision %", "recall %", "F %", "right number %"]
    give(values, table(head, rows), as_json, metrics_out)


@app.command()
def align(
    cocos: Cocos,
    model: Model = "en",
    rounds: Annotated[
        int, typer.Option(min=1, help="Of aligning; between them the type is learnt.")
    ] = 2,
    as_json: AsJson = False,
    metrics_out: MetricsOut = None,
) -> None:
    """Compare the boxes that `effocr align` finds from the text alone with true ones.

    A glyph is right if a box of its text, or the boxes of its letters together, overlap it by half.
    """
    from effocr.evaluation.report import table
    from effocr.learn.boxes import align_and_score
    from effocr.learn.teach import TeachOptions
    from effocr.pipeline.onnx_engines import load_engines

    engines = load_engines(model)
    values: dict[str, Any] = {}
    rows = []
    for name, known in _coco_sets(cocos):
        report = align_and_score(known, engines, TeachOptions(rounds=rounds))
        tell_skipped(report.skipped)
        values[name] = report.as_json()
        rows.append([name, *(str(value) for value in report.as_json().values())])
    head = ["set", "lines", "glyphs", "right", "right %", "left out"]
    give(values, table(head, rows), as_json, metrics_out)


_GLYPH_COLUMNS = ("lines", "glyphs", "accuracy", "top5", "uncovered", "unknown")
_BOX_COLUMNS = ("lines", "boxes", "found", "precision", "recall", "f", "right_number")


def give(values: dict[str, Any], text: str, as_json: bool, metrics_out: Path | None) -> None:
    """Print a report, for people or as JSON, and write it to a file if one is named."""
    from effocr.evaluation.report import write_metrics

    if metrics_out is not None:
        write_metrics(values, metrics_out)
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2) if as_json else text)


def tell_skipped(skipped: tuple[Skipped, ...]) -> None:
    """Name on standard error what was left out of a measurement."""
    for one in skipped:
        typer.echo(str(one), err=True)


def tell_failures(report: Any) -> int:
    """Name on standard error the images that an engine could not read; how many there were."""
    from effocr.evaluation.peers.run import Missing

    count = 0
    for engines in report.values():
        for engine, row in engines.items():
            if not isinstance(row, Missing):
                for path, reason in row.run.failures.items():
                    typer.echo(f"{engine}: {path}: {reason}", err=True)
                    count += 1
    return count


def _coco_sets(paths: list[Path]) -> list[tuple[str, tuple[LineImage, ...]]]:
    """Lines of each COCO file, under the name of its set; what reading left out is told."""
    from effocr.data.coco import read_coco
    from effocr.evaluation.sets import set_names

    folders = [path if path.is_dir() else path.parent for path in paths]
    unique = len({folder.resolve() for folder in folders}) == len(folders)
    sets = []
    for name, path in zip(set_names(folders if unique else paths), paths, strict=True):
        found = read_coco(path)
        tell_skipped(found.problems)
        sets.append((name, found.lines))
    return sets
