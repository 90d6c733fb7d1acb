"""`coco_subset.py`: take some images of a COCO data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from effocr.cli.compat.flags import Flags

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Write NAME_subsetN.json beside the file."""
    from effocr.data.coco_sets import subset_coco

    flags = Flags("coco_subset.py", description="Take some images of a COCO data set at random.")
    flags.flag("--input_coco_json", type=Path, required=True, help="COCO file")
    flags.flag("--n", type=int, required=True, help="number of images")
    flags.flag("--seed", type=int, default=99, help="of the random choice (99)")
    given = flags.parse_args(argv)
    place = subset_coco(given.input_coco_json, given.n, seed=given.seed)
    print(f"{place}: {given.n} images")
    return 0
