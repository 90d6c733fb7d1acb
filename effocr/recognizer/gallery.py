"""The known glyphs: how an index is filled, and how well it answers."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from effocr.recognizer.arrays import Views
from effocr.recognizer.exemplars import choose_rows, prune_rows
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.sources import GlyphSource

Floats = npt.NDArray[np.float32]
Embed = Callable[[Views], Floats]
"""Views of glyphs [n, ...] -> embeddings [n, dim] float32 of unit length."""

CROPS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How many glyphs were looked up rightly.

    Attributes:
        glyphs: looked up.
        right: of them, nearest character right; one that the index does not hold counts as wrong.
        right_ignoring_case: the same with upper and lower case taken as one.
        right_in_five: right character among the five nearest.
        uncovered: glyphs whose character the index does not hold.
        confusions: (truth, answer) -> how often, only wrong answers.
    """

    glyphs: int
    right: int
    right_ignoring_case: int
    right_in_five: int
    uncovered: int
    confusions: Counter[tuple[str, str]]

    def figures(self) -> dict[str, float]:
        """Shares of the glyphs, 0 to 1; 0 where there are none."""
        total = max(self.glyphs, 1)
        return {
            "accuracy": self.right / total,
            "accuracy_ignoring_case": self.right_ignoring_case / total,
            "accuracy_in_five": self.right_in_five / total,
            "uncovered": self.uncovered / total,
        }


def embed_all(embed: Embed, crops: Views) -> Floats:
    """Embed any number of crops, some at a time."""
    parts = [
        embed(crops[start : start + CROPS_AT_ONCE]) for start in range(0, len(crops), CROPS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)


def pick_per_label(
    labels: Sequence[str], *, most: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """At most `most` random places of each label, rising."""
    order = rng.permutation(len(labels))
    taken: Counter[str] = Counter()
    kept = []
    for place in order:
        taken[labels[place]] += 1
        if taken[labels[place]] <= most:
            kept.append(place)
    return np.sort(np.array(kept, np.int64))


def build_index(
    embed: Embed,
    source: GlyphSource,
    *,
    rows_per_label: int,
    rng: np.random.Generator,
    candidates_per_label: int = 400,
    judged: int = 0,
) -> GlyphIndex:
    """Fill an index with exemplars of every character of a source.

    Args:
        embed: the encoder.
        source: of crops.
        rows_per_label: at most this many rows of each character.
        rng: chooses the candidates.
        candidates_per_label: crops of each character that are looked at.
        judged: other crops, drawn as often as they occur, that rows must answer right to stay.
    """
    places = pick_per_label(source.labels, most=candidates_per_label, rng=rng)
    labels = [source.labels[place] for place in places]
    embeddings = embed_all(embed, source.batch(rng, places))
    rows = choose_rows(embeddings, labels, rows_per_label=rows_per_label, rng=rng)
    kept, names = embeddings[rows], [labels[row] for row in rows]
    others = rng.permutation(np.setdiff1d(np.arange(len(source.labels)), places))[:judged]
    if len(others):
        sample = embed_all(embed, source.batch(rng, others))
        stay = prune_rows(kept, names, sample, [source.labels[place] for place in others])
        kept, names = kept[stay], [names[row] for row in stay]
    index = GlyphIndex.create(embeddings.shape[1])
    index.add(kept, names)
    return index


def retrieve(embed: Embed, index: GlyphIndex, *, crops: Views, labels: Sequence[str]) -> Retrieval:
    """Look every crop up and compare with its label."""
    found = index.search(embed_all(embed, crops), 5) if len(labels) else None
    answers = found.labels if found is not None else []
    pairs = list(zip(labels, answers, strict=True))
    known = set(index.characters)
    first = [(truth, near[0] if near else "") for truth, near in pairs]
    return Retrieval(
        glyphs=len(labels),
        right=sum(truth == answer for truth, answer in first),
        right_ignoring_case=sum(truth.casefold() == answer.casefold() for truth, answer in first),
        right_in_five=sum(truth in near for truth, near in pairs),
        uncovered=sum(label not in known for label in labels),
        confusions=Counter(pair for pair in first if pair[0] != pair[1]),
    )
