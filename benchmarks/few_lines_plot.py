"""The plot of `few_lines.py`: error rates over the number of lines, as a small SVG file."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log2
from statistics import mean

WIDTH, HEIGHT = 460, 320  # of the plot itself, pixels
LEFT, TOP, LEGEND = 56, 34, 250
COLOURS = ("#0a5ca8", "#c04a00", "#0a7d3c", "#7a2a9a", "#666")
DASHES = {"index": "none", "finetune": "7 4", "ctc": "2 3"}
STYLE = "font-family='system-ui, sans-serif' font-size='12' fill='#222'"


@dataclass(frozen=True)
class Curve:
    """One set and method: for each number of lines the error rates of all seeds, percent."""

    name: str
    method: str
    points: Sequence[tuple[int, Sequence[float]]]


def curves_svg(title: str, curves: Sequence[Curve]) -> str:
    """Draw them; both axes are logarithmic, 0 lines stand where 2.5 would. Bars: least and most."""
    rates = [rate for curve in curves for _, some in curve.points for rate in some if rate > 0]
    low, high = log2(min(rates, default=1.0)) - 0.2, log2(max(rates, default=1.0)) + 0.2
    most = max((5, *(lines for curve in curves for lines, _ in curve.points)))

    def x(lines: int) -> float:
        return round(LEFT + WIDTH * log2(max(lines, 2.5) / 2.5) / log2(most / 2.5), 1)

    def y(rate: float) -> float:
        seen = log2(rate) if rate > 0 else low  # where nothing is wrong: at the bottom
        return round(TOP + HEIGHT * (high - seen) / (high - low), 1)

    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{LEFT + WIDTH + LEGEND}' "
        f"height='{TOP + HEIGHT + 52}' {STYLE}>",
        "<rect width='100%' height='100%' fill='#fff'/>",
        f"<text x='{LEFT}' y='20' font-size='14'>{escape(title)}</text>",
        f"<rect x='{LEFT}' y='{TOP}' width='{WIDTH}' height='{HEIGHT}' fill='none' stroke='#888'/>",
        f"<text x='{LEFT + WIDTH / 2}' y='{TOP + HEIGHT + 40}' text-anchor='middle'>"
        "lines learnt from</text>",
    ]
    for lines in sorted({lines for curve in curves for lines, _ in curve.points}):
        parts.append(
            f"<text x='{x(lines)}' y='{TOP + HEIGHT + 18}' text-anchor='middle'>{lines}</text>"
        )
    rate = 0.25
    while log2(rate) < high:
        if log2(rate) > low:
            parts.append(
                f"<path d='M{LEFT} {y(rate)}h{WIDTH}' stroke='#ddd'/><text x='{LEFT - 6}' "
                f"y='{y(rate) + 4}' text-anchor='end'>{rate:g}</text>"
            )
        rate *= 2
    names = list(dict.fromkeys(curve.name for curve in curves))
    for place, curve in enumerate(curves):
        colour = COLOURS[names.index(curve.name) % len(COLOURS)]
        line = f"stroke='{colour}' stroke-dasharray='{DASHES[curve.method]}'"
        means = [(x(lines), y(mean(some))) for lines, some in curve.points]
        path = " ".join(f"{a},{b}" for a, b in means)
        parts.append(f"<polyline points='{path}' fill='none' stroke-width='1.5' {line}/>")
        for (a, b), (_, some) in zip(means, curve.points, strict=True):
            parts.append(f"<circle cx='{a}' cy='{b}' r='3' fill='{colour}'/>")
            parts.append(f"<path d='M{a} {y(min(some))}V{y(max(some))}' stroke='{colour}'/>")
        height, start = TOP + 14 + 18 * place, LEFT + WIDTH + 14
        parts.append(f"<path d='M{start} {height - 4}h30' stroke-width='1.5' {line}/>")
        label = escape(f"{curve.name}, {curve.method}")
        parts.append(f"<text x='{start + 38}' y='{height}'>{label}</text>")
    return "\n".join([*parts, "</svg>", ""])
