"""`tools/eval_det.py` of OpenOCR: measure a DBNet by its configuration."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from effocr.cli.compat.openocr_config import open_values, openocr_flags
from effocr.cli.compat.openocr_settings import label_files, settings_of_openocr

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    values = open_values(
        openocr_flags(
            "openocr_eval_det.py",
            "Print precision, recall and Hmean of a DBNet on the Eval pages of a configuration of "
            "OpenOCR, and images a second.",
        ).parse_args(argv)
    )

    from effocr.cli.compat.openocr_networks import trained_network
    from effocr.cli.compat.openocr_pages import read_pages, tell_unused
    from effocr.cli.compat.openocr_weights import metrics_of
    from effocr.cli.runs import tell
    from effocr.detector.page import find_regions
    from effocr.evaluation.detection import detect_pages, pair_pages, score_detection
    from effocr.pipeline.images import load_image

    settings = settings_of_openocr(values)
    labels = label_files(values, "Eval")
    network, path = trained_network(values, settings)
    tell_unused(values)
    truth = read_pages(labels, seed=settings.loop.seed)
    seconds = 0.0

    def detect(page: npt.NDArray[np.uint8]) -> Iterator[tuple[npt.NDArray[np.float32], float]]:
        nonlocal seconds
        start = time.perf_counter()
        found = find_regions(page, network, settings.look)
        seconds += time.perf_counter() - start
        return zip(found.polygons, found.scores.tolist(), strict=True)

    found = detect_pages(truth, detect, load=load_image)
    pairs, problems = pair_pages(truth, found.pages)
    tell((*found.problems, *problems))
    counts = score_detection(pairs).icdar
    figures = {
        "precision": counts.precision,
        "recall": counts.recall,
        "hmean": counts.f_score,
        "fps": len(found.pages) / max(seconds, 1e-9),
    }
    print("metric in ckpt ***************")
    _print(metrics_of(path))
    print("metric eval ***************")
    _print(figures)
    return 0


def _print(figures: Mapping[str, Any]) -> None:
    for name, value in figures.items():
        print(f"{name}:{value}")
