"""One new glyph from three examples: how often it is read on unseen lines, and what else changes.

    python benchmarks/one_glyph.py ☞ --fonts /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
    python benchmarks/one_glyph.py ₤ ₹ --fonts english_font_files/Vollkorn-Regular.ttf --json

The glyph stands on synthetic lines of random text and wear, in the first of the fonts that has it.
It is taught as `effocr index add MODEL --glyph GLYPH LINE...` does it, the seconds counted from the
line images in files to the new model in files, model loaded included. A line is right where the
glyph is read as often as it stands there. The same ordinary lines are read before and after.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
from PIL import Image

from effocr.bundle import load_bundle
from effocr.charset import Charset, read_charset
from effocr.data.labelled import LabelledLine
from effocr.evaluation.report import table
from effocr.export.update import write_with_index
from effocr.learn.new_glyph import learn_picture
from effocr.pipeline.chunk import ReadFailure
from effocr.pipeline.reader import Reader
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.pictures import Pictures
from effocr.synth.fonts import load_fonts
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.wear_kinds import WEAR_SHARES

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES, UNSEEN, ORDINARY = 1, 2, 3  # seeds


class Result(TypedDict):
    """What one glyph of one font gave."""

    glyph: str
    font: str
    right: int
    lines: int
    changed: int
    ordinary: int
    left_out: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("glyph", nargs="+")
    parser.add_argument("--fonts", type=Path, nargs="+", required=True, help="files or folders")
    parser.add_argument("--model", default="en")
    parser.add_argument("--examples", type=int, default=3)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--ordinary", type=int, default=1000)
    parser.add_argument("--wear", choices=sorted(WEAR_SHARES), help="of all lines; default: mixed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    charset = tuple(read_charset(ROOT / "english_charsets"))
    options = LineOptions(wear={arguments.wear: 1.0}) if arguments.wear else LineOptions()
    plain = load_fonts([ROOT / "english_font_files"], charset=charset).fonts
    maker = LineMaker(plain, Charset(charset), options)
    ordinary = [
        maker.line(np.random.default_rng((arguments.seed, ORDINARY, number))).grey
        for number in range(arguments.ordinary)
    ]
    before = read(Reader(arguments.model), ordinary)
    results: list[Result] = []
    for glyph in arguments.glyph:
        known = Charset((*charset, glyph))
        fonts = load_fonts(arguments.fonts, charset=known).fonts
        for font in [font for font in fonts if font.covers(glyph)]:
            drawers = (
                LineMaker([font], known, options),
                LineMaker([font], Charset(charset), options),
            )
            seeds = (arguments.seed, EXAMPLES), (arguments.seed, UNSEEN)
            examples = draw(drawers, glyph, arguments.examples, seeds[0])
            unseen = draw(drawers, glyph, arguments.lines, seeds[1])
            with tempfile.TemporaryDirectory() as place:
                model = Path(place) / "taught"
                seconds, left_out = teach(arguments.model, glyph, examples, model)
                reader = Reader(model)
                texts = read(reader, [line.grey for line in unseen])
                after = read(reader, ordinary)
            pairs = zip(texts, unseen, strict=True)
            results.append({
                "glyph": glyph, "font": f"{font.family} {font.style}",
                "right": sum(text.count(glyph) == line.text.count(glyph) for text, line in pairs),
                "lines": len(unseen),
                "changed": sum(one != other for one, other in zip(before, after, strict=True)),
                "ordinary": len(ordinary), "left_out": left_out, "seconds": round(seconds, 2),
            })  # fmt: skip
    if arguments.json:
        print(json.dumps(results, ensure_ascii=False))
        return
    head = ["glyph", "font", "right", "ordinary lines changed", "examples left out", "s to add"]
    print(table(head, [row(each) for each in results]))


def draw(
    makers: Sequence[LineMaker], glyph: str, count: int, seed: tuple[int, ...]
) -> list[LabelledLine]:
    """Lines with the glyph as a word among the others; makers with and without it."""
    lines: list[LabelledLine] = []
    number = 0
    while len(lines) < count:
        rng = np.random.default_rng((*seed, number))
        number += 1
        words = makers[1].line(rng).text.split()
        words.insert(int(rng.integers(len(words) + 1)), glyph)
        line = makers[0].line(rng, " ".join(words))
        if glyph in line.glyphs:  # not cropped away
            lines.append(line)
    return lines


def teach(model: str, glyph: str, examples: Sequence[LabelledLine], out: Path) -> tuple[float, int]:
    """Add the glyph as the command does; seconds, and examples that it could not use."""
    paths = []
    for number, line in enumerate(examples):
        path = out.with_name(f"{number}.png")
        Image.fromarray(line.grey).save(path)
        path.with_suffix(".gt.txt").write_text(line.text + "\n", encoding="utf-8")
        paths.append(path)
    started = time.monotonic()
    bundle = load_bundle(model)
    lesson = learn_picture(bundle, glyph, paths, rng=np.random.default_rng(0))
    if lesson is None:
        raise SystemExit(f"{model} knows {glyph} already, or cannot learn pictures")
    index = GlyphIndex.load(bundle.folder)
    write_with_index(bundle, index, out=out, pictures=Pictures([lesson.picture]))
    return time.monotonic() - started, len(lesson.left_out)


def read(reader: Reader, images: Sequence[np.ndarray]) -> list[str]:
    """The text of each image."""
    found = reader.read_many(images)
    return ["" if isinstance(each, ReadFailure) else each.text for each in found]


def row(found: Result) -> list[str]:
    """One row of the table."""
    return [
        found["glyph"],
        found["font"],
        f"{found['right']} of {found['lines']}",
        f"{found['changed']} of {found['ordinary']}",
        str(found["left_out"]),
        f"{found['seconds']:.2f}",
    ]


if __name__ == "__main__":
    main()
