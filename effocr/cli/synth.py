"""`effocr synth lines|glyphs`: data sets drawn from fonts."""

from __future__ import annotations

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
    from effocr.data.rearrange import refuse_existing
    from effocr.pipeline.threads import thread_count
    from effocr.synth.pool import draw_lines
    from effocr.synth.write import write_lines

    refuse_existing(out, force=False)
    usable, characters = _load(fonts, charset)
    drawn = draw_lines(usable, characters, count, seed=seed, processes=thread_count(processes))
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

    from effocr.data.rearrange import refuse_existing
    from effocr.synth.lines import LineMaker
    from effocr.synth.write import write_glyphs

    refuse_existing(out, force=False)
    usable, characters = _load(fonts, charset)
    rng = np.random.default_rng(seed)
    skipped = write_glyphs(LineMaker(usable, characters), characters, out, each=count, rng=rng)
    for item in skipped:
        typer.echo(str(item), err=True)
    print(f"{out}: {len(characters)} characters, {count} glyphs each")


def _load(folders: list[Path], charset: Path) -> tuple[tuple[FontFile, ...], Charset]:
    """Usable fonts and the charset; fonts and glyphs that were refused are named on stderr."""
    from effocr.charset import read_charset
    from effocr.synth.compose import LIGATURES
    from effocr.synth.fonts import load_fonts

    characters = read_charset(charset)
    report = load_fonts(folders, charset=(*characters, *LIGATURES.values()))
    for item in (*report.refused, *report.glyphs):
        typer.echo(str(item), err=True)
    return report.fonts, characters
