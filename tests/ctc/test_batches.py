"""Batches: a function of the step, every line once in an epoch."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch

from effocr.ctc.alphabet import Alphabet
from effocr.ctc.batches import LineBatches
from effocr.ctc.config import CtcTraining, LineJitter
from effocr.ctc.lines import LearntLine, PlainLine
from effocr.errors import TrainingError


def lines_of(widths: list[int]) -> list[LearntLine]:
    """Each line is all of one grey, which is its number."""
    return [
        LearntLine(PlainLine.of(np.full((64, width), number, np.uint8), "ab", "here"), (1, 2), "ab")
        for number, width in enumerate(widths)
    ]


WIDTHS = [100, 120, 128, 30, 190, 150, 256]


def batches(small_training: Callable[..., CtcTraining], **changes: object) -> LineBatches:
    config = small_training().model_copy(update={"batch_size": 2, **changes})
    return LineBatches(lines_of(WIDTHS), config)


def test_every_line_comes_in_an_epoch_in_the_width_that_holds_it(
    small_training: Callable[..., CtcTraining],
) -> None:
    made = batches(small_training)
    assert len(made) == 4  # two of 128, one of 192, one of 256
    for epoch in (0, 1):
        seen: Counter[int] = Counter()
        for step in range(4 * epoch, 4 * epoch + 4):
            batch = made[step]
            for row, columns in zip(batch["lines"], batch["columns"].tolist(), strict=True):
                number = round((float(row[0, 0, 0]) + 0.5) * 255)
                seen[number] += 1
                assert columns == WIDTHS[number] // 4 + 1  # of the line, not of the batch
                fits = [width for width in (128, 192, 256) if width >= WIDTHS[number]]
                assert row.shape == (1, 64, fits[0])
        assert set(seen) == set(range(7))


def test_a_batch_belongs_to_its_step(small_training: Callable[..., CtcTraining]) -> None:
    one = batches(small_training, jitter=LineJitter(share=1.0))
    other = batches(small_training, jitter=LineJitter(share=1.0))
    for step in (9, 0, 3, 9):
        for name, tensor in one[step].items():
            assert torch.equal(tensor, other[step][name])
    assert not torch.equal(one[2]["lines"].sum(), one[6]["lines"].sum())


def test_texts_are_padded(small_training: Callable[..., CtcTraining]) -> None:
    lines = lines_of([100, 100])
    lines[1] = LearntLine(lines[1].line, (2, 1, 2), "bab")
    batch = LineBatches(lines, small_training())[0]
    rows = sorted(batch["classes"].tolist())
    assert rows == [[1, 2, -1], [2, 1, 2]]
    assert sorted(batch["lengths"].tolist()) == [2, 3]
    assert batch["lines"].dtype == torch.float32


def test_no_lines_are_an_error(small_training: Callable[..., CtcTraining]) -> None:
    with pytest.raises(TrainingError, match="no lines"):
        LineBatches([], small_training())


def test_characters_of_an_alphabet_are_classes_from_one() -> None:
    assert Alphabet(("a",)).encode("a") == (1,)
