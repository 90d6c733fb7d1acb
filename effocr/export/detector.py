"""A page detector from a run to a folder that reads without torch, proven equal on the way."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from effocr.detector.arrays import decode
from effocr.detector.bundle import GRAPH, DetectorManifest, write_manifest
from effocr.detector.config import Look
from effocr.detector.model import DeployedDetector
from effocr.detector.onnx import PAGES, OnnxMaps
from effocr.detector.page import Network, padded, page_maps, seen_page
from effocr.detector.pages import LearntPage
from effocr.detector.train import load_detector, torch_network
from effocr.errors import ParityError
from effocr.export.onnx import export_detector as export_graph
from effocr.export.quantize import quantise_graph
from effocr.metrics.boxes import BoxCounts
from effocr.metrics.icdar import match_detections
from effocr.versions import file_sha256

__all__ = [
    "DetectorParity", "drawn_pages", "export_detector", "prove_detector_parity",
]  # fmt: skip

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

MOST_DIFFERENCE: Final = 2e-3  # of a probability
LEAST_AGREEMENT: Final = 0.98  # of the regions in int8 with those in float
DRAWN: Final = ((96, 160), (256, 224), (320, 512))  # sizes of pages of blocks, besides real ones
QUANTISED: Final = ("/backbone/", "/neck/", "/text/layers/")  # names of nodes
BINARY_THRESHOLDS: Final = (0.3, 0.4, 0.5)
BOX_THRESHOLDS: Final = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
UNCLIP_RATIOS: Final = (1.5, 1.8, 2.2, 2.7, 3.3, 4.0, 5.0)
COMPARED: Final = 40  # pages


@dataclass(frozen=True, slots=True)
class DetectorParity:
    """Trained against exported, on the same pages.

    Attributes:
        pages: compared.
        difference: largest of a probability.
        regions: found by the trained one.
        changed: regions that only one of both finds.
        agreement: F-score of the regions in int8 with those in float; None: it is in float.
    """

    pages: int
    difference: float
    regions: int
    changed: int
    agreement: float | None = None

    def as_text(self) -> str:
        """One line for a person."""
        int8 = "" if self.agreement is None else f"; int8 agrees on {self.agreement:.1%}"
        return (
            f"detector: {self.pages} pages, largest difference {self.difference:.2g}, "
            f"{self.changed} of {self.regions} regions changed{int8}"
        )

    def check(self) -> None:
        """Refuse an export that finds other regions.

        Raises:
            ParityError: a region changed or a number drifted, or int8 agrees too little.
        """
        if self.changed or not self.difference <= MOST_DIFFERENCE:
            raise ParityError(
                f"the exported detector differs from the trained one: {self.as_text()}"
            )
        if self.agreement is not None and self.agreement < LEAST_AGREEMENT:
            raise ParityError(
                f"the detector in int8 agrees with the one in float on {self.agreement:.1%} of the "
                f"regions only; {LEAST_AGREEMENT:.0%} are needed: leave out --int8"
            )


def export_detector(
    run: Path,
    out: Path,
    *,
    pages: Sequence[LearntPage] = (),
    int8: bool = False,
    name: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> tuple[DetectorManifest, DetectorParity]:
    """Write detector.onnx and detector.json from the best weights of a run.

    Args:
        run: folder of the run, or a checkpoint.
        out: folder; made where it is missing.
        pages: kept aside, to choose thresholds by and to compare on, besides drawn ones.
        int8: backbone and pyramid in int8; the ranges are taken from `pages`.
        name: of the detector; None: that of the folder.
        details: further fields of the manifest: version, licence, description, fonts.

    Raises:
        ParityError: the export finds other regions; nothing is written.
    """
    model, training = load_detector(run)
    used = pages[:COMPARED]
    seen = [padded(seen_page(page.grey(), training.look)[0]) for page in used] + drawn_pages()
    with tempfile.TemporaryDirectory() as folder:
        graph, small = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        trained = torch_network(model, training.look.line_px)
        export_graph(DeployedDetector(model, line_px=training.look.line_px), graph)
        exported = OnnxMaps(graph)
        parity = prove_detector_parity(trained, exported, seen, training.look)
        shipped, file = exported, graph
        if int8:
            quantise_graph(graph, small, seen, source=PAGES, parts=QUANTISED)
            shipped, file = OnnxMaps(small), small
            agreement = agree_on_regions(exported, shipped, seen, training.look)
            parity = DetectorParity(
                parity.pages, parity.difference, parity.regions, parity.changed, agreement
            )
        parity.check()
        look, metrics = choose_look(shipped, used, training.look)
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, out / GRAPH)
    manifest = DetectorManifest(
        name=name or out.resolve().name,
        look=look,
        sha256=file_sha256(out / GRAPH),
        metrics={**metrics, "parity": parity.difference},
        **dict(details or {}),
    )
    write_manifest(out, manifest)
    return manifest, parity


def prove_detector_parity(
    trained: Network, exported: Network, pages: Iterable[Grey], look: Look
) -> DetectorParity:
    """Compare a network with its export on pages as it sees them; the report's `check` raises.

    Args:
        trained: run by torch.
        exported: run by onnxruntime.
        pages: [height, width] uint8, sides multiples of 32.
        look: how maps become regions.
    """
    count = regions = changed = 0
    difference = 0.0
    for page in pages:
        count += 1
        before, after = trained(page), exported(page)
        if before.shape != after.shape or not np.isfinite(after).all():
            return DetectorParity(count, float("inf"), regions, changed)
        difference = max(difference, float(np.abs(before[0] - after[0]).max()))
        counts = _agreement(before, after, look)
        regions += counts.truth
        changed += counts.truth + counts.found - 2 * counts.matched
    return DetectorParity(count, difference, regions, changed)


def agree_on_regions(one: Network, other: Network, pages: Iterable[Grey], look: Look) -> float:
    """F-score of the regions of two networks against each other at IoU 0.5: 1 if they agree."""
    counts = BoxCounts()
    for page in pages:
        counts += _agreement(one(page), other(page), look)
    return counts.f_score if counts.found or counts.truth else 1.0


def _agreement(before: Floats, after: Floats, look: Look) -> BoxCounts:
    expected, found = decode(before, look).polygons, decode(after, look).polygons
    return match_detections(expected, [False] * len(expected), found).counts


def choose_look(
    network: Network, pages: Sequence[LearntPage], look: Look
) -> tuple[Look, dict[str, float]]:
    """Thresholds with the best Hmean on pages kept aside, and what they reach there.

    A fixed unclip ratio is chosen too, where the network has no map of thickness. Without pages the
    look stays as it is.
    """
    maps = []
    for page in pages:
        seen, scale = seen_page(page.grey(), look)
        maps.append((page_maps(seen, network, look.map_stride), scale, page))
    if not maps:
        return look, {}
    ratios = (look.unclip_ratio,) if maps[0][0].shape[0] > 1 else UNCLIP_RATIOS
    best: tuple[BoxCounts, Look] | None = None
    for ratio, binary, box in product(ratios, BINARY_THRESHOLDS, BOX_THRESHOLDS):
        tried = look.model_copy(
            update={"binary_threshold": binary, "box_threshold": box, "unclip_ratio": ratio}
        )
        counts = BoxCounts()
        for found, scale, page in maps:
            polygons = [each / np.float32(scale) for each in decode(found, tried).polygons]
            counts += match_detections(page.polygons, page.ignored, polygons).counts
        if best is None or counts.f_score > best[0].f_score:
            best = counts, tried
    counts, chosen = best if best is not None else (BoxCounts(), look)
    reached = {"precision": counts.precision, "recall": counts.recall, "hmean": counts.f_score}
    return chosen, {name: round(value, 5) for name, value in reached.items()}


def drawn_pages() -> list[Grey]:
    """Pages of random blocks in rows, which need no data: always the same."""
    rng = np.random.default_rng(0)
    pages = []
    for height, width in DRAWN:
        page = np.full((height, width), 255, np.uint8)
        for top in range(12, height - 24, 26):
            for left in range(12, width - 16, 12):
                page[top : top + int(rng.integers(6, 14)), left : left + 8] = rng.integers(0, 90)
        pages.append(page)
    return pages
