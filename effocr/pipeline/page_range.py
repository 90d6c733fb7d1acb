"""`--pages 3-7,12`: which pages of a document."""

from __future__ import annotations

import re
from dataclasses import dataclass

from effocr.errors import UsageError

__all__ = ["PageRange", "parse_pages"]

_PART = re.compile(r"(\d*)(-?)(\d*)")


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages by number.

    Attributes:
        parts: first and last page of each part, from 1; a last one of None means to the end.
    """

    parts: tuple[tuple[int, int | None], ...] = ((1, None),)

    def of(self, count: int) -> list[int]:
        """Numbers, from 1, of the pages of a document of `count` pages, in order."""
        return [
            number
            for number in range(1, count + 1)
            if any(
                first <= number <= (count if last is None else last) for first, last in self.parts
            )
        ]


def parse_pages(text: str) -> PageRange:
    """Pages of `3-7`, `12`, `5-`, `-4` and lists of these.

    Raises:
        UsageError: it is no such text.
    """
    parts: list[tuple[int, int | None]] = []
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        first, dash, last = match.groups() if match else ("", "", "")
        if not first and not last:
            raise UsageError(f"--pages {text!r}: write numbers and ranges, such as 3-7,12 or 5-")
        begin = int(first or 1)
        end = (int(last) if last else None) if dash else begin
        if begin < 1 or (end is not None and end < begin):
            raise UsageError(f"--pages {text!r}: {part.strip()!r} holds no page; they start at 1")
        parts.append((begin, end))
    return PageRange(tuple(parts))
