"""Fill docs/cli.md with the help of every command.

    python scripts/cli_docs.py            write it
    python scripts/cli_docs.py --check    exit with status 1 if it is out of date

The text between `<!-- help: effocr COMMAND -->` and `<!-- end -->` is replaced, everything else is
left as it is; a command without such a place gets a section at the end.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
WIDTH = "80"


def command_names() -> list[str]:
    """Every command that does something, such as `effocr data check`, in the order of the help."""
    import typer

    from effocr.cli.main import app

    def leaves(command: object, name: str) -> Iterator[str]:
        children = getattr(command, "commands", None)
        if children is None:
            yield name
            return
        for child_name, child in children.items():
            yield from leaves(child, f"{name} {child_name}")

    return list(leaves(typer.main.get_command(app), "effocr"))


def help_of(name: str) -> str:
    """What `NAME --help` prints on a terminal of 80 columns.

    Raises:
        RuntimeError: it does not end with status 0.
    """
    from effocr.cli.main import main

    os.environ["COLUMNS"] = os.environ["TERMINAL_WIDTH"] = WIDTH
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = main([*name.split()[1:], "--help"])
    if status:
        raise RuntimeError(f"{name} --help: exit status {status}")
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())


def filled(page: str) -> str:
    """The page with the present help of every command in its place."""
    for name in command_names():
        block = f"<!-- help: {name} -->\n\n```text\n{help_of(name)}\n```\n\n<!-- end -->"
        place = re.compile(rf"<!-- help: {re.escape(name)} -->.*?<!-- end -->", re.DOTALL)
        if found := place.search(page):
            page = page[: found.start()] + block + page[found.end() :]
        else:
            page = f"{page.rstrip()}\n\n## {name}\n\n{block}\n"
    return page


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    page = PAGE.read_text(encoding="utf-8")
    new = filled(page)
    if arguments == ["--check"]:
        if new != page:
            print(f"{PAGE.name} is out of date: python scripts/cli_docs.py", file=sys.stderr)
        return int(new != page)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
