"""`effocr models promote|rollback|compare`: versions, and which one a name stands for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from effocr.evaluation.sets import NamedSet
    from effocr.learn.gates import Comparison
    from effocr.learn.history import Event
    from effocr.learn.registry import Promotion

__all__ = ["compare", "print_versions", "promote", "rollback"]

_SHOWN = 40  # characters named at most

Gates = Annotated[
    list[Path] | None,
    typer.Option(
        "--gate", metavar="DIR", help="Line pairs (NAME.png, NAME.gt.txt) to read; repeatable."
    ),
]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads; one per core if not given.")]


def promote(
    folder: Annotated[
        str, typer.Argument(metavar="MODEL_FOLDER", help="Model to promote; also NAME@VERSION.")
    ],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name that readers know it by.")
    ],
    gates: Gates = None,
    no_gate: Annotated[
        bool, typer.Option("--no-gate", help="Promote without measuring anything.")
    ] = False,
    tolerance: Annotated[
        float,
        typer.Option(min=0.0, metavar="POINTS", help="Points of CER it may be worse on a set."),
    ] = 0.0,
    force: Annotated[
        bool, typer.Option("--force", help="Promote even if it is worse; this is recorded.")
    ] = False,
    threads: Threads = None,
) -> None:
    """Make a model the current version of a name, if it reads no gate set worse.

    The current version and the new one read every --gate in the same run. If the new one is worse,
    the name stands for what it stood for, and the exit status is 1. From then on `--model NAME`
    is the current version, also where a model of that name comes with the program.
    """
    from effocr.bundle import MANIFEST, find_model
    from effocr.errors import UsageError
    from effocr.evaluation.report import lines_table
    from effocr.learn import registry

    if bool(gates) == no_gate:
        raise UsageError(
            "give --gate DIR, lines with their text that the model must not read worse, or say "
            "--no-gate (not both)"
        )
    given = Path(folder)
    found = registry.promote(
        given if (given / MANIFEST).is_file() else find_model(folder),
        name,
        gates=_read_gates(gates),
        tolerance=tolerance,
        force=force,
        threads=threads,
    )
    if found.report:
        typer.echo(lines_table(found.report))
    _tell_promotion(found, name)
    if not found.accepted:
        raise typer.Exit(1)


def _tell_promotion(found: Promotion, name: str) -> None:
    """Say what became of the candidate; a refusal on standard error."""
    sets = ", ".join(found.worse)
    if not found.accepted:
        typer.echo(
            f"effocr: {name}@{found.version} is refused: CER is worse on {sets}; {name} is as it "
            "was. Learn from more lines, allow it with --tolerance, or say --force",
            err=True,
        )
    elif found.previous == found.version:
        typer.echo(f"{name}: {found.version} is current already")
    else:
        but = f", though CER is worse on {sets} (--force)" if found.worse else ""
        typer.echo(f"{name}: {found.previous or 'nothing'} -> {found.version}{but}")


def rollback(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name that has versions.")],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="VERSION",
            help="Version, or its first digits. Default: what was current before this one.",
        ),
    ] = None,
) -> None:
    """Make an earlier version of a name current again."""
    from effocr.learn import registry

    event = registry.rollback(name, to)
    typer.echo(f"{name}: {event.previous or 'nothing'} -> {event.version}")


def compare(
    one: Annotated[str, typer.Argument(metavar="A", help="Name, NAME@VERSION or folder.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The same of the other model.")],
    gates: Gates = None,
    threads: Threads = None,
) -> None:
    """Compare two models: what they know, where they come from, and how they read --gate sets."""
    from effocr.bundle import find_model
    from effocr.evaluation.report import lines_table
    from effocr.learn.gates import compare_models

    folders = {name: find_model(name) for name in (one, other)}
    found = compare_models(folders, _read_gates(gates), threads=threads)
    typer.echo(_comparison_table((one, other), found))
    if figures := _figures_table((one, other), found):
        typer.echo(f"\n{figures}\n")
    for name, glyphs in zip((one, other), found.only, strict=True):
        more = f" and {len(glyphs) - _SHOWN} more" if len(glyphs) > _SHOWN else ""
        typer.echo(f"only {name} knows: {' '.join(glyphs[:_SHOWN]) or 'nothing'}{more}")
    typer.echo(f"the same files: {', '.join(found.files) or 'none'}")
    if found.report:
        typer.echo(f"\n{lines_table(found.report)}")


def print_versions(home: Path) -> None:
    """Versions of a name, the newest last, * before the current one."""
    from effocr.errors import BundleError
    from effocr.learn.registry import version_events
    from effocr.versions import current_id

    try:
        current = current_id(home)
    except BundleError as error:
        current = None
        print(f"  damaged: {error}")
    events = version_events(home)
    never = float("-inf")
    order = sorted(events, key=lambda v: events[v][0].at.timestamp() if events[v] else never)
    for version in order:
        mark = "*" if version == current else " "
        print(f"  {mark} {version}\t{_event_text(events[version])}")


def _event_text(events: list[Event]) -> str:
    """When a version came, and its figures."""
    if not events:
        return "not promoted yet"
    words = [f"{events[0].at:%Y-%m-%d %H:%M}", ", ".join(dict.fromkeys(e.action for e in events))]
    measured = next((event for event in reversed(events) if event.gates), None)
    if measured is not None:
        sets = (f"{name} {one.after:.2f} %" for name, one in measured.gates.items())
        words.append(f"CER {', '.join(sets)}")
    if any(event.forced for event in events):
        words.append("forced")
    return "\t".join(words)


def _comparison_table(names: tuple[str, str], found: Comparison) -> str:
    from effocr.evaluation.report import table

    rows = []
    for name, bundle, count in zip(names, found.models, found.rows, strict=True):
        manifest = bundle.manifest
        method, parent = "-", "-"
        if manifest.lineage is not None:
            method, parent = manifest.lineage.method, manifest.lineage.parent or "-"
        known = str(len(manifest.charset))
        rows.append([name, manifest.version, known, str(count), method, parent])
    return table(["model", "version", "characters", "rows", "method", "parent"], rows)


def _figures_table(names: tuple[str, str], found: Comparison) -> str:
    """Figures of the manifests that differ; empty if none do."""
    from effocr.evaluation.report import table

    one, other = (bundle.manifest.metrics for bundle in found.models)
    keys = (key for key in sorted(one | other) if one.get(key) != other.get(key))
    rows = [[key, str(one.get(key, "-")), str(other.get(key, "-"))] for key in keys]
    return table(["figure", *names], rows) if rows else ""


def _read_gates(folders: list[Path] | None) -> list[NamedSet]:
    """Read the sets, and say what is left out of them."""
    from effocr.cli.evaluate import tell_skipped
    from effocr.evaluation.sets import read_line_sets

    sets = read_line_sets(folders or [])
    for one in sets:
        tell_skipped(one.problems)
    return sets
