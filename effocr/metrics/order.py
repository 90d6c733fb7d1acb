"""How right an order of reading is.

Two figures: the share of neighbours of the true order that are neighbours in the same order in what
was found, which is what a reader of the text notices, and Kendall's tau (1938), which also tells
how far things went.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["OrderScore", "score_order"]


@dataclass(frozen=True, slots=True)
class OrderScore:
    """Pairs counted over pages; add two scores for both together.

    Attributes:
        neighbours: pairs of neighbours in the true order, of things that were found.
        kept: of these, pairs that are neighbours in the order found, the same way round.
        pairs: all pairs of things that both orders have.
        concordant: of these, pairs that stand the same way round in both.
    """

    neighbours: int = 0
    kept: int = 0
    pairs: int = 0
    concordant: int = 0

    def __add__(self, other: OrderScore) -> OrderScore:
        """The score of both together."""
        return OrderScore(
            self.neighbours + other.neighbours,
            self.kept + other.kept,
            self.pairs + other.pairs,
            self.concordant + other.concordant,
        )

    @property
    def neighbour_share(self) -> float:
        """Share of true neighbours that were kept, 0 to 1; 1 where there are none."""
        return self.kept / self.neighbours if self.neighbours else 1.0

    @property
    def tau(self) -> float:
        """Kendall's tau, -1 (reversed) to 1; 1 where there are no pairs."""
        return 2 * self.concordant / self.pairs - 1 if self.pairs else 1.0


def score_order(true: Sequence[Hashable], found: Sequence[Hashable]) -> OrderScore:
    """Compare an order with the true one.

    What only one of them has is left out of both; it is for a measure of detection to count.

    Args:
        true: things, each once.
        found: the same things in another order.
    """
    both = set(true) & set(found)
    rank = {thing: number for number, thing in enumerate(t for t in found if t in both)}
    ranks = [rank[thing] for thing in true if thing in both]
    count = len(ranks)
    return OrderScore(
        neighbours=max(count - 1, 0),
        kept=sum(second == first + 1 for first, second in pairwise(ranks)),
        pairs=count * (count - 1) // 2,
        concordant=sum(
            ranks[one] < ranks[other] for one in range(count) for other in range(one + 1, count)
        ),
    )
