"""The options of commands that run a text spotter, and how it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from effocr.pipeline.spotter import Spotter

__all__ = ["Alphanumeric", "DetectorOption", "Punctuation", "open_spotter"]

DetectorOption = Annotated[
    Path | None,
    typer.Option(
        "--detector",
        metavar="DIR|FILE|classical",
        help="Exported detector of words or lines: its folder, .onnx, or OpenVINO's .xml or "
        ".bin; or `classical`, which needs no network. Default: that of the model, or the embedded "
        "one.",
    ),
]
Alphanumeric = Annotated[
    bool, typer.Option("--alphanumeric", help="Read only figures and letters of English.")
]
Punctuation = Annotated[
    bool, typer.Option("--punctuation", help="Keep punctuation at the ends of words.")
]


def open_spotter(
    model: str,
    detector: Path | None,
    *,
    alphanumeric: bool = False,
    punctuation: bool = False,
    threads: int | None = None,
) -> Spotter:
    """Open model and detector.

    Raises:
        UsageError: there is no such model or detector.
        BundleError: one of them is damaged.
    """
    from effocr.pipeline.network_lines import open_detector
    from effocr.pipeline.spotter import ALPHANUMERIC, Spotter
    from effocr.pipeline.threads import thread_count

    threads = thread_count(threads)
    opened = None if detector is None else open_detector(detector, callers=threads)
    return Spotter(
        model,
        detector=None if opened is None else opened.regions,
        level="line" if opened is None else opened.level,
        strip=not punctuation,
        threads=threads,
        whitelist=ALPHANUMERIC if alphanumeric else None,
    )
