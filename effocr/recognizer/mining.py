"""Look-alikes of a trained run: what its encoder confuses most easily."""

from pathlib import Path
from typing import Final

import numpy as np

from effocr.data.hard_negatives import write_hard_negatives
from effocr.recognizer.hardneg import mine_source
from effocr.recognizer.sources import GlyphSource
from effocr.recognizer.train import embed_with, load_encoder

__all__ = ["mine_run"]

MINING_SEED: Final = 11
ROWS_PER_LABEL: Final = 8


def mine_run(run: Path, source: GlyphSource, out: Path, *, k: int) -> int:
    """Write a set of look-alikes for each character of a source.

    Args:
        run: folder of a trained recognizer.
        source: crops, cut as reading cuts them.
        out: the file.
        k: characters in a set.

    Returns:
        How many sets there are.

    Raises:
        UsageError: k is less than 2.
        TrainingError: not a run of a recognizer.
    """
    encoder, _ = load_encoder(run)
    rng = np.random.default_rng(MINING_SEED)
    sets = mine_source(embed_with(encoder), source, k=k, rows_per_label=ROWS_PER_LABEL, rng=rng)
    write_hard_negatives(out, sets)
    return len(sets)
