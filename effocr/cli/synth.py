"""`effocr synth lines|glyphs|pages`: data sets drawn from fonts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from effocr.cli.language import LanguageName, open_language
from effocr.cli.shares import parse_shares, shares_or_name
from effocr.cli.synth_inputs import (
    CharsetPath,
    Fonts,
    Out,
    Processes,
    Seed,
    SettingsFile,
    SettingsGiven,
    charset_file,
    font_folders,
    usable_fonts,
)
from effocr.cli.synth_pages import pages
from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.charset import Charset
    from effocr.synth.content import Content

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="Draw lines, glyphs or pages from fonts, with their truth."
)
app.command()(pages)

Direction = Literal["ltr", "rtl", "ttb"]
SplitBy = Literal["line", "font"]


@app.command()
def lines(
    out: Out,
    fonts: Fonts = None,
    charset: Annotated[
        Path | None,
        typer.Option(
            "--charset",
            metavar="PATH",
            help="Character set: a file or a folder; may be left out with --group, --text or a"
            " --language that names one.",
        ),
    ] = None,
    language: LanguageName = None,
    direction: Annotated[
        Direction | None,
        typer.Option(help="Of the lines; ttb: columns. Default: that of the language, or ltr."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Lines to draw.")] = 1000,
    group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE=SHARE",
            help="Write words of random characters of FILE; may be repeated.",
        ),
    ] = None,
    text: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Write what stands in a text or a word list; may be repeated."
        ),
    ] = None,
    transforms: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=SHARE,...",
            help="Print and scan: scan, print, typescript, receipt, clean, none; or one NAME.",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME=SHARE,...", help="Parts: train=0.8,val=0.1,test=0.1."),
    ] = None,
    split_by: Annotated[
        SplitBy, typer.Option(help="line: parts share the fonts; font: each has its own families.")
    ] = "line",
    config: SettingsFile = None,
    overrides: SettingsGiven = None,
    seed: Seed = 0,
    processes: Processes = None,
) -> None:
    """Draw text lines as images, texts and character-level COCO with exact boxes.

    With --split, every part has a COCO file of its own. All settings are in OUT/synthesis.yaml.
    """
    from effocr.data.rearrange import refuse_existing
    from effocr.pipeline.threads import thread_count
    from effocr.synth.content import left_out
    from effocr.synth.options import LineOptions, settings_of
    from effocr.synth.parts import draw_parts, plan_parts
    from effocr.synth.pool import draw_lines
    from effocr.synth.write import write_lines, write_parts
    from effocr.training.config import load_config, save_config

    refuse_existing(out, force=False)
    shares = None if split is None else parse_shares("--split", split)
    spoken = open_language(language)
    if charset is None and spoken is not None:
        charset = spoken.charset
    given = {} if spoken is None else settings_of(spoken)
    if direction is not None:
        given["direction"] = direction
    options = load_config(
        LineOptions,
        config,
        overrides=[*_wear(transforms), *(overrides or ())],
        content=_content(group or [], text or [], charset),
        **given,
    )
    usable, characters = usable_fonts(
        font_folders(fonts, spoken), _charset(charset, options.content)
    )
    for item in left_out(options.content, {glyph for font in usable for glyph in font.characters}):
        typer.echo(str(item), err=True)
    threads = thread_count(processes)
    if shares is None:
        drawn = draw_lines(usable, characters, count, seed=seed, options=options, processes=threads)
        message = f"{write_lines(drawn, out)} lines"
    else:
        parts = plan_parts(usable, count, shares, by_font=split_by == "font", seed=seed)
        each = draw_parts(parts, characters, seed=seed, options=options, processes=threads)
        written = write_parts(each, out)
        message = ", ".join(f"{number} lines for {part}" for part, number in written.items())
    save_config(options, out / "synthesis.yaml")
    print(f"{out}: {message}")


def _content(groups: list[str], texts: list[Path], charset: Path | None) -> dict[str, Any] | None:
    """Settings of `--group` and `--text`; None where neither is given."""
    given: dict[str, Any] = {}
    if groups:
        given["groups"] = [_group(group, charset) for group in groups]
    if texts:
        given["texts"] = texts
    return given or None


def _group(text: str, charset: Path | None) -> dict[str, Any]:
    """File and share of `FILE=SHARE`; the file may lie in the folder of the charset.

    Raises:
        UsageError: the share is not a number.
    """
    name, equals, share = text.rpartition("=")
    file = Path(name if equals else text)
    if charset is not None and not file.exists() and (charset / file).exists():
        file = charset / file
    try:
        return {"file": file, "share": float(share) if equals else 1.0}
    except ValueError as error:
        raise UsageError(f"--group {text}: expected FILE=SHARE, such as latin.txt=0.7") from error


def _wear(transforms: str | None) -> list[str]:
    """Settings of `--transforms`; a name alone has all of it, and `none` alone bends nothing."""
    if transforms is None:
        return []
    shares = shares_or_name("--transforms", transforms)
    plain = [f"plain={json.dumps(transforms == 'none')}"] if transforms in shares else []
    return [f"wear={json.dumps(shares)}", *plain]


def _charset(path: Path | None, content: Content) -> Charset:
    """The characters that may be drawn: those of the charset, else all that are to be written.

    Raises:
        UsageError: nothing says which.
    """
    from effocr.charset import read_charset
    from effocr.synth.content import content_charset, read_groups

    wanted = content_charset(content)
    if path is not None:
        return read_charset(path) if wanted is None else read_groups(path)
    if wanted is None:
        raise UsageError("which characters? give --charset PATH, or --group or --text with files")
    return wanted


@app.command()
def glyphs(
    out: Out,
    fonts: Fonts = None,
    charset: CharsetPath = None,
    language: LanguageName = None,
    count: Annotated[int, typer.Option(min=1, help="Images of each character.")] = 20,
    seed: Seed = 0,
) -> None:
    """Draw single glyphs into folders named by code points, each at its place on the line."""
    import numpy as np

    from effocr.charset import read_charset
    from effocr.data.rearrange import refuse_existing
    from effocr.synth.lines import LineMaker
    from effocr.synth.options import LineOptions, settings_of
    from effocr.synth.write import write_glyphs
    from effocr.training.config import load_config

    refuse_existing(out, force=False)
    spoken = open_language(language)
    charset = charset_file(charset, spoken)
    options = load_config(LineOptions, **({} if spoken is None else settings_of(spoken)))
    usable, characters = usable_fonts(font_folders(fonts, spoken), read_charset(charset))
    maker, rng = LineMaker(usable, characters, options), np.random.default_rng(seed)
    skipped = write_glyphs(maker, characters, out, each=count, rng=rng)
    for item in skipped:
        typer.echo(str(item), err=True)
    print(f"{out}: {len(characters) - len(skipped)} characters, {count} glyphs each")
