"""`effocr synth pages`: whole pages drawn from fonts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.language import LanguageName, open_language
from effocr.cli.shares import shares_or_name
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
from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.synth.pages.options import PageOptions

__all__ = ["pages"]


def pages(
    out: Out,
    fonts: Fonts = None,
    charset: CharsetPath = None,
    language: LanguageName = None,
    count: Annotated[int, typer.Option(min=1, help="Pages to draw.")] = 100,
    layouts: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=SHARE,...",
            help="Layouts to draw, others are not: such as book=2,columns=1; or one NAME.",
        ),
    ] = None,
    conditions: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=SHARE,...",
            help="How pages are scanned: grey, bilevel, photograph, clean; or one NAME.",
        ),
    ] = None,
    config: SettingsFile = None,
    overrides: SettingsGiven = None,
    seed: Seed = 0,
    processes: Processes = None,
) -> None:
    """Draw pages with the polygons, texts and reading order of their lines and words.

    OUT has images with a .gt.txt each, pages.jsonl with all of the truth, and labels.txt (lines)
    and labels_words.txt in the form of ICDAR2015. All settings are in OUT/synthesis.yaml.
    """
    from effocr.charset import read_charset
    from effocr.data.rearrange import refuse_existing
    from effocr.pipeline.threads import thread_count
    from effocr.synth.pages.pool import map_pages
    from effocr.synth.pages.write import encode_page, write_pages
    from effocr.training.config import save_config

    refuse_existing(out, force=False)
    spoken = open_language(language)
    if spoken is not None and spoken.direction != "ltr":
        raise UsageError(f"--language {language}: pages are drawn from left to right only")
    charset = charset_file(charset, spoken)
    words = None if spoken is None else spoken.words
    options = _options(config, layouts, conditions, overrides or [], words)
    usable, characters = usable_fonts(font_folders(fonts, spoken), read_charset(charset))
    drawn = map_pages(
        encode_page, usable, characters, count,
        seed=seed, options=options, processes=thread_count(processes),
    )  # fmt: skip
    number = write_pages(drawn, out)
    save_config(options, out / "synthesis.yaml")
    print(f"{out}: {number} pages")


def _options(
    config: Path | None,
    layouts: str | None,
    conditions: str | None,
    overrides: list[str],
    words: Path | None,
) -> PageOptions:
    from effocr.synth.pages.options import PageOptions
    from effocr.training.config import load_config

    given = [
        f"{name}={json.dumps(shares_or_name(f'--{name}', text))}"
        for name, text in (("layouts", layouts), ("conditions", conditions))
        if text is not None
    ]
    text = None if words is None else {"word_lists": (words,)}
    return load_config(PageOptions, config, overrides=[*given, *overrides], text=text)
