"""What a language asks of the workbench, in one small YAML file.

`en` and `jp` come with the package; any other language is a file of the same form.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, Field, ValidationError

from effocr.errors import UsageError

__all__ = ["LANGUAGES", "Language", "load_language"]

LANGUAGES = Path(__file__).parent / "languages"
"""Folder of the languages that come with the package."""

_SUFFIXES = (".yaml", ".yml")


class Language(BaseModel, frozen=True, extra="forbid"):
    """A language as its YAML file says."""

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

    def normalise(self, text: str) -> str:
        """The text in the language's Unicode form."""
        return unicodedata.normalize(self.normalisation, text)


def load_language(language: str | Path) -> Language:
    """Read a language.

    Args:
        language: name of one that comes with the package, or a YAML file.

    Raises:
        UsageError: there is no such language, or its file is not in form.
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
        content = yaml.safe_load(path.read_text("utf-8"))
        found = Language.model_validate(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: not a readable YAML file: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise UsageError(f"{path}: {where}: {first['msg']}") from error
    places = {
        field: path.parent / place
        for field in ("charset", "fonts")
        if (place := getattr(found, field)) is not None
    }
    return found.model_copy(update=places)
