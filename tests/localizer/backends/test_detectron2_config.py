"""The settings of a Detectron2 training, which need no Detectron2."""

import pytest

from effocr.errors import UsageError
from effocr.localizer.backends.detectron2_config import (
    Detectron2Training,
    anchor_sizes,
    option_pairs,
    period,
    steps_of,
)


def test_defect_54_no_image_is_left_out_of_the_last_epoch_by_rounding() -> None:
    assert steps_of(10, 3, 4) == 8  # 7.5
    assert steps_of(1, 1, 16) == 1
    assert steps_of(100, 40, 1) == 4000
    assert (period(10, 1), period(400, 2), period(10**6, 8)) == (100, 200, 1000)


def test_anchors_are_those_of_the_original() -> None:
    sizes = [[8, 32, 128], [16, 64, 256], [32, 128, 512], [64, 256, 1024], [128, 512, 2048]]
    assert anchor_sizes([4, 8, 16, 32, 64]) == sizes


def test_options_are_read_in_either_spelling() -> None:
    given = ["--", "SOLVER.BASE_LR", "0.1", "train.max_iter=3"]
    assert option_pairs(given) == [("SOLVER.BASE_LR", "0.1"), ("train.max_iter", "3")]
    with pytest.raises(UsageError, match=r"SEED.*without a value"):
        option_pairs(["SEED"])
    with pytest.raises(UsageError, match=r"--eval-only: flags stand before"):
        option_pairs(["SEED", "1", "--eval-only"])


def test_options_may_be_numbers_as_yaml_reads_them() -> None:
    assert Detectron2Training(options=["SEED", 3, 0.5, True]).options == (  # type: ignore[list-item]
        "SEED", "3", "0.5", "True",
    )  # fmt: skip
