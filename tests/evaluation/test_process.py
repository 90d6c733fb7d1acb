"""Programs run side by side."""

import sys
from pathlib import Path

import pytest

from effocr.evaluation.process import Command, run_side_by_side


def python(code: str, **fields: object) -> Command:
    return Command((sys.executable, "-c", code), **fields)  # type: ignore[arg-type]


def test_results_come_in_order_with_status_and_what_was_said() -> None:
    slow = python("import time, sys; time.sleep(0.3); print('slow'); sys.exit(3)")
    quick = python("import sys; sys.stderr.write('quick')")
    first, second = run_side_by_side([slow, quick])
    assert (first.status, first.stderr.strip()) == (3, "slow")
    assert (second.status, second.stderr) == (0, "quick")
    assert first.seconds >= 0.3


def test_programs_run_at_the_same_time(tmp_path: Path) -> None:
    wait_for_other = (
        "import sys, time, pathlib\n"
        "mine, other = map(pathlib.Path, sys.argv[1:])\n"
        "mine.touch()\n"
        "end = time.time() + 20\n"
        "while not other.exists() and time.time() < end: time.sleep(0.01)\n"
        "sys.exit(not other.exists())"
    )
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    both = [Command((sys.executable, "-c", wait_for_other, *names)) for names in ((a, b), (b, a))]
    assert [one.status for one in run_side_by_side(both)] == [0, 0]


def test_input_and_variables_reach_the_program() -> None:
    command = python(
        "import os, sys; print(sys.stdin.read(), os.environ['COLOUR'])",
        stdin="é" * 10,
        environment={"COLOUR": "blue", "PYTHONUTF8": "1"},
    )
    assert run_side_by_side([command])[0].stderr.split() == ["é" * 10, "blue"]


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="peak memory needs Linux's /proc"
)
def test_peak_memory_is_that_of_the_program_alone() -> None:
    mine = bytearray(300 << 20)  # must not be counted
    big = python("import time; b = bytearray(64 << 20); time.sleep(0.3); del b; time.sleep(0.3)")
    small = python("import time; time.sleep(0.3)")
    large_mb, small_mb = (one.rss_mb for one in run_side_by_side([big, small]))
    assert len(mine)
    assert large_mb is not None
    assert small_mb is not None
    assert 50 < large_mb - small_mb < 80
    assert small_mb < 60


def test_a_program_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(OSError, match="no_such_program"):
        run_side_by_side([Command(("no_such_program",))])
