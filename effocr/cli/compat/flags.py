"""Flags as the original scripts have them: `--a_b` and `--a-b`, and old ones with a warning."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from effocr.errors import UsageError

__all__ = ["Flags"]


class Flags(argparse.ArgumentParser):
    """A parser whose errors are ours and whose flags may be written with - or _."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{self.prog}: {message}; see {self.prog} --help")

    def flag(self, *names: str, deprecated: str | None = None, **options: Any) -> None:
        """Add a flag in both spellings.

        Args:
            names: such as `--image_dir`; the first one names the value (`image_dir`).
            deprecated: what to tell somebody who still uses it; None: it is in use.
            options: of `argparse.ArgumentParser.add_argument`.
        """
        spellings = dict.fromkeys(
            spelling
            for name in names
            for spelling in (name, f"--{name[2:].replace('_', '-')}")
            if name.startswith("--")
        )
        options.setdefault("dest", names[0][2:].replace("-", "_"))
        if deprecated is not None:
            options["help"] = f"Old: {deprecated}"
            self._old |= dict.fromkeys(spellings, deprecated)
        self.add_argument(*spellings, **options)

    def __init__(self, prog: str, *, description: str) -> None:
        super().__init__(prog, description=description)
        self._old: dict[str, str] = {}

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse, and warn of old flags on standard error."""
        given = list(sys.argv[1:] if args is None else args)
        found = super().parse_args(given, namespace)
        for word in given:
            name = word.partition("=")[0]
            if name in self._old:
                print(f"{self.prog}: {name} is out of use: {self._old[name]}", file=sys.stderr)
        return found
