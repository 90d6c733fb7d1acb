"""`coco_combine.py`: put two COCO data sets together."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from effocr.cli.compat.flags import Flags

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Write OUTDIR/OUTJSONNAME and OUTDIR/images; what was left out goes to standard error."""
    from effocr.data.coco_sets import combine_coco

    flags = Flags("coco_combine.py", description="Put two COCO data sets together.")
    for number in (1, 2):
        flags.flag(f"--json{number}", type=Path, required=True, help="COCO file")
        flags.flag(f"--imdir{number}", type=Path, required=True, help="folder of its images")
    flags.flag("--outjsonname", required=True, help="name of the file to write")
    flags.flag("--outdir", type=Path, required=True, help="folder for it and for images/")
    given = flags.parse_args(argv)
    out = given.outdir / given.outjsonname
    sets = [(given.json1, given.imdir1), (given.json2, given.imdir2)]
    content, problems = combine_coco(sets, out, given.outdir / "images")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{out}: {len(content['images'])} images, {len(content['annotations'])} annotations")
    return 0
