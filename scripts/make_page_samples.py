"""Draw docs/samples/synthetic_pages.png, the picture of docs/synthetic-pages.md.

python scripts/make_page_samples.py
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from effocr.charset import read_charset
from effocr.synth.fonts import load_fonts
from effocr.synth.pages import PageMaker, PageOptions

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "samples" / "synthetic_pages.png"
SHOWN = (("book", "bilevel"), ("newspaper", "grey"), ("typescript", "photograph"),
         ("receipt", "grey"), ("contents", "bilevel"))  # fmt: skip
SIZE = (280, 400)  # width and height of a page in the picture
SEED = 4
COLOURS = 12  # of the picture, so that it stays small


def main() -> None:
    """Draw one page of each, with the polygons of its lines."""
    charset = read_charset(ROOT / "english_charsets")
    fonts = load_fonts(ROOT / "english_font_files", charset=charset).fonts
    tiles = []
    for number, (layout, condition) in enumerate(SHOWN):
        options = PageOptions.model_validate(
            {"layouts": {layout: 1}, "conditions": {condition: 1}, "width": (900, 900)}
        )
        page = PageMaker(fonts, charset, options).page(np.random.default_rng((SEED, number)))
        scale = min(SIZE[0] / page.image.shape[1], SIZE[1] / page.image.shape[0])
        size = (int(page.image.shape[1] * scale), int(page.image.shape[0] * scale))
        small = cv2.resize(page.image, size, interpolation=cv2.INTER_AREA)
        picture = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
        for line in page.lines:
            outline = [np.round(line.polygon * scale).astype(np.int32)]
            colour = (60, 60, 220) if line.kind == "heading" else (60, 160, 60)
            cv2.polylines(picture, outline, True, colour, 1, cv2.LINE_AA)
        tile = np.full((SIZE[1], SIZE[0] + 8, 3), 255, np.uint8)
        tile[: size[1], : size[0]] = picture
        tiles.append(tile)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    together = cv2.cvtColor(np.hstack(tiles), cv2.COLOR_BGR2RGB)
    few_colours = Image.fromarray(together).quantize(COLOURS, dither=Image.Dither.NONE)
    few_colours.save(OUT, optimize=True)


if __name__ == "__main__":
    main()
