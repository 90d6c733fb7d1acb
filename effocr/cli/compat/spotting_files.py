"""What the commands of a text spotter share: the template of the folder, data sets, weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.data.detection import DetectionPage
    from effocr.learn.templates import Template
    from effocr.pipeline.spotter import Spotter

__all__ = ["here", "open_spotter_of", "paths", "read_pages"]


def here() -> Template:
    """The template of the working directory.

    Raises:
        UsageError: there is none.
    """
    from effocr.learn.templates import TEMPLATE, load_template

    path = Path(TEMPLATE)
    if not path.is_file():
        raise UsageError(
            f"no {TEMPLATE} in this folder; make one with `effocr models instantiate TEMPLATE "
            "--out DIR` and work in it"
        )
    return load_template(path)


def paths(value: str) -> list[Path]:
    """Paths of a flag, separated by commas."""
    return [Path(part.strip()) for part in value.split(",") if part.strip()]


def read_pages(files: list[Path], roots: list[Path]) -> tuple[DetectionPage, ...]:
    """Pages of COCO with text, each file with its folder of images; what is left out is named.

    Raises:
        UsageError: no page is left.
        DataFormatError: a file cannot be read, or there are more of one than of the other.
    """
    from effocr.cli.runs import tell
    from effocr.data.coco_text import read_coco_text

    found = read_coco_text(files, roots)
    tell(found.problems)
    if not found.pages:
        raise UsageError(f"{', '.join(map(str, files))}: no image to use; are they in the roots?")
    return found.pages


def open_spotter_of(weights: Path, reader: str, threads: int | None = None) -> Spotter:
    """A spotter of letters and figures: weights of a detector, and a model that reads.

    Args:
        weights: checkpoint, .onnx, or the .xml or .bin of OpenVINO's form.
        reader: name or folder of the model.
        threads: of the reader; None: one per core.

    Raises:
        UsageError: there is no such file, or no such model.
        BundleError: an exported file is damaged.
        TrainingError: a checkpoint is damaged, or not one of a detector.
    """
    from effocr.pipeline.network_lines import MapLines, OpenedDetector, open_detector
    from effocr.pipeline.spotter import ALPHANUMERIC, Spotter
    from effocr.pipeline.threads import thread_count

    threads = thread_count(threads)
    if weights.suffix in (".onnx", ".xml", ".bin"):
        if not weights.is_file():
            raise UsageError(f"{weights}: no such file")
        opened = open_detector(weights, callers=threads)
    else:
        from effocr.detector.train import load_detector, torch_network

        model, training = load_detector(weights)
        network = torch_network(model, training.look.line_px)
        opened = OpenedDetector(MapLines(network, training.look), training.look.level)
    return Spotter(
        reader, detector=opened.regions, level=opened.level, threads=threads, whitelist=ALPHANUMERIC
    )
