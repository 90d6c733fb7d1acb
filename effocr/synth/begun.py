"""Drawing that has begun before anything is written."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

__all__ = ["begun"]

Item = TypeVar("Item")


def begun(items: Iterable[Item]) -> Iterator[Item]:
    """The same items, the first of them drawn at once: what cannot be drawn leaves no folder."""
    drawn = iter(items)
    return chain(list(islice(drawn, 1)), drawn)
