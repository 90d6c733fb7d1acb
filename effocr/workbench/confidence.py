"""How sure a run of a classic recognizer may be: weights fitted on its validation crops.

The original has no confidence. Runs of ours keep its weights in `confidence.json`; a run without
that file gets usual ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from effocr.atomic import write_text
from effocr.bundle import Calibration
from effocr.errors import BundleError

if TYPE_CHECKING:
    from effocr.pipeline.engines import Searcher

__all__ = ["CONFIDENCE", "read_confidence", "write_confidence"]

CONFIDENCE: Final = "confidence.json"


def read_confidence(folder: Path) -> Calibration | None:
    """The weights of a run; None where it has none.

    Raises:
        BundleError: the file is damaged.
    """
    path = folder / CONFIDENCE
    if not path.is_file():
        return None
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise BundleError(f"{path}: not weights of a confidence; delete it") from error


def write_confidence(
    folder: Path,
    index: Searcher,
    embeddings: npt.NDArray[np.float32],
    labels: Sequence[str],
) -> Calibration | None:
    """Fit the weights on crops that were kept aside, and keep them in the run folder.

    Args:
        folder: of the run.
        index: of the run.
        embeddings: [n, numbers] of the crops.
        labels: n true characters.

    Returns:
        The weights; None, and no file, where there are too few crops.
    """
    from effocr.export.calibrate import LEAST_SAMPLES, fit_calibration, weigh_evidence
    from effocr.export.sample import Sample

    path = folder / CONFIDENCE
    path.unlink(missing_ok=True)
    if len(labels) < LEAST_SAMPLES:
        return None
    scores = np.ones(len(labels), np.float32)  # crops are cut where the truth says
    evidence = weigh_evidence(Sample(embeddings, scores, tuple(labels)), index)
    weights = fit_calibration(evidence.features, evidence.correct)
    write_text(path, weights.model_dump_json(indent=2) + "\n")
    return weights
