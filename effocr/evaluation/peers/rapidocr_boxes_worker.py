"""Finds text with RapidOCR. Run by the Python that has it, so it imports nothing of effocr.

The job is JSON on standard input: `paths`, `threads` and `out`. The result is JSON in the file
`out`: `boxes` (corners of each image, null where it failed), `configuration`, `failures`.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path


def main() -> int:
    """Read the job, look at the pages, write the result."""
    import cv2
    from rapidocr_onnxruntime import RapidOCR

    job = json.load(sys.stdin)
    find = RapidOCR(intra_op_num_threads=job["threads"])
    boxes: list[list[list[list[float]]] | None] = []
    failures: dict[str, str] = {}
    for path in job["paths"]:
        image = cv2.imread(path, cv2.IMREAD_COLOR)
        if image is None:
            failures[path] = "OpenCV cannot open it"
            boxes.append(None)
            continue
        found = find(image, use_det=True, use_cls=False, use_rec=False)[0]
        boxes.append([[[float(x), float(y)] for x, y in box] for box in found or []])
    result = {
        "boxes": boxes,
        "configuration": f"rapidocr-onnxruntime {version('rapidocr-onnxruntime')}, "
        f"detection only, {job['threads']} threads",
        "failures": failures,
    }
    Path(job["out"]).write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
