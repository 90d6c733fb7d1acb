"""Indexes are filled with exemplars, and looked up as a loop over all rows would."""

from collections import Counter

import numpy as np
import pytest

from effocr.recognizer.gallery import (
    CROPS_AT_ONCE,
    build_index,
    embed_all,
    pick_per_label,
    retrieve,
)
from effocr.recognizer.index import GlyphIndex


def embed(crops: np.ndarray) -> np.ndarray:
    """Crops [n, 1, d] whose pixels are the embedding."""
    assert len(crops) <= CROPS_AT_ONCE
    flat = crops[:, 0].astype(np.float32) + 1
    unit: np.ndarray = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    return unit


class Source:
    """Crops [n, 1, 8] of characters; each call gives those asked for."""

    def __init__(self, labels: str, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        kinds = {label: rng.integers(0, 255, 8) for label in sorted(set(labels))}
        noise = rng.integers(-6, 7, (len(labels), 8))
        self.labels = list(labels)
        self.crops = np.clip([kinds[label] for label in labels] + noise, 0, 255).astype(np.uint8)

    def batch(self, rng: np.random.Generator, indices: np.ndarray) -> np.ndarray:
        return self.crops[indices][:, None]


def test_many_crops_are_embedded_some_at_a_time() -> None:
    crops = np.random.default_rng(0).integers(0, 255, (2 * CROPS_AT_ONCE + 5, 1, 8), np.uint8)
    expected = np.stack([embed(crop[None])[0] for crop in crops])
    assert np.array_equal(embed_all(embed, crops), expected)
    assert len(embed_all(embed, crops[:0])) == 0


def test_a_pick_holds_at_most_so_many_of_each_label_and_all_of_the_rare() -> None:
    labels = list("aaaaaaaabbc")
    picked = pick_per_label(labels, most=3, rng=np.random.default_rng(1))
    assert Counter(labels[place] for place in picked) == {"a": 3, "b": 2, "c": 1}
    assert (np.diff(picked) > 0).all()
    seen = {
        tuple(pick_per_label(labels, most=3, rng=np.random.default_rng(seed))) for seed in range(9)
    }
    assert len(seen) > 1


def test_an_index_holds_few_rows_of_every_character_of_the_source() -> None:
    source = Source("aaaaaaaaaabbbbbbcc")
    index = build_index(embed, source, rows_per_label=3, rng=np.random.default_rng(0))
    assert set(index.counts()) == set("abc")
    assert max(index.counts().values()) <= 3
    rows = {tuple(row) for row in embed_all(embed, source.crops[:, None]).round(5).tolist()}
    assert {tuple(row) for row in index.embeddings.round(5).tolist()} <= rows  # crops, not means


def test_retrieval_counts_as_a_loop_over_all_rows_does() -> None:
    index = GlyphIndex.create(8)
    known, queries = Source("aAbBcdefg" * 3), Source("aAbBcdefgz" * 20, seed=3)
    index.add(embed(known.crops[:, None]), known.labels)
    found = retrieve(embed, index, crops=queries.crops[:, None], labels=queries.labels)
    right = folded = in_five = 0
    confusions: Counter[tuple[str, str]] = Counter()
    for crop, truth in zip(queries.crops, queries.labels, strict=True):
        near = index.embeddings @ embed(crop[None, None])[0]
        best: dict[str, float] = {}
        for label, similarity in zip(index.labels, near.tolist(), strict=True):
            best[label] = max(best.get(label, -2.0), similarity)
        ranked = sorted(best, key=lambda label: -best[label])
        right += ranked[0] == truth
        folded += ranked[0].lower() == truth.lower()
        in_five += truth in ranked[:5]
        if ranked[0] != truth:
            confusions[truth, ranked[0]] += 1
    assert (found.glyphs, found.right, found.uncovered) == (200, right, 20)
    assert (found.right_ignoring_case, found.right_in_five) == (folded, in_five)
    assert found.confusions == confusions
    assert found.figures()["accuracy"] == pytest.approx(right / 200)
    assert found.figures()["uncovered"] == pytest.approx(0.1)


def test_nothing_to_look_up_and_nothing_known_are_no_error() -> None:
    empty = GlyphIndex.create(8)
    nothing = retrieve(embed, empty, crops=np.zeros((0, 1, 8), np.uint8), labels=[])
    assert (nothing.glyphs, nothing.figures()["accuracy"]) == (0, 0.0)
    found = retrieve(embed, empty, crops=np.zeros((2, 1, 8), np.uint8), labels=["a", "b"])
    assert (found.right, found.uncovered) == (0, 2)
