"""Samples of a collection -> lessons: line images with their text, opened and looked at once."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from effocr.data.fingerprint import fingerprint
from effocr.data.rearrange import read_set
from effocr.data.records import LineImage, Skipped
from effocr.errors import DataFormatError, UsageError
from effocr.learn.hypotheses import propose
from effocr.learn.teach import Lesson
from effocr.learn.transcript import transcribe
from effocr.pipeline.engines import Engines
from effocr.recognizer.index import GlyphIndex

__all__ = ["Lessons", "index_of", "look_at", "read_samples"]


@dataclass(frozen=True, slots=True)
class Lessons:
    """Lines to learn from.

    Attributes:
        lines: the samples.
        lessons: one for each line.
        problems: what was left out, and why.
    """

    lines: tuple[LineImage, ...]
    lessons: tuple[Lesson, ...]
    problems: tuple[Skipped, ...]

    def taken(self, numbers: Sequence[int]) -> "Lessons":
        """Some of the lines."""
        return Lessons(
            tuple(self.lines[number] for number in numbers),
            tuple(self.lessons[number] for number in numbers),
            self.problems,
        )

    def among(self, lines: Collection[LineImage]) -> "Lessons":
        """Those of the lines that are here."""
        wanted = {line.path for line in lines}
        return self.taken([n for n, line in enumerate(self.lines) if line.path in wanted])

    def without(self, numbers: Collection[int]) -> "Lessons":
        """The same without some of the lines."""
        return self.taken([n for n in range(len(self.lines)) if n not in numbers])

    @property
    def data(self) -> str:
        """Fingerprint of the lines."""
        return fingerprint(self.lines)


def read_samples(sources: Sequence[Path]) -> tuple[list[LineImage], list[Skipped]]:
    """Read line pairs, character-level COCO or correction samples.

    Lines without text are left out, so are copies, and all readings of an image whose texts
    contradict each other: nobody knows which is right.

    Args:
        sources: folders or files; boxes are not used.

    Returns:
        The lines, and what was left out.

    Raises:
        UsageError: a data set of glyphs.
        DataFormatError: a data set cannot be read.
    """
    lines: list[LineImage] = []
    problems: list[Skipped] = []
    for source in sources:
        found = read_set(source)
        problems += found.problems
        for item in found.items:
            if not isinstance(item, LineImage):
                raise UsageError(f"{source}: glyphs; learning needs lines with their text")
            if transcribe(item.text).glyphs:
                lines.append(item)
            else:
                problems.append(Skipped(str(item.path), "left out: the text is empty"))
    kept, left_out = _settle(lines)
    return kept, problems + left_out


def _settle(lines: Sequence[LineImage]) -> tuple[list[LineImage], list[Skipped]]:
    by_image: dict[bytes, list[LineImage]] = defaultdict(list)  # in the order of the lines
    problems: list[Skipped] = []
    for line in lines:
        try:
            by_image[hashlib.sha256(line.path.read_bytes()).digest()].append(line)
        except OSError as error:
            reason = f"left out: the image cannot be read ({error.strerror})"
            problems.append(Skipped(str(line.path), reason))
    kept = []
    for same in by_image.values():
        texts = {transcribe(line.text).text for line in same}
        if len(texts) == 1:
            kept.append(same[0])
            problems += [
                Skipped(str(line.path), f"left out: a copy of {same[0].path.name}")
                for line in same[1:]
            ]
        else:
            names = ", ".join(f"{line.path.name}: {line.text!r}" for line in same)
            problems += [
                Skipped(str(line.path), f"left out: one image with several texts ({names})")
                for line in same
            ]
    return kept, problems


def look_at(
    lines: Sequence[LineImage], engines: Engines, problems: Sequence[Skipped] = ()
) -> Lessons:
    """Open the images and find what may be a glyph.

    Args:
        lines: with their texts.
        engines: of the model that learns.
        problems: that were met before.

    Raises:
        DataFormatError: nothing is left to learn from.
    """
    found = propose(lines, engines)
    left_out = [each for each in found if isinstance(each, Skipped)]
    kept = [
        (line, Lesson(str(line.path), each, transcribe(line.text, engines.manifest.direction)))
        for line, each in zip(lines, found, strict=True)
        if not isinstance(each, Skipped)
    ]
    if not kept:
        first = [*problems, *left_out][:1]
        why = f" ({first[0].source}: {first[0].reason})" if first else ""
        raise DataFormatError(
            f"there is no line to learn from{why}; check with `effocr data check`"
        )
    return Lessons(
        tuple(line for line, _ in kept),
        tuple(lesson for _, lesson in kept),
        (*problems, *left_out),
    )


def index_of(engines: Engines) -> GlyphIndex:
    """The index of a model folder.

    Raises:
        UsageError: it is another searcher.
    """
    if not isinstance(engines.index, GlyphIndex):
        raise UsageError("learning needs a model folder of `effocr export`")
    return engines.index
