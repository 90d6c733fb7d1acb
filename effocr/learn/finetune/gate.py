"""Whether a model that was fine-tuned is better than it was, and has forgotten nothing."""

from collections.abc import Mapping, Sequence
from typing import Final

from effocr.data.records import LineImage
from effocr.evaluation.sets import NamedSet
from effocr.learn.finetune.blend import MOST_FORGOTTEN
from effocr.learn.judge import BeforeAfter, score_read
from effocr.metrics.text import Score
from effocr.pipeline.engines import Engines
from effocr.synth.frames import PreparedLine

__all__ = ["SYNTHETIC", "compare_known", "score_lines_of", "why_not"]

MOST_LOST: Final = 0.001  # CER of known sets, as a fraction
SYNTHETIC: Final = "synthetic"  # name of the drawn lines among the known sets


def score_lines_of(engines: Engines, lines: Sequence[LineImage]) -> Score:
    """Read lines and score them."""
    return score_read(engines, [line.path for line in lines], [line.text for line in lines])


def compare_known(
    before: Engines, after: Engines, drawn: Sequence[PreparedLine], sets: Sequence[NamedSet]
) -> dict[str, BeforeAfter]:
    """What was known, read by the model as it was and as it became.

    Args:
        before: as it was.
        after: as it became.
        drawn: lines of known type.
        sets: other lines that must not be read worse.

    Returns:
        Scores by the name of the set; one that is named as the drawn lines are, by its folder.
    """
    images = [line.prepared.grey for line in drawn]
    texts = [line.truth.text for line in drawn]
    found = {SYNTHETIC: BeforeAfter(*(score_read(each, images, texts) for each in (before, after)))}
    for one in sets:
        name = one.name if one.name != SYNTHETIC else str(one.lines[0].path.parent.resolve())
        found[name] = BeforeAfter(*(score_lines_of(each, one.lines) for each in (before, after)))
    return found


def why_not(aside: BeforeAfter, known: Mapping[str, BeforeAfter]) -> str:
    """Why a model that was taught is not better; "" where it is."""
    if aside.worse:
        return (
            f"lines kept aside would be read worse: {aside.after.edits} edits instead of "
            f"{aside.before.edits}"
        )
    for name, scores in known.items():
        lost = scores.after.cer - scores.before.cer
        if lost > (MOST_FORGOTTEN if name == SYNTHETIC else MOST_LOST):
            return f"{name} would be read worse: {100 * lost:.2f} points of CER"
    return ""
