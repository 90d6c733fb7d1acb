"""Reads lines with RapidOCR. Run by the Python that has it, so it imports nothing of effocr.

The job is JSON on standard input, the result JSON in the file that the job names; see
`effocr.evaluation.peers.run.run_worker`.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

_CHUNK = 96  # images held at a time; within it RapidOCR sorts by width, which makes it faster


def main() -> int:
    """Read the job, read the lines, write the result."""
    import cv2
    import numpy as np
    from rapidocr_onnxruntime import RapidOCR

    job = json.load(sys.stdin)
    recognise = RapidOCR(intra_op_num_threads=job["threads"]).text_rec
    recognise([np.full((48, 320, 3), 255, np.uint8)])  # model loaded and warm

    texts: list[str | None] = []
    failures: dict[str, str] = {}
    paths = job["paths"] * job["turns"]
    started = time.perf_counter()
    for first in range(0, len(paths), _CHUNK):
        chunk = paths[first : first + _CHUNK]
        images = [cv2.imread(path, cv2.IMREAD_COLOR) for path in chunk]
        read = iter(recognise([image for image in images if image is not None])[0])
        for path, image in zip(chunk, images, strict=True):
            if image is None:
                failures[path] = "OpenCV cannot open it"
            texts.append(None if image is None else next(read)[0])
    seconds = time.perf_counter() - started

    result = {
        "texts": texts[: len(job["paths"])],
        "seconds": seconds,
        "configuration": f"rapidocr-onnxruntime {version('rapidocr-onnxruntime')}, "
        f"recognition only, {job['threads']} threads",
        "failures": failures,
    }
    Path(job["out"]).write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
