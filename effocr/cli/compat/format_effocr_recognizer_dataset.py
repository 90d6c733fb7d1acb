"""`format_effocr_recognizer_dataset.py`: COCO and fonts to a recognizer's data set."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from effocr.cli.compat.flags import Flags

if TYPE_CHECKING:
    from effocr.language import Language
    from effocr.workbench.formatting import FormatOptions

__all__ = ["guess_language", "run"]

PROG = "format_effocr_recognizer_dataset.py"
WORDS = {
    "jp": frozenset({"jp", "ja", "jpn", "japan", "japanese"}),
    "en": frozenset({"en", "eng", "english"}),
}


def run(argv: Sequence[str]) -> int:
    """Make the data set and print what it holds; what was left out goes to standard error."""
    from effocr.workbench.formatting import format_dataset

    options = _options(_parser().parse_args(argv))
    report = format_dataset(options)
    for problem in report.problems:
        print(problem, file=sys.stderr)
    print(
        f"{options.out}: {len(report.classes)} classes, {report.crops} crops of {report.lines} "
        f"lines, {report.renders} renders of {report.fonts} fonts"
    )
    if report.problems:
        print(f"{len(report.problems)} remarks on standard error", file=sys.stderr)
    return 0


def guess_language(charset: Path) -> tuple[str, str]:
    """Tell the language by the name of the charset folder, else of the folders above it.

    Whole words of a folder's name count, so that `/home/engineer` is not English.

    Returns:
        `en` or `jp`, and the word that told it (empty: nothing did, and it is `en`).
    """
    for part in reversed(charset.parts):
        for word in re.findall(r"[a-z]+", part.lower()):
            for language, words in WORDS.items():
                if word in words:
                    return language, part
    return "en", ""


def _parser() -> Flags:
    flags = Flags(PROG, description="Cut glyphs out of COCO data sets and draw others from fonts.")
    flags.flag("--image_dir", required=True, help="folder of the line images")
    flags.flag("--coco_jsons", required=True, help="COCO files, joined by commas")
    flags.flag("--crops_save_dir", required=True, help="folder for the crops by line")
    flags.flag("--cat_id", type=int, required=True, help="category of the glyphs; names go before")
    flags.flag("--dataset_save_dir", required=True, help="folder for the data set; not yet there")
    flags.flag("--spaces", action="store_true", help="no box stands for white space")
    flags.flag(
        "--clip_to_top_and_bottom", action="store_true",
        help="draw boxes out over the whole height of the line (of a column: the width)",
    )  # fmt: skip
    flags.flag("--font_dir", help="folder of fonts (default: the language's, ./japan_font_files)")
    flags.flag("--charset_dir", help="folder of charsets (default: as above, ./japan_charsets)")
    flags.flag("--exclude_fonts", help="parts of paths of fonts to leave out, joined by commas")
    flags.flag("--padding", type=float, default=0.05, help="paper around renders, share of size")
    flags.flag("--square", action="store_true", help="fit all images into squares of one size")
    flags.flag("--lang", help="en, jp or a YAML file (default: told by the charset folder's name)")
    flags.flag("--packed", action="store_true", help="one file instead of a folder a class")
    flags.flag(
        "--processes",
        type=int,
        default=None,
        help="that draw (default: all cores if there is much to draw)",
    )
    return flags


def _options(given: argparse.Namespace) -> FormatOptions:
    from effocr.errors import UsageError
    from effocr.workbench.formatting import FormatOptions

    if given.padding < 0:
        raise UsageError(f"{PROG}: --padding {given.padding}: a share, 0 or more")
    if given.processes is not None and given.processes < 1:
        raise UsageError(f"{PROG}: --processes {given.processes}: 1 or more")
    language = _language(given)
    cocos = tuple(Path(part.strip()) for part in given.coco_jsons.split(",") if part.strip())
    crops = [Path(part.strip()) for part in given.crops_save_dir.split(",") if part.strip()]
    if not cocos or not crops:
        raise UsageError(f"{PROG}: --coco_jsons and --crops_save_dir must name something")
    if len(crops) > 1:
        print(f"{PROG}: crops are written to {crops[0]} only; none is read back", file=sys.stderr)
    if given.packed:
        print(f"{PROG}: --packed writes no crops to {crops[0]}", file=sys.stderr)
    return FormatOptions(
        cocos=cocos,
        images=Path(given.image_dir),
        char_id=given.cat_id,
        out=Path(given.dataset_save_dir),
        language=language,
        charset=_place(given.charset_dir, language.charset, "./japan_charsets"),
        fonts=_place(given.font_dir, language.fonts, "./japan_font_files"),
        crops=crops[0],
        exclude_fonts=tuple(part for part in (given.exclude_fonts or "").split(",") if part),
        whole_line=given.clip_to_top_and_bottom,
        spaced_boxes=not given.spaces,
        padding=given.padding,
        square=given.square,
        packed=given.packed,
        processes=given.processes,
    )


def _place(given: str | None, of_language: Path | None, usual: str) -> Path:
    return Path(given) if given else of_language or Path(usual)


def _language(given: argparse.Namespace) -> Language:
    from effocr.language import load_language

    if given.lang:
        return load_language(given.lang)
    name, word = guess_language(Path(given.charset_dir or "./japan_charsets"))
    why = f"{word!r} in the path of the charsets" if word else "nothing in the charsets' path"
    print(f"{PROG}: language {name}, told by {why}; --lang says otherwise", file=sys.stderr)
    return load_language(name)
