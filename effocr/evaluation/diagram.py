"""Reliability diagrams as small SVG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from typing import Final

from effocr.metrics.calibration import ReliabilityBin

__all__ = ["reliability_svg"]

_SIDE: Final = 300  # pixels of the square from 0 to 1
_LEFT: Final = 52
_TOP: Final = 34
_COLOURS: Final = ("#0a5ca8", "#c04a00", "#0a7d3c", "#7a2a9a")
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_STYLE: Final = "font-family='system-ui, sans-serif' font-size='12' fill='#222'"


def reliability_svg(title: str, curves: Mapping[str, Sequence[ReliabilityBin]]) -> str:
    """Draw accuracy over confidence; on the diagonal confidence means what it says.

    A disc stands for the predictions of one interval, the larger the more of them there are.

    Args:
        title: above the diagram.
        curves: name -> intervals, see `effocr.metrics.calibration.reliability`; four at most.
    """
    width, height = _LEFT + _SIDE + 20, _TOP + _SIDE + 48
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
        f"width='{width}' height='{height}' {_STYLE}>",
        "<rect width='100%' height='100%' fill='#fff'/>",
        f"<text x='{_LEFT}' y='20' font-size='14'>{escape(title)}</text>",
        *_axes(),
    ]
    for number, ((name, rows), colour) in enumerate(zip(curves.items(), _COLOURS, strict=False)):
        parts += _curve(rows, colour)
        line = _TOP + 18 + 16 * number
        parts.append(f"<circle cx='{_LEFT + 14}' cy='{line - 4}' r='4' fill='{colour}'/>")
        parts.append(f"<text x='{_LEFT + 24}' y='{line}'>{escape(name)}</text>")
    return "\n".join([*parts, "</svg>", ""])


def _x(value: float) -> float:
    return round(_LEFT + _SIDE * value, 1)


def _y(value: float) -> float:
    return round(_TOP + _SIDE * (1 - value), 1)


def _axes() -> list[str]:
    """Frame, diagonal, numbers and names of the axes."""
    parts = [
        f"<rect x='{_LEFT}' y='{_TOP}' width='{_SIDE}' height='{_SIDE}' fill='none' "
        "stroke='#888'/>",
        f"<path d='M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}' stroke='#888' stroke-dasharray='4 3'/>",
    ]
    for tick in _TICKS:
        shown = f"{100 * tick:.0f}"
        parts.append(f"<text x='{_x(tick)}' y='{_y(0) + 16}' text-anchor='middle'>{shown}</text>")
        parts.append(f"<text x='{_LEFT - 6}' y='{_y(tick) + 4}' text-anchor='end'>{shown}</text>")
    middle = _TOP + _SIDE / 2
    parts.append(
        f"<text x='{_x(0.5)}' y='{_y(0) + 36}' text-anchor='middle'>confidence, %</text>"
        f"<text x='14' y='{middle}' text-anchor='middle' transform='rotate(-90 14 {middle})'>"
        "right, %</text>"
    )
    return parts


def _curve(rows: Sequence[ReliabilityBin], colour: str) -> list[str]:
    """One curve: a line through the discs of the intervals that hold anything."""
    filled = [row for row in rows if row.count]
    points = " ".join(f"{_x(row.confidence)},{_y(row.accuracy)}" for row in filled)
    line = f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-opacity='.5'/>"
    return [
        line,
        *(
            f"<circle cx='{_x(row.confidence)}' cy='{_y(row.accuracy)}' "
            f"r='{2 + 1.5 * log10(row.count):.1f}' fill='{colour}' fill-opacity='.7'>"
            f"<title>{row.count}</title></circle>"
            for row in filled
        ),
    ]
