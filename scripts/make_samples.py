"""Draw docs/samples/lines, which `make demo` reads.

    python scripts/make_samples.py

Print of several kinds from the fonts of the repository, worn by synthesis. No model had a part in
choosing the seed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "samples" / "lines"

SEED = 40
LEAST_X_HEIGHT_PX = 13  # about 200 dpi: what a careful person scans
# Name, font file without suffix, text. The texts are older than copyright, or our own.
SAMPLES = (
    ("01", "OldStandard-Regular", "It is a truth universally acknowledged, that a single man in"),
    ("02", "Century-Catalogue", "possession of a good fortune, must be in want of a wife."),
    ("03", "IMFellEnglish-Regular", "To be, or not to be: that is the question; page 127 of 1603."),
    ("04", "EBGaramond12-Italic", "All hope abandon, ye who enter here — café, naïve & œuvre"),
    ("05", "SpecialElite-Regular", "Dear Sir, Your letter of 14 March 1921 came to hand today."),
    ("06", "CourierPrime", 'We enclose invoice no. 4,807 for £12 9s. 6d., "net".'),
    ("07", "LibreFranklin-Bold", "NOTICE: Trains leave Platform 3 at 7.45 and 10.30"),
    ("08", "ShareTechMono-Regular", "2 x COFFEE 1.80  TOTAL 3.60  CASH 5.00  CHANGE 1.40"),
)


def main() -> int:
    """Draw every sample with its text beside it."""
    import cv2

    from effocr.charset import read_charset
    from effocr.synth.fonts import load_fonts
    from effocr.synth.lines import LineMaker, LineOptions

    fonts = load_fonts([ROOT / "english_font_files"]).fonts
    charset = read_charset(ROOT / "english_charsets")
    plain = {"italic_words": 0.0, "small_caps": 0.0, "mixed_sizes": 0.0}
    OUT.mkdir(parents=True, exist_ok=True)
    for number, (name, stem, text) in enumerate(SAMPLES):
        font = [font for font in fonts if font.path.stem == stem]
        options = LineOptions.model_validate({"kinds": {font[0].kind: 1.0}, **plain})
        maker, rng = LineMaker(font, charset, options), np.random.default_rng(SEED + number)
        line = maker.line(rng, text)
        while line.x_height < LEAST_X_HEIGHT_PX:
            line = maker.line(rng, text)
        cv2.imwrite(str(OUT / f"{name}.png"), line.grey)
        (OUT / f"{name}.gt.txt").write_text(line.text + "\n", encoding="utf-8")
        print(f"{name}: {line.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
