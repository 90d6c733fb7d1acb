"""`tools/instantiate_template.py TEMPLATE WORK_DIR` of OpenVINO's training extensions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from effocr.cli.compat.flags import Flags

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    flags = Flags(
        "instantiate_template.py", description="Make a folder to train a text spotter in."
    )
    flags.add_argument("template", help="Name, folder or template.yaml of the template.")
    flags.add_argument("output", type=Path, help="Folder to be made.")
    flags.flag(
        "--do-not-load-snapshot", action="store_true", deprecated="nothing is ever downloaded"
    )
    flags.flag("--verbose", "-v", action="store_true", help="Name the files that are made.")
    args = flags.parse_args(argv)

    from effocr.learn.templates import find_template, instantiate_template

    made = instantiate_template(find_template(args.template), args.output)
    print(f"{args.output}: {made.name}")
    for file in sorted(args.output.rglob("*")) if args.verbose else ():
        print(file)
    return 0
