"""The model registry: versions of a name, promoted only if they read no worse, and rolled back.

See `effocr.versions` for the files.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from effocr.bundle import EMBEDDED, MANIFEST, find_model, load_bundle, models_home
from effocr.errors import BundleError, UsageError
from effocr.evaluation.lines import LinesReport
from effocr.evaluation.sets import NamedSet
from effocr.learn.gates import AFTER, BEFORE, gate_figures, measure, worse
from effocr.learn.history import Event, append_event, read_history
from effocr.learn.version_store import locked, put_version, set_current
from effocr.pipeline.onnx_engines import check_engines, load_engines
from effocr.versions import VERSIONS, current_folder, current_id, find_version, version_ids

__all__ = ["Promotion", "promote", "rollback", "version_events"]

logger = logging.getLogger(__name__)

_NOT_IN_NAMES: Final = frozenset('/\\@:*?"<>|')


@dataclass(frozen=True, slots=True)
class Promotion:
    """What became of a candidate.

    Attributes:
        folder: of the version, whether it is current now or not.
        accepted: it is current.
        previous: version that was current before; None: there was none.
        report: how the models BEFORE and AFTER read the gate sets.
        worse: sets on which the candidate is worse than allowed.
    """

    folder: Path
    accepted: bool
    previous: str | None
    report: LinesReport = field(default_factory=dict)
    worse: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """ID of the version."""
        return self.folder.name


def promote(
    folder: Path,
    name: str,
    *,
    gates: Sequence[NamedSet],
    tolerance: float = 0.0,
    force: bool = False,
    threads: int | None = None,
) -> Promotion:
    """Register a model as a version of a name, and make it current if it reads no worse.

    Both versions read every gate set in the same run. What is refused stays registered, so that it
    can be looked at, and the refusal is recorded. The first version of a name is compared with the
    model that the name stood for so far (embedded or the user's), which becomes a version, too.

    Args:
        folder: the model.
        name: that readers will know it by.
        gates: sets that it must not read worse; none: it is not measured.
        tolerance: points of CER that it may be worse on a set.
        force: make it current even if it is worse.
        threads: of reading; one per core if not given.

    Raises:
        UsageError: the name cannot be one, or another promotion is under way.
        BundleError: the model is damaged, or a graph cannot run.
        OSError: nothing can be written there.
    """
    _check_name(name)
    folder = find_model(folder)
    _check_model(folder)
    home = models_home() / name
    with locked(home):
        candidate = put_version(home, folder)
        base = current_folder(home)
        if base == candidate:
            return Promotion(candidate, accepted=True, previous=candidate.name)
        compared = base or _unversioned(name)
        models = {BEFORE: compared, AFTER: candidate} if compared else {AFTER: candidate}
        report = measure(models, gates, threads=threads) if gates else {}
        figures = gate_figures(report)
        failed = worse(figures, tolerance)
        accepted = not failed or force
        previous = base.name if base else None
        if accepted and base is None and compared is not None:
            previous = _adopt(home, compared, candidate.name)
        event = Event(
            at=datetime.now(UTC),
            action="promote" if accepted else "refuse",
            version=candidate.name,
            previous=previous,
            source=str(folder.resolve()),
            gates=figures,
            tolerance=tolerance,
            forced=bool(failed) and force,
        )
        append_event(home, event)
        if accepted:
            set_current(home, candidate.name)
    return Promotion(candidate, accepted, previous, report, failed)


def rollback(name: str, to: str | None = None) -> Event:
    """Make an earlier version of a name current again.

    Args:
        name: that has versions.
        to: ID of the version, or its first digits; None: the one that was current before the
            present one was promoted.

    Raises:
        UsageError: there is no such name or version, the version was refused when it was to be
            promoted, or another process is writing.
        BundleError: the version is damaged.
        OSError: nothing can be written there.
    """
    home = models_home() / name
    if not name or not (home / VERSIONS).is_dir():
        raise UsageError(f"no model {name!r} with versions; `effocr models promote` makes one")
    with locked(home):
        if to is None:
            previous = current_id(home)
            target = _before(home, previous)
        else:
            previous = _readable_id(home)
            target = find_version(home, to)
        if target.name == previous:
            raise UsageError(f"{name}: {previous} is current already")
        if not any(e.action != "refuse" for e in version_events(home).get(target.name, ())):
            raise UsageError(
                f"{name}: {target.name} was never current; `effocr models promote "
                f"{name}@{target.name} --name {name}` measures it"
            )
        load_bundle(target)
        event = Event(
            at=datetime.now(UTC), action="rollback", version=target.name, previous=previous
        )
        append_event(home, event)
        set_current(home, target.name)
    return event


def version_events(home: Path) -> dict[str, list[Event]]:
    """Every version of a name -> what happened to it, oldest first; what is damaged is logged."""
    events, skipped = read_history(home)
    for one in skipped:
        logger.warning("%s", one)
    found: dict[str, list[Event]] = {version: [] for version in version_ids(home)}
    for event in events:
        found.get(event.version, []).append(event)
    return found


def _check_name(name: str) -> None:
    """Refuse what cannot be a folder or would be taken for a path.

    Raises:
        UsageError: it cannot be a name.
    """
    if not name.strip() or name[0] in ".~-" or _NOT_IN_NAMES & set(name) or not name.isprintable():
        raise UsageError(
            f"{name!r} cannot be the name of a model; take letters, digits, - _ and . inside"
        )


def _check_model(folder: Path) -> None:
    """Open the model and run its graphs.

    Raises:
        BundleError: something is wrong with it.
    """
    try:
        check_engines(load_engines(folder))
    except BundleError as error:
        where = "" if str(folder) in str(error) else f"{folder}: "
        raise BundleError(f"{where}{error}") from error


def _unversioned(name: str) -> Path | None:
    """Model that a name without versions stands for, embedded or the user's."""
    for parent in (EMBEDDED, models_home()):
        if (parent / name / MANIFEST).is_file():
            return parent / name
    return None


def _adopt(home: Path, folder: Path, candidate: str) -> str | None:
    """Make a version of the model that a name stood for; None: it is damaged or the candidate."""
    try:
        version = put_version(home, folder).name
    except BundleError as error:
        logger.warning("no way back to the model before: %s", error)
        return None
    if version == candidate:
        return None
    event = Event(at=datetime.now(UTC), action="adopt", version=version, source=str(folder))
    append_event(home, event)
    return version


def _readable_id(home: Path) -> str | None:
    """Version that is current; None, too, where the file is damaged that a rollback will mend."""
    try:
        return current_id(home)
    except BundleError:
        return None


def _before(home: Path, current: str | None) -> Path:
    """Version that was current before the present one was promoted.

    Raises:
        UsageError: there was none.
    """
    events, _ = read_history(home)
    for event in reversed(events):
        if event.action == "promote" and event.version == current and event.previous:
            return find_version(home, event.previous)
    raise UsageError(
        f"{home.name}: nothing was current before {current or 'the present version'}; "
        "choose one with --to VERSION, see `effocr models list`"
    )
