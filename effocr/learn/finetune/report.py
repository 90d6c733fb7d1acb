"""What came of fine-tuning."""

from collections.abc import Mapping
from dataclasses import dataclass

from effocr.bundle import Bundle
from effocr.data.records import Skipped
from effocr.learn.judge import BeforeAfter
from effocr.learn.lessons import Lessons
from effocr.learn.teach import Taught
from effocr.metrics.text import Score
from effocr.training.loop import Outcome

__all__ = ["FinetuneLesson"]


@dataclass(frozen=True, slots=True)
class FinetuneLesson:
    """What came of learning.

    Attributes:
        taught: rows that the new networks made of all lines.
        lessons: what from.
        skipped: lines whose boxes could not be trained with, and why; rows were made of them.
        trained: lines that the networks learnt from.
        aside: scores of lines whose documents nothing was learnt from.
        by_index: score of the same lines, read by what `--by index` makes of the others.
        known: scores of known sets by name; `synthetic` are lines that were drawn.
        outcome: of the training.
        blend: share of the new weights in the model.
        refused: why the model is not better; "" where it is.
        written: the new model; None where it was refused.
        stale: other collections and pictures of the model, which are as the old networks saw them.
        seconds: of each stage.
    """

    taught: Taught
    lessons: Lessons
    skipped: tuple[Skipped, ...]
    trained: int
    aside: BeforeAfter
    by_index: Score
    known: Mapping[str, BeforeAfter]
    outcome: Outcome
    blend: float
    refused: str
    written: Bundle | None
    stale: tuple[str, ...]
    seconds: Mapping[str, float]

    @property
    def left_out(self) -> list[Skipped]:
        """Lines that were not learnt from, or not by the networks."""
        unfit = self.taught.aligned.unfit(self.lessons.lessons)
        told = [*self.lessons.problems, *unfit]
        named = {each.source for each in told}
        return [*told, *(each for each in self.skipped if each.source not in named)]

    def as_text(self) -> str:
        """The report for a person, in a few lines."""
        aside, best = self.aside, self.outcome.best_step or self.outcome.step
        lines = [
            f"trained on {self.trained} lines, {self.outcome.step} steps, best after {best}, "
            f"{self.blend:.0%} of the new weights; "
            f"{self.taught.rows} rows of {self.taught.collection.name!r}",
            f"kept aside: {aside.before.lines} lines, CER {100 * aside.before.cer:.2f} % before, "
            f"{100 * self.by_index.cer:.2f} % by index alone, {100 * aside.after.cer:.2f} % after",
        ]
        lines += [
            f"known before: {name}, {each.before.lines} lines, CER {100 * each.before.cer:.2f} % "
            f"before, {100 * each.after.cer:.2f} % after"
            for name, each in self.known.items()
        ]
        lines.append(", ".join(f"{stage} {s:.0f} s" for stage, s in self.seconds.items()))
        if self.stale:
            lines.append(
                f"learn again: {', '.join(map(repr, self.stale))}; what the model knows of these "
                "is as its old networks saw them"
            )
        if self.written:
            lines.append(f"{self.written.folder}: version {self.written.manifest.version}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """The report as `--json` gives it; rates in percent."""
        return {
            "collection": self.taught.collection.name,
            "lines": self.taught.collection.lines,
            "trained": self.trained,
            "left_out": [str(problem) for problem in self.left_out],
            "rows": self.taught.rows,
            "steps": self.outcome.step,
            "best_step": self.outcome.best_step,
            "blend": round(self.blend, 3),
            "aside": {
                **_before_after(self.aside),
                "cer_by_index": round(100 * self.by_index.cer, 3),
            },
            "known": {name: _before_after(each) for name, each in self.known.items()},
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
            "learn_again": list(self.stale),
            "refused": self.refused,
            "model": None if self.written is None else str(self.written.folder),
        }


def _before_after(scores: BeforeAfter) -> dict[str, float]:
    return {
        "lines": scores.before.lines,
        "cer_before": round(100 * scores.before.cer, 3),
        "cer_after": round(100 * scores.after.cer, 3),
    }
