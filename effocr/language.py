"""What a language asks of the workbench, in one small YAML file.

`en` and `jp` come with the package; any other language is a file of the same form.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from effocr.errors import UsageError
from effocr.validation import first_problem

__all__ = ["LANGUAGES", "Language", "load_language", "write_language"]

LANGUAGES = Path(__file__).parent / "languages"
"""Folder of the languages that come with the package."""

_SUFFIXES = (".yaml", ".yml")
_FONT_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_PLACES = ("charset", "fonts", "words")  # fields that are paths


class Language(BaseModel, frozen=True, extra="forbid"):
    """A language as its YAML file says. Paths in the file are relative to it, or absolute."""

    name: str = Field(min_length=1)
    direction: Literal["ltr", "rtl", "ttb"] = Field(
        "ltr", description="of a line; ttb: columns, from right to left"
    )
    spaces: bool = Field(True, description="words stand between spaces")
    framing: Literal["line", "centred"] = Field(
        "line", description="renders keep their place on the line, or are centred"
    )
    reference_fonts: tuple[str, ...] = Field(
        (), description="stems of the font files whose renders fill the index; empty: all fonts"
    )
    normalisation: Literal["NFC", "NFD", "NFKC", "NFKD"] = Field(
        "NFC", description="Unicode form of texts before they are compared"
    )
    charset: Path | None = Field(None, description="file or folder of the characters")
    fonts: Path | None = Field(None, description="folder of the fonts")
    words: Path | None = Field(
        None, description="file of words, one a line, for synthetic text; needs spaces"
    )

    @field_validator("reference_fonts")
    @classmethod
    def _stems(cls, fonts: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what no stem of a file can be: it would match no font."""
        for font in fonts:
            if not font or "/" in font or "\\" in font or font.lower().endswith(_FONT_SUFFIXES):
                raise ValueError(f"{font!r}: give the name of the file without folder and suffix")
        return fonts

    @model_validator(mode="after")
    def _words_between_spaces(self) -> Self:
        if self.words is not None and not self.spaces:
            raise ValueError("a language without spaces has no words: leave out `words`")
        return self

    def normalise(self, text: str) -> str:
        """The text in the language's Unicode form."""
        return unicodedata.normalize(self.normalisation, text)


def load_language(language: str | Path) -> Language:
    """Read a language.

    Args:
        language: name of one that comes with the package, or a YAML file.

    Raises:
        UsageError: there is no such language, its file is not in form, or names a file or folder
            that is not there.
    """
    path = Path(language)
    if path.suffix.lower() not in _SUFFIXES:
        path = LANGUAGES / f"{language}.yaml"
        if path.parent != LANGUAGES or not path.is_file():
            known = ", ".join(sorted(file.stem for file in LANGUAGES.glob("*.yaml")))
            raise UsageError(
                f"no language {str(language)!r}; there are {known}, or give a YAML file"
            )
    try:
        found = Language.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: not a readable YAML file: {error}") from error
    except ValidationError as error:
        raise UsageError(f"{path}: {_problem(error)}") from error
    places = {
        field: path.parent / place
        for field in _PLACES
        if (place := getattr(found, field)) is not None
    }
    for field, place in places.items():
        if not place.exists():
            raise UsageError(f"{path}: {field}: {place} is not there")
    return found.model_copy(update=places)


def write_language(language: Language, path: Path) -> None:
    """Write a language as YAML that `load_language` reads back.

    Places inside of the file's folder are written relative to it, so that both may move together.

    Raises:
        UsageError: the file cannot be written.
    """
    content: dict[str, Any] = language.model_dump(mode="json", exclude_defaults=True)
    for field in _PLACES:
        if (place := getattr(language, field)) is not None:
            content[field] = _from(path.parent, place)
    try:
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), "utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error


def _from(folder: Path, place: Path) -> str:
    """The place relative to the folder that it lies in, else absolute."""
    folder, place = folder.resolve(), place.resolve()
    return str(place.relative_to(folder) if place.is_relative_to(folder) else place)


def _problem(error: ValidationError) -> str:
    """The first problem, as a person says it."""
    unknown = error.errors()[0]["type"] == "extra_forbidden"
    hint = f"; known are {', '.join(Language.model_fields)}" if unknown else ""
    return first_problem(error) + hint
