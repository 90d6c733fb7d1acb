"""What a classic recognizer learns from and is judged by, out of a data set and its splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from effocr.errors import UsageError
from effocr.language import load_language
from effocr.workbench.dataset import RecognizerData, Split
from effocr.workbench.glyph_squares import GlyphSquares, Ints, load_squares, reference_rows
from effocr.workbench.recognizer_batches import SquareBatches, square_batches
from effocr.workbench.recognizer_config import ALL_CLASSES, ClassicTraining
from effocr.workbench.recognizer_scores import Classified, Retrieved

__all__ = ["Parts", "class_names", "gather_parts", "measure_on"]

Measure: TypeAlias = "Retrieved | Classified"


@dataclass(frozen=True)
class Parts:
    """What a training is made of.

    Attributes:
        squares: of the data set.
        rows: of them, those to learn from.
        classes: characters by the outputs of a classifier.
        batches: of the rows.
        measure: on the validation crops.
    """

    squares: GlyphSquares
    rows: Ints
    classes: tuple[str, ...]
    batches: SquareBatches
    measure: Measure


def gather_parts(
    data: RecognizerData, split: Split, classes: Sequence[str], config: ClassicTraining
) -> Parts:
    """Read the images of a split and choose what is learnt from.

    Args:
        data: glyph images.
        split: of them.
        classes: characters of a classifier, as `class_names` gives them.
        config: of the training.

    Raises:
        UsageError: a part that is needed is empty.
        TrainingError: there are fewer than two characters.
    """
    squares = load_squares(data, split, size_px=config.size_px)
    rows = _rows(squares, config)
    batches = square_batches(squares, rows, classes, config)
    measure = measure_on(squares, squares.val, classes, config)
    return Parts(squares, rows, tuple(classes), batches, measure)


def _rows(squares: GlyphSquares, config: ClassicTraining) -> Ints:
    """Rows to learn from.

    Raises:
        UsageError: there are none, or none to validate or test on where that is needed.
    """
    by_use = {
        "both": np.concatenate([squares.renders, squares.train]),
        "crops": squares.train,
        "renders": squares.renders,
    }
    rows = by_use[config.use]
    if not len(rows):
        what = {"crops": "crops of the lines that the training file lists", "renders": "renders"}
        raise UsageError(
            f"nothing to learn from: the data set has no {what.get(config.use, 'images')}"
        )
    if config.use == "crops" and not len(squares.val):
        raise UsageError(
            "the data set has no crops of the lines that the validation file lists: a finetuning "
            "can't choose its best epoch without; give other annotation files"
        )
    if config.test_at_end and not len(squares.test):
        raise UsageError(
            "the data set has no crops of the lines that the test file lists; leave out "
            "--test_at_end or give another file"
        )
    return rows


def class_names(data: RecognizerData, config: ClassicTraining) -> tuple[str, ...]:
    """Characters of a classifier, in the order of their folders' names; else none.

    Raises:
        UsageError: another number was asked for than there are.
    """
    if config.classes is None:
        return ()
    found = data.classes
    if config.classes not in (ALL_CLASSES, len(found)):
        raise UsageError(
            f"{config.classes} classes asked for, {data.root} has {len(found)}; "
            f"give {len(found)}, or {ALL_CLASSES} for as many as there are"
        )
    return found


def measure_on(
    squares: GlyphSquares, queries: Ints, classes: Sequence[str], config: ClassicTraining
) -> Measure:
    """How crops are judged: by the index, or by the classifier itself."""
    if config.classes is not None:
        return Classified(squares, queries, classes)
    fonts = load_language(config.language).reference_fonts
    reference = reference_rows(squares.samples, squares.renders, squares.train, fonts)
    return Retrieved(squares, reference, queries)
