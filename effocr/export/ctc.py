"""A sequence reader from a run to a folder that reads without torch, proven equal on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from effocr.ctc.arrays import HEIGHT, batch_lines, columns_of, scale_line
from effocr.ctc.bundle import GRAPH, CtcManifest, write_manifest
from effocr.ctc.train import load_reader
from effocr.errors import ParityError
from effocr.export.onnx import export_line_reader
from effocr.pipeline.ctc_engine import OnnxCtc
from effocr.training.checkpoints import best_of, load_checkpoint
from effocr.versions import file_sha256

__all__ = ["CtcParity", "export_ctc", "export_ctc_graph", "prove_ctc_parity"]

Grey = npt.NDArray[np.uint8]

TIE: Final = 1e-3  # of log probability; classes nearer to each other may change places
MOST_DIFFERENCE: Final = 2e-2  # of a log probability; small ones are far from 0 and add up errors
DRAWN: Final = 8  # lines of random strokes that are compared, besides real ones
WIDTHS: Final = (64, 200, 333, 512)  # of those, pixels


@dataclass(frozen=True, slots=True)
class CtcParity:
    """Trained against exported, on the same lines.

    Attributes:
        lines: compared.
        columns: of output, of all lines.
        difference: largest of a log probability.
        changed: columns whose likeliest class differs, ties apart.
    """

    lines: int
    columns: int
    difference: float
    changed: int

    def as_text(self) -> str:
        """One line for a person."""
        return (
            f"ctc: {self.lines} lines, largest difference {self.difference:.2g}, class changed in "
            f"{self.changed} of {self.columns} columns"
        )

    def check(self) -> None:
        """Refuse an export that reads otherwise.

        Raises:
            ParityError: a class changed, or a number drifted.
        """
        if self.changed or not self.difference <= MOST_DIFFERENCE:
            raise ParityError(f"the exported reader differs from the trained one: {self.as_text()}")


def export_ctc(
    run: Path,
    out: Path,
    *,
    lines: Sequence[Grey] = (),
    name: str | None = None,
    details: Mapping[str, str] | None = None,
) -> tuple[CtcManifest, CtcParity]:
    """Write ctc.onnx and ctc.json from the best weights of a run.

    Args:
        run: folder of the run, or a checkpoint.
        out: folder; made where it is missing.
        lines: real lines [height, width] uint8 to compare on, besides drawn ones.
        name: of the reader; None: that of the folder.
        details: further fields of the manifest: version, licence, description.

    Raises:
        ParityError: the export reads otherwise; nothing is left in the folder.
    """
    model, training, alphabet = load_reader(run)
    parity = export_ctc_graph(model, out / GRAPH, lines=lines)
    best = load_checkpoint(best_of(run))["best"]
    manifest = CtcManifest(
        name=name or out.resolve().name,
        alphabet=alphabet.characters,
        sha256=file_sha256(out / GRAPH),
        metrics={} if best is None else {training.loop.best: round(float(best), 6)},
        **dict(details or {}),
    )
    write_manifest(out, manifest)
    return manifest, parity


def export_ctc_graph(model: nn.Module, path: Path, *, lines: Sequence[Grey] = ()) -> CtcParity:
    """Write the ONNX file of a network, if it reads as the network does.

    Raises:
        ParityError: it reads otherwise; what was in its place is kept.
    """
    model = model.cpu().eval()
    draft = path.with_name(f".{path.name}.part")
    try:
        export_line_reader(model, draft, height=HEIGHT)
        parity = prove_ctc_parity(model, OnnxCtc(draft), [*lines, *_drawn_lines()])
        parity.check()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return parity


@torch.no_grad()
def prove_ctc_parity(model: nn.Module, exported: OnnxCtc, lines: Sequence[Grey]) -> CtcParity:
    """Compare a network with its export, line by line and in batches; the report's `check` raises.

    Args:
        model: run by torch, in eval mode.
        exported: run by onnxruntime.
        lines: each [height, width] uint8.
    """
    columns = changed = 0
    difference = 0.0
    for first in range(0, len(lines), 3):
        scaled = [scale_line(line) for line in lines[first : first + 3]]
        batch = batch_lines(scaled, max(line.shape[1] for line in scaled))
        before, after = model(torch.from_numpy(batch)).numpy(), exported.log_probs(batch)
        if before.shape != after.shape or not np.isfinite(after).all():
            return CtcParity(len(lines), columns, float("inf"), changed)
        for place, line in enumerate(scaled):
            own = slice(columns_of(line.shape[1]))
            one, two = before[own, place], after[own, place]
            difference = max(difference, float(np.abs(one - two).max()))
            columns += len(one)
            ordered = np.sort(one, axis=1)
            clear = ordered[:, -1] - ordered[:, -2] >= TIE
            changed += int((clear & (one.argmax(axis=1) != two.argmax(axis=1))).sum())
    return CtcParity(len(lines), columns, difference, changed)


def _drawn_lines() -> list[Grey]:
    """Lines of random strokes, which need no data: always the same."""
    rng = np.random.default_rng(0)
    lines = []
    for number in range(DRAWN):
        width = WIDTHS[number % len(WIDTHS)]
        grey = np.full((HEIGHT, width), 255, np.uint8)
        for left in range(8, width - 8, 12):
            top, bottom = sorted(rng.integers(10, 56, 2).tolist())
            grey[top : bottom + 1, left : left + int(rng.integers(2, 10))] = rng.integers(0, 120)
        lines.append(grey)
    return lines
