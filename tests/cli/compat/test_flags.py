"""Flags in both spellings, abbreviations, old flags, errors in one line."""

import pytest

from effocr.cli.compat.flags import Flags
from effocr.errors import UsageError


@pytest.fixture
def flags() -> Flags:
    flags = Flags("do.py", description="Do it.")
    flags.flag("--image_dir", required=True)
    flags.flag("--num-gpus", type=int, default=0)
    flags.flag("--diff_sizes", action="store_true", deprecated="sizes are equal")
    flags.flag("--backend", "--localier_backend", default="yolo")
    return flags


@pytest.mark.parametrize("spelling", ["--image_dir", "--image-dir", "--image_d", "--image-d"])
def test_flags_are_known_with_dashes_and_with_underscores_and_shortened(
    flags: Flags, spelling: str
) -> None:
    assert flags.parse_args([spelling, "a-b_c"]).image_dir == "a-b_c"
    assert flags.parse_args([f"{spelling}=--x"]).image_dir == "--x"


def test_a_flag_added_with_a_dash_is_known_with_an_underscore(flags: Flags) -> None:
    assert flags.parse_args(["--image_dir", "a", "--num_gpus", "2"]).num_gpus == 2


def test_an_old_flag_is_taken_with_a_warning(
    flags: Flags, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flags.parse_args(["--image_dir", "a", "--diff-sizes"]).diff_sizes
    assert "--diff_sizes is out of use: sizes are equal" in capsys.readouterr().err


def test_other_names_of_a_flag_set_the_same_value(flags: Flags) -> None:
    given = flags.parse_args(["--image_dir", "a", "--localier-backend", "mmdetection"])
    assert given.backend == "mmdetection"


@pytest.mark.parametrize("given", [[], ["--image_dir", "a", "--unknown"], ["--num_gpus", "x"]])
def test_wrong_flags_are_an_error_of_use(flags: Flags, given: list[str]) -> None:
    with pytest.raises(UsageError, match=r"do\.py: .* see do\.py --help"):
        flags.parse_args(given)
