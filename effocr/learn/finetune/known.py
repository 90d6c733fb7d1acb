"""Lines of known type: to learn from, so that nothing is forgotten, and to see whether it is."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from effocr.bundle import Manifest
from effocr.charset import Charset, graphemes
from effocr.errors import TrainingError, UsageError
from effocr.learn.finetune.config import FinetuneTraining
from effocr.synth.fonts import FontFile, load_fonts
from effocr.synth.frames import PreparedLine, prepare_line
from effocr.synth.pool import draw_lines

__all__ = ["KnownLines", "draw_known"]

logger = logging.getLogger(__name__)

FONTS_ASIDE: Final = 5  # one family of so many


@dataclass(frozen=True, slots=True)
class KnownLines:
    """Synthetic lines of characters that the model knows.

    Attributes:
        learnt: to learn from.
        aside: of other fonts, to measure with.
    """

    learnt: tuple[PreparedLine, ...]
    aside: tuple[PreparedLine, ...]


def draw_known(
    manifest: Manifest, fonts: Sequence[Path], config: FinetuneTraining, *, processes: int
) -> KnownLines:
    """Draw them; the same seed draws the same lines.

    Args:
        manifest: of the model; its characters are drawn, as far as the fonts have them.
        fonts: folders of fonts.
        config: how many lines, and how they look.
        processes: that draw.

    Raises:
        FontError: no font can set a line.
        UsageError: a single font, of which none can be kept aside.
        TrainingError: wear left nothing to see on all lines.
    """
    single = [label for label in manifest.charset if len(graphemes(label)) == 1]
    report = load_fonts(fonts, charset=single)
    for refused in report.refused:
        logger.warning("%s", refused)
    learnt, aside = _divide(report.fonts)
    counts = ((learnt, config.synthetic_lines), (aside, config.known_lines))
    drawn = [
        draw_lines(
            of, Charset(tuple(single)), count,
            seed=config.loop.seed, options=config.synthesis, processes=processes,
        )
        for of, count in counts
    ]  # fmt: skip
    lines = [
        tuple(line for each in some if (line := prepare_line(each, manifest.line)) is not None)
        for some in drawn
    ]
    if not all(lines):
        raise TrainingError("wear left nothing to see on the lines that were drawn")
    return KnownLines(*lines)


def _divide(fonts: Sequence[FontFile]) -> tuple[list[FontFile], list[FontFile]]:
    """Fonts to learn from, and whole families that are kept aside, about one of five.

    Raises:
        UsageError: there is one family only.
    """
    families = list(dict.fromkeys(font.family for font in fonts))
    kept = set(families[FONTS_ASIDE // 2 :: FONTS_ASIDE] or families[1:2])
    if not kept:
        raise UsageError(
            "fine-tuning needs fonts of two families at least, one to learn from and one to see "
            "whether anything is forgotten; give more with --fonts"
        )
    learnt = [font for font in fonts if font.family not in kept]
    return learnt, [font for font in fonts if font.family in kept]
