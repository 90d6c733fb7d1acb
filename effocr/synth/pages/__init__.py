"""Synthetic pages with the truth of every line and word."""

from effocr.synth.pages.draw import PageMaker, draw_page
from effocr.synth.pages.options import PageOptions
from effocr.synth.pages.pool import draw_pages
from effocr.synth.pages.truth import PageLine, PageWord, SyntheticPage

__all__ = [
    "PageLine",
    "PageMaker",
    "PageOptions",
    "PageWord",
    "SyntheticPage",
    "draw_page",
    "draw_pages",
]
