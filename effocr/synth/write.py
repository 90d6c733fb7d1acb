"""Write synthetic lines and glyphs as data sets that the trainers and other programs read."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.bundle import CropShape, LineShape
from effocr.charset import Charset, graphemes, write_charset
from effocr.data.coco import write_coco
from effocr.data.glyph_folders import write_glyph
from effocr.data.labelled import LabelledLine
from effocr.data.png import write_png
from effocr.data.records import LineImage, Skipped
from effocr.frame import true_frame
from effocr.geometry import clip_boxes, union_box
from effocr.synth.begun import begun
from effocr.synth.frames import frame_line, prepare_line
from effocr.synth.lines import LineMaker

__all__ = ["write_glyphs", "write_lines", "write_parts"]


TRIES: Final = 20  # drawings of a glyph before it counts as illegible


def write_lines(lines: Iterable[LabelledLine], out: Path) -> int:
    """Write `images/`, a `.gt.txt` beside each image, character-level COCO and `charset.txt`.

    Args:
        lines: to write, drawn as they are written.
        out: folder; made where it is missing, once the first line is drawn.

    Returns:
        The number of lines.
    """
    records = _write_images(lines, out / "images")
    write_coco(records, out / "annotations.json", description="synthetic lines")
    _write_charset(records, out)
    return len(records)


def write_parts(parts: Mapping[str, Iterable[LabelledLine]], out: Path) -> dict[str, int]:
    """Write lines as a set that is split: the same, with `PART.json` for every part.

    Names of images and ids are unique over all parts, and no file holds the lines of two parts.

    Args:
        parts: name -> lines to write, drawn as they are written.
        out: folder; made where it is missing.

    Returns:
        The number of lines of each part.
    """
    written: list[LineImage] = []
    counts: dict[str, int] = {}
    annotations = 0
    for part, lines in parts.items():
        first = len(written)
        records = _write_images(lines, out / "images", prefix=f"{part}_", first=first)
        write_coco(
            records,
            out / f"{part}.json",
            description=f"synthetic lines, {part}",
            first_image=first + 1,
            first_annotation=annotations + 1,
        )
        annotations += sum(_boxes_of(record) for record in records)
        counts[part] = len(records)
        written += records
    _write_charset(written, out)
    return counts


def _write_images(
    lines: Iterable[LabelledLine], images: Path, *, prefix: str = "", first: int = 0
) -> list[LineImage]:
    """Write images and texts under numbers that begin with `first`."""
    drawn = begun(lines)
    images.mkdir(parents=True, exist_ok=True)
    records: list[LineImage] = []
    for number, line in enumerate(drawn, first):
        path = images / f"{prefix}{number:06d}.png"
        write_png(path, line.grey)
        path.with_suffix(".gt.txt").write_text(line.text + "\n", encoding="utf-8")
        height, width = line.grey.shape
        boxes = clip_boxes(line.boxes, width, height).astype(np.float32)
        words = [union_box(boxes[begin:end]) for begin, end in line.words]
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
    return records


def _boxes_of(record: LineImage) -> int:
    """Boxes of glyphs and words that a line has."""
    return sum(len(boxes) for boxes in (record.boxes, record.word_boxes) if boxes is not None)


def _write_charset(records: Iterable[LineImage], out: Path) -> None:
    """Write every character of the texts to `charset.txt`, in order of code points."""
    found = {glyph for record in records for glyph in graphemes(record.text)} - {" "}
    write_charset(Charset(tuple(sorted(found))), out / "charset.txt")


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
    shape = LineShape(direction=maker.options.direction)
    margin = round(CropShape().margin_px)
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
