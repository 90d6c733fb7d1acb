"""Configurations of OpenOCR: YAML with a base, changed by `--o a.b=value`."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from effocr.cli.compat.flags import Flags
from effocr.errors import UsageError
from effocr.training.config import read_yaml

__all__ = ["Values", "open_values", "openocr_flags"]

_BASE: Final = "_BASE_"
_TRANSFORMS: Final = "transforms"  # a list of one-key mappings, here a mapping of them


class Values:
    """Values by dotted path; it knows which were asked for, so that the others can be named.

    Attributes:
        tree: all values, nested.
    """

    def __init__(self, tree: Mapping[str, Any]) -> None:
        """Take a tree over."""
        self.tree = tree
        self._flat = dict(_leaves(tree, ""))
        self._known: set[str] = set()
        self._notes: dict[str, None] = {}

    def take(self, path: str, default: Any = None) -> Any:
        """The value at a path; the default where there is none or null."""
        self._known.add(path)
        found: Any = self.tree
        for part in path.split("."):
            found = _named(found).get(part) if isinstance(found, (Mapping, list)) else None
        return default if found is None else found

    def number(self, path: str, default: float) -> float:
        """The number at a path.

        Raises:
            UsageError: it is something else.
        """
        found = self.take(path, default)
        try:
            return float("nan") if isinstance(found, bool) else float(found)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{path}: {found!r} is not a number") from error

    def whole(self, path: str, default: int) -> int:
        """The whole number at a path.

        Raises:
            UsageError: it is something else.
        """
        found = self.number(path, default)
        if not math.isfinite(found) or found != int(found):
            raise UsageError(f"{path}: {self.take(path)!r} is not a whole number")
        return int(found)

    def one_of(self, path: str, known: Mapping[str, Any], default: str) -> Any:
        """What a name at a path stands for.

        Raises:
            UsageError: it stands for nothing.
        """
        name = self.take(path, default)
        if not isinstance(name, str) or name not in known:
            raise UsageError(f"{path}: {name!r} is not known here; {' or '.join(known)}")
        return known[name]

    def know(self, *paths: str) -> None:
        """Count values as asked for, with all that is under them."""
        self._known.update(paths)

    def expect(self, path: str, only: Any) -> None:
        """Count a value as asked for if it is the only one that there is."""
        if self.take(path, only) != only:
            self._known.discard(path)

    def note(self, text: str) -> None:
        """Remember what is done otherwise."""
        self._notes[text] = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What is done otherwise."""
        return tuple(self._notes)

    def left(self) -> list[tuple[str, Any]]:
        """Paths and values that nobody has asked for; null is no value."""
        return [
            (path, value)
            for path, value in self._flat.items()
            if value is not None and not self._is_known(path)
        ]

    def _is_known(self, path: str) -> bool:
        parts = path.split(".")
        return any(".".join(parts[: end + 1]) in self._known for end in range(len(parts)))


def open_values(args: argparse.Namespace) -> Values:
    """Read the configuration that the flags name.

    Raises:
        UsageError: no file is named, one cannot be read, or a change is no `a.b=value`.
    """
    if args.config is None:
        raise UsageError("name a configuration with --c FILE, such as repvit_db.yml")
    tree = _read(args.config, ())
    for change in args.opt:
        _change(tree, change)
    return Values(tree)


def openocr_flags(prog: str, description: str) -> Flags:
    """The flags that all of the commands have."""
    flags = Flags(prog, description=description)
    flags.add_argument(
        "-c", "--c", "--config", dest="config", type=Path, metavar="FILE", help="YAML of OpenOCR."
    )
    flags.add_argument(
        "-o", "--o", "--opt", dest="opt", nargs="*", action="extend", default=[],
        metavar="A.B=VALUE", help="Changes of the configuration, values in YAML.",
    )  # fmt: skip
    flags.add_argument(
        "--local_rank", "--local-rank", type=int, help="Taken from torch.distributed.launch."
    )
    return flags


def _read(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    """A file over its base."""
    if path.resolve() in above:
        raise UsageError(f"{path}: is its own {_BASE}")
    values = read_yaml(path)
    if not values:
        raise UsageError(f"{path}: expected groups such as Global and Train")
    bases = values.pop(_BASE, None) or []
    bases = [bases] if isinstance(bases, str) else bases
    if not isinstance(bases, list) or not all(isinstance(base, str) for base in bases):
        raise UsageError(f"{path}: {_BASE}: {bases}: expected the name of a file, or a list")
    tree: dict[str, Any] = {}
    for base in bases:
        _merge(tree, _read(path.parent / Path(base).expanduser(), (*above, path.resolve())))
    _merge(tree, values)
    return tree


def _merge(tree: dict[str, Any], over: Mapping[str, Any]) -> None:
    for name, value in over.items():
        if isinstance(value, Mapping) and isinstance(tree.get(name), dict):
            _merge(tree[name], value)
        else:
            tree[name] = value


def _change(tree: dict[str, Any], change: str) -> None:
    path, equals, text = change.partition("=")
    if not equals or not path:
        raise UsageError(f"--o {change}: expected A.B=VALUE, such as Global.epoch_num=2")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"--o {change}: {text!r} is not a YAML value") from error
    *groups, last = path.split(".")
    place: Any = tree
    for group in groups:
        holder, key = _slot(place, group, change)
        if isinstance(holder, dict) and holder.get(key) is None:
            holder[key] = {}
        place = holder[key]
        if not isinstance(place, (dict, list)):
            raise UsageError(f"--o {change}: {group} is a value, not a group of values")
    holder, key = _slot(place, last, change)
    holder[key] = value


def _slot(place: Any, name: str, change: str) -> tuple[Any, Any]:
    """Where a name is: a group and its key; in a list an entry's number, or the group it begins.

    Raises:
        UsageError: a list has nothing of that name.
    """
    if isinstance(place, dict):
        return place, name
    for number, entry in enumerate(place):
        if name == str(number):
            return place, number
        if isinstance(entry, dict) and name in entry:
            return entry, name
    raise UsageError(f"--o {change}: there is no {name}")


def _named(found: Mapping[str, Any] | list[Any]) -> Mapping[str, Any]:
    """A group; a list of one-key mappings is one, too."""
    if isinstance(found, Mapping):
        return found
    return {
        str(name): value if value is not None else {}
        for entry in found
        if isinstance(entry, Mapping)
        for name, value in entry.items()
    }


def _leaves(found: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Paths and values of a tree; transforms without settings are leaves, too."""
    for name, value in found.items():
        own = f"{path}.{name}" if path else str(name)
        if name == _TRANSFORMS and isinstance(value, list):
            for transform, settings in _named(value).items():
                whole = settings if isinstance(settings, Mapping) and settings else None
                if whole is None:
                    yield f"{own}.{transform}", "on"
                else:
                    yield from _leaves(whole, f"{own}.{transform}")
        elif isinstance(value, Mapping) and value:
            yield from _leaves(value, own)
        else:
            yield own, value
