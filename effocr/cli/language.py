"""`--language`: what a language decides of data sets and trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from effocr.language import Language

__all__ = ["LanguageName", "frame_settings", "open_language"]

LanguageName = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="NAME|FILE",
        help="en, jp or a YAML file that says direction, spaces, words, fonts and characters.",
    ),
]


def open_language(name: str | None) -> Language | None:
    """The language that was named; None where none was.

    Raises:
        UsageError: there is no such language.
    """
    from effocr.language import load_language

    return None if name is None else load_language(name)


def frame_settings(name: str | None) -> dict[str, Any]:
    """What a language decides of a training's settings: the direction of its lines.

    Raises:
        UsageError: there is no such language.
    """
    language = open_language(name)
    return {} if language is None else {"model": {"line": {"direction": language.direction}}}
