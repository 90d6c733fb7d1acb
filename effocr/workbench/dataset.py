"""A recognizer's data set: its samples, and which split of the lines each belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.charset import glyph_to_folder
from effocr.data.coco_entries import load_coco
from effocr.data.glyph_folders import read_glyph_folders
from effocr.data.glyph_sets import find_packed
from effocr.data.packed import PackedGlyphs
from effocr.data.records import Skipped
from effocr.data.sample_names import Kind, line_stems, matches_line, read_name
from effocr.errors import DataFormatError, ImageError, UsageError
from effocr.pipeline.images import load_image

__all__ = ["LineSplits", "RecognizerData", "Sample", "Split", "open_dataset", "read_splits"]

Grey = npt.NDArray[np.uint8]
SHOWN: Final = 5  # names that a message lists


@dataclass(frozen=True, slots=True)
class Sample:
    """One glyph image.

    Attributes:
        place: the image file, or the row of a packed data set.
        glyph: the character, told by the folder, NFC.
        kind: `render` (drawn from a font) or `paired` (cut out of a line).
        line: stem of the line it was cut out of, or None.
        font: stem of the font it was drawn from, or None.
    """

    place: Path | int
    glyph: str
    kind: Kind
    line: str | None = None
    font: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Samples by their use.

    Attributes:
        renders: all renders; nothing is known of lines.
        train: crops of lines to learn from.
        val: crops of lines to choose the best model by.
        test: crops of lines to judge it by.
        problems: crops of lines that are in none of the three, and the like.
    """

    renders: tuple[Sample, ...]
    train: tuple[Sample, ...]
    val: tuple[Sample, ...]
    test: tuple[Sample, ...]
    problems: tuple[Skipped, ...]


@dataclass(frozen=True)
class RecognizerData:
    """A data set of glyph images that is open.

    Attributes:
        root: the folder or the packed file.
        samples: ordered by folder and file name, or as they are packed.
        problems: what was left out or mended while reading.
        packed: the packed file, if it is one.
    """

    root: Path
    samples: tuple[Sample, ...]
    problems: tuple[Skipped, ...]
    packed: PackedGlyphs | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """Characters with at least one sample, in the order of their folders' names."""
        return tuple(sorted({sample.glyph for sample in self.samples}, key=glyph_to_folder))

    def load(self, sample: Sample) -> Grey:
        """Read the image of a sample: [height, width] uint8, 0 black.

        Raises:
            ImageError: it cannot be read; the message names it.
            DataFormatError: the packed file is damaged.
        """
        if self.packed is not None and isinstance(sample.place, int):
            return self.packed[sample.place]
        path = Path(str(sample.place))
        try:
            return load_image(path)
        except ImageError as error:
            raise ImageError(f"{path}: {error}") from error

    def split(
        self, train: Path | str, val: Path | str | None = None, test: Path | str | None = None
    ) -> Split:
        """Divide the samples by the lines that three COCO files list.

        A crop belongs to the split that lists its line, by its exact name.

        Args:
            train: COCO file of the lines to learn from.
            val: of those to choose by; None: there are none.
            test: of those to judge by; it may be the same file as `val`.

        Raises:
            UsageError: a line is in two splits.
            DataFormatError: a file is missing or no COCO file.
        """
        return divide(self, read_splits(train, val, test))


@dataclass(frozen=True, slots=True)
class LineSplits:
    """Which split lists which line.

    Attributes:
        stems: what crops may call the lines of `train`, `val` and `test`, by split.
        files: of each split, for messages.
        shared_test: `test` is the same file as `val`.
    """

    stems: dict[str, frozenset[str]]
    files: dict[str, Path]
    shared_test: bool = False

    def split_of(self, line: str) -> str | None:
        """Name of the split that lists a line, None if none does.

        Raises:
            UsageError: two splits list it.
        """
        names = self._naming(line)
        if len(names) > 1:
            first, second = (self.files[name] for name in names[:2])
            raise UsageError(
                f"line {line!r} is in {first} and in {second}; "
                "a line must be in one split only, or what is measured is too good"
            )
        return names[0] if names else None

    def _naming(self, line: str) -> list[str]:
        found = [name for name, stems in self.stems.items() if line in stems]
        if found or "~" not in line:
            return found
        return [
            name
            for name, stems in self.stems.items()
            if any(matches_line(line, stem) for stem in stems)
        ]


def open_dataset(root: Path | str) -> RecognizerData:
    """Open a recognizer's data set, a folder or a packed file; images are not read.

    The class of a sample is told by its folder (decimal code points), never by its name. Empty
    folders and files that are no images are left out and reported.

    Raises:
        DataFormatError: there is no such data set, or it has no sample.
    """
    root = Path(root)
    packed = find_packed(root)
    if packed is not None:
        return _open_packed(packed)
    found = read_glyph_folders(root)
    samples = []
    for image in found.images:
        name = read_name(image.path.name)
        samples.append(Sample(image.path, image.glyph, name.kind, name.line, name.font))
    if not samples:
        raise DataFormatError(f"{root}: no image in any of the glyph folders")
    return RecognizerData(root, tuple(samples), found.problems)


def _open_packed(path: Path) -> RecognizerData:
    packed = PackedGlyphs(path)
    if not len(packed):
        raise DataFormatError(f"{path}: no image in it")
    samples = tuple(
        Sample(entry.number, entry.glyph, entry.kind, entry.line, entry.font)
        for entry in packed.entries()
    )
    return RecognizerData(path, samples, (), packed)


def read_splits(
    train: Path | str, val: Path | str | None = None, test: Path | str | None = None
) -> LineSplits:
    """Read which lines the splits list; parameters and errors as `RecognizerData.split`."""
    given = {"train": train, "val": val, "test": test}
    files = {name: Path(file) for name, file in given.items() if file is not None}
    shared = "val" in files and "test" in files and _same(files["val"], files["test"])
    if shared:
        del files["test"]
    names = {
        name: frozenset(image.file_name for image in load_coco(file).images)
        for name, file in files.items()
    }
    _refuse_overlap(names, files)
    stems = {
        name: frozenset(stem for file in listed for stem in line_stems(file))
        for name, listed in names.items()
    }
    return LineSplits(stems, files, shared)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _refuse_overlap(names: dict[str, frozenset[str]], files: dict[str, Path]) -> None:
    """Refuse lines that two splits list.

    Raises:
        UsageError: there are any.
    """
    splits = list(names)
    for i, one in enumerate(splits):
        for other in splits[i + 1 :]:
            both = sorted(names[one] & names[other])
            if both:
                raise UsageError(
                    f"{files[one]} and {files[other]} share {len(both)} lines "
                    f"({_some(both)}); a line must be in one split only"
                )


def divide(data: RecognizerData, splits: LineSplits) -> Split:
    """Divide samples by the splits of their lines; as `RecognizerData.split`."""
    parts: dict[str, list[Sample]] = {"train": [], "val": [], "test": []}
    renders: list[Sample] = []
    known: dict[str, str | None] = {}
    stray: dict[str, int] = {}
    for sample in data.samples:
        if sample.kind == "render":
            renders.append(sample)
            continue
        line = sample.line
        if line is not None and line not in known:
            known[line] = splits.split_of(line)
        part = None if line is None else known[line]
        if part is None:
            stray[line or "no line named"] = stray.get(line or "no line named", 0) + 1
        else:
            parts[part].append(sample)
    if splits.shared_test:
        parts["test"] = parts["val"]
    return Split(
        tuple(renders),
        tuple(parts["train"]),
        tuple(parts["val"]),
        tuple(parts["test"]),
        tuple(_remarks(data, splits, stray)),
    )


def _remarks(data: RecognizerData, splits: LineSplits, stray: dict[str, int]) -> Iterable[Skipped]:
    if stray:
        reason = (
            f"left out: {sum(stray.values())} crops of {len(stray)} lines that no split lists "
            f"({_some(sorted(stray))})"
        )
        yield Skipped(str(data.root), reason)
    if splits.shared_test:
        yield Skipped(str(splits.files["val"]), "is val and test: the test figure says nothing new")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
