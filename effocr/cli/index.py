"""`effocr index add|remove|list`: teach a model a character, or make it forget one; no training."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import numpy as np

    from effocr.bundle import Bundle
    from effocr.recognizer.index import GlyphIndex
    from effocr.recognizer.origins import Origin
    from effocr.recognizer.pictures import Pictures
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
    """Add a character from images, from labelled lines or from fonts.

    IMAGE is a line with its text beside it (NAME.png, NAME.gt.txt), or one glyph. A character that
    the model does not know is learnt as a picture, from three lines say: it is found as a whole,
    and nothing else that the model reads changes. Glyphs need a known size for that: an image as
    high as the model's frame (40 pixels) is taken as a slice of a line, so place and size count.
    Of other images they are not known; these, --from and --fonts give rows of the index.
    """
    import numpy as np

    from effocr.bundle import load_bundle
    from effocr.charset import leaves_ink
    from effocr.cli.index_rows import (
        add_frames,
        frames_of_fonts,
        frames_of_images,
        frames_of_lines,
    )
    from effocr.errors import UsageError

    if bool(images) and glyph is None:
        raise UsageError("say which character the images show with --glyph CHAR")
    if glyph is not None and not leaves_ink(glyph):
        raise UsageError(f"--glyph {glyph!r}: white space leaves no ink and cannot be taught")
    if not (images or coco or fonts):
        raise UsageError("give images of a --glyph, --from COCO.json or --fonts DIR")
    bundle = load_bundle(model)
    rng = np.random.default_rng(seed)
    as_picture = images and glyph is not None and not coco and not fonts
    if as_picture and glyph is not None and _add_picture(bundle, glyph, images or (), out, rng):
        return
    frames: list[tuple[LabelledFrame, Origin]] = []
    if images and glyph is not None:
        frames += frames_of_images(images, glyph, bundle)
    if coco:
        frames += frames_of_lines(coco, bundle, rng)
    if fonts:
        frames += frames_of_fonts(fonts, _wanted(glyph, charset, bundle), bundle, rng)
    add_frames(bundle, frames, rows_per_label=rows_per_label, out=out, rng=rng)


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
    from effocr.charset import normalise
    from effocr.errors import UsageError
    from effocr.export.update import write_with_index
    from effocr.recognizer.index import GlyphIndex
    from effocr.recognizer.pictures import Pictures, pictures_of

    bundle = load_bundle(model)
    index, pictures = GlyphIndex.load(bundle.folder), pictures_of(bundle) or Pictures(())
    for glyph in glyphs:
        rows, shown = index.remove(glyph), normalise(glyph) in pictures.labels
        if not rows and not shown:
            raise UsageError(f"{bundle.folder} does not know {glyph!r}; nothing was changed")
        pictures = pictures.without(glyph)
        print(f"{glyph}\t-{rows} rows" if rows else f"{glyph}\t-1 picture")
    written = write_with_index(bundle, index, out=out, pictures=pictures)
    print(f"{written.folder}: version {written.manifest.version}")


@app.command("list")
def list_(
    model: Model,
    origins: Annotated[
        bool,
        typer.Option("--origins", help="Say where the rows come from: files and fingerprints."),
    ] = False,
) -> None:
    """List the characters of a model, each with its code points and number of rows.

    A picture, which is found as a whole, has a number of examples instead.
    """
    from effocr.bundle import load_bundle
    from effocr.recognizer.index import GlyphIndex
    from effocr.recognizer.pictures import pictures_of

    bundle = load_bundle(model)
    index, pictures = GlyphIndex.load(bundle.folder), pictures_of(bundle)
    lines = {glyph: str(rows) for glyph, rows in index.counts().items()}
    for picture in pictures or ():
        lines[picture.label] = f"picture of {len(picture.origins)} images"
    known = _origins(index, pictures) if origins else {}
    for glyph, text in sorted(lines.items()):
        points = " ".join(f"U+{ord(point):04X}" for point in glyph)
        print(f"{glyph}\t{points}\t{text}")
        for origin, rows in known.get(glyph, {}).items():
            print(f"\t{rows}\t{origin}")


def _origins(index: GlyphIndex, pictures: Pictures | None) -> dict[str, Counter[str]]:
    """Of each character, how much comes from where."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for label, collection, origin in index.origins():
        place = f"{origin.source} {origin.sha256}" if origin else "the model as it was exported"
        found[label][f"lines of {collection}" if collection else place] += 1
    for picture in pictures or ():
        for origin in picture.origins:
            found[picture.label][f"{origin.source} {origin.sha256}"] += 1
    return found


def _add_picture(
    bundle: Bundle,
    glyph: str,
    images: Sequence[Path],
    out: Path | None,
    rng: np.random.Generator,
) -> bool:
    """Teach a picture and write the model; False where it can only become rows of the index."""
    from effocr.errors import UsageError
    from effocr.export.update import write_with_index
    from effocr.learn.new_glyph import learn_picture, text_beside
    from effocr.recognizer.index import GlyphIndex
    from effocr.recognizer.pictures import Pictures, pictures_of

    lesson = learn_picture(bundle, glyph, images, rng=rng)
    if lesson is None:
        if any(text_beside(path) for path in images):
            raise UsageError(
                f"{bundle.manifest.name} knows {glyph!r} already, has no background to tell "
                "pictures from, or some images have no text beside them; "
                "`effocr learn` learns from lines, too"
            )
        return False
    for problem in lesson.left_out:
        typer.echo(str(problem), err=True)
    index = GlyphIndex.load(bundle.folder)
    pictures = (pictures_of(bundle) or Pictures(())).with_picture(lesson.picture)
    written = write_with_index(bundle, index, out=out, samples=lesson.examples, pictures=pictures)
    print(f"{glyph}\t+1 picture of {lesson.examples} examples")
    print(f"{written.folder}: version {written.manifest.version}")
    return True


def _wanted(glyph: str | None, charset: Path | None, bundle: Bundle) -> tuple[str, ...]:
    """Characters to draw."""
    from effocr.charset import read_charset

    if charset is not None:
        return tuple(read_charset(charset))
    return (glyph,) if glyph is not None else bundle.manifest.charset
