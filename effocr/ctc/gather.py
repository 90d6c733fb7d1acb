"""What a training of the sequence reader learns from and is measured on, put together."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from effocr.ctc.alphabet import Alphabet, open_alphabet
from effocr.ctc.config import CtcTraining
from effocr.ctc.lines import (
    LineFiles,
    PlainLine,
    draw_synthetic,
    load_plain_lines,
    spell_lines,
)
from effocr.ctc.train import CtcData
from effocr.data.hiertext import ground_truth
from effocr.data.records import Skipped
from effocr.training.lines import keep_aside

__all__ = ["gather_data"]


def gather_data(
    data: Sequence[Path],
    validation: Sequence[Path],
    config: CtcTraining,
    *,
    load: Callable[[Path], npt.NDArray[np.uint8]],
    alphabet: Alphabet | None = None,
) -> tuple[CtcData, list[Skipped]]:
    """Read, draw and spell lines.

    Args:
        data: line pairs, HierText and character-level COCO, mixed.
        validation: the same; empty: the validation split of HierText folders that have one, and
            every twentieth of all other lines.
        config: of the run.
        load: reads an image as [height, width] uint8.
        alphabet: of the network; None: as the configuration says.

    Returns:
        Lines and alphabet, and all that was left out.

    Raises:
        DataFormatError: a path is no such data, or there is no alphabet.
    """
    files = LineFiles(load, config.outside, config.max_images)
    split = [path for path in data if not validation and ground_truth(path, "validation").is_file()]
    learnt, skipped = load_plain_lines(split, files)
    aside, more = load_plain_lines(validation or split, files, split="validation")
    others, left_out = load_plain_lines([path for path in data if path not in split], files)
    drawn, refused = draw_synthetic(config.synthetic, seed=config.loop.seed)
    rest: tuple[PlainLine, ...] = (*others, *drawn)
    if not validation and rest:
        rest, own = keep_aside(rest)
        aside += own
    learnt += rest
    known = alphabet or open_alphabet(config.alphabet, [line.text for line in learnt])
    lines, unfit = spell_lines(learnt, known, config)
    measured, unmeasured = spell_lines(aside, known, config, measured=True)
    skipped += [*more, *left_out, *refused, *unfit, *unmeasured]
    return CtcData(lines, measured, known), skipped
