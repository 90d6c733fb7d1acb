"""The corrections that a reader makes, in their order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from effocr.document import Line
from effocr.pipeline.postprocess.case_and_periods import fix_case_and_periods
from effocr.pipeline.postprocess.lexicon import CANDIDATES, Lexicon, correct_words

__all__ = ["Corrections"]


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is corrected after reading; nothing if not asked for.

    Attributes:
        anchor_margin: case and periods are fixed with this margin, see `fix_case_and_periods`
            (0.1 is usual); None: they are not.
        lexicon: words are corrected to words of it; None: they are not.
    """

    anchor_margin: float | None = None
    lexicon: Lexicon | None = None

    @property
    def candidates(self) -> int:
        """Least number of candidates of a glyph that the corrections need."""
        return 1 if self.lexicon is None else CANDIDATES

    def correct(self, line: Line, *, top_k: int) -> Line:
        """Correct a line.

        Args:
            line: its glyphs with `candidates` candidates or more.
            top_k: candidates to keep for each glyph.
        """
        if self.anchor_margin is not None:
            line = fix_case_and_periods(line, anchor_margin=self.anchor_margin)
        if self.lexicon is None:
            return line
        line = correct_words(line, self.lexicon)
        glyphs = tuple(replace(glyph, candidates=glyph.candidates[:top_k]) for glyph in line.glyphs)
        return replace(line, glyphs=glyphs)
