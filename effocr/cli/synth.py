"""`effocr synth lines|glyphs`: data sets drawn from fonts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from effocr.charset import Charset
    from effocr.synth.fonts import FontFile

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Draw lines or glyphs from fonts, with their truth.")

Out = Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write; must not be there yet.")]
Fonts = Annotated[
    list[Path],
    typer.Option(
        "--fonts", metavar="DIR", help="Folder of fonts, with sub-folders; may be repeated."
    ),
]
CharsetPath = Annotated[
    Path, typer.Option("--charset", metavar="PATH", help="Character set: a file or a folder.")
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed draws the same data.")]


@app.command()
def lines(
    out: Out,
    fonts: Fonts,
    charset: CharsetPath,
    count: Annotated[int, typer.Option(min=1, help="Lines to draw.")] = 1000,
    seed: Seed = 0,
    processes: Annotated[
        int | None, typer.Option(min=1, help="To draw with; default: all cores.")
    ] = None,
) -> None:
    """Draw text lines as images, texts and character-level COCO with exact boxes."""
    from effocr.synth.pool import draw_lines
    from effocr.synth.write import write_lines

    _refuse_existing(out)
    usable, characters = _load(fonts, charset)
    drawn = draw_lines(
        usable, characters, count, seed=seed, processes=processes or os.cpu_count() or 1
    )
    print(f"{out}: {write_lines(drawn, out)} lines")


@app.command()
def glyphs(
    out: Out,
    fonts: Fonts,
    charset: CharsetPath,
    count: Annotated[int, typer.Option(min=1, help="Images of each character.")] = 20,
    seed: Seed = 0,
) -> None:
    """Draw single glyphs into folders named by code points, each at its place on the line."""
    import numpy as np

    from effocr.synth.lines import LineMaker
    from effocr.synth.write import write_glyphs

    _refuse_existing(out)
    usable, characters = _load(fonts, charset)
    rng = np.random.default_rng(seed)
    skipped = write_glyphs(LineMaker(usable, characters), characters, out, each=count, rng=rng)
    for item in skipped:
        typer.echo(str(item), err=True)
    print(f"{out}: {len(characters)} characters, {count} glyphs each")


def _refuse_existing(out: Path) -> None:
    from effocr.errors import UsageError

    if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        raise UsageError(f"{out}: is there already; name a new folder")


def _load(folders: list[Path], charset: Path) -> tuple[tuple[FontFile, ...], Charset]:
    """Usable fonts and the charset; fonts that were refused are named on stderr."""
    from effocr.charset import read_charset
    from effocr.synth.fonts import load_fonts

    report = load_fonts(folders)
    for item in report.refused:
        typer.echo(str(item), err=True)
    return report.fonts, read_charset(charset)
