"""Synthetic text lines with exact glyph and word boxes.

`LineMaker` draws text, font, setting and wear; `effocr.synth.compose` sets the type,
`effocr.synth.degrade` prints and scans it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.charset import Charset, graphemes
from effocr.data.labelled import EMS, LabelledLine
from effocr.errors import FontError
from effocr.synth.compose import Composed, Run, Setting, compose
from effocr.synth.content_lines import can_write
from effocr.synth.coverage import composed_by, drawn_by, ligatures_of, written_by
from effocr.synth.crop import crop_line, draw_crop
from effocr.synth.degrade import wear_down
from effocr.synth.dress import Dress, dress
from effocr.synth.face import Face, open_face
from effocr.synth.font_tables import FontKind
from effocr.synth.fonts import FontFile
from effocr.synth.options import LineOptions
from effocr.synth.paper import Canvas, draw_rule, put_on_paper, skew, stretch
from effocr.synth.rtl import as_it_stands, in_reading_order
from effocr.synth.script import ScriptOptions
from effocr.synth.setting import draw_setting, draw_slope, draw_stretch
from effocr.synth.vertical import compose_column, open_column_face, stand_up
from effocr.synth.wear_kinds import draw_wear
from effocr.synth.wording import draw_text

__all__ = ["LineMaker", "LineOptions"]

Grey = npt.NDArray[np.uint8]

DRAWN_X_HEIGHTS: Final = (20, 24, 28)  # pixels; the scan's resolution comes from `Wear.x_height_px`
RULED: Final = (0.03, 0.08)  # share of underlined lines: of print, of typescripts
STAND_INS: Final = {"1": "l", "0": "O"}
FINE_STROKES: Final = 0.65  # wear of columns over that of lines as large: kanji are dense
UNEVEN_KINDS: Final = frozenset(
    {"typewriter", "pixel"}
)  # set glyph by glyph, each with its own ink


class LineMaker:
    """Draws lines from fonts and a charset; holds which font covers what."""

    def __init__(
        self, fonts: Sequence[FontFile], charset: Charset, options: LineOptions | None = None
    ) -> None:
        """Sort the fonts by kind and family.

        Raises:
            FontError: no font can set a line.
        """
        self.options = options or LineOptions()
        self._charsets: dict[int, Charset] = {}
        self._by_kind: dict[FontKind, dict[str, list[FontFile]]] = defaultdict(
            lambda: defaultdict(list)
        )
        script = self.options.script
        self._seconds = [font for font in fonts if font.kind == script.second_kind]
        shared = written_by(self._seconds, charset, script)
        for font in fonts:
            own = drawn_by(font, charset, script)
            covered = Charset(tuple(glyph for glyph in charset if glyph in own or glyph in shared))
            upright = self.options.direction != "ttb"
            settable = font.x_height is not None or not upright or "x" not in charset
            settable &= self.options.kinds.get(font.kind, 0) > 0
            if not settable or len(covered) < 2 or not can_write(covered, self.options.content):
                continue
            self._charsets[id(font)] = covered
            self._by_kind[font.kind][font.family].append(font)
        if not self._by_kind:
            raise FontError(
                "no usable font: each needs a kind named in LineOptions.kinds, a letter x, "
                "two characters of the charset and some of what is to be written"
            )
        self._kinds = list(self._by_kind)
        shares = np.array([self.options.kinds[kind] for kind in self._kinds])
        self._shares = shares / shares.sum()
        self._fonts = list(fonts)  # keeps the ids valid

    def covers(self, glyph: str) -> bool:
        """Whether any of the fonts that lines are drawn in has this character."""
        return any(glyph in charset for charset in self._charsets.values())

    def line(self, rng: np.random.Generator, text: str | None = None) -> LabelledLine:
        """Draw one line.

        Args:
            rng: draws all of it.
            text: instead of a random one; characters that the font lacks are left out, and a font
                that lacks all of them is not used.
        """
        while True:
            font, companions = self._choose_font(rng)
            wanted = text if text is not None else self._text(font, rng, self.options.length)
            drawn = self._draw(font, companions, wanted, rng)
            if drawn is not None:
                return drawn

    def _text(self, font: FontFile, rng: np.random.Generator, lengths: tuple[int, int]) -> str:
        return draw_text(rng, self._charsets[id(font)], self.options, lengths)

    def _choose_font(self, rng: np.random.Generator) -> tuple[FontFile, list[FontFile]]:
        kind = self._kinds[int(rng.choice(len(self._kinds), p=self._shares))]
        families = list(self._by_kind[kind].values())
        family = families[int(rng.integers(len(families)))]
        return family[int(rng.integers(len(family)))], family

    def _draw(
        self, font: FontFile, companions: list[FontFile], text: str, rng: np.random.Generator
    ) -> LabelledLine | None:
        x_height = self._x_height(font, rng)
        setting = draw_setting(rng, uneven=font.kind in UNEVEN_KINDS)
        if self.options.spacing is not None:
            mean, spread = self.options.spacing
            setting = replace(setting, tracking=mean, tracking_spread=spread)
        column = self.options.direction == "ttb"
        runs = [] if column else self._dressed(font, companions, text, x_height, rng)
        composed = (
            self._column(font, text, x_height, setting, rng)
            if column
            else compose(runs, setting, rng)
        )
        if not composed.glyphs:
            return None
        if self.options.direction == "rtl":
            composed = in_reading_order(composed)
        canvas = self._lay_out(font, composed, x_height, setting, rng)
        wear = draw_wear(rng, self.options.wear)
        if self.options.font_sizes:
            wear = replace(wear, x_height_px=None)
        grey = wear_down(canvas.ink, x_height * (FINE_STROKES if column else 1.0), wear, rng)
        if rng.random() < 0.02 and not self.options.plain:
            grey = 255 - grey
        scale = np.array([grey.shape[1] / canvas.ink.shape[1], grey.shape[0] / canvas.ink.shape[0]])
        line = LabelledLine(
            grey=grey,
            text=" ".join("".join(composed.glyphs[a:b]) for a, b in composed.words),
            glyphs=tuple(composed.glyphs),
            boxes=(canvas.boxes * np.tile(scale, 2)).astype(np.float32),
            words=tuple(composed.words),
            baseline=(canvas.baseline * scale[1], canvas.slope * scale[1] / scale[0]),
            x_height=x_height * scale[1],
            source=f"{font.family} {font.style}",
            mixed=len({run.scale for run in runs}) > 1,
        )
        if column:
            return stand_up(line)
        return line if self.options.plain else crop_line(line, draw_crop(rng, self.options))

    def _x_height(self, font: FontFile, rng: np.random.Generator) -> float:
        """Height of x on the clean line, pixels."""
        sizes = self.options.font_sizes
        if not sizes:
            return float(rng.choice(DRAWN_X_HEIGHTS))
        size = sizes[int(rng.integers(len(sizes)))]
        return size / EMS if self.options.direction == "ttb" else size * (font.x_height or 0.5)

    def _lay_out(
        self,
        font: FontFile,
        composed: Composed,
        x_height: float,
        setting: Setting,
        rng: np.random.Generator,
    ) -> Canvas:
        """The set line on its paper."""
        options = self.options
        margin = options.widest_margin
        if options.plain:
            return put_on_paper(composed, None, x_height, rng, widest_margin=margin)
        neighbour = self._neighbour(font, x_height, setting, rng)
        canvas = put_on_paper(
            composed, neighbour, x_height, rng, widest_margin=margin, cut_out=options.cut_out
        )
        canvas = stretch(canvas, draw_stretch(rng, options))
        canvas = skew(canvas, draw_slope(rng, options))
        draw_rule(canvas, x_height, RULED[font.kind in UNEVEN_KINDS], rng)
        return canvas

    def _column(
        self,
        font: FontFile,
        text: str,
        x_height: float,
        setting: Setting,
        rng: np.random.Generator,
    ) -> Composed:
        face = open_column_face(str(font.path), font.index, round(x_height * EMS))
        covered = self._charsets[id(font)]
        text = "".join(glyph for glyph in graphemes(text) if glyph == " " or glyph in covered)
        sideways = rng.random() < self.options.sideways
        return compose_column(text, face, setting, rng, sideways=sideways)

    def _face(self, font: FontFile, size_px: int) -> Face:
        composed = composed_by(font, self.options.script)
        return open_face(str(font.path), font.index, size_px, composed=composed)

    def _dressed(
        self,
        font: FontFile,
        companions: list[FontFile],
        text: str,
        x_height: float,
        rng: np.random.Generator,
    ) -> list[Run]:
        """The runs as the script has them."""
        runs, script = self._runs(font, companions, text, x_height, rng), self.options.script
        if script == ScriptOptions():
            return runs
        second = None
        if self._seconds:
            other = self._seconds[int(rng.integers(len(self._seconds)))]
            face = self._face(other, _size(other, x_height * rng.uniform(0.92, 1.08)))
            second = face, drawn_by(other, self._charsets[id(font)], script)
        wanted = (*self._charsets[id(font)], *script.alternates.values())
        clothes = Dress(drawn_by(font, wanted, script), "italic" not in font.style, second)
        return dress(runs, clothes, script, rng)

    def _runs(
        self,
        font: FontFile,
        companions: list[FontFile],
        text: str,
        x_height: float,
        rng: np.random.Generator,
    ) -> list[Run]:
        size = _size(font, x_height)
        face = self._face(font, size)
        options, kind = self.options, rng.random()
        joined = ligatures_of(font) if rng.random() < options.ligatures else frozenset[str]()
        covered = self._charsets[id(font)]
        text = "".join(glyph for glyph in graphemes(text) if glyph == " " or glyph in covered)
        if options.direction == "rtl":
            text = as_it_stands(text)
        words = text.split(" ")
        if len(words) < 2 or kind > options.italic_words + options.small_caps + options.mixed_sizes:
            return [Run(text, face, joined, drawn_as=self._stand_ins(font, rng))]
        first = int(rng.integers(len(words)))
        last = int(rng.integers(first + 1, len(words) + 1))
        other, special, scale = face, words[first:last], 1.0
        if kind < options.italic_words:
            italics = [c for c in companions if c.style == "italic" and c is not font]
            if italics:
                chosen = italics[int(rng.integers(len(italics)))]
                other = self._face(chosen, _size(chosen, x_height))
                special = [
                    "".join(g for g in word if g in self._charsets[id(chosen)]) for word in special
                ]
        elif kind < options.italic_words + options.small_caps:
            capital = {lower: lower.upper() for word in special for lower in word}
            special = [
                "".join(capital[g] if capital[g] in covered else g for g in word)
                for word in special
            ]
            scale = rng.uniform(0.7, 0.85)
        else:
            scale = rng.uniform(0.75, 1.3)
        if scale != 1.0:
            other = self._face(font, max(6, round(size * scale)))
        runs = [(words[:first], face), (special, other), (words[last:], face)]
        pieces = [
            Run(
                " ".join(part) + " ",
                used,
                joined if used is face else frozenset(),
                1.0 if used is face else scale,
            )
            for part, used in runs
            if part
        ]
        return [*pieces[:-1], replace(pieces[-1], text=pieces[-1].text.rstrip())]

    def _stand_ins(self, font: FontFile, rng: np.random.Generator) -> Mapping[str, str]:
        """Typewriters without a 1, or without a 0, have l and O instead."""
        if font.kind != "typewriter" or rng.random() > self.options.stand_ins:
            return {}
        letters = STAND_INS if rng.random() < 0.3 else {"1": STAND_INS["1"]}
        return {digit: letter for digit, letter in letters.items() if font.covers(letter)}

    def _neighbour(
        self, font: FontFile, x_height: float, setting: Setting, rng: np.random.Generator
    ) -> Composed | None:
        if rng.random() > 2 * self.options.neighbours:
            return None
        text = self._text(font, rng, (10, 30))
        if self.options.direction == "ttb":
            return self._column(font, text, x_height, setting, rng)
        return compose([Run(text, self._face(font, _size(font, x_height)))], setting, rng)


def _size(font: FontFile, x_height: float) -> int:
    return max(6, round(x_height / (font.x_height or 0.5)))
