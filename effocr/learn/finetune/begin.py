"""What fine-tuning begins with: lines to learn from and lines kept aside, rows, networks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from effocr.bundle import Bundle
from effocr.data.records import Skipped
from effocr.errors import TrainingError, UsageError
from effocr.learn.by_index import memory_of
from effocr.learn.finetune.inputs import FinetuneInputs
from effocr.learn.finetune.lines import RealLines, real_lines
from effocr.learn.finetune.start import Start, origin_of, start_from
from effocr.learn.finetune.train import refuse_other_run
from effocr.learn.judge import divide
from effocr.learn.lessons import Lessons, index_of, look_at, read_samples
from effocr.learn.teach import align_all, teach
from effocr.pipeline.engines import Engines

__all__ = ["Begun", "Seen", "begin", "look"]

LEAST_LINES: Final = 10
ASIDE_PARTS: Final = 5  # one of them is kept aside


@dataclass(frozen=True, slots=True)
class Seen:
    """The lines as the model sees them.

    Attributes:
        lessons: all of them.
        learnt: numbers of those to learn from.
        aside: numbers of those that are kept aside.
        unfit: the others, whose text does not fit.
    """

    lessons: Lessons
    learnt: list[int]
    aside: list[int]
    unfit: list[Skipped]


def look(sources: Sequence[Path], engines: Engines, name: str, inputs: FinetuneInputs) -> Seen:
    """Look at the lines, and keep some aside; a text of another line neither teaches nor judges.

    Raises:
        UsageError: the samples are no lines, or too few.
    """
    lines, problems = read_samples(sources)
    if len(lines) < LEAST_LINES:
        raise UsageError(
            f"{len(lines)} lines; fine-tuning needs {LEAST_LINES}, --by index learns from fewer"
        )
    lessons = look_at(lines, engines, problems)
    aligned = align_all(
        index_of(engines), lessons.lessons, inputs.options, name=name, certain=False
    )
    unfit = set(aligned.left_out)
    fit = [number for number in range(len(lessons.lines)) if number not in unfit]
    if len(fit) < LEAST_LINES:
        raise UsageError(
            f"{len(fit)} of {len(lessons.lines)} lines have a text that fits their image; "
            f"fine-tuning needs {LEAST_LINES}, look at them with `effocr align`"
        )
    parts = divide(
        [inputs.document_of(lessons.lines[number].path.stem) for number in fit], folds=ASIDE_PARTS
    )
    aside = {fit[place] for place in parts[int(np.argmin([len(part) for part in parts]))]}
    told = [
        Skipped(each.source, f"not trained with: {each.reason.removeprefix('left out: ')}")
        for each in aligned.unfit(lessons.lessons)
    ]
    return Seen(lessons, [n for n in fit if n not in aside], sorted(aside), told)


@dataclass(frozen=True, slots=True)
class Begun:
    """What training begins with.

    Attributes:
        seen: the lines.
        origin: digest of model and weights.
        real: the lines to train with.
        start: the networks.
        engines: of the model, taught by index.
    """

    seen: Seen
    origin: str
    real: RealLines
    start: Start
    engines: Engines


def begin(
    bundle: Bundle,
    engines: Engines,
    weights: tuple[Path, Path],
    seen: Seen,
    name: str,
    inputs: FinetuneInputs,
) -> Begun:
    """Learn by index what the networks are then drawn to.

    Raises:
        UsageError: the weights are of other networks, or there is no run to go on with.
        TrainingError: nothing could be learnt, or the run to go on with began otherwise.
    """
    origin = origin_of(bundle, weights)
    if inputs.resume is not None:
        refuse_other_run(inputs.resume, {"data": seen.lessons.data, "origin": origin})
    some = seen.lessons.taken(seen.learnt)
    taught = teach(
        index_of(engines), some.lessons, name=name, memory=memory_of(bundle),
        options=inputs.options,
    )  # fmt: skip
    real = real_lines(some.lines, some.lessons, taught.aligned, bundle.manifest.line)
    if not real.lines:
        raise TrainingError(
            f"none of {len(some.lines)} lines can be trained with: too many of their characters "
            "were not found; look at them with `effocr align`, or learn with --by index"
        )
    start = start_from(bundle, weights, taught.index.rows_of(name)[1])
    return Begun(seen, origin, real, start, replace(engines, index=taught.index))
