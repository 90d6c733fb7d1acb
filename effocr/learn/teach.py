"""Learning by index: lines with their transcripts -> rows of a collection, without a gradient.

Align, learn, align again: after each round the index knows the collection's type better, so that
the next alignment is better. Nothing that was there before is touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from effocr.data.records import Skipped
from effocr.errors import TrainingError
from effocr.learn.align import Alignment, align
from effocr.learn.exemplars import Exemplars, gather, thin_out, trusted
from effocr.learn.hypotheses import Hypotheses
from effocr.learn.transcript import Transcript
from effocr.recognizer.index import Collection, GlyphIndex
from effocr.recognizer.memory import Memory

__all__ = ["AlignedLines", "Lesson", "Taught", "TeachOptions", "align_all", "teach"]

ROUNDS: Final = 3
# Costs of alignments, for each character, of lines whose text is another: measured on Fraktur,
# typescripts and Greek with the texts of other lines, see docs/learning.md.
MOST_COST: Final = 0.55  # once the type was learnt
MOST_COST_AT_FIRST: Final = 0.9  # strange type costs nearly as much
BONUS: Final = 0.05  # cosine; on its own lines a collection's rows go before
MOST_HANDICAP: Final = 0.02  # of a character that the collection has
MOST_LOST: Final = 0.0005  # share of the glyphs known before that may be misread for a collection
MARGIN: Final = 0.005  # cosine, above the lines that would be misread
LOWEST: Final = -2.0  # gain in cosine that every line has


@dataclass(frozen=True, slots=True)
class Lesson:
    """A line to learn from.

    Attributes:
        source: where it comes from, for messages.
        hypotheses: what may be a glyph.
        transcript: what is printed.
    """

    source: str
    hypotheses: Hypotheses
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class TeachOptions:
    """How to learn.

    Attributes:
        rounds: of aligning and learning.
        rows_per_label: most rows of a character.
        most_cost: of an alignment once the type is known, for each character; a line that costs
            more is left out.
        most_cost_at_first: the same of the first round.
        bonus: see `Collection`.
        seed: chooses rows where there are too many.
    """

    rounds: int = ROUNDS
    rows_per_label: int = 64
    most_cost: float = MOST_COST
    most_cost_at_first: float = MOST_COST_AT_FIRST
    bonus: float = BONUS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class AlignedLines:
    """Lessons, aligned.

    Attributes:
        alignments: of each lesson.
        left_out: numbers of the lessons whose text does not fit their image.
        exemplars: glyphs of the others.
    """

    alignments: tuple[Alignment, ...]
    left_out: tuple[int, ...]
    exemplars: Exemplars

    def unfit(self, lessons: Sequence[Lesson]) -> list[Skipped]:
        """The lessons that were left out, with the reason."""
        return [
            Skipped(
                lessons[number].source,
                "left out: the text does not fit the image "
                f"(cost {self.alignments[number].cost:.2f} a character)",
            )
            for number in self.left_out
        ]


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learnt.

    Attributes:
        index: with the collection.
        collection: the collection.
        aligned: the lessons, by the last round.
        distrusted: glyphs that no other line bore out.
        rows: that the collection has.
        known_before: characters that the index knew.
    """

    index: GlyphIndex
    collection: Collection
    aligned: AlignedLines
    distrusted: int
    rows: int
    known_before: frozenset[str]


def align_all(
    index: GlyphIndex,
    lessons: Sequence[Lesson],
    options: TeachOptions = TeachOptions(),
    *,
    name: str = "lines",
    certain: bool = True,
) -> AlignedLines:
    """Align lines; between the rounds their type is learnt, until nothing changes any more.

    Args:
        index: of the model; it stays as it is.
        lessons: lines of one kind of type.
        options: how.
        name: of the collection, if the index knows it already; else each line is aligned first by
            that of the index's collections, or by none, by which it fits its text best.
        certain: tell how sure each glyph is, see `align`.
    """
    names = [each.name for each in index.collections]
    known: list[str | None] = [name] if name in names else [None, *names]
    learnt, before = index, tuple[str, ...]()
    for number in range(options.rounds):
        alignments = _align(learnt, lessons, known, certain=certain)
        limit = options.most_cost if number else options.most_cost_at_first
        fitting = [each if each.cost <= limit else None for each in alignments]
        exemplars = gather([each.hypotheses for each in lessons], fitting, dim=index.dim)
        if exemplars.labels == before:
            break
        before = exemplars.labels
        if number + 1 < options.rounds and before:
            chosen = _thinned(exemplars.taken(trusted(exemplars)), options)
            collection = _collection(index, chosen, name, options)
            learnt = index.with_collection(collection, chosen.embeddings, chosen.labels)
            known = [name]
    left_out = tuple(number for number, each in enumerate(fitting) if each is None)
    return AlignedLines(tuple(alignments), left_out, exemplars)


def _align(
    index: GlyphIndex,
    lessons: Sequence[Lesson],
    collections: Sequence[str | None],
    *,
    certain: bool,
) -> list[Alignment]:
    """Align each line by the one of the collections, None for none, by which it costs least."""
    characters = index.characters

    def by(lesson: Lesson, collection: str | None) -> Alignment:
        return align(
            lesson.hypotheses,
            lesson.transcript,
            lambda embeddings: (characters, index.ranks(embeddings, collection)),
            certain=certain,
        )

    return [
        min((by(lesson, collection) for collection in collections), key=lambda found: found.cost)
        for lesson in lessons
    ]


def teach(
    index: GlyphIndex,
    lessons: Sequence[Lesson],
    *,
    name: str,
    memory: Memory | None = None,
    options: TeachOptions = TeachOptions(),
    data: str | None = None,
) -> Taught:
    """Learn a collection.

    Args:
        index: of the model; it stays as it is.
        lessons: lines of the collection; what looks like it will be read as it is.
        name: of the collection; one of that name is learnt anew.
        memory: of the model, so that what it knew is not read as the collection.
        options: how.
        data: fingerprint of the lines.

    Raises:
        TrainingError: nothing could be learnt: no text fits its image, or no line bears out what
            another shows.
    """
    aligned = align_all(index, lessons, options, name=name, certain=False)
    if not len(aligned.exemplars):
        raise TrainingError(
            f"none of {len(lessons)} lines could be learnt from: their texts do not fit their "
            "images; look at them with `effocr align`"
        )
    borne_out = aligned.exemplars.taken(trusted(aligned.exemplars))
    chosen = _thinned(borne_out, options)
    if not len(chosen):
        raise TrainingError(
            f"none of the {len(aligned.exemplars)} glyphs of {len(lessons)} lines could be learnt: "
            "no line bears out those of another; give more lines"
        )
    collection = _collection(index, chosen, name, options).model_copy(
        update={"lines": len(lessons) - len(aligned.left_out), "data": data}
    )
    taught = index.with_collection(collection, chosen.embeddings, chosen.labels)
    threshold = style_threshold(taught, name, memory)
    collection = collection.model_copy(update={"threshold": threshold})
    return Taught(
        index=taught.with_record(collection),
        collection=collection,
        aligned=aligned,
        distrusted=len(aligned.exemplars) - len(borne_out),
        rows=len(chosen),
        known_before=frozenset(index.characters),
    )


def _thinned(exemplars: Exemplars, options: TeachOptions) -> Exemplars:
    """Of each character not too many."""
    rng = np.random.default_rng(options.seed)
    return exemplars.taken(thin_out(exemplars, rows_per_label=options.rows_per_label, rng=rng))


def _collection(
    index: GlyphIndex, exemplars: Exemplars, name: str, options: TeachOptions
) -> Collection:
    handicaps = _handicaps(index.handicaps, exemplars.labels)
    return Collection(name=name, bonus=options.bonus, handicaps=handicaps)


def _handicaps(known: Mapping[str, float], labels: Sequence[str]) -> dict[str, float]:
    """Of the characters that the collection has, and that it is wrong to hold back there."""
    return {
        label: min(known.get(label, 0.0), MOST_HANDICAP)
        for label in sorted(set(labels))
        if known.get(label, 0.0) > MOST_HANDICAP
    }


def style_threshold(index: GlyphIndex, collection: str, memory: Memory | None) -> float:
    """The least gain in cosine of the collection's lines, so that hardly anything known is misread.

    Every line of the memory is read once as if it were of the collection and once as if not. Where
    a collection's rows harm nothing, they may count on every line; where its letters look like
    other letters of known type, only on lines that look more like the collection than those.
    """
    if memory is None or not len(memory.ends):
        return 0.0
    gains = index.style_gains(memory.embeddings, memory.ends.tolist(), collection)
    characters = np.array(index.characters, dtype=np.str_)
    truth = np.array(memory.labels, dtype=np.str_)
    right = [
        (characters[index.ranks(memory.embeddings, of).argmax(axis=1)] == truth) & (truth != "")
        for of in (None, collection)
    ]
    lost = np.diff(
        np.concatenate(([0], np.cumsum(right[0].astype(int) - right[1])))[[0, *memory.ends]]
    )
    order = np.argsort(-gains, kind="stable")
    most = MOST_LOST * int((truth != "").sum())
    too_many = np.flatnonzero(np.cumsum(lost[order]) > most)
    if not too_many.size:
        return LOWEST
    return round(float(gains[order[too_many[0]]]) + MARGIN, 4)
