"""Hard negatives: sets of characters that look alike, and batches that hold whole sets."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.charset import normalise
from effocr.data.hard_negatives import read_hard_negatives
from effocr.data.records import Skipped
from effocr.errors import UsageError
from effocr.recognizer.gallery import Embed, build_index, embed_all, pick_per_label
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.sampler import ClassBalancedOrder, Order
from effocr.recognizer.sources import GlyphSource

__all__ = [
    "HardNegativeOrder",
    "keep_known",
    "mine_hard_negatives",
    "mine_source",
    "with_hard_negatives",
]

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

MOST_QUERIES: Final = 40  # of a character, so that e is not looked up forever
OPEN_BATCHES: Final = 16  # that packing tries to fill up at once


def mine_hard_negatives(
    embeddings: Floats, labels: Sequence[str], index: GlyphIndex, *, k: int
) -> list[tuple[str, ...]]:
    """Find for each character those that its glyphs are taken for most easily.

    Args:
        embeddings: [n, dim] float32 of unit length, glyphs to look up.
        labels: n characters.
        index: that is searched.
        k: characters in a set, the own one among them; where the index holds fewer, all of it.

    Returns:
        A set for each character, in order of the characters: the character itself, then its
        neighbours, most alike first.

    Raises:
        UsageError: k is less than 2, or there is nothing to look up or to search.
    """
    if k < 2:
        raise UsageError(f"a set of {k} has no neighbour in it; ask for 2 or more")
    if not len(index) or not len(labels):
        raise UsageError("nothing to mine hard negatives from: no glyphs or an empty index")
    known = len(index.characters)
    if k > known:
        logger.warning("%d look-alikes asked for, the index holds %d characters", k, known)
    found = index.search(embeddings, min(k, known))
    votes: dict[str, dict[str, float]] = {label: {} for label in sorted(set(labels))}
    for label, near, alike in zip(labels, found.labels, found.similarities, strict=True):
        for other, similarity in zip(near, alike, strict=True):
            votes[label][other] = votes[label].get(other, 0.0) + 1 + float(similarity)
    sets = []
    for label, counted in votes.items():
        others = sorted(counted.keys() - {label}, key=lambda other: (-counted[other], other))
        sets.append((label, *others[: k - 1]))
    return sets


def mine_source(
    embed: Embed, source: GlyphSource, *, k: int, rows_per_label: int, rng: np.random.Generator
) -> list[tuple[str, ...]]:
    """Find look-alikes among the crops of a source; as `mine_hard_negatives`.

    Args:
        embed: the encoder.
        source: of crops.
        k: characters in a set.
        rows_per_label: of each character in the index that is searched.
        rng: chooses the crops.
    """
    index = build_index(embed, source, rows_per_label=rows_per_label, rng=rng)
    places = pick_per_label(source.labels, most=MOST_QUERIES, rng=rng)
    embeddings = embed_all(embed, source.batch(rng, places))
    labels = [source.labels[place] for place in places]
    return mine_hard_negatives(embeddings, labels, index, k=k)


def with_hard_negatives(plain: ClassBalancedOrder, file: Path | None) -> Order:
    """An order whose batches hold sets of look-alikes; the same order where there is no file.

    Raises:
        UsageError: no set has two characters of the training data.
        DataFormatError: the file can't be read.
    """
    if file is None:
        return plain
    sets, skipped = keep_known(read_hard_negatives(file), plain.characters, source=str(file))
    for one in skipped:
        logger.warning("%s", one)
    return HardNegativeOrder(plain, sets)


def keep_known(
    sets: Iterable[Sequence[str]], characters: Iterable[str], *, source: str
) -> tuple[list[tuple[str, ...]], tuple[Skipped, ...]]:
    """Take the characters out of sets that the training data lacks, and sets that come again.

    Args:
        sets: of characters that look alike.
        characters: of the training data.
        source: where the sets are from, for the report.

    Returns:
        Sets of two characters or more, and what was left out.
    """
    known = set(characters)
    unknown: Counter[str] = Counter()
    kept: dict[frozenset[str], tuple[str, ...]] = {}
    for one in sets:
        members = tuple(dict.fromkeys(map(normalise, one)))
        unknown.update(member for member in members if member not in known)
        here = tuple(member for member in members if member in known)
        if len(here) > 1:
            kept.setdefault(frozenset(here), here)
    reason = "left out of {} sets: the training data has no such character"
    skipped = tuple(
        Skipped(f"{source}: {character!r}", reason.format(count))
        for character, count in sorted(unknown.items())
    )
    return list(kept.values()), skipped


class HardNegativeOrder:
    """Batches of an ordinary order, and among them batches of whole sets of look-alikes.

    Several sets share a batch where they fit; what room is left is given to other characters. No
    set is cut in two; one that is larger than a batch keeps its first characters.
    """

    def __init__(self, plain: ClassBalancedOrder, sets: Sequence[Sequence[str]]) -> None:
        """Pack sets of characters that `plain` knows.

        Raises:
            UsageError: there is no set.
        """
        if not sets:
            raise UsageError("no set of look-alikes whose characters are in the training data")
        codes = {character: code for code, character in enumerate(plain.characters)}
        self.plain = plain
        too_large = sum(len(one) > plain.at_once for one in sets)
        if too_large:
            logger.warning(
                "%d sets of look-alikes have more than the %d characters of a batch and keep the "
                "first ones; a larger batch or fewer rows of each character would hold them",
                too_large,
                plain.at_once,
            )
        numbered = [[codes[character] for character in one[: plain.at_once]] for one in sets]
        self.packed = _pack(numbered, plain.at_once, np.random.default_rng(plain.seed))
        self._epoch, self._places = -1, np.zeros(0, np.int64)

    def __len__(self) -> int:
        """Steps in an epoch: the ordinary batches and those of sets."""
        return len(self.plain) + len(self.packed)

    def __getitem__(self, step: int) -> Ints:
        """Rows of the batch of a step, [plain.batch_size]."""
        epoch, turn = divmod(step, len(self))
        if epoch != self._epoch:
            rng = np.random.default_rng((self.plain.seed, epoch, 2))
            self._epoch, self._places = epoch, rng.permutation(len(self))
        place = int(self._places[turn])
        if place < len(self.plain):
            return self.plain.batch(epoch, place)
        rng = np.random.default_rng((self.plain.seed, epoch, 3, place))
        codes = self.packed[place - len(self.plain)]
        others = np.setdiff1d(np.arange(len(self.plain.characters)), codes)
        filled = [*codes, *rng.permutation(others)[: self.plain.at_once - len(codes)]]
        return self.plain.rows_of(filled, rng)


def _pack(sets: Sequence[Sequence[int]], room: int, rng: np.random.Generator) -> list[list[int]]:
    """Put sets into batches of at most `room` different characters, none cut in two."""
    full: list[list[int]] = []
    filling: list[dict[int, None]] = []
    for number in rng.permutation(len(sets)):
        members = dict.fromkeys(sets[number])
        place = next((batch for batch in filling if len(batch | members) <= room), None)
        if place is None:
            filling.append(members)
            if len(filling) > OPEN_BATCHES:
                full.append(list(filling.pop(0)))
        else:
            place.update(members)
    return full + [list(batch) for batch in filling]
