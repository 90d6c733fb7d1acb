"""Rows that `effocr index add` puts into an index, with the files that they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    import numpy as np

    from effocr.bundle import Bundle
    from effocr.recognizer.origins import Origin
    from effocr.recognizer.sources import LabelledFrame

__all__ = ["add_frames", "frames_of_fonts", "frames_of_images", "frames_of_lines"]

CANDIDATES: Final = 400  # glyphs of each character that rows are chosen from


def frames_of_images(
    images: Sequence[Path], glyph: str, bundle: Bundle
) -> list[tuple[LabelledFrame, Origin]]:
    """Images of one character."""
    from effocr.cli.train import load_named
    from effocr.data.glyph_sets import GlyphPixels
    from effocr.data.records import GlyphImage
    from effocr.recognizer.origins import origin_of
    from effocr.recognizer.sources import frame_glyphs

    found = [GlyphImage(path, glyph) for path in images]
    frames = frame_glyphs(found, bundle.manifest.line, load=GlyphPixels(load_named))
    return [(frame, origin_of(path)) for frame, path in zip(frames, images, strict=True)]


def frames_of_lines(
    files: Sequence[Path], bundle: Bundle, rng: np.random.Generator
) -> list[tuple[LabelledFrame, Origin]]:
    """Labelled boxes of COCO files."""
    from effocr.cli.train import prepare_lines
    from effocr.recognizer.origins import origin_of
    from effocr.recognizer.sources import label_frames

    shape = bundle.manifest.line
    return [
        (frame, origin_of(file))
        for file in files
        for frame in label_frames(prepare_lines([file], shape).lines, shape, rng)
    ]


def frames_of_fonts(
    folders: Sequence[Path], wanted: Sequence[str], bundle: Bundle, rng: np.random.Generator
) -> list[tuple[LabelledFrame, Origin]]:
    """Draw each character some times from the fonts; what no font has is named."""
    from effocr.charset import Charset
    from effocr.recognizer.origins import origin_of
    from effocr.recognizer.sources import label_frames
    from effocr.synth.fonts import load_fonts
    from effocr.synth.frames import prepare_line
    from effocr.synth.lines import LineMaker

    drawings = 24  # of each character, over all fonts
    company = ("n", "o")  # a font is used for what it shares with at least two characters
    drawn_with = Charset(tuple(dict.fromkeys((*wanted, *company))))
    report = load_fonts(folders, charset=drawn_with)
    for item in (*report.refused, *report.glyphs):
        typer.echo(str(item), err=True)
    maker = LineMaker(report.fonts, drawn_with)
    shape = bundle.manifest.line
    files = {f"{font.family} {font.style}": font.path for font in report.fonts}
    frames: list[tuple[LabelledFrame, Origin]] = []
    for glyph in wanted:
        if not maker.covers(glyph):
            typer.echo(f"{glyph}: no font has it", err=True)
            continue
        for _ in range(drawings):
            line = prepare_line(maker.line(rng, glyph), shape)
            if line is not None:
                origin = origin_of(files[line.truth.source])
                frames += [(frame, origin) for frame in label_frames([line], shape, rng)]
    return frames


def add_frames(
    bundle: Bundle,
    frames: Sequence[tuple[LabelledFrame, Origin]],
    *,
    rows_per_label: int,
    out: Path | None,
    rng: np.random.Generator,
) -> None:
    """Embed, choose exemplars, add them, write the new version."""
    from effocr.bundle import LOCALIZER, RECOGNIZER
    from effocr.export.update import write_with_index
    from effocr.pipeline.onnx_engines import OnnxEncoder, OnnxLocalizer
    from effocr.pipeline.windows import window_source
    from effocr.recognizer.exemplars import choose_rows
    from effocr.recognizer.gallery import embed_all, pick_per_label
    from effocr.recognizer.index import GlyphIndex
    from effocr.recognizer.sources import FrameSource, GlyphSource

    manifest, framed = bundle.manifest, [frame for frame, _ in frames]
    source: GlyphSource
    if manifest.window is None:
        source = FrameSource(framed, line=manifest.line, crop=manifest.crop, jitter=None)
    else:
        source = window_source(framed, OnnxLocalizer(bundle.path(LOCALIZER)), manifest.window)
    encoder = OnnxEncoder(bundle.path(RECOGNIZER))
    places = pick_per_label(source.labels, most=CANDIDATES, rng=rng)
    embeddings = embed_all(encoder.embed, source.batch(rng, places))
    labels = [source.labels[place] for place in places]
    rows = choose_rows(embeddings, labels, rows_per_label=rows_per_label, rng=rng)
    of = [origin for frame, origin in frames for _ in frame.glyphs]
    index = GlyphIndex.load(bundle.folder)
    new = [labels[row] for row in rows]
    index.add(embeddings[rows], new, [of[places[row]] for row in rows])
    written = write_with_index(bundle, index, out=out)
    for glyph, count in sorted(Counter(new).items()):
        print(f"{glyph}\t+{count} rows")
    print(f"{written.folder}: version {written.manifest.version}")
