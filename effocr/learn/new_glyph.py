"""`effocr index add --glyph`: a character that a model does not know, from a few images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from effocr.bundle import BACKGROUND, Bundle
from effocr.charset import normalise
from effocr.data.line_pairs import TEXT_SUFFIX
from effocr.data.records import Skipped
from effocr.errors import DataFormatError, ImageError, TrainingError
from effocr.learn.examples import Example, Shown, example_of_slice, examples_of_line
from effocr.learn.lessons import index_of
from effocr.learn.pictures import PictureTeacher, teach_from
from effocr.pipeline.images import load_image
from effocr.pipeline.onnx_engines import load_engines
from effocr.recognizer.background import Background
from effocr.recognizer.origins import origin_of
from effocr.recognizer.pictures import Picture

__all__ = ["PictureLesson", "learn_picture", "text_beside"]

MOST_EXAMPLES: Final = 24  # more cost time and change little


@dataclass(frozen=True, slots=True)
class PictureLesson:
    """What came of teaching a picture.

    Attributes:
        picture: what was learnt.
        examples: how many it was learnt from.
        left_out: images, or places on them, that were not learnt from, and why.
    """

    picture: Picture
    examples: int
    left_out: tuple[Skipped, ...]


def text_beside(image: Path) -> Path | None:
    """The text of a line image, NAME.gt.txt; None: the image shows one glyph."""
    path = image.with_name(image.stem + TEXT_SUFFIX)
    return path if path.is_file() else None


def learn_picture(
    bundle: Bundle, glyph: str, images: Sequence[Path], *, rng: np.random.Generator
) -> PictureLesson | None:
    """Teach a character as a picture, if the model and the images allow it.

    Args:
        bundle: the model; it stays as it is.
        glyph: the character.
        images: lines with their text beside (NAME.gt.txt), or slices of lines as high as a frame
            with one glyph each.
        rng: draws the wear of the examples.

    Returns:
        The picture; None if the model knows the character, has no background, or size and place
        of the glyphs are not known: then they can only become rows of the index.

    Raises:
        ImageError: an image cannot be read.
        DataFormatError: a text cannot be read.
        TrainingError: no example was found.
    """
    glyph, manifest = normalise(glyph), bundle.manifest
    if BACKGROUND not in manifest.files or manifest.window is None:
        return None
    engines = load_engines(bundle.folder)
    index = index_of(engines)
    if glyph in index.characters:
        return None
    found: list[Example | Skipped] = []
    for path in images:
        grey, origin, text = _load(path), origin_of(path), text_beside(path)
        if text is not None:
            found += examples_of_line(Shown(grey, _read(text), origin), glyph, engines, index)
        elif grey.shape[0] == manifest.line.height:
            found.append(example_of_slice(grey, manifest.line, origin))
        else:
            return None
    examples = [each for each in found if isinstance(each, Example)][:MOST_EXAMPLES]
    problems = [each for each in found if isinstance(each, Skipped)]
    if not examples:
        why = f" ({problems[0]})" if problems else ""
        raise TrainingError(f"{glyph}: no example of it was found{why}")
    background = Background.load(bundle.path(BACKGROUND), manifest.line.height)
    teacher = PictureTeacher(engines, index, background)
    picture, learnt, left_out = teach_from(teacher, glyph, examples, rng=rng)
    return PictureLesson(picture, len(learnt), (*problems, *left_out))


def _load(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    try:
        return load_image(path)
    except ImageError as error:
        raise ImageError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from error


def _read(path: Path) -> str:
    try:
        return normalise(path.read_text(encoding="utf-8-sig")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DataFormatError(f"{path}: not a readable text ({error})") from error
