"""How many glyphs a classic recognizer knows, by index or by classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import nn

from effocr.recognizer.gallery import pick_per_label
from effocr.recognizer.hardneg import MOST_QUERIES, mine_hard_negatives
from effocr.recognizer.index import GlyphIndex
from effocr.workbench.glyph_squares import Floats, GlyphSquares, Ints
from effocr.workbench.onnx_squares import probabilities
from effocr.workbench.recognizers import class_index

__all__ = ["Classified", "Retrieved", "mine"]

AT_ONCE: Final = 64
MINING_SEED: Final = 11


def outputs_of(model: nn.Module, squares: GlyphSquares, rows: Ints) -> Floats:
    """What a network says to rows of squares, some at a time, [rows, numbers]."""
    device = next(model.parameters()).device
    parts = []
    with torch.inference_mode():
        for start in range(0, len(rows), AT_ONCE):
            batch = torch.from_numpy(squares.pixels[rows[start : start + AT_ONCE]])
            parts.append(model(batch.to(device)).float().cpu().numpy())
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)


@dataclass(frozen=True)
class Retrieved:
    """Share of crops whose nearest reference is of their character.

    Attributes:
        squares: all of them.
        reference: rows that are searched.
        queries: rows that are looked up.
    """

    squares: GlyphSquares
    reference: Ints
    queries: Ints

    def index(self, model: nn.Module) -> tuple[Floats, list[str]]:
        """Embeddings [n, dim] and characters of the reference."""
        return outputs_of(model, self.squares, self.reference), self.squares.glyphs(self.reference)

    def __call__(self, model: nn.Module) -> dict[str, float]:
        """`accuracy`, where a character that the reference lacks is an error.

        `accuracy_of_known` is the original's figure, which leaves such glyphs out.
        """
        index = _searchable(*self.index(model))
        truth = self.squares.glyphs(self.queries)
        found = index.search(outputs_of(model, self.squares, self.queries), 1).labels
        right = sum(near[:1] == [glyph] for near, glyph in zip(found, truth, strict=True))
        known = set(index.characters)
        covered = sum(glyph in known for glyph in truth)
        return {
            "accuracy": right / max(len(truth), 1),
            "accuracy_of_known": right / max(covered, 1),
        }

    def answers(self, model: nn.Module) -> tuple[GlyphIndex, Floats, list[str]]:
        """What is searched, and embeddings and true characters of the queries."""
        index = _searchable(*self.index(model))
        seen = outputs_of(model, self.squares, self.queries)
        return index, seen, self.squares.glyphs(self.queries)


@dataclass(frozen=True)
class Classified:
    """Share of crops that a classifier names rightly.

    Attributes:
        squares: all of them.
        queries: rows that are looked at.
        classes: character of each output.
    """

    squares: GlyphSquares
    queries: Ints
    classes: Sequence[str]

    def __call__(self, model: nn.Module) -> dict[str, float]:
        """`accuracy`."""
        truth = self.squares.glyphs(self.queries)
        answers = outputs_of(model, self.squares, self.queries).argmax(axis=1)
        right = sum(
            self.classes[answer] == glyph for answer, glyph in zip(answers, truth, strict=True)
        )
        return {"accuracy": right / max(len(truth), 1)}

    def answers(self, model: nn.Module) -> tuple[GlyphIndex, Floats, list[str]]:
        """The classes, and their probabilities and true characters of the queries."""
        seen = outputs_of(model, self.squares, self.queries)
        found = probabilities(seen) if len(seen) else seen
        return class_index(self.classes), found, self.squares.glyphs(self.queries)


def mine(model: nn.Module, retrieved: Retrieved, rows: Ints, *, k: int) -> list[tuple[str, ...]]:
    """Sets of look-alikes, one for each character of the training data.

    Args:
        model: the trained encoder, in eval mode.
        retrieved: whose reference is searched.
        rows: of the training data. Its crops are looked up; of characters without any, renders.
        k: characters in a set.
    """
    squares = retrieved.squares
    crops = rows[~squares.drawn[rows]]
    seen = set(squares.glyphs(crops))
    others = np.array([row for row in rows if squares.samples[row].glyph not in seen], np.int64)
    queries = np.concatenate([crops, others])
    rng = np.random.default_rng(MINING_SEED)
    queries = queries[pick_per_label(squares.glyphs(queries), most=MOST_QUERIES, rng=rng)]
    index = _searchable(*retrieved.index(model))
    return mine_hard_negatives(
        outputs_of(model, squares, queries), squares.glyphs(queries), index, k=k
    )


def _searchable(embeddings: Floats, labels: Sequence[str]) -> GlyphIndex:
    index = GlyphIndex.create(embeddings.shape[1])
    index.add(embeddings, labels)
    return index
