"""`effocr index add|remove|list`: teach a model a character, or make it forget one; no training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import numpy as np

    from effocr.bundle import Bundle
    from effocr.recognizer.sources import LabelledFrame

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Characters that a model knows: add, remove, list.")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="Name or folder of a model.")]
Glyph = Annotated[str | None, typer.Option("--glyph", metavar="CHAR", help="The character.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="MODEL2", help="Write a new model folder and leave MODEL as it is."
    ),
]


@app.command()
def add(
    model: Model,
    images: Annotated[
        list[Path] | None,
        typer.Argument(metavar="IMAGE...", help="Images of --glyph, one glyph each."),
    ] = None,
    glyph: Glyph = None,
    coco: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="COCO.json", help="Labelled boxes on lines; repeatable."),
    ] = None,
    fonts: Annotated[
        list[Path] | None,
        typer.Option("--fonts", metavar="DIR", help="Draw from these fonts; repeatable."),
    ] = None,
    charset: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="What to draw from the fonts. Default: --glyph, or what MODEL knows.",
        ),
    ] = None,
    rows_per_label: Annotated[int, typer.Option(min=1, help="Most new rows of a character.")] = 24,
    out: Out = None,
    seed: Annotated[int, typer.Option(min=0, help="Chooses and draws rows.")] = 0,
) -> None:
    """Add rows of a character from images, from labelled lines or from fonts.

    An image as high as the model's frame (40 pixels) is taken as a slice of a line, so place and
    size count; of other images they are not known.
    """
    import numpy as np

    from effocr.bundle import load_bundle
    from effocr.charset import leaves_ink
    from effocr.cli.train import prepare_lines
    from effocr.errors import UsageError
    from effocr.recognizer.sources import label_frames

    if bool(images) and glyph is None:
        raise UsageError("say which character the images show with --glyph CHAR")
    if glyph is not None and not leaves_ink(glyph):
        raise UsageError(f"--glyph {glyph!r}: white space leaves no ink and cannot be taught")
    if not (images or coco or fonts):
        raise UsageError("give images of a --glyph, --from COCO.json or --fonts DIR")
    bundle = load_bundle(model)
    shape = bundle.manifest.line
    rng = np.random.default_rng(seed)
    frames: list[LabelledFrame] = []
    if images and glyph is not None:
        frames += _frames_of_images(images, glyph, bundle)
    if coco:
        frames += label_frames(prepare_lines(coco, shape).lines, shape, rng)
    if fonts:
        frames += _frames_of_fonts(fonts, _wanted(glyph, charset, bundle), bundle, rng)
    _add_frames(bundle, frames, rows_per_label=rows_per_label, out=out, rng=rng)


@app.command()
def remove(
    model: Model,
    glyphs: Annotated[
        list[str],
        typer.Option("--glyph", metavar="CHAR", help="A character to forget; may be repeated."),
    ],
    out: Out = None,
) -> None:
    """Forget characters."""
    from effocr.bundle import load_bundle
    from effocr.errors import UsageError
    from effocr.export.update import write_with_index
    from effocr.recognizer.index import GlyphIndex

    bundle = load_bundle(model)
    index = GlyphIndex.load(bundle.folder)
    for glyph in glyphs:
        rows = index.remove(glyph)
        if not rows:
            raise UsageError(f"{bundle.folder} does not know {glyph!r}; nothing was changed")
        print(f"{glyph}\t-{rows} rows")
    written = write_with_index(bundle, index, out=out)
    print(f"{written.folder}: version {written.manifest.version}")


@app.command("list")
def list_(model: Model) -> None:
    """List the characters of a model, each with its code points and number of rows."""
    from effocr.bundle import load_bundle
    from effocr.recognizer.index import GlyphIndex

    index = GlyphIndex.load(load_bundle(model).folder)
    for glyph, rows in sorted(index.counts().items()):
        points = " ".join(f"U+{ord(point):04X}" for point in glyph)
        print(f"{glyph}\t{points}\t{rows}")


def _frames_of_images(images: Sequence[Path], glyph: str, bundle: Bundle) -> list[LabelledFrame]:
    from effocr.cli.train import load_named
    from effocr.data.glyph_sets import GlyphPixels
    from effocr.data.records import GlyphImage
    from effocr.recognizer.sources import frame_glyphs

    found = [GlyphImage(path, glyph) for path in images]
    return list(frame_glyphs(found, bundle.manifest.line, load=GlyphPixels(load_named)))


def _wanted(glyph: str | None, charset: Path | None, bundle: Bundle) -> tuple[str, ...]:
    """Characters to draw."""
    from effocr.charset import read_charset

    if charset is not None:
        return tuple(read_charset(charset))
    return (glyph,) if glyph is not None else bundle.manifest.charset


def _frames_of_fonts(
    folders: Sequence[Path], wanted: Sequence[str], bundle: Bundle, rng: np.random.Generator
) -> list[LabelledFrame]:
    """Draw each character some times from the fonts; what no font has is named."""
    from effocr.charset import Charset
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
    frames: list[LabelledFrame] = []
    for glyph in wanted:
        if not maker.covers(glyph):
            typer.echo(f"{glyph}: no font has it", err=True)
            continue
        drawn = (prepare_line(maker.line(rng, glyph), shape) for _ in range(drawings))
        frames += label_frames((line for line in drawn if line is not None), shape, rng)
    return frames


def _add_frames(
    bundle: Bundle,
    frames: Sequence[LabelledFrame],
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
    from effocr.recognizer.gallery import build_index
    from effocr.recognizer.index import GlyphIndex
    from effocr.recognizer.sources import FrameSource, GlyphSource

    manifest = bundle.manifest
    source: GlyphSource
    if manifest.window is None:
        source = FrameSource(frames, line=manifest.line, crop=manifest.crop, jitter=None)
    else:
        source = window_source(frames, OnnxLocalizer(bundle.path(LOCALIZER)), manifest.window)
    encoder = OnnxEncoder(bundle.path(RECOGNIZER))
    new = build_index(encoder.embed, source, rows_per_label=rows_per_label, rng=rng)
    index = GlyphIndex.load(bundle.folder)
    index.add(new.embeddings, new.labels)
    written = write_with_index(bundle, index, out=out)
    for glyph, rows in sorted(new.counts().items()):
        print(f"{glyph}\t+{rows} rows")
    print(f"{written.folder}: version {written.manifest.version}")
