"""Reads pages with RapidOCR. Run by the Python that has it, so it imports nothing of effocr.

The job is JSON on standard input: `paths`, `threads` and `out`. The result is JSON in the file
`out`: `pages` (of each image its lines as [corners, text], null where it failed), `seconds`,
`configuration`.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path


def main() -> int:
    import cv2
    import numpy as np
    from rapidocr_onnxruntime import RapidOCR

    job = json.load(sys.stdin)
    read = RapidOCR(intra_op_num_threads=job["threads"])
    read(np.full((64, 320, 3), 255, np.uint8))  # models loaded and warm
    pages = []
    started = time.perf_counter()
    for path in job["paths"]:
        image = cv2.imread(path, cv2.IMREAD_COLOR)
        found = None if image is None else read(image)[0] or []
        pages.append(
            None
            if found is None
            else [[[[float(x), float(y)] for x, y in box], text] for box, text, _ in found]
        )
    result = {
        "pages": pages,
        "seconds": time.perf_counter() - started,
        "configuration": f"rapidocr-onnxruntime {version('rapidocr-onnxruntime')}, "
        f"{job['threads']} threads",
    }
    Path(job["out"]).write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
