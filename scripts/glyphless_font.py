"""Write effocr/formats/glyphless.ttf: the font of the invisible text of searchable PDFs.

    python scripts/glyphless_font.py

It has one glyph, half an em wide, that stands for every character; the PDF says which one. Its
outline encloses nothing, but gives it a height: PDFium leaves out text that has none.
"""

from __future__ import annotations

import sys
from pathlib import Path

FONT = Path(__file__).resolve().parent.parent / "effocr" / "formats" / "glyphless.ttf"
EM, ASCENT, DESCENT, WIDTH = 1000, 800, -200, 500


def main() -> int:
    """Write the font."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = [".notdef", "blank"]
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({})
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((WIDTH, ASCENT))  # there and back
    pen.closePath()
    glyph = pen.glyph()
    builder.setupGlyf(dict.fromkeys(names, glyph))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (WIDTH, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "EffOCR Glyphless", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, fsType=0)
    builder.setupPost(keepGlyphNames=False)
    head = builder.font["head"]
    head.created = head.modified = 0  # the same bytes each time
    head.xMin, head.yMin, head.xMax, head.yMax = 0, DESCENT, WIDTH, ASCENT
    builder.font.recalcTimestamp = builder.font.recalcBBoxes = False
    builder.save(FONT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
