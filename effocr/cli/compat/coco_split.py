"""`coco_split.py`: split a COCO data set into train, val and test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from effocr.cli.compat.flags import Flags
from effocr.errors import UsageError

__all__ = ["run"]

PARTS = ("train", "val", "test")


def run(argv: Sequence[str]) -> int:
    """Write the parts beside the file, which is left as it is."""
    from effocr.data.coco_sets import split_coco

    flags = Flags(
        "coco_split.py",
        description="Split a COCO data set by image. `effocr data split` keeps documents together.",
    )
    flags.flag("--coco_json", type=Path, required=True, help="COCO file; stays as it is")
    flags.flag("--tvt_split", required=True, help="shares of train, val, test: 0.7,0.15,0.15")
    flags.flag("--seed", type=int, default=99, help="of the random choice (99)")
    given = flags.parse_args(argv)
    shares = _shares(given.tvt_split)
    for part, (place, count) in split_coco(given.coco_json, shares, seed=given.seed).items():
        print(f"{place}: {count} images ({part})")
    return 0


def _shares(text: str) -> dict[str, float]:
    try:
        return dict(zip(PARTS, map(float, text.split(",")), strict=True))
    except ValueError as error:
        message = f"coco_split.py: --tvt_split {text!r}: expected three shares, 0.7,0.15,0.15"
        raise UsageError(message) from error
