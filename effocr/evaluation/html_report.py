"""How a model reads, as one HTML page: figures, confusions, and the worst lines with pictures.

The page holds its pictures and needs no network and no script. Whatever is printed in an image or
stands in a path is text on the page, never markup.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from effocr.document import Glyph
from effocr.errors import ImageError, UsageError
from effocr.evaluation.worst import Strip, WorstLine
from effocr.metrics.confusions import NOTHING, SPACE, visible
from effocr.pipeline.images import load_image

__all__ = ["Section", "page", "report_path", "write_page"]

_NAME: Final = "report.html"
_SHOWN_PX: Final = 56  # least height of a line's picture; small ones are enlarged
_MOST_ENLARGED: Final = 3.0
_UNSURE: Final = 0.6  # glyphs of less confidence are dashed
_STYLE: Final = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem;
  padding: 0 1rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
table { border-collapse: collapse; margin: .5rem 0 1rem; }
th, td { border: 1px solid #ccc; padding: .2rem .7rem; text-align: right; }
th { background: #f2f2f2; font-weight: 600; }
ol.confusions { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem; }
ol.confusions li { border: 1px solid #ccc; border-radius: 4px; padding: .1rem .6rem;
  font: 1.05rem/1.5 ui-monospace, monospace; white-space: pre; }
ol.confusions span { margin-left: .7rem; color: #555; }
ol.lines { list-style: none; padding: 0; }
ol.lines > li { border-top: 1px solid #ddd; padding: 1rem 0; }
.head { display: flex; gap: 1rem; flex-wrap: wrap; font-size: .85rem; color: #555; }
.head b { color: #b00020; } .head code { overflow-wrap: anywhere; }
.picture { overflow-x: auto; margin: .5rem 0; } svg { display: block; }
rect { fill: transparent; stroke: #0a7d3c; stroke-width: 1.2; vector-effect: non-scaling-stroke; }
rect.unsure { stroke: #c06a00; stroke-dasharray: 4 2; }
rect.wrong { stroke: #d0002a; stroke-width: 2.2; fill: rgba(208, 0, 42, .08); }
rect:hover { fill: rgba(0, 80, 200, .15); }
.texts { display: grid; grid-template-columns: 6rem 1fr; gap: 0 .8rem; }
.texts dt { color: #555; } .texts dd { margin: 0; overflow-wrap: anywhere;
  font: 1.05rem/1.6 ui-monospace, monospace; white-space: pre-wrap; }
del, ins { text-decoration: none; border-radius: 2px; padding: 0 1px; }
del { background: #ffe08a; } ins { background: #ffb3bd; }
.problem { color: #b00020; } .legend { color: #555; font-size: .9rem; }
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One set of lines.

    Attributes:
        name: of the set.
        figures: name -> value, for people.
        confusions: (character of the reference, character read, how often), most frequent first.
        lines: the worst.
    """

    name: str
    figures: Mapping[str, str]
    confusions: Sequence[tuple[str, str, int]]
    lines: Sequence[WorstLine]


def report_path(path: Path) -> Path:
    """The file that `--report PATH` means: PATH if it ends in .html, else PATH/report.html."""
    return path if path.suffix.lower() in (".html", ".htm") else path / _NAME


def write_page(path: Path, text: str) -> None:
    """Write the page.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"--report {path}: cannot be written ({error.strerror})") from error


def page(title: str, sections: Sequence[Section]) -> str:
    """The whole page.

    Args:
        title: of the page.
        sections: one for each set.
    """
    legend = (
        "Boxes: green as in the reference, red different, orange dashed unsure. "
        "Texts: yellow is missing or replaced, red was read instead or too much; "
        f"{SPACE} is a space. Point at a box for its candidates."
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{escape(title)}</h1>\n<p class="legend">{escape(legend)}</p>\n'
        f"{''.join(map(_section, sections))}</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    lines = "".join(map(_line, section.lines))
    worst = f'<ol class="lines">\n{lines}</ol>\n' if lines else "<p>Every line is right.</p>\n"
    return (
        f"<section>\n<h2>{escape(section.name)}</h2>\n{_figures(section.figures)}"
        f"{_confusions(section.confusions)}<h3>Worst lines</h3>\n{worst}</section>\n"
    )


def _figures(figures: Mapping[str, str]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in figures)
    row = "".join(f"<td>{escape(value)}</td>" for value in figures.values())
    return f"<table>\n<tr>{head}</tr>\n<tr>{row}</tr>\n</table>\n"


def _confusions(confusions: Sequence[tuple[str, str, int]]) -> str:
    if not confusions:
        return ""
    items = "".join(
        f"<li><bdi>{escape(visible(wanted))}</bdi> → <bdi>{escape(visible(got))}</bdi>"
        f"<span>{count}</span></li>\n"
        for wanted, got, count in confusions
    )
    return (
        "<h3>Confusions</h3>\n"
        f'<p class="legend">reference → read, how often; {NOTHING} is nothing</p>\n'
        f'<ol class="confusions">\n{items}</ol>\n'
    )


def _line(line: WorstLine) -> str:
    compared = line.compared
    return (
        f'<li>\n<div class="head"><b>CER {100 * line.cer:.1f} %</b><span>{line.edits} edits</span>'
        f"<code>{escape(_shown_path(line.path))}</code></div>\n"
        f"{_picture(line)}"
        '<dl class="texts">\n'
        f'<dt>reference</dt><dd><bdi dir="auto">{_strips(compared.reference, "del")}</bdi></dd>\n'
        f'<dt>read</dt><dd><bdi dir="auto">{_strips(compared.read, "ins")}</bdi></dd>\n'
        "</dl>\n</li>\n"
    )


def _strips(strips: Sequence[Strip], tag: str) -> str:
    return "".join(
        escape(strip.text)
        if strip.same
        else f"<{tag}>{escape(strip.text.replace(' ', SPACE))}</{tag}>"
        for strip in strips
        if strip.text
    )


def _picture(line: WorstLine) -> str:
    """The image with the boxes of its glyphs over it."""
    try:
        grey = load_image(line.path)
    except ImageError as error:
        return f'<p class="problem">{escape(line.problem or str(error))}</p>\n'
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG", optimize=True)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    height, width = grey.shape
    scale = min(max(_SHOWN_PX / min(height, width), 1.0), _MOST_ENLARGED)
    glyphs = (glyph for read in line.lines for glyph in read.glyphs)
    boxes = "".join(
        _box(glyph, wrong=number in line.compared.wrong) for number, glyph in enumerate(glyphs)
    )
    return (
        f'<div class="picture"><svg viewBox="0 0 {width} {height}" width="{width * scale:.0f}" '
        f'height="{height * scale:.0f}">\n<image width="{width}" height="{height}" '
        f'href="data:image/png;base64,{data}"/>\n{boxes}</svg></div>\n'
    )


def _box(glyph: Glyph, *, wrong: bool) -> str:
    x0, y0, x1, y1 = glyph.box
    kind = "wrong" if wrong else "unsure" if glyph.confidence < _UNSURE else "right"
    told = f"{glyph.text}  {100 * glyph.confidence:.0f} %"
    if glyph.read_as is not None:
        told += f", read as {glyph.read_as}"
    told += "".join(f"\n{text} {similarity:.3f}" for text, similarity in glyph.candidates)
    return (
        f'<rect class="{kind}" x="{x0:g}" y="{y0:g}" width="{max(x1 - x0, 0):g}" '
        f'height="{max(y1 - y0, 0):g}"><title>{escape(told)}</title></rect>\n'
    )


def _shown_path(path: Path) -> str:
    """A path as text that can be written, whatever bytes are in it."""
    return str(path).encode("utf-8", "replace").decode("utf-8")
