"""Write synthetic lines and glyphs as data sets that the trainers and other programs read."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.bundle import CropShape, LineShape
from effocr.charset import Charset
from effocr.data.coco import write_coco
from effocr.data.glyph_folders import write_glyph
from effocr.data.labelled import LabelledLine
from effocr.data.records import LineImage, Skipped
from effocr.frame import true_frame
from effocr.geometry import clip_boxes
from effocr.synth.frames import frame_line, prepare_line
from effocr.synth.lines import LineMaker

__all__ = ["write_glyphs", "write_lines"]

Boxes = npt.NDArray[np.float32]

TRIES: Final = 20  # drawings of a glyph before it counts as illegible


def write_lines(lines: Iterable[LabelledLine], out: Path) -> int:
    """Write `images/`, a `.gt.txt` beside each image, and character-level COCO.

    Args:
        lines: to write, drawn as they are written.
        out: folder; made where it is missing.

    Returns:
        The number of lines.
    """
    images = out / "images"
    images.mkdir(parents=True, exist_ok=True)
    records: list[LineImage] = []
    for number, line in enumerate(lines):
        path = images / f"{number:06d}.png"
        cv2.imwrite(str(path), line.grey)
        path.with_suffix(".gt.txt").write_text(line.text + "\n", encoding="utf-8")
        height, width = line.grey.shape
        boxes = clip_boxes(line.boxes, width, height).astype(np.float32)
        words = [_hull(boxes[first:last]) for first, last in line.words]
        records.append(
            LineImage(
                path=path,
                text=line.text,
                boxes=boxes,
                glyphs=line.glyphs,
                word_boxes=np.array(words, np.float32).reshape(-1, 4),
                size=(width, height),
            )
        )
    write_coco(records, out / "annotations.json", description="synthetic lines")
    return len(records)


def _hull(boxes: Boxes) -> Boxes:
    return np.concatenate((boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)))


def write_glyphs(
    maker: LineMaker, charset: Charset, out: Path, *, each: int, rng: np.random.Generator
) -> list[Skipped]:
    """Write glyph folders: for every character `each` slices of a frame, place on the line kept.

    Args:
        maker: draws the glyphs.
        charset: what to draw.
        out: folder; made where it is missing.
        each: images of a character.
        rng: draws all of it.

    Returns:
        Characters that no font covers or that wear left illegible.
    """
    skipped = []
    for glyph in charset:
        if not maker.covers(glyph):
            skipped.append(Skipped(glyph, "no font covers it; add a font with --fonts"))
            continue
        number = 0
        for image in _slices(maker, glyph, tries=each + TRIES, rng=rng):
            write_glyph(out, glyph, image, name=f"{number:05d}")
            number += 1
            if number == each:
                break
        if number < each:
            skipped.append(Skipped(glyph, f"{each - number} of {each} drawings were illegible"))
    return skipped


def _slices(
    maker: LineMaker, glyph: str, *, tries: int, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.uint8]]:
    shape, margin = LineShape(), round(CropShape().margin_px)
    for _ in range(tries):
        prepared = prepare_line(maker.line(rng, glyph), shape)
        if prepared is None:
            continue
        truth = prepared.truth
        extent = (float(truth.boxes[0, 0]), float(truth.boxes[-1, 2]))
        frame, width = true_frame(truth.baseline, truth.x_height, extent, shape)
        framed = frame_line(prepared, frame, width, shape)
        left = max(0, int(framed.boxes[0, 0]) - margin)
        yield framed.pixels[:, left : int(np.ceil(framed.boxes[-1, 2])) + margin]
