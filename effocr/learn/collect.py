"""What was read and what people made of it -> correction samples, word by word."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt

from effocr.charset import normalise
from effocr.data.correction_writer import crop_word, write_sample
from effocr.data.corrections import Correction
from effocr.data.line_pairs import TEXT_SUFFIX
from effocr.data.records import Skipped
from effocr.document import Document, Page, Word
from effocr.errors import DataFormatError, EffOCRError, UsageError
from effocr.formats.jsonl import read_jsonl

__all__ = ["Collected", "collect_corrections", "pair_words"]

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Collected:
    """What was collected.

    Attributes:
        samples: PNG files that were written.
        words: of the readings that have a text.
        waiting: images without a text so far.
        left_out: what could not be used.
    """

    samples: tuple[Path, ...]
    words: int
    waiting: int
    left_out: tuple[Skipped, ...]


def collect_corrections(
    readings: Sequence[Path],
    folder: Path,
    *,
    load: Callable[[Path], Grey],
    moment: datetime,
    everything: bool = False,
) -> Collected:
    """Write a correction sample for every word that a text has otherwise than the reading.

    The text of `scans/a.png` is `scans/a.gt.txt`, of as many lines as it likes.

    Args:
        readings: of `effocr read --format jsonl`; their paths are relative to the working
            directory.
        folder: of the samples, see `effocr.data.corrections`; made if it is missing.
        load: reads an image as [height, width] uint8.
        moment: of the corrections.
        everything: words that were read right, too.

    Raises:
        DataFormatError: a reading is not of this form.
        UsageError: the folder cannot be written.
    """
    samples: list[Path] = []
    left_out: list[Skipped] = []
    words = waiting = 0
    for document in (each for reading in readings for each in read_jsonl(reading)):
        image = Path(document.source)
        file = image.with_name(image.stem + TEXT_SUFFIX)
        if not file.is_file():
            waiting += 1
            continue
        try:
            page, grey = _open(document, load)
            text = _text_of(file)
        except EffOCRError as error:
            reason = str(error).removeprefix(f"{image}: ")
            left_out.append(Skipped(str(image), f"left out: {reason}"))
            continue
        words += sum(len(line.words) for line in page.lines)
        for item in _corrected(page, text):
            if isinstance(item, str):
                left_out.append(Skipped(str(image), f"left out: {item}"))
            elif everything or item.text != normalise(item.word.text):
                name = image.with_suffix("").as_posix().lstrip("/")
                picture = crop_word(grey, _shares(item.word, page))
                samples.append(write_sample(folder, picture, item.told(name, page, moment)))
    return Collected(tuple(samples), words, waiting, tuple(left_out))


@dataclass(frozen=True, slots=True)
class _Corrected:
    """A word that was read, its number on the page from 0, and its word in the text."""

    number: int
    word: Word
    text: str

    def told(self, document: str, page: Page, moment: datetime) -> Correction:
        """What the JSON says; pages count from 0 there."""
        return Correction(
            document_id=document,
            page=page.number - 1,
            word_id=f"p{page.number - 1}_w{self.number}",
            original_text=self.word.text,
            corrected_text=self.text,
            timestamp=moment,
            image_filename=None,
        )


def _corrected(page: Page, text: str) -> Iterator[_Corrected | str]:
    """The words of a page that have one in the text, or why some cannot be used."""
    read = [word for line in page.lines for word in line.words]
    for numbers, texts in pair_words([word.text for word in read], text.split()):
        if len(numbers) != len(texts):
            was = " ".join(read[number].text for number in numbers)
            yield f"{was!r} was read where the text has {' '.join(texts)!r}"
            continue
        for number, corrected in zip(numbers, texts, strict=True):
            x0, y0, x1, y1 = _shares(read[number], page)
            if x0 < x1 and y0 < y1:
                yield _Corrected(number, read[number], corrected)
            else:
                yield f"the box of {read[number].text!r} is not on the image"


def pair_words(read: Sequence[str], text: Sequence[str]) -> Iterator[tuple[range, tuple[str, ...]]]:
    """Which words of a text stand where some were read.

    Between words that agree, as many in the one as in the other are taken in their order.

    Yields:
        Numbers of words that were read, and the words of the text in their place: as many, or
        nobody knows which belongs to which, as a word was missed, cut in two or run together.
    """
    matcher = SequenceMatcher(None, read, text, autojunk=False)
    for _, first, last, to_first, to_last in matcher.get_opcodes():
        yield range(first, last), tuple(text[to_first:to_last])


def _open(document: Document, load: Callable[[Path], Grey]) -> tuple[Page, Grey]:
    """The page of a document of one, and its picture.

    Raises:
        UsageError: it has several, or the picture is not the one that was read.
        ImageError: the picture cannot be read.
    """
    if len(document.pages) != 1 or document.pages[0].number != 1:
        raise UsageError("of several pages; save each as an image and read those")
    (page,) = document.pages
    grey = load(Path(document.source))
    if grey.shape != (page.height, page.width):
        raise UsageError(
            f"{page.width} x {page.height} pixels when it was read, now {grey.shape[1]} x "
            f"{grey.shape[0]}; read it again"
        )
    return page, grey


def _text_of(file: Path) -> str:
    """The text of an image, NFC.

    Raises:
        DataFormatError: it cannot be read.
    """
    try:
        return normalise(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataFormatError(f"{file.name} is not UTF-8") from error
    except OSError as error:
        raise DataFormatError(f"{file.name} cannot be read ({error.strerror})") from error


def _shares(word: Word, page: Page) -> tuple[float, float, float, float]:
    """The box of a word as shares of its page."""
    x0, y0, x1, y1 = word.box
    left, right = (min(max(x / page.width, 0.0), 1.0) for x in (x0, x1))
    top, bottom = (min(max(y / page.height, 0.0), 1.0) for y in (y0, y1))
    return left, top, right, bottom
