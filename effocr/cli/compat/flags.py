"""Flags as the original scripts have them: `--a_b` and `--a-b`, and old ones with a warning."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from effocr.errors import UsageError

__all__ = ["Flags"]

_HELP_WIDTH: Final = 100  # the same everywhere, so that docs/cli.md can hold it


class Flags(argparse.ArgumentParser):
    """A parser whose errors are ours and whose flags may be written with - or _."""

    def __init__(self, prog: str, *, description: str) -> None:
        super().__init__(
            prog,
            description=description,
            formatter_class=lambda prog: argparse.HelpFormatter(prog, width=_HELP_WIDTH),
            epilog="Flags may be written with - for _.",
        )
        self._spellings: dict[str, str] = {}  # with _ only -> as the flag was added
        self._old: dict[str, str] = {}

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{self.prog}: {message}; see {self.prog} --help")

    def flag(self, *names: str, deprecated: str | None = None, **options: Any) -> None:
        """Add a flag; it is known with - and with _ in its name.

        Args:
            names: such as `--image_dir`; the first one names the value (`image_dir`).
            deprecated: what to tell somebody who still uses it; None: it is in use.
            options: of `argparse.ArgumentParser.add_argument`.
        """
        options.setdefault("dest", names[0][2:].replace("-", "_"))
        if deprecated is not None:
            options["help"] = f"Old: {deprecated}"
            self._old |= dict.fromkeys(names, deprecated)
        self._spellings |= {_plain(name): name for name in names}
        self.add_argument(*names, **options)

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse, and warn of old flags on standard error."""
        given = [self._as_added(word) for word in (sys.argv[1:] if args is None else args)]
        found = super().parse_args(given, namespace)
        for word in given:
            name = word.partition("=")[0]
            if name in self._old:
                print(f"{self.prog}: {name} is out of use: {self._old[name]}", file=sys.stderr)
        return found

    def _as_added(self, word: str) -> str:
        """A flag in the spelling in which it was added; any other word as it is."""
        name, equals, value = word.partition("=")
        if not name.startswith("--"):
            return word
        plain = _plain(name)
        begun = [flag for known, flag in self._spellings.items() if known.startswith(plain)]
        found = self._spellings.get(plain) or (begun[0] if len(begun) == 1 else name)
        return found + equals + value


def _plain(name: str) -> str:
    return "--" + name[2:].replace("-", "_")
