"""`effocr learn --by index`: a model and a few lines -> a better model, in seconds."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from effocr.bundle import MEMORY, Bundle, load_bundle
from effocr.data.records import Skipped
from effocr.errors import TrainingError, UsageError
from effocr.export.update import write_with_index
from effocr.learn.judge import BeforeAfter, cross_validate, divide, forgetting, remembered
from effocr.learn.lessons import Lessons, index_of, look_at, read_samples
from effocr.learn.teach import Taught, TeachOptions, teach
from effocr.pipeline.engines import Engines
from effocr.pipeline.onnx_engines import load_engines
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.memory import Memory

__all__ = ["IndexLesson", "learn_by_index", "memory_of"]

MOST_FORGOTTEN: Final = 0.001  # of the glyphs that the model knew


@dataclass(frozen=True, slots=True)
class IndexLesson:
    """What came of learning.

    Attributes:
        taught: what was learnt.
        lessons: what from.
        aside: scores of the same lines, each read by what was learnt from others; before, without
            a collection of that name, which may have been learnt from these very lines.
        known: share of remembered glyphs read right, before and after; None without a memory.
        refused: why the model is not better; "" where it is.
        written: the new model; None where it was refused.
        seconds: of looking at the lines, of learning and writing, of judging.
    """

    taught: Taught
    lessons: Lessons
    aside: BeforeAfter
    known: tuple[float, float] | None
    refused: str
    written: Bundle | None
    seconds: dict[str, float]

    @property
    def new_characters(self) -> tuple[str, ...]:
        """Characters that the model did not know before."""
        taught = self.taught
        name = taught.collection.name
        return tuple(sorted(taught.index.counts(name).keys() - taught.known_before))

    def as_json(self) -> dict[str, object]:
        """The report as `--json` gives it; rates in percent."""
        before, after = self.known or (None, None)
        return {
            "collection": self.taught.collection.name,
            "lines": self.taught.collection.lines,
            "left_out": [str(problem) for problem in self.left_out],
            "glyphs": len(self.taught.aligned.exemplars),
            "distrusted": self.taught.distrusted,
            "rows": self.taught.rows,
            "new_characters": list(self.new_characters),
            "aside": {
                "lines": self.aside.before.lines,
                "cer_before": round(100 * self.aside.before.cer, 3),
                "cer_after": round(100 * self.aside.after.cer, 3),
            },
            "known_before": None if before is None else round(100 * before, 3),
            "known_after": None if after is None else round(100 * after, 3),
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "refused": self.refused,
            "model": None if self.written is None else str(self.written.folder),
        }

    def as_text(self) -> str:
        """The report for a person, in a few lines."""
        taught, aside, new = self.taught, self.aside, self.new_characters
        lines = [
            f"learnt {len(taught.aligned.exemplars)} glyphs of {taught.collection.lines} lines, "
            f"{taught.rows} rows of {taught.collection.name!r}"
            + (f", new: {' '.join(new)}" if new else ""),
            f"kept aside in turn: {aside.before.lines} lines, CER {100 * aside.before.cer:.2f} % "
            f"before, {100 * aside.after.cer:.2f} % after",
        ]
        if self.known:
            before, after = self.known
            lines.append(
                f"known before: {100 * before:.2f} % of the glyphs right, {100 * after:.2f} % after"
            )
        seconds = self.seconds
        lines.append(
            f"{seconds['learning']:.1f} s to learn, {seconds['looking']:.1f} s to look at the "
            f"lines, {seconds['judging']:.1f} s to judge"
        )
        if self.written:
            lines.append(f"{self.written.folder}: version {self.written.manifest.version}")
        return "\n".join(lines)

    @property
    def left_out(self) -> list[Skipped]:
        """Lines that were not learnt from."""
        unfit = self.taught.aligned.unfit(self.lessons.lessons)
        return [*self.lessons.problems, *unfit]


def learn_by_index(
    model: str | Path,
    sources: Sequence[Path],
    *,
    out: Path,
    name: str,
    document_of: Callable[[str], str],
    options: TeachOptions,
    force: bool = False,
) -> IndexLesson:
    """Teach a model the type of a collection.

    Args:
        model: name or folder.
        sources: line pairs, character-level COCO or correction samples.
        out: folder of the new model, which must not exist.
        name: of the collection.
        document_of: name of a line's file -> its document; documents are kept aside whole.
        options: how to learn.
        force: write the model even where it is not better.

    Raises:
        UsageError: `out` exists, or the samples are no lines.
        TrainingError: nothing could be learnt.
        EffOCRError: model or samples cannot be read.
    """
    if out.exists():
        raise UsageError(f"{out}: exists already; give a new folder")
    bundle, engines = load_bundle(model), load_engines(model)
    index, memory = index_of(engines), memory_of(bundle)
    started = time.monotonic()
    lines, problems = read_samples(sources)
    lessons = look_at(lines, engines, problems)
    looked = time.monotonic()
    taught = teach(
        index, lessons.lessons, name=name, memory=memory, options=options, data=lessons.data
    )
    learnt = time.monotonic()
    # A text of another line says nothing about how well lines are read.
    fitting = lessons.without(taught.aligned.left_out)
    aside = _judge(engines, fitting, index, name, memory, options, document_of)
    known = (remembered(index, memory), remembered(taught.index, memory)) if memory else None
    judged = time.monotonic()
    refused, written = _why_not(aside, known), None
    if force or not refused:
        written = write_with_index(
            bundle, taught.index, out=out, data=lessons.data, samples=taught.collection.lines
        )
    seconds = {
        "looking": looked - started,
        "learning": learnt - looked + time.monotonic() - judged,
        "judging": judged - learnt,
    }
    return IndexLesson(taught, lessons, aside, known, refused, written, seconds)


def _why_not(aside: BeforeAfter, known: tuple[float, float] | None) -> str:
    """Why a model that was taught is not better; "" where it is."""
    if aside.worse:
        return (
            f"lines kept aside would be read worse: {aside.after.edits} edits instead of "
            f"{aside.before.edits}"
        )
    if known and known[0] - known[1] > MOST_FORGOTTEN:
        lost = 100 * (known[0] - known[1])
        return f"{lost:.2f} % of the glyphs that the model knew would be misread"
    return ""


def memory_of(bundle: Bundle) -> Memory | None:
    """What a model knew when it was made; None where its folder does not say."""
    if MEMORY not in bundle.manifest.files:
        return None
    return Memory.load(bundle.path(MEMORY), bundle.manifest.embedding_size)


def _judge(
    engines: Engines,
    lessons: Lessons,
    index: GlyphIndex,
    name: str,
    memory: Memory | None,
    options: TeachOptions,
    document_of: Callable[[str], str],
) -> BeforeAfter:
    without = forgetting(index, name)

    def learn(numbers: Sequence[int]) -> GlyphIndex | None:
        some = [lessons.lessons[number] for number in numbers]
        try:
            return teach(without, some, name=name, memory=memory, options=options).index
        except TrainingError:
            return None

    paths = [line.path for line in lessons.lines]
    parts = divide([document_of(path.stem) for path in paths])
    texts = [line.text for line in lessons.lines]
    return cross_validate(replace(engines, index=without), paths, texts, parts, learn)
