"""Before and after on lines kept aside: does what was learnt help with what was not learnt from?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from effocr.errors import UsageError
from effocr.metrics.text import Score, score_lines
from effocr.pipeline.chunk import ReadFailure
from effocr.pipeline.engines import Engines
from effocr.pipeline.images import ImageSource
from effocr.pipeline.reader import Reader
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.memory import Memory

__all__ = ["BeforeAfter", "cross_validate", "divide", "forgetting", "remembered", "score_read"]

FOLDS: Final = 4


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Scores of the same lines, read by the model as it was and as it became.

    Attributes:
        before: as it was.
        after: as it became.
    """

    before: Score = field(default_factory=Score)
    after: Score = field(default_factory=Score)

    def __add__(self, other: "BeforeAfter") -> "BeforeAfter":
        """Both together."""
        return BeforeAfter(self.before + other.before, self.after + other.after)

    @property
    def worse(self) -> bool:
        """More edits than before."""
        return self.after.edits > self.before.edits


def divide(documents: Sequence[str], *, folds: int = FOLDS) -> list[list[int]]:
    """Parts of lines that are kept aside in turn: whole documents, or lines of a single one.

    Args:
        documents: the document of each line.
        folds: most parts.

    Returns:
        Line numbers of each part, of about equal size; every line in one part.

    Raises:
        UsageError: fewer than two lines.
    """
    if len(documents) < 2:
        raise UsageError("one line alone cannot be learnt from and judged with; give more lines")
    several = len(set(documents)) > 1
    names = list(documents) if several else [str(number) for number in range(len(documents))]
    sizes = {name: names.count(name) for name in dict.fromkeys(names)}
    parts: list[list[str]] = [[] for _ in range(min(folds, len(sizes)))]
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        least = min(parts, key=lambda part: sum(sizes[other] for other in part))
        least.append(name)
    return [[number for number, name in enumerate(names) if name in set(part)] for part in parts]


def forgetting(index: GlyphIndex, name: str) -> GlyphIndex:
    """An index without a collection, which may have seen the lines that are kept aside.

    As it is where nothing else is in it: nothing can be read by nothing.
    """
    without = index.without_collection(name)
    return without if len(without) else index


def score_read(
    engines: Engines,
    images: Sequence[ImageSource],
    texts: Sequence[str],
    *,
    threads: int | None = None,
) -> Score:
    """Read line images and score them; one that cannot be read counts as empty text.

    Args:
        engines: that read.
        images: of the lines.
        texts: what is printed there.
        threads: to read with; None: one for each core.
    """
    read = [
        "" if isinstance(found, ReadFailure) else found.text
        for found in Reader(engines, threads=threads).read_many(images)
    ]
    return score_lines(zip(texts, read, strict=True))


def cross_validate(
    engines: Engines,
    paths: Sequence[Path],
    texts: Sequence[str],
    parts: Sequence[Sequence[int]],
    learn: Callable[[Sequence[int]], GlyphIndex | None],
) -> BeforeAfter:
    """Learn from all parts but one, read that one, in turn.

    Args:
        engines: as they are before.
        paths: of the line images.
        texts: what is printed there.
        parts: see `divide`.
        learn: line numbers -> the index that was learnt from these; None if nothing could be.
    """
    total = BeforeAfter()
    for part in parts:
        others = [number for other in parts if other is not part for number in other]
        aside, truth = [paths[n] for n in part], [texts[n] for n in part]
        before = score_read(engines, aside, truth)
        index = learn(sorted(others))
        after = before if index is None else score_read(replace(engines, index=index), aside, truth)
        total += BeforeAfter(before, after)
    return total


def remembered(index: GlyphIndex, memory: Memory) -> float:
    """Share of the known glyphs of a memory that an index still reads right, 0 to 1."""
    known = np.array([bool(label) for label in memory.labels], bool)
    if not known.any():
        return 1.0
    found = index.search(memory.embeddings, 1, memory.ends.tolist()).labels
    read = np.array([row[0] if row else "" for row in found], dtype=np.str_)
    right = read == np.array(memory.labels, dtype=np.str_)
    return float(right[known].mean())
