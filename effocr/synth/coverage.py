"""Which characters a font writes: its own and those put together, less those kept off it."""

from collections.abc import Iterable
from functools import lru_cache

from effocr.synth.compose import LIGATURES
from effocr.synth.composed import composable
from effocr.synth.fonts import FontFile
from effocr.synth.script import ScriptOptions

__all__ = ["composed_by", "drawn_by", "ligatures_of", "written_by"]


def composed_by(font: FontFile, script: ScriptOptions) -> frozenset[str]:
    """The glyphs that are put together for this font."""
    if not script.composed:
        return frozenset()
    return _composable(font.characters, fraktur=font.kind == "fraktur")


@lru_cache(maxsize=512)
def _composable(characters: frozenset[str], *, fraktur: bool) -> frozenset[str]:
    return composable(characters, fraktur=fraktur)


def drawn_by(font: FontFile, wanted: Iterable[str], script: ScriptOptions) -> frozenset[str]:
    """The wanted characters that the font draws, or that are put together for it."""
    composed, off = composed_by(font, script), script.lacks.get(font.kind, "")
    return frozenset(
        glyph for glyph in wanted if (glyph in composed or font.covers(glyph)) and glyph not in off
    )


def written_by(
    fonts: Iterable[FontFile], wanted: Iterable[str], script: ScriptOptions
) -> frozenset[str]:
    """The wanted characters that every one of the fonts draws; none without fonts."""
    sets = [drawn_by(font, wanted, script) for font in fonts]
    return frozenset.intersection(*sets) if sets else frozenset()


def ligatures_of(font: FontFile) -> frozenset[str]:
    """Letter sequences that the font draws as one glyph."""
    return frozenset(letters for letters, drawn in LIGATURES.items() if font.covers(drawn))
