"""The fonts that pages are set from, and what each can write."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from effocr.charset import Charset, graphemes
from effocr.errors import FontError
from effocr.synth.face import Face, open_face
from effocr.synth.font_tables import FontKind
from effocr.synth.fonts import FontFile

__all__ = ["Letters", "Shelf"]

SMALLEST_EM: Final = 6  # pixels
X_HEIGHT: Final = 0.5  # ems, of fonts that do not tell


@dataclass(frozen=True, slots=True)
class Letters:
    """A font and the characters to be written with it."""

    font: FontFile
    charset: Charset

    def face(self, x_height: float) -> Face:
        """The font at a size, in pixels."""
        size = max(SMALLEST_EM, round(x_height / (self.font.x_height or X_HEIGHT)))
        return open_face(str(self.font.path), self.font.index, size)

    def writable(self, text: str) -> str:
        """The text without the characters that the font lacks, single spaces."""
        kept = "".join(part for part in graphemes(text) if part == " " or part in self.charset)
        return " ".join(kept.split())


class Shelf:
    """Fonts by kind and family."""

    def __init__(self, fonts: Sequence[FontFile], charset: Charset) -> None:
        """Sort out what can set text.

        Raises:
            FontError: no font can.
        """
        self._families: dict[FontKind, dict[str, list[Letters]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for font in fonts:
            covered = Charset(tuple(glyph for glyph in charset if font.covers(glyph)))
            if len(covered) > 1 and (font.x_height is not None or "x" not in charset):
                self._families[font.kind][font.family].append(Letters(font, covered))
        if not self._families:
            raise FontError(
                "no usable font for pages: each needs a letter x and two characters of the charset"
            )

    def family(self, rng: np.random.Generator, *kinds: FontKind) -> list[Letters]:
        """The fonts of a family of one of the kinds, or of any kind if there are none."""
        wanted = [kind for kind in kinds if kind in self._families] or list(self._families)
        families = self._families[wanted[int(rng.integers(len(wanted)))]]
        return list(families.values())[int(rng.integers(len(families)))]

    def letters(self, rng: np.random.Generator, *kinds: FontKind, style: str = "") -> Letters:
        """A font of one of the kinds, of a style if its family has that."""
        return pick(rng, self.family(rng, *kinds), style)


def pick(rng: np.random.Generator, family: Sequence[Letters], style: str = "") -> Letters:
    """A font of the family, of the style if there is one."""
    fitting = [letters for letters in family if letters.font.style == style] or list(family)
    return fitting[int(rng.integers(len(fitting)))]
