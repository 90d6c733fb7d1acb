"""Two models side by side: how they read the same lines, and what they know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from effocr.bundle import Bundle, load_bundle
from effocr.errors import UsageError
from effocr.evaluation.lines import Engine, LinesReport, LinesRow, compare
from effocr.evaluation.peers import effocr as reader
from effocr.evaluation.peers.run import LinesRun
from effocr.evaluation.sets import NamedSet
from effocr.learn.history import Figures
from effocr.recognizer.index import GlyphIndex

__all__ = ["AFTER", "BEFORE", "Comparison", "compare_models", "gate_figures", "measure", "worse"]

BEFORE, AFTER = "before", "after"
_ROUNDING = 1e-9  # percent


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two models have in common and what not.

    Attributes:
        models: both, in the order given.
        report: how they read the sets; empty if there are none.
        only: characters that only the one and only the other knows.
        rows: of their indexes.
        files: names of the files whose content is the same.
    """

    models: tuple[Bundle, Bundle]
    report: LinesReport
    only: tuple[tuple[str, ...], tuple[str, ...]]
    rows: tuple[int, int]
    files: tuple[str, ...]


def compare_models(
    folders: Mapping[str, Path], sets: Sequence[NamedSet], *, threads: int | None = None
) -> Comparison:
    """Compare two models.

    Args:
        folders: name in the report -> folder; two of them.
        sets: that both read; may be none.
        threads: of reading; one per core if not given.

    Raises:
        UsageError: not two models.
        BundleError: a model is damaged.
    """
    if len(folders) != 2:
        raise UsageError("two different models are compared; give two names or folders")
    one, other = (load_bundle(folder) for folder in folders.values())
    known, others = set(one.manifest.charset), set(other.manifest.charset)
    files = one.manifest.files.items() & other.manifest.files.items()
    return Comparison(
        models=(one, other),
        report=measure(folders, sets, threads=threads),
        only=(tuple(sorted(known - others)), tuple(sorted(others - known))),
        rows=(len(GlyphIndex.load(one.folder)), len(GlyphIndex.load(other.folder))),
        files=tuple(sorted(name for name, _ in files)),
    )


def measure(
    folders: Mapping[str, Path], sets: Sequence[NamedSet], *, threads: int | None = None
) -> LinesReport:
    """Let models read the same sets in one run, each in a process of its own.

    Args:
        folders: name in the report -> folder of the model.
        sets: line images with their text.
        threads: of reading; one per core if not given.

    Raises:
        EffOCRError: a model cannot be loaded.
    """
    return compare(sets, {name: _engine(folder, threads) for name, folder in folders.items()})


def gate_figures(report: LinesReport) -> dict[str, Figures]:
    """CER by set of a report whose engines are BEFORE (may be missing) and AFTER."""
    found = {}
    for name, rows in report.items():
        before, after = rows.get(BEFORE), rows[AFTER]
        if isinstance(after, LinesRow):
            known = 100 * before.score.cer if isinstance(before, LinesRow) else None
            found[name] = Figures(
                lines=after.score.lines, before=known, after=100 * after.score.cer
            )
    return found


def worse(gates: Mapping[str, Figures], tolerance: float) -> tuple[str, ...]:
    """Sets on which the new model is worse by more than so many points of CER."""
    return tuple(
        name
        for name, one in gates.items()
        if one.before is not None and one.after > one.before + tolerance + _ROUNDING
    )


def _engine(folder: Path, threads: int | None) -> Engine:
    def read(paths: Sequence[Path], turns: int) -> LinesRun:
        # a whole path: a name would be looked up among the models
        return reader.read_lines(paths, turns=turns, threads=threads, model=str(folder.resolve()))

    return read
