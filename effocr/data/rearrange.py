"""Whole data sets: read, write, split, combine and subset them, whatever their form."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from effocr.data.coco import read_coco, write_coco
from effocr.data.coco_entries import ANNOTATIONS
from effocr.data.correction_checks import settle
from effocr.data.corrections import as_line_pairs, read_samples
from effocr.data.form_names import Form
from effocr.data.forms import recognise
from effocr.data.glyph_sets import GLYPH_FORMS, read_glyphs, write_glyphs
from effocr.data.line_pairs import read_line_pairs, write_line_pairs
from effocr.data.packed import PACKED_NAME, PACKED_SUFFIX
from effocr.data.records import GlyphImage, LineImage, Skipped, image_size
from effocr.data.sample_names import read_name
from effocr.data.splits import split_by_document
from effocr.errors import DataFormatError, UsageError

__all__ = [
    "DataSet",
    "combine",
    "read_set",
    "refuse_existing",
    "split_set",
    "subset",
    "target_of",
    "write_set",
]

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set of any form.

    Attributes:
        form: what it was read from; of correction samples `pairs`, as what they are written.
        items: lines (`coco`, `pairs`) or glyph images (other forms), in the order of the data set.
        problems: what was left out or mended while reading.
    """

    form: Form
    items: tuple[LineImage | GlyphImage, ...]
    problems: tuple[Skipped, ...] = ()

    @property
    def lines(self) -> tuple[LineImage, ...]:
        """The items that are lines."""
        return tuple(item for item in self.items if isinstance(item, LineImage))

    @property
    def glyphs(self) -> tuple[GlyphImage, ...]:
        """The items that are images of single glyphs."""
        return tuple(item for item in self.items if isinstance(item, GlyphImage))

    def take(self, numbers: Sequence[int]) -> "DataSet":
        """Return the data set of some items only, by their numbers from 0."""
        return replace(self, items=tuple(self.items[number] for number in numbers), problems=())


def read_set(path: Path | str, form: Form | None = None) -> DataSet:
    """Read a data set; its form is recognised by content if it is not given.

    Lines whose image is no image are left out, so that every form that is written does without
    them. Of correction samples, what contradicts another or is there twice is left out, see
    `effocr.data.correction_checks.settle`.

    Raises:
        DataFormatError: the path is missing, is of no known form, or cannot be read.
    """
    form = form or recognise(path)
    match form:
        case "coco":
            found = read_coco(path)
            return _lines_with_images(form, found.lines, found.problems)
        case "pairs":
            items = list(read_line_pairs(path))
            return _lines_with_images(
                form,
                (item for item in items if isinstance(item, LineImage)),
                (item for item in items if isinstance(item, Skipped)),
            )
        case "corrections":
            samples, skipped = read_samples(path)
            kept, left_out = settle(samples)
            return _lines_with_images("pairs", as_line_pairs(kept), (*skipped, *left_out))
        case "glyphs" | "effocr" | "packed":
            glyphs = read_glyphs(path)
            return DataSet(form, glyphs.images, glyphs.problems)


def _lines_with_images(
    form: Form, lines: Iterable[LineImage], problems: Iterable[Skipped]
) -> DataSet:
    """A data set of the lines whose image can be opened."""
    kept, left_out = [], list(problems)
    for line in lines:
        try:
            image_size(line.path)
        except DataFormatError as error:
            reason = str(error).removeprefix(f"{line.path}: ")
            left_out.append(Skipped(str(line.path), f"left out: {reason}"))
            continue
        kept.append(line)
    return DataSet(form, tuple(kept), tuple(left_out))


def write_set(
    data: DataSet,
    out: Path | str,
    form: Form,
    *,
    load: Callable[[Path], Grey],
    force: bool = False,
) -> Path:
    """Write a data set: COCO refers to the images where they are, the other forms copy them.

    Args:
        data: what to write.
        out: a folder; for COCO also a file called *.json (else annotations.json in the folder), for
            a packed data set one called *.glyphs.sqlite (else dataset.glyphs.sqlite in the folder).
        form: the form to write.
        load: reads an image file as [height, width] uint8, for packed data sets.
        force: overwrite a COCO or packed file, add to a folder that is not empty.

    Returns:
        The file or folder written.

    Raises:
        UsageError: the items do not fit the form, or `out` is there already.
        DataFormatError: an image cannot be read or copied.
    """
    out = Path(out)
    if (form in GLYPH_FORMS) != bool(data.glyphs) and data.items:
        need = "glyph images" if form in GLYPH_FORMS else "lines"
        raise UsageError(f"{out}: the form {form!r} needs {need}; `effocr data crop` cuts glyphs")
    if form == "corrections":
        raise UsageError(f"{out}: corrections are made by people; write pairs instead")
    out = target_of(out, form, force=force)
    match form:
        case "coco":
            write_coco(data.lines, out)
        case "pairs":
            write_line_pairs(data.lines, out)
        case "glyphs" | "effocr" | "packed":
            write_glyphs(data.glyphs, out, form, load=load)
    return out


def target_of(out: Path, form: Form, *, force: bool) -> Path:
    """The file or folder that `write_set` writes for its `out`.

    Raises:
        UsageError: it is there already, and `force` is not set.
    """
    if form == "coco" and out.suffix.lower() != ".json":
        out = out / ANNOTATIONS
    if form == "packed" and not out.name.endswith(PACKED_SUFFIX):
        out = out / PACKED_NAME
    refuse_existing(out, force=force)
    return out


def refuse_existing(out: Path, *, force: bool) -> None:
    """Refuse a file that exists and a folder that is not empty, unless forced.

    Raises:
        UsageError: it is there already.
    """
    if not force and (out.is_file() or (out.is_dir() and any(out.iterdir()))):
        raise UsageError(
            f"{out} is there already; choose another place (`effocr data` also takes --force)"
        )


def _stem(item: LineImage | GlyphImage) -> str:
    """Name of an image without suffix; of a glyph that was cut out of a line, that of the line."""
    if isinstance(item, LineImage):
        return item.path.stem
    return read_name(item.name).line or Path(item.name).stem


def split_set(
    data: DataSet,
    *,
    document_of: Callable[[str], str],
    shares: Mapping[str, float],
    rng: np.random.Generator,
) -> dict[str, tuple[DataSet, tuple[str, ...]]]:
    """Split a data set by document.

    Args:
        data: what to split.
        document_of: from the name of an image without suffix to its document.
        shares: part name to its share of the items.
        rng: decides between documents of equal size.

    Returns:
        Part name to its data set and the sorted names of its documents.

    Raises:
        UsageError: a name has no document, or there are fewer documents than parts.
    """
    documents = [document_of(_stem(item)) for item in data.items]
    parts = split_by_document(documents, shares=shares, rng=rng)
    return {
        part: (data.take(numbers), tuple(sorted({documents[number] for number in numbers})))
        for part, numbers in parts.items()
    }


def combine(sets: Sequence[DataSet]) -> DataSet:
    """Put data sets of one form one after the other; a COCO image that is in two counts once.

    Raises:
        UsageError: there are none, or their forms differ.
    """
    forms = {data.form for data in sets}
    if len(forms) != 1:
        raise UsageError(f"only data sets of one form can be combined, not {sorted(forms)}")
    problems = [problem for data in sets for problem in data.problems]
    items: dict[tuple[Path, int | None], LineImage | GlyphImage] = {}
    for item in (item for data in sets for item in data.items):
        place = (item.path.resolve(), item.row if isinstance(item, GlyphImage) else None)
        if place in items:
            problems.append(Skipped(str(item.path), "left out: the image is there already"))
        items.setdefault(place, item)
    return DataSet(forms.pop(), tuple(items.values()), tuple(problems))


def subset(
    data: DataSet, *, rng: np.random.Generator, count: int | None = None, pattern: str | None = None
) -> DataSet:
    """Keep the items whose name matches, and of those `count` at random, in their order.

    Args:
        data: what to choose from.
        rng: chooses.
        count: how many to keep; None: all.
        pattern: a regular expression searched for in the image's name without suffix.

    Raises:
        UsageError: the expression is wrong, nothing matches, or there are fewer than `count`.
    """
    try:
        compiled = re.compile(pattern or "")
    except re.error as error:
        raise UsageError(f"regular expression {pattern!r}: {error}") from error
    numbers = [n for n, item in enumerate(data.items) if compiled.search(_stem(item))]
    if not numbers or (count is not None and not 0 < count <= len(numbers)):
        asked = "" if count is None else f"; cannot take {count}"
        raise UsageError(f"{len(numbers)} of {len(data.items)} items match{asked}")
    if count is not None:
        numbers = sorted(int(n) for n in rng.choice(numbers, size=count, replace=False))
    return data.take(numbers)
