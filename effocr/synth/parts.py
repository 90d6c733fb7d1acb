"""Parts of a synthetic set (train, val, test), with the same fonts or each with its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.data.splits import split_by_document
from effocr.errors import FontError, UsageError
from effocr.synth.fonts import FontFile
from effocr.synth.lines import LineOptions
from effocr.synth.pool import draw_lines

__all__ = ["Part", "draw_parts", "plan_parts"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part.

    Attributes:
        fonts: that it is drawn with.
        count: of its lines.
    """

    fonts: tuple[FontFile, ...]
    count: int


def plan_parts(
    fonts: Sequence[FontFile],
    count: int,
    shares: Mapping[str, float],
    *,
    by_font: bool,
    seed: int,
) -> dict[str, Part]:
    """Divide lines, and fonts if wished, among parts.

    Args:
        fonts: all of them.
        count: lines in all.
        shares: part -> its share of the lines, finite and above 0; with `by_font` of the fonts,
            too.
        by_font: no family of fonts is in two parts.
        seed: decides which families go where.

    Raises:
        UsageError: a share is not above 0, a part would have no line, or there are fewer families
            than parts.
    """
    if any(not 0 < share < np.inf for share in shares.values()):
        raise UsageError("every part of a split needs a share above 0, and a finite one")
    edges = np.cumsum([0.0, *shares.values()]) / sum(shares.values()) * count
    counts = np.diff(edges.round().astype(int)).tolist()
    if 0 in counts:
        raise UsageError(f"{count} lines leave a part of {', '.join(shares)} empty; draw more")
    chosen = {part: tuple(fonts) for part in shares}
    if by_font:
        families = [font.family for font in fonts]
        if len(set(families)) < len(shares):
            raise UsageError(
                f"{len(set(families))} families of fonts cannot make {len(shares)} parts; give "
                "more fonts, or split by line"
            )
        rng = np.random.default_rng(seed)
        numbers = split_by_document(families, shares=shares, rng=rng)
        chosen = {part: tuple(fonts[n] for n in places) for part, places in numbers.items()}
    return {part: Part(chosen[part], size) for part, size in zip(shares, counts, strict=True)}


def draw_parts(
    parts: Mapping[str, Part],
    charset: Charset,
    *,
    seed: int,
    options: LineOptions | None = None,
    processes: int = 1,
) -> dict[str, Iterator[LabelledLine]]:
    """Draw the lines of each part as they are asked for.

    Args:
        parts: see `plan_parts`.
        charset: to draw from.
        seed: of the whole set; the parts are independent.
        options: what lines look like.
        processes: to draw with.

    Raises:
        FontError: the fonts of a part cannot set a line.
    """
    drawn: dict[str, Iterator[LabelledLine]] = {}
    for number, (name, part) in enumerate(parts.items()):
        try:
            drawn[name] = draw_lines(
                part.fonts,
                charset,
                part.count,
                seed=(seed, number),
                options=options,
                processes=processes,
            )
        except FontError as error:
            raise FontError(f"part {name}: {error}") from error
    return drawn
