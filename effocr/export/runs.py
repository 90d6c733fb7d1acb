"""What a run folder says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from effocr.atomic import write_text
from effocr.errors import UsageError
from effocr.localizer import train as localizer
from effocr.recognizer import train as recognizer
from effocr.training.checkpoints import kind_of
from effocr.training.config import read_yaml

KINDS = (localizer.KIND, recognizer.KIND)
SOURCES = "sources.yaml"  # what a run learns from


@dataclass(frozen=True, slots=True)
class Sources:
    """What a run learns from.

    Attributes:
        data: to learn from; empty where it does not say.
        validation: kept aside; empty: a share of the data is.
        init_from: weights it started from; None: at random.
        images: folder of all images; None: beside each file of the data.
    """

    data: tuple[Path, ...] = ()
    validation: tuple[Path, ...] = ()
    init_from: Path | None = None
    images: Path | None = None


def runs_by_kind(runs: Sequence[Path]) -> tuple[Path, Path]:
    """The run of the localizer and that of the recognizer, in whatever order they are given.

    Raises:
        UsageError: there is not exactly one of each.
    """
    found: dict[str, Path] = {}
    for run in runs:
        kind = kind_of(run)
        if kind is None or kind not in KINDS or kind in found:
            raise UsageError(f"{run}: a run of a {kind}; give one localizer and one recognizer")
        found[kind] = run
    missing = [kind for kind in KINDS if kind not in found]
    if missing:
        raise UsageError(f"give a run of the {missing[0]} as well")
    return found[localizer.KIND], found[recognizer.KIND]


def remember_sources(run: Path, sources: Sources) -> None:
    """Write down in the folder of a run what it learns from."""
    values: dict[str, object] = {
        "data": [str(path.resolve()) for path in sources.data],
        "validation": [str(path.resolve()) for path in sources.validation],
    }
    for name in ("init_from", "images"):
        path = getattr(sources, name)
        if path is not None:
            values[name] = str(path.resolve())
    write_text(run / SOURCES, yaml.safe_dump(values, allow_unicode=True))


def sources_of(run: Path) -> Sources:
    """What a run folder, or the folder of a checkpoint, says of its data.

    Raises:
        UsageError: its file of sources is damaged.
    """
    file = (run if run.is_dir() else run.parent) / SOURCES
    found = read_yaml(file) if file.is_file() else {}
    given = {name: value for name, value in found.items() if value is not None}
    try:
        return TypeAdapter(Sources).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UsageError(f"{file}: {place}: {first['msg']}") from error


def data_of(run: Path) -> list[Path]:
    """What a run learnt from; empty where it does not say."""
    return list(sources_of(run).data)


def validation_of(run: Path) -> list[Path]:
    """What a run kept aside: its validation data, or, of those it kept a share of, its data."""
    found = sources_of(run)
    return list(found.validation or found.data)
