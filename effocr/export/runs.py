"""What a run folder says of itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from effocr.errors import UsageError
from effocr.localizer import train as localizer
from effocr.recognizer import train as recognizer
from effocr.training.checkpoints import best_of, load_checkpoint

KINDS = (localizer.KIND, recognizer.KIND)
SOURCES = "sources.yaml"  # written by `effocr train`: what it learns from


def runs_by_kind(runs: Sequence[Path]) -> tuple[Path, Path]:
    """The run of the localizer and that of the recognizer, in whatever order they are given.

    Raises:
        UsageError: there is not exactly one of each.
    """
    found: dict[str, Path] = {}
    for run in runs:
        kind = str(load_checkpoint(best_of(run)).get("settings", {}).get("kind"))
        if kind not in KINDS or kind in found:
            raise UsageError(f"{run}: a run of a {kind}; give one localizer and one recognizer")
        found[kind] = run
    missing = [kind for kind in KINDS if kind not in found]
    if missing:
        raise UsageError(f"give a run of the {missing[0]} as well")
    return found[localizer.KIND], found[recognizer.KIND]


def data_of(run: Path) -> list[Path]:
    """What a run learnt from; empty where it does not say."""
    return [Path(path) for path in _sources(run).get("data", ())]


def validation_of(run: Path) -> list[Path]:
    """What a run kept aside: its validation data, or, of those it kept a share of, its data."""
    return [Path(path) for path in _sources(run).get("validation", ())] or data_of(run)


def _sources(run: Path) -> dict[str, Any]:
    file = (run if run.is_dir() else run.parent) / SOURCES
    found = yaml.safe_load(file.read_text("utf-8")) if file.is_file() else None
    return found if isinstance(found, dict) else {}
