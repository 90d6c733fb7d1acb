"""More about a set that was read: the original's figures, confusions, worst lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from effocr.evaluation.html_report import Section, page, report_path, write_page
from effocr.evaluation.lines import LinesReport, LinesRow
from effocr.evaluation.report import table
from effocr.evaluation.sets import NamedSet
from effocr.evaluation.worst import worst_lines, worst_of
from effocr.metrics.confusions import confusions, visible
from effocr.metrics.original import Cleaning, LineScores, score_texts
from effocr.pipeline.reader import Reader

__all__ = [
    "confusions_table",
    "original_scores",
    "original_table",
    "set_confusions",
    "write_report",
]

_SHOWN = 30  # confusions on the page where no number is asked for


def original_scores(lines: NamedSet, row: LinesRow, *, ignore_case: bool) -> LineScores:
    """The original's figures for a set, and the corrected ones.

    Args:
        lines: the set.
        row: how it was read.
        ignore_case: upper and lower case are the same.
    """
    return score_texts(_pairs(lines, row), Cleaning(uncased=ignore_case))


def original_table(scores: Mapping[str, LineScores]) -> str:
    """The original's figures by set, for people, with the corrected rate beside the rate."""
    head = ["set", "lines", "textline accuracy %", "CER % (original)", "CER %", "norm. edit %"]
    rows = [
        [
            name,
            str(score.lines),
            f"{score.accuracy:.2f}",
            f"{100 * score.cer:.3f}",
            f"{100 * score.corrected_cer:.3f}",
            f"{100 * score.normalised:.3f}",
        ]
        for name, score in scores.items()
    ]
    note = "original: edits of cleaned texts over the length of the uncleaned reference"
    return f"{table(head, rows)}\n{note}"


def set_confusions(
    lines: NamedSet, row: LinesRow, most: int, *, raw: bool, ignore_case: bool
) -> list[tuple[str, str, int]]:
    """(character of the reference, character read, how often), most frequent first.

    Args:
        lines: the set.
        row: how it was read.
        most: pairs wanted.
        raw: compare texts as they are.
        ignore_case: compare without regard to case.
    """
    counts = confusions(_pairs(lines, row), raw=raw, ignore_case=ignore_case)
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(wanted, got, count) for (wanted, got), count in order[:most]]


def confusions_table(found: Mapping[str, Sequence[tuple[str, str, int]]]) -> str:
    """Confusions by set, for people."""
    rows = [
        [name, visible(wanted), visible(got), str(count)]
        for name, triples in found.items()
        for wanted, got, count in triples
    ]
    return table(["set", "reference", "read", "times"], rows)


def write_report(
    path: Path,
    sets: Sequence[NamedSet],
    report: LinesReport,
    reader: Reader,
    *,
    worst: int,
    raw: bool,
    ignore_case: bool,
) -> Path:
    """Write the page with the worst lines.

    Args:
        path: a file that ends in .html, or a folder.
        sets: the sets.
        report: how engine `effocr` read them.
        reader: the same model.
        worst: lines of each set.
        raw: compare texts as they are.
        ignore_case: compare without regard to case.

    Returns:
        The file.
    """
    sections = []
    for lines in sets:
        row = report[lines.name]["effocr"]
        if not isinstance(row, LinesRow):
            continue
        numbers = worst_of(lines, row.run.texts, worst, raw=raw, ignore_case=ignore_case)
        sections.append(
            Section(
                lines.name,
                _figures(row, original_scores(lines, row, ignore_case=ignore_case), ignore_case),
                set_confusions(lines, row, _SHOWN, raw=raw, ignore_case=ignore_case),
                worst_lines(lines, numbers, reader, raw=raw, ignore_case=ignore_case),
            )
        )
    file = report_path(path)
    manifest = reader.manifest
    write_page(
        file, page(f"How model {manifest.name}, version {manifest.version}, reads", sections)
    )
    return file


def _figures(row: LinesRow, original: LineScores, ignore_case: bool) -> dict[str, str]:
    score = row.score
    return {
        "lines": str(score.lines),
        "CER %": f"{100 * (score.cer_ci if ignore_case else score.cer):.2f}",
        "WER %": f"{100 * score.wer:.2f}",
        "exact %": f"{100 * score.exact:.1f}",
        "lines/s": f"{row.run.lines_per_s:.1f}",
        "textline accuracy % (original)": f"{original.accuracy:.2f}",
        "CER % (original)": f"{100 * original.cer:.2f}",
    }


def _pairs(lines: NamedSet, row: LinesRow) -> list[tuple[str, str]]:
    return [
        (reference, text or "") for reference, text in zip(lines.texts, row.run.texts, strict=True)
    ]
