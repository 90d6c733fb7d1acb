"""Set words into lines of a measure: where they break and how wide their spaces are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from effocr.charset import graphemes
from effocr.synth.compose import SENTENCE_ENDS, Composed, Run, Setting, compose
from effocr.synth.face import Face

__all__ = ["Type", "Word", "break_lines", "natural_width", "set_line", "stretched"]

LOOSEST: Final = 1.1  # ems; a wider space is not justified
LEAST_BROKEN: Final = 6  # letters of a word that a hyphen may break


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its face."""

    text: str
    face: Face


@dataclass(slots=True)
class Type:
    """A size of type and how it is set.

    Attributes:
        face: of most words.
        x_height: pixels.
        setting: word space and tracking, in ems.
        joined: ligatures that the face has.
        widths: of the words measured so far, pixels.
    """

    face: Face
    x_height: float
    setting: Setting
    joined: frozenset[str] = frozenset()
    widths: dict[Word, float] = field(default_factory=dict)

    def width(self, word: Word) -> float:
        """Pixels from pen to pen, without the tracking after the last letter."""
        found = self.widths.get(word)
        if found is None:
            face, tracking = word.face, self.setting.tracking * word.face.size_px
            glyphs = graphemes(word.text)
            cell = face.pitch
            found = sum(cell or face.raster(glyph).advance for glyph in glyphs)
            found += tracking * (len(glyphs) - 1)
            if not cell:
                found += sum(map(face.kerning, glyphs, glyphs[1:]))
            self.widths[word] = found
        return found

    def space(self, before: Word) -> float:
        """Pixels between two words, the first of which is given."""
        face, setting = self.face, self.setting
        wide = face.pitch or setting.word_space * face.size_px
        if before.text[-1:] in SENTENCE_ENDS:
            wide += setting.sentence_space * (face.pitch or face.size_px)
        return wide + 2 * setting.tracking * face.size_px


def natural_width(words: Sequence[Word], type_: Type) -> float:
    """Pixels of a line that is not stretched."""
    return sum(map(type_.width, words)) + sum(map(type_.space, words[:-1]))


def break_lines(
    words: Sequence[Word],
    type_: Type,
    measure: float,
    rng: np.random.Generator,
    *,
    indents: Sequence[float] = (),
    hyphens: float = 0.0,
) -> list[list[Word]]:
    """Break words into lines; a word wider than the measure is cut.

    Args:
        words: to be set.
        type_: to set them in.
        measure: pixels.
        rng: decides where hyphens go.
        indents: pixels that the first lines are shorter by.
        hyphens: share of the lines that end in one where a word can be broken.

    Returns:
        The words of each line, hyphens added; words that cannot be cut to the measure are left out.
    """
    lines: list[list[Word]] = []
    line: list[Word] = []
    used = 0.0
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        room = measure - (indents[len(lines)] if len(lines) < len(indents) else 0.0)
        space = type_.space(line[-1]) if line else 0.0
        if used + space + type_.width(word) <= room:
            line.append(word)
            used += space + type_.width(word)
            continue
        if not line or rng.random() < hyphens:
            parts = _broken(word, type_, room - used - space, rng, anywhere=not line)
            if parts is not None:
                line.append(parts[0])
                word = parts[1]
            elif not line:
                continue
        lines.append(line)
        line, used = [], 0.0
        waiting.append(word)
    return [*lines, line] if line else lines


def _broken(
    word: Word, type_: Type, room: float, rng: np.random.Generator, *, anywhere: bool
) -> tuple[Word, Word] | None:
    """Both parts of a word, the first with its hyphen; None: it is not to be broken."""
    glyphs = graphemes(word.text)
    inner = word.text.strip("\u201c\u201d\"'(),.;:")
    if not anywhere and (len(inner) < LEAST_BROKEN or not inner.isalpha()):
        return None
    margin = 1 if anywhere else 2 + int(rng.integers(2))
    for place in range(len(glyphs) - margin, margin - 1, -1):
        head = Word("".join(glyphs[:place]) + ("" if anywhere else "-"), word.face)
        if type_.width(head) <= room:
            return head, Word("".join(glyphs[place:]), word.face)
    return None


def set_line(
    words: Sequence[Word], type_: Type, rng: np.random.Generator, *, measure: float | None = None
) -> Composed:
    """Set a line.

    Args:
        words: of the line.
        type_: to set it in.
        rng: of uneven type.
        measure: pixels to fill by wider spaces, if they are not too wide then; never in type that
            has but one width.
    """
    setting = type_.setting
    if measure is not None and len(words) > 1 and not type_.face.pitch:
        missing = measure - sum(map(type_.width, words))
        em = type_.face.size_px
        space = missing / (len(words) - 1) / em - 2 * setting.tracking
        if 0.12 <= space <= LOOSEST:
            setting = Setting(
                tracking=setting.tracking,
                word_space=space,
                glyph_shift=setting.glyph_shift,
                glyph_ink=setting.glyph_ink,
            )
    runs: list[Run] = []
    for number, word in enumerate(words):
        text = word.text if number == len(words) - 1 else f"{word.text} "
        if runs and runs[-1].face is word.face:
            runs[-1] = Run(runs[-1].text + text, word.face, runs[-1].joined)
        else:
            joined = type_.joined if word.face is type_.face else frozenset[str]()
            runs.append(Run(text, word.face, joined))
    return compose(runs, setting, rng)


def stretched(line: Composed, wide: float, high: float) -> Composed:
    """A set line made so many times wider and higher, as printers of tills print large rows."""
    height, width = line.ink.shape
    size = max(1, round(width * wide)), max(1, round(height * high))
    ink = np.asarray(cv2.resize(line.ink, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    scale = np.array((size[0] / width, size[1] / height) * 2, np.float32)
    return Composed(
        ink,
        list(line.glyphs),
        line.boxes * scale,
        list(line.words),
        line.baseline * float(scale[1]),
    )
