"""Splits by document: no document has lines in two parts.

Lines of one document share its type, its paper and its scanner: a split by line measures how well a
model knows the document, not how well it reads.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite

import numpy as np

from effocr.errors import UsageError

__all__ = ["by_pattern", "by_prefix", "split_by_document", "split_by_line"]


def by_prefix(separator: str = "_") -> Callable[[str], str]:
    """Return a rule from a name to its document: what stands before the first `separator`.

    A name without the separator is a document of its own.

    Raises:
        UsageError: the separator is empty.
    """
    if not separator:
        raise UsageError("the separator of the document prefix is empty; give one, such as _")
    return lambda name: name.partition(separator)[0]


def by_pattern(pattern: str) -> Callable[[str], str]:
    """Return a rule from a name to its document: the first group of a regular expression.

    The expression is searched for in the name; without a group, all it matches is the document.

    Raises:
        UsageError: the expression is wrong; and, from the rule, a name does not match it.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"regular expression {pattern!r}: {error}") from error

    def rule(name: str) -> str:
        match = compiled.search(name)
        found = match and (match.group(1) if compiled.groups else match.group())
        if not found:
            raise UsageError(f"{name!r} does not match {pattern!r}, so its document is not known")
        return found

    return rule


def split_by_document(
    documents: Sequence[str], *, shares: Mapping[str, float], rng: np.random.Generator
) -> dict[str, list[int]]:
    """Divide lines into parts so that no document straddles two of them.

    The largest documents are placed first, each where most is missing, documents of equal size in
    random order; every part gets one document at least.

    Args:
        documents: the document of each line.
        shares: part name to its share of the lines, in any unit; all above 0.
        rng: decides between documents of equal size.

    Returns:
        Part name to the line numbers (from 0, ascending).

    Raises:
        UsageError: no shares, a share is not above 0, or there are fewer documents than parts.
    """
    _check_shares(shares)
    sizes: dict[str, int] = {}
    for document in documents:
        sizes[document] = sizes.get(document, 0) + 1
    if len(sizes) < len(shares):
        raise UsageError(
            f"{len(sizes)} documents cannot make {len(shares)} parts; "
            "give a finer rule for documents or fewer parts"
        )
    names = sorted(sizes)
    order = [names[place] for place in rng.permutation(len(names))]
    order.sort(key=lambda name: -sizes[name])
    part_of = _place(order, sizes, _wanted(shares, len(documents)))
    parts: dict[str, list[int]] = {part: [] for part in shares}
    for number, document in enumerate(documents):
        parts[part_of[document]].append(number)
    return parts


def _place(order: list[str], sizes: dict[str, int], missing: dict[str, float]) -> dict[str, str]:
    """Give each document, largest first, to the part that misses most lines."""
    part_of: dict[str, str] = {}
    empty = set(missing)
    for place, document in enumerate(order):
        open_parts = [part for part in missing if part in empty or len(order) - place > len(empty)]
        part = max(open_parts, key=lambda name: missing[name])
        part_of[document] = part
        missing[part] -= sizes[document]
        empty.discard(part)
    return part_of


def split_by_line(
    count: int,
    *,
    shares: Mapping[str, float],
    rng: np.random.Generator,
    documents_may_straddle: bool = False,
) -> dict[str, list[int]]:
    """Divide `count` lines at random, documents aside; refused unless it is asked for by name.

    Raises:
        UsageError: `documents_may_straddle` is not set, or the shares are wrong.
    """
    if not documents_may_straddle:
        raise UsageError(
            "a split by line puts lines of one document into several parts, and figures measured "
            "on it are too good; split by document, or say that documents may straddle"
        )
    _check_shares(shares)
    edges = np.cumsum(list(_wanted(shares, count).values())).round().astype(int)
    pieces = np.split(rng.permutation(count), edges[:-1])
    return {
        part: sorted(int(number) for number in piece)
        for part, piece in zip(shares, pieces, strict=True)
    }


def _check_shares(shares: Mapping[str, float]) -> None:
    if not shares or not all(share > 0 for share in shares.values()):
        raise UsageError("give at least one part, and every part a share above 0")
    if not isfinite(sum(shares.values())):
        raise UsageError("the shares are too large to be added; give smaller ones")


def _wanted(shares: Mapping[str, float], count: int) -> dict[str, float]:
    """Return the number of lines each part should have, as a fraction."""
    total = sum(shares.values())
    return {part: share / total * count for part, share in shares.items()}
