"""Whether a model that was fine-tuned may be written."""

from pathlib import Path

from effocr.evaluation.sets import NamedSet, read_line_sets
from effocr.learn.finetune.gate import SYNTHETIC, compare_known, why_not
from effocr.learn.judge import BeforeAfter
from effocr.metrics.text import Score, score_lines
from effocr.pipeline.onnx_engines import load_engines


def read_as(*texts: str) -> Score:
    return score_lines([("a" * 1000, text) for text in texts])


def lost_two() -> BeforeAfter:
    return BeforeAfter(read_as("a" * 1000), read_as("a" * 998))


def test_one_error_more_aside_is_too_many_and_one_in_a_thousand_known_is_not() -> None:
    right, slip = read_as("a" * 1000), read_as("a" * 999)
    assert not why_not(BeforeAfter(slip, slip), {"old": BeforeAfter(right, slip)})
    assert not why_not(BeforeAfter(slip, right), {SYNTHETIC: lost_two()})
    assert why_not(BeforeAfter(right, slip), {}).startswith("lines kept aside would be read worse")
    assert (
        why_not(BeforeAfter(slip, right), {"old": lost_two()})
        == "old would be read worse: 0.20 points of CER"
    )


def test_a_set_that_is_named_as_the_drawn_lines_are_does_not_hide_them(
    gate: Path, poor: Path, good: Path
) -> None:
    (found,) = read_line_sets([gate])
    before, after = load_engines(good), load_engines(poor)
    compared = compare_known(before, after, [], [NamedSet(SYNTHETIC, found.lines)])
    assert list(compared) == [SYNTHETIC, str(gate)]
    assert compared[SYNTHETIC].before.lines == 0
    assert compared[str(gate)].worse
