"""Arguments that the commands of `effocr synth` share, and what is read for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.charset import Charset
    from effocr.language import Language
    from effocr.synth.fonts import FontFile

__all__ = [
    "CharsetPath",
    "Fonts",
    "Out",
    "Processes",
    "Seed",
    "SettingsFile",
    "SettingsGiven",
    "charset_file",
    "font_folders",
    "usable_fonts",
]

Out = Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write; must not be there yet.")]
Fonts = Annotated[
    list[Path] | None,
    typer.Option(
        "--fonts",
        metavar="DIR",
        help="Folder of fonts, with sub-folders; may be repeated. Default: that of --language.",
    ),
]
CharsetPath = Annotated[
    Path | None,
    typer.Option(
        "--charset",
        metavar="PATH",
        help="Character set: a file or a folder. Default: that of --language.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed draws the same data.")]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="YAML file of settings, such as OUT/synthesis.yaml."
    ),
]
SettingsGiven = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="One setting of those in OUT/synthesis.yaml, such as text.word_lists=[words.txt]; may"
        " be repeated.",
    ),
]
Processes = Annotated[
    int | None, typer.Option("--processes", min=1, help="To draw with; default: all cores.")
]


def charset_file(given: Path | None, language: Language | None) -> Path:
    """The character set: the one given, else that of the language.

    Raises:
        UsageError: there is none.
    """
    charset = given or (None if language is None else language.charset)
    if charset is None:
        raise UsageError("which characters? give --charset PATH, or a --language that names one")
    return charset


def font_folders(given: list[Path] | None, language: Language | None) -> list[Path]:
    """Folders of fonts: those given, else that of the language.

    Raises:
        UsageError: there is none.
    """
    if given:
        return given
    if language is not None and language.fonts is not None:
        return [language.fonts]
    raise UsageError("which fonts? give --fonts DIR, or a --language that names a folder")


def usable_fonts(folders: list[Path], characters: Charset) -> tuple[tuple[FontFile, ...], Charset]:
    """Usable fonts and the charset; fonts and glyphs that were refused are named on stderr."""
    from effocr.synth.compose import LIGATURES
    from effocr.synth.fonts import load_fonts

    report = load_fonts(folders, charset=(*characters, *LIGATURES.values()))
    for item in (*report.refused, *report.glyphs):
        typer.echo(str(item), err=True)
    return report.fonts, characters
