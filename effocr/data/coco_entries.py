"""A COCO file's entries, each checked by itself, in either form of the character-level COCO.

In the first form the categories are called `char` and `word` (their ids do not matter) and the text
stands on the image; in the second the category's name is the glyph. Where the names say nothing,
the caller's word counts, else the original's habit: 0 is a character, 1 a word.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, FiniteFloat, ValidationError
from pydantic.types import Strict

from effocr.atomic import write_whole
from effocr.charset import normalise
from effocr.data.records import Skipped
from effocr.errors import DataFormatError, UsageError
from effocr.validation import first_problem

__all__ = [
    "ANNOTATIONS",
    "CHAR",
    "WORD",
    "AnnotationEntry",
    "CocoFile",
    "ImageEntry",
    "load_coco",
    "load_json",
    "save_json",
]

Entry = TypeVar("Entry", bound=BaseModel)
ANNOTATIONS = "annotations.json"
CHAR, WORD = "char", "word"
_OTHER_NAMES = {"character": CHAR, "characters": CHAR, "chars": CHAR, "words": WORD}
_USUAL = {0: CHAR, 1: WORD}  # ids, by the original's habit
_MOST_KINDS = 2  # of boxes; more categories are glyphs
_NUMBERED = {(0, "0"), (1, "1")}  # names that say nothing


class ImageEntry(BaseModel, frozen=True, extra="ignore"):
    """One of `images`: a line image."""

    id: int
    file_name: Annotated[str, Strict()]
    width: int | None = None
    height: int | None = None
    text: str | None = None


class AnnotationEntry(BaseModel, frozen=True, extra="ignore"):
    """One of `annotations`: bbox is x, y, width, height in pixels."""

    id: int
    image_id: int
    category_id: int
    bbox: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
    text: str | None = None


class CategoryEntry(BaseModel, frozen=True, extra="ignore"):
    """One of `categories`."""

    id: int
    name: Annotated[str, Strict()] | None = None


@dataclass(slots=True)
class CocoFile:
    """A COCO file whose entries are sound each by itself; boxes are still to be judged.

    Attributes:
        path: the file.
        images: in the order of the file; ids are unique.
        annotations: by image id, in the order of the file.
        categories: category id to name.
        named_glyphs: the second form: a category's name is the glyph.
        problems: entries that were left out, and why.
        folder: what image names are relative to.
    """

    path: Path
    images: list[ImageEntry] = field(default_factory=list)
    annotations: dict[int, list[AnnotationEntry]] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)
    named_glyphs: bool = False
    problems: list[Skipped] = field(default_factory=list)
    folder: Path = field(default_factory=Path)

    def image_path(self, image: ImageEntry) -> Path:
        """Return where an image should be.

        A name that begins with the folder of the images (`images/a.png`) is one beside the file.
        """
        path, beside = self.folder / image.file_name, self.path.parent / image.file_name
        return beside if not path.is_file() and beside.is_file() else path

    def is_word(self, annotation: AnnotationEntry) -> bool:
        """Tell whether an annotation is a word's box, not a glyph's."""
        return not self.named_glyphs and self.category(annotation) == WORD

    def label(self, annotation: AnnotationEntry) -> str | None:
        """Return the glyph that the annotation or its category names, NFC, or None."""
        if annotation.text:
            return normalise(annotation.text)
        return normalise(self.categories[annotation.category_id]) if self.named_glyphs else None

    def category(self, annotation: AnnotationEntry) -> str:
        """Return the name of the category in lower case."""
        return self.categories[annotation.category_id].lower()

    def source(self, image: ImageEntry) -> str:
        """Name an image in a message."""
        return f"{self.path}: image {image.id} ({image.file_name})"

    def place(self, annotation: AnnotationEntry) -> str:
        """Name an annotation in a message."""
        return f"{self.path}: annotation {annotation.id} of image {annotation.image_id}"


def load_coco(
    path: Path | str, images: Path | str | None = None, *, char_id: int | None = None
) -> CocoFile:
    """Read a COCO file (or `annotations.json` in a folder) and check every entry by itself.

    Args:
        path: the JSON file, or a folder with `annotations.json`.
        images: folder of the images; None: that of the file.
        char_id: category of the glyphs; where names say otherwise, the names count.

    Raises:
        DataFormatError: the file is missing, is not JSON, or lacks one of the three lists.
    """
    path = Path(path)
    path = path / ANNOTATIONS if path.is_dir() else path
    content = load_json(path)
    coco = CocoFile(path, folder=path.parent if images is None else Path(images))
    _add_categories(content, coco, char_id)
    if char_id is not None:
        _settle_chars(coco, char_id)
    _add_images(content, coco)
    _add_annotations(content, coco)
    return coco


def load_json(path: Path) -> dict[str, list[Any]]:
    """Read a COCO file as it is; only its three lists are looked for.

    Raises:
        DataFormatError: the file is missing, is not JSON, or lacks one of the three lists.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataFormatError(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise DataFormatError(f"{path}: not a JSON file in UTF-8 ({error})") from error
    if not isinstance(content, dict):
        raise DataFormatError(f"{path}: expected a COCO object with images and annotations")
    for key in ("images", "annotations", "categories"):
        if not isinstance(content.get(key), list):
            raise DataFormatError(f"{path}: no list {key!r}; is this a COCO file?")
    return content


def save_json(content: Mapping[str, Any], path: Path, *, indent: int | None = None) -> None:
    """Write a COCO file whole or not at all; names that are no Unicode are escaped.

    Raises:
        UsageError: it cannot be written.
    """
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    try:
        coded = text.encode()
    except UnicodeEncodeError:  # a file name with bytes that are not UTF-8
        coded = json.dumps(content, indent=indent).encode()
    try:
        write_whole(path, coded + b"\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error


def _entries(
    content: Mapping[str, list[Any]], kind: str, model: type[Entry], coco: CocoFile
) -> Iterator[Entry]:
    """Yield the entries of one list that fit their model; the others become problems."""
    for place, entry in enumerate(content[kind]):
        try:
            yield model.model_validate(entry)
        except ValidationError as error:
            problem = first_problem(error, "entry")
            coco.problems.append(Skipped(f"{coco.path}: {kind}[{place}]", f"left out: {problem}"))


def _add_categories(content: Mapping[str, list[Any]], coco: CocoFile, char_id: int | None) -> None:
    for category in _entries(content, "categories", CategoryEntry, coco):
        name = category.name or ""
        name = _OTHER_NAMES.get(name.strip().lower(), name)
        if coco.categories.setdefault(category.id, name) != name:
            where = f"{coco.path}: category {category.id}"
            coco.problems.append(Skipped(where, "the id is there twice; the first name counts"))
    named = coco.categories.items()
    if all(not name.strip() or (number, name) in _NUMBERED for number, name in named):
        coco.categories = dict(_USUAL) if char_id is None else {char_id: CHAR}
        if content["annotations"] and char_id is None:
            reason = "the categories have no names; 0 is taken for characters, 1 for words"
            coco.problems.append(Skipped(str(coco.path), reason))
    names = {name.lower() for name in coco.categories.values()}
    coco.named_glyphs = CHAR not in names and not names <= {WORD}


def _settle_chars(coco: CocoFile, char_id: int) -> None:
    """Take the category of an id for the glyphs', unless names say which category is."""
    names = coco.categories
    called = f"it is called {names[char_id]!r}" if char_id in names else "there is no such category"
    chars = [key for key, name in names.items() if name.lower() == CHAR]
    kinds = len(names) <= _MOST_KINDS and all(len(name) > 1 for name in names.values())
    if char_id in chars or (coco.named_glyphs and not kinds):
        return
    if chars:
        reason = f"{called}; the glyphs are category {chars[0]}, by its name"
    else:
        reason = f"{called}; its boxes are taken for glyphs"
        names[char_id] = CHAR
        coco.named_glyphs = False
    coco.problems.append(Skipped(f"{coco.path}: category {char_id}", reason))


def _add_images(content: Mapping[str, list[Any]], coco: CocoFile) -> None:
    known: set[int] = set()
    for image in _entries(content, "images", ImageEntry, coco):
        if image.id in known:
            reason = "left out: the image id is there twice; give each image its own"
            coco.problems.append(Skipped(coco.source(image), reason))
            continue
        known.add(image.id)
        coco.images.append(image)
        coco.annotations[image.id] = []


def _add_annotations(content: Mapping[str, list[Any]], coco: CocoFile) -> None:
    known: set[int] = set()
    for annotation in _entries(content, "annotations", AnnotationEntry, coco):
        reason = None
        if annotation.image_id not in coco.annotations:
            reason = f"left out: there is no image {annotation.image_id}"
        elif annotation.category_id not in coco.categories:
            reason = f"left out: there is no category {annotation.category_id}"
        elif not coco.named_glyphs and coco.category(annotation) not in (CHAR, WORD):
            name = coco.categories[annotation.category_id]
            reason = f"left out: category {name!r} is neither {CHAR!r} nor {WORD!r}"
        elif annotation.id in known:
            coco.problems.append(Skipped(coco.place(annotation), "the id is there twice"))
        known.add(annotation.id)
        if reason:
            coco.problems.append(Skipped(coco.place(annotation), reason))
        else:
            coco.annotations[annotation.image_id].append(annotation)
