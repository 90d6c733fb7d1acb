"""The characters that a sequence reader knows, and their classes. Class 0 is the blank of CTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from effocr.charset import graphemes, read_charset
from effocr.errors import DataFormatError

__all__ = ["BLANK", "OCRS", "Alphabet", "alphabet_of", "open_alphabet"]

Unknown = Literal["refuse", "replace", "drop"]

BLANK: Final = 0
STAND_IN: Final = "?"  # what ocrs reads for any character that it does not know
_OCRS_TEXT: Final = (
    " 0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~€"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


@dataclass(frozen=True)
class Alphabet:
    """Ordered characters; the class of one is its place, counted from 1.

    Attributes:
        characters: graphemes in NFC, unique; the space is one of them.
    """

    characters: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the characters.

        Raises:
            DataFormatError: there is none, one is empty, or one is there twice.
        """
        if not self.characters or "" in self.characters:
            raise DataFormatError("an alphabet needs characters, none of them empty")
        if len(set(self.characters)) != len(self.characters):
            raise DataFormatError("an alphabet cannot hold a character twice")

    @cached_property
    def _class_of(self) -> dict[str, int]:
        return {character: number for number, character in enumerate(self.characters, 1)}

    @property
    def classes(self) -> int:
        """Number of classes: the characters and the blank."""
        return len(self.characters) + 1

    def __contains__(self, character: object) -> bool:
        """Whether the character is in the alphabet."""
        return character in self._class_of

    def lacks(self, text: str) -> tuple[str, ...]:
        """Characters of a text that are not in the alphabet, each once."""
        return tuple(dict.fromkeys(c for c in graphemes(text) if c not in self._class_of))

    def encode(self, text: str, *, unknown: Unknown = "refuse") -> tuple[int, ...]:
        """Classes of the characters of a text.

        Args:
            text: of one line.
            unknown: what becomes of a character that is not in the alphabet: an error, a `?`, or
                nothing.

        Raises:
            DataFormatError: a character is not in the alphabet, nor is the `?` that would stand
                for it.
        """
        stand_in = self._class_of.get(STAND_IN) if unknown == "replace" else None
        found = [self._class_of.get(character, stand_in) for character in graphemes(text)]
        known = tuple(number for number in found if number is not None)
        if len(known) != len(found) and unknown != "drop":
            raise DataFormatError(
                f"not in the alphabet: {' '.join(map(repr, self.lacks(text)))}; add them to it"
            )
        return known

    def decode(self, classes: Iterable[int]) -> str:
        """Text of classes, none of them the blank."""
        return "".join(self.characters[number - 1] for number in classes)


OCRS: Final = Alphabet(tuple(_OCRS_TEXT))
"""The 96 characters of ocrs, in its order."""


def alphabet_of(texts: Iterable[str]) -> Alphabet:
    """Every character of some texts, the space first, the others in order of code points.

    Raises:
        DataFormatError: the texts hold no character.
    """
    found = {character for text in texts for character in graphemes(text)} - {" "}
    if not found:
        raise DataFormatError("no alphabet: the texts are empty; give lines with text")
    return Alphabet((" ", *sorted(found)))


def open_alphabet(name: str, texts: Sequence[str]) -> Alphabet:
    """The alphabet that a setting names.

    Args:
        name: `texts`, `ocrs`, or the path of a charset file or folder; a space is added to it.
        texts: of the lines to learn from.

    Raises:
        DataFormatError: the file cannot be read, or there is no character.
    """
    match name:
        case "texts":
            return alphabet_of(texts)
        case "ocrs":
            return OCRS
        case _:
            return Alphabet((" ", *read_charset(Path(name))))
