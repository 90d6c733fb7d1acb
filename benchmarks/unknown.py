"""How many strange glyphs are called unknown, and how many known ones by mistake.

English lines with characters that the model does not have are drawn, worn and read. A strange
glyph is found if a box on it comes out as U+FFFD. Those that look like a known character cannot
be told by shape and are counted apart: drawn in the same font at the same size on one baseline,
their ink and that of some known character have a cosine of ALIKE or more (shifted sideways for
the best fit). Cyrillic a and Greek omicron reach 1.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.document import Document, Glyph
from effocr.evaluation.judged import Judged, judge, together
from effocr.evaluation.report import table
from effocr.evaluation.sets import read_line_sets
from effocr.metrics.boxes import iou_matrix
from effocr.pipeline.reader import Reader
from effocr.synth.face import Face, open_face
from effocr.synth.fonts import FontFile, load_fonts
from effocr.synth.lines import LineMaker
from effocr.synth.words import COMMON

ROOT = Path(__file__).resolve().parents[1]
ALIKE = 0.8
LEAST_IOU = 0.3
LEAST_STRANGE = 40  # characters that a font must have to be used
TARGETS = (0.0005, 0.001, 0.003, 0.01, 0.03)  # share of known glyphs of held-out fonts
SIZE_PX, FIELD_PX, BASELINE_PX = 40, 110, 65
SHIFTS_PX = (-2, -1, 0, 1, 2)


def letters(*spans: tuple[int, int]) -> str:
    return "".join(chr(code) for first, last in spans for code in range(first, last + 1))


GROUPS = {
    "Cyrillic": letters((0x410, 0x44F)),
    "Greek": letters((0x391, 0x3A1), (0x3A3, 0x3A9), (0x3B1, 0x3C9)),
    "Hebrew": letters((0x5D0, 0x5EA)),
    "Armenian": letters((0x531, 0x556), (0x561, 0x586)),
    "signs": "☞☛☜✠✝✚✱✿❦❧☙★☆♠♣♥♦♪♫☎✓✗➔→←↑↓■□▲△▼●○◆◇∞∑∏√∫≈≠≤≥",
}


@dataclass(frozen=True)
class Strange:
    """A strange glyph that was drawn, and how sure the reader was of what it took it for."""

    group: str
    likeness: float
    score: float  # the least of the boxes on it; infinite where there is none


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="*", help="real lines, for false alarms")
    parser.add_argument("--ignore-case", action="store_true", help="of the real lines")
    parser.add_argument("--model", default="en")
    parser.add_argument("--fonts", type=Path, nargs="+", required=True, help="with strange glyphs")
    parser.add_argument("--held-out", type=Path, default=ROOT / "tests" / "fonts")
    parser.add_argument("--lines", type=int, default=1000, help="with strange glyphs; and without")
    parser.add_argument("--score", choices=("cosine", "confidence"), default="cosine")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    reader = Reader(arguments.model, unknown_similarity=-1.0)
    confident = arguments.score == "confidence"
    rng = np.random.default_rng(arguments.seed)
    strange = read_strange(reader, arguments.fonts, arguments.lines, rng, confident=confident)
    known = {"held-out fonts": read_held_out(reader, arguments.held_out, arguments.lines, rng)}
    for lines in read_line_sets(arguments.folder):
        known[lines.name] = together(
            [
                judge(text, found.lines, ignore_case=arguments.ignore_case)
                for text, found in zip(lines.texts, reader.read_many(lines.paths), strict=True)
                if isinstance(found, Document)
            ]
        )
    own = 0.0 if confident else reader.manifest.unknown_similarity
    report(strange, known, own, confident=confident)


def read_strange(
    reader: Reader, fonts: Sequence[Path], count: int, rng: np.random.Generator, *, confident: bool
) -> list[Strange]:
    """Draw and read lines with strange glyphs."""
    charset = reader.manifest.charset
    groups = {
        name: [glyph for glyph in glyphs if glyph not in charset] for name, glyphs in GROUPS.items()
    }
    group_of = {glyph: name for name, glyphs in groups.items() for glyph in glyphs}
    usable = [
        font
        for font in load_fonts(fonts, charset=[*charset, *group_of]).fonts
        if font.x_height and sum(map(font.covers, group_of)) >= LEAST_STRANGE
    ]
    print(f"strange glyphs from {len(usable)} fonts of {len({f.family for f in usable})} families")
    likeness = {
        (f"{font.family} {font.style}", glyph): value
        for font in usable
        for glyph, value in likenesses(font, charset, list(group_of)).items()
    }
    maker = LineMaker(usable, Charset((*charset, *group_of)))
    lines = [maker.line(rng, strange_text(rng, list(groups.values()))) for _ in range(count)]
    found = []
    for line, read in zip(lines, reader.read_many(line.grey for line in lines), strict=True):
        glyphs = read.lines[0].glyphs if isinstance(read, Document) else ()
        for place, glyph in enumerate(line.glyphs):
            if glyph in group_of:
                score = score_of(line, place, glyphs, confident=confident)
                found.append(Strange(group_of[glyph], likeness[line.source, glyph], score))
    return found


def strange_text(rng: np.random.Generator, groups: Sequence[Sequence[str]]) -> str:
    """Seven English words; a strange letter in some, a strange sign or word instead of others."""
    words = []
    for _ in range(7):
        word = COMMON[int(rng.integers(len(COMMON)))]
        some = rng.choice(list(groups[int(rng.integers(len(groups)))]), 4).tolist()
        kind, place = rng.random(), int(rng.integers(len(word)))
        if kind < 0.2:
            word = word[:place] + some[0] + word[place + 1 :]
        elif kind < 0.45:
            word = some[0] if kind < 0.35 else "".join(some)
        words.append(word)
    return " ".join(words)


def score_of(line: LabelledLine, place: int, glyphs: Sequence[Glyph], *, confident: bool) -> float:
    """The least score of the boxes on a glyph."""
    if not glyphs:
        return np.inf
    boxes = np.array([glyph.box for glyph in glyphs])
    x0, _, x1, _ = line.boxes[place].tolist()
    middles = boxes[:, [0, 2]].mean(axis=1)
    overlap = iou_matrix(boxes, line.boxes[place : place + 1].astype(np.float64))[:, 0]
    on_it = ((middles > x0) & (middles < x1) & (overlap > 0)) | (overlap >= LEAST_IOU)
    scores = [g.confidence if confident else g.candidates[0][1] for g in glyphs]
    return min((score for score, on in zip(scores, on_it, strict=True) if on), default=np.inf)


def likenesses(font: FontFile, charset: Sequence[str], strange: Sequence[str]) -> dict[str, float]:
    """How much each strange character looks like the known one that it looks most like."""
    face = open_face(str(font.path), font.index, SIZE_PX)
    known = np.stack([ink_of(face, g) for g in charset if len(g) == 1 and font.covers(g)])
    return {
        glyph: float((known @ np.stack([ink_of(face, glyph, s) for s in SHIFTS_PX]).T).max())
        for glyph in strange
        if font.covers(glyph)
    }


def ink_of(face: Face, glyph: str, shift: int = 0) -> np.ndarray:
    """Ink of a glyph on a common baseline, its middle in the middle, as a unit vector."""
    raster = face.raster(glyph)
    field = np.zeros((FIELD_PX, FIELD_PX), np.float32)
    y, x = BASELINE_PX + raster.top, FIELD_PX // 2 - raster.ink.shape[1] // 2 + shift
    part = raster.ink[max(-y, 0) : FIELD_PX - y, max(-x, 0) : FIELD_PX - x]
    y, x = max(y, 0), max(x, 0)
    field[y : y + part.shape[0], x : x + part.shape[1]] = part
    flat = cv2.GaussianBlur(field, (0, 0), 1.0).ravel()
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-6))


def read_held_out(reader: Reader, fonts: Path, count: int, rng: np.random.Generator) -> Judged:
    """Draw and read lines of held-out fonts, of known characters alone."""
    charset = Charset(reader.manifest.charset)
    maker = LineMaker(load_fonts(fonts, charset=charset).fonts, charset)
    lines = [maker.line(rng) for _ in range(count)]
    results = reader.read_many(line.grey for line in lines)
    return together(
        [
            judge(line.text, found.lines)
            for line, found in zip(lines, results, strict=True)
            if isinstance(found, Document)
        ]
    )


def report(
    strange: Sequence[Strange], known: dict[str, Judged], own: float, *, confident: bool
) -> None:
    """Print what each threshold finds and what it costs."""
    scores = {
        name: judged.glyph_confidence if confident else judged.glyph_similarity
        for name, judged in known.items()
    }
    right = {name: scores[name][judged.glyph_right] for name, judged in known.items()}
    wrong = {name: scores[name][~judged.glyph_right] for name, judged in known.items()}
    unlike = np.array([s.score for s in strange if s.likeness < ALIKE])
    alike = np.array([s.score for s in strange if s.likeness >= ALIKE])
    held_out = right["held-out fonts"]
    thresholds = {f"{100 * t:g} %": float(np.quantile(held_out, t)) for t in TARGETS}
    rows = [
        [
            name,
            f"{threshold:.3f}",
            percent(unlike, threshold),
            percent(alike, threshold),
            *(percent(values, threshold, 2) for values in right.values()),
            *(percent(values, threshold) for values in wrong.values()),
        ]
        for name, threshold in {"the model's": own, **thresholds}.items()
    ]
    head = ["target", "threshold", f"strange ({len(unlike)})", f"look-alikes ({len(alike)})"]
    right_head = [f"right: {name} ({len(values)})" for name, values in right.items()]
    wrong_head = [f"wrong: {name} ({len(values)})" for name, values in wrong.items()]
    print("called unknown, %, by the share of right glyphs of held-out fonts that may be lost")
    print(table([*head, *right_head, *wrong_head], rows))
    located = np.mean([np.isfinite(s.score) for s in strange])
    print(f"\n{100 * located:.1f} % of the strange glyphs have a box; of those unlike, by group:")
    rows = []
    for group in GROUPS:
        part = np.array([s.score for s in strange if s.group == group and s.likeness < ALIKE])
        if part.size:
            found = (percent(part, threshold) for threshold in thresholds.values())
            rows.append([group, str(part.size), *found])
    print(table(["group", "glyphs", *thresholds], rows))


def percent(values: np.ndarray, threshold: float, digits: int = 1) -> str:
    """Share of scores below the threshold."""
    return f"{100 * np.mean(values < threshold):.{digits}f}" if values.size else "-"


if __name__ == "__main__":
    main()
