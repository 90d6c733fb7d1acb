"""The forms of data sets: tell them apart and check them.

`coco` is a JSON file of character-level COCO or a folder with one called annotations.json, `pairs`
a folder of line pairs, `glyphs` a folder of glyph folders, `effocr` one with the original's names
and list of characters, `packed` a file of any number of glyphs or a folder with one such file,
`corrections` a folder of correction samples.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from effocr.charset import folder_to_glyph
from effocr.data.coco_check import check_coco
from effocr.data.coco_entries import ANNOTATIONS, load_coco
from effocr.data.correction_checks import check_samples
from effocr.data.form_names import Form
from effocr.data.glyph_folders import check_glyph_folders
from effocr.data.glyph_sets import find_packed
from effocr.data.line_pairs import TEXT_SUFFIX, check_line_pairs
from effocr.data.packed import PackedGlyphs, is_packed
from effocr.data.records import LineImage, Skipped, is_image
from effocr.data.sample_names import FULL_CHARSET
from effocr.errors import DataFormatError

__all__ = ["Checked", "check", "recognise"]

_CORRECTION = re.compile(r"_\d{8}_\d{6}(-\d+)?$")  # end of the stem of a correction sample


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check counted and found wrong.

    Attributes:
        form: the form of the data set, one of detection truth included.
        counts: lines, boxes, characters and the like, by name.
        problems: all of them, in the order of the data set.
    """

    form: str
    counts: dict[str, int]
    problems: tuple[Skipped, ...]


def recognise(path: Path | str) -> Form:
    """Tell the form of a data set by what is there.

    Raises:
        DataFormatError: the path is missing, or is nothing that is known here.
    """
    path = Path(path)
    if path.is_file() and path.suffix.lower() == ".json":
        return "coco"
    if is_packed(path) or (path.is_dir() and find_packed(path)):
        return "packed"
    if not path.is_dir():
        what = "not a JSON file" if path.exists() else "no such file or folder"
        raise DataFormatError(
            f"{path}: {what}; expected a COCO file, a packed file, a folder of line pairs, of "
            "correction samples or of glyph folders, or detection truth"
        )
    if (path / ANNOTATIONS).is_file():
        return "coco"
    entries = sorted(path.iterdir())
    if any(entry.is_dir() and _is_glyph_folder(entry.name) for entry in entries):
        listed = any(entry.match(FULL_CHARSET.format("*")) for entry in entries)
        return "effocr" if listed else "glyphs"
    if any(_is_correction(entry) for entry in entries):
        return "corrections"
    if any(entry.name.endswith(TEXT_SUFFIX) or is_image(entry) for entry in entries):
        return "pairs"
    raise DataFormatError(
        f"{path}: neither {ANNOTATIONS}, nor images with {TEXT_SUFFIX} texts or .json corrections, "
        "nor glyph folders (97, 99_104) in it"
    )


def _is_glyph_folder(name: str) -> bool:
    try:
        folder_to_glyph(name)
    except DataFormatError:
        return False
    return True


def _is_correction(entry: Path) -> bool:
    """A JSON file beside a picture of the same name, or either named by a moment; no line pair."""
    suffix = entry.suffix.lower()
    if suffix not in (".json", ".png") or entry.with_name(entry.stem + TEXT_SUFFIX).is_file():
        return False
    beside = suffix == ".json" and entry.with_suffix(".png").is_file()
    return beside or bool(_CORRECTION.search(entry.stem))


def check(path: Path | str, form: Form) -> Checked:
    """Look at every entry and image of a data set and collect what is wrong.

    Raises:
        DataFormatError: nothing of the data set can be read.
    """
    if form == "coco":
        return _check_coco(path)
    if form == "packed":
        return _check_packed(Path(path))
    if form == "corrections":
        return _check_corrections(path)
    counts: Counter[str] = Counter()
    characters: set[str] = set()
    problems: list[Skipped] = []
    for item in check_line_pairs(path) if form == "pairs" else check_glyph_folders(path):
        if isinstance(item, Skipped):
            problems.append(item)
        elif isinstance(item, LineImage):
            counts["lines"] += 1
            counts["characters"] += len(item.text)
            characters.update(item.text)
        else:
            counts["images"] += 1
            characters.add(item.glyph)
    return Checked(form, _counted(counts, characters), tuple(problems))


def _check_packed(path: Path) -> Checked:
    packed = PackedGlyphs(find_packed(path) or path)
    problems = tuple(packed.check())
    try:
        characters = {entry.glyph for entry in packed.entries()}
    except DataFormatError:  # the check has said so
        characters = set()
    return Checked("packed", _counted(Counter(images=len(packed)), characters), problems)


def _check_corrections(path: Path | str) -> Checked:
    report = check_samples(path)
    texts = [sample.corrected_text for sample in report.samples]
    counts = Counter(
        samples=len(texts),
        documents=len({sample.document_id for sample in report.samples}),
        characters=sum(map(len, texts)),
        duplicates=len(report.duplicates),
    )
    return Checked("corrections", _counted(counts, set("".join(texts))), report.problems)


def _check_coco(path: Path | str) -> Checked:
    coco = load_coco(path)
    problems = tuple(check_coco(coco))
    counts: Counter[str] = Counter(lines=len(coco.images), boxes=0)
    labels: set[str] = set()
    for image in coco.images:
        for annotation in coco.annotations[image.id]:
            counts["word boxes" if coco.is_word(annotation) else "boxes"] += 1
            if not coco.is_word(annotation) and (label := coco.label(annotation)):
                labels.add(label)
    return Checked("coco", _counted(counts, labels), problems)


def _counted(counts: Counter[str], characters: set[str]) -> dict[str, int]:
    return {**counts, "distinct": len({item for item in characters if item.strip()})}
