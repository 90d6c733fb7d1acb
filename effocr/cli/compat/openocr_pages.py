"""Pages of a configuration of OpenOCR, and what is found on them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from effocr.cli.compat.openocr_settings import LabelFiles, unused
from effocr.cli.runs import tell

if TYPE_CHECKING:
    from effocr.cli.compat.openocr_config import Values
    from effocr.data.detection import DetectionPage
    from effocr.detector.config import DetectorTraining
    from effocr.detector.pages import LearntPage

__all__ = ["learnt_pages", "read_pages", "tell_unused"]

_WHOLE = 1e6  # height of lines, pixels: a page is never made smaller for it


def tell_unused(values: Values) -> None:
    """Name on standard error what of a configuration has no effect."""
    from effocr.training.distributed import is_main

    if is_main():
        for line in unused(values):
            print(line, file=sys.stderr)


def read_pages(labels: LabelFiles, *, seed: int) -> tuple[DetectionPage, ...]:
    """Pages of files of labels; what is left out is named on standard error.

    Args:
        labels: the files.
        seed: chooses the pages of a file of which a share is taken.

    Raises:
        DataFormatError: a file cannot be opened.
        UsageError: there is no page.
    """
    import numpy as np

    from effocr.data.detection_forms import DetectionReading, read_detection
    from effocr.errors import UsageError

    found: list[DetectionPage] = []
    for number, (file, share) in enumerate(zip(labels.files, labels.shares, strict=True)):
        read = read_detection(file, "labels", DetectionReading(images=labels.images))
        tell(read.problems)
        pages = list(read.pages)
        if share < 1:
            rng = np.random.default_rng((seed, number))
            count = round(share * len(pages))
            pages = [pages[one] for one in sorted(rng.permutation(len(pages))[:count])]
        found += pages
    if not found:
        names = ", ".join(map(str, labels.files))
        raise UsageError(f"{names}: no page that can be used; are the images in {labels.images}?")
    return tuple(found)


def learnt_pages(
    truths: Sequence[DetectionPage], settings: DetectorTraining, *, whole: bool
) -> Sequence[LearntPage]:
    """Pages in memory; what can't be read is named on standard error.

    Args:
        truths: what is on them.
        settings: of the training.
        whole: in their own size, as they are measured; else as small as training needs them.
    """
    from effocr.cli.train import load_named
    from effocr.detector.pages import load_pages

    pages, skipped = load_pages(
        truths,
        line_px=_WHOLE if whole else settings.look.line_px,
        memory_mb=settings.memory_mb,
        load=load_named,
    )
    tell(skipped)
    return pages
