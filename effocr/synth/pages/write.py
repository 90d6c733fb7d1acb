"""Write synthetic pages: images, texts, the truth of lines and words, and ICDAR2015 labels."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from effocr.errors import UsageError
from effocr.synth.begun import begun
from effocr.synth.pages.truth import ILLEGIBLE, SyntheticPage

__all__ = ["Written", "encode_page", "write_pages"]


@dataclass(frozen=True, slots=True)
class Written:
    """A page ready to be written.

    Attributes:
        image: content of its file.
        suffix: of the file, with the dot.
        text: of the page, a line each.
        truth: see `docs/synthetic-pages.md`, without the name of the image.
    """

    image: bytes
    suffix: str
    text: str
    truth: dict[str, Any]


def encode_page(page: SyntheticPage) -> Written:
    """What is written of a page: a JPEG where the scan is one, else a PNG, with 1 bit if it can."""
    height, width = page.image.shape
    truth = {
        "width": width,
        "height": height,
        "layout": page.layout,
        "condition": page.condition,
        "lines": [
            {
                "text": line.text,
                "kind": line.kind,
                "block": line.block,
                "polygon": _points(line.polygon),
                "baseline": _points(line.baseline),
                "x_height": round(line.x_height, 2),
                "words": [
                    {"text": word.text, "polygon": _points(word.polygon)} for word in line.words
                ],
            }
            for line in page.lines
        ],
    }
    if page.jpeg is not None:
        return Written(page.jpeg, ".jpg", page.text, truth)
    how = [cv2.IMWRITE_PNG_BILEVEL, 1] if _is_bilevel(page.image) else []
    data = cv2.imencode(".png", page.image, how)[1].tobytes()
    return Written(data, ".png", page.text, truth)


def write_pages(pages: Iterable[Written], out: Path) -> int:
    """Write `images/`, a `.gt.txt` beside each, `pages.jsonl`, `labels.txt`, `labels_words.txt`.

    Args:
        pages: to write, drawn as they are written.
        out: folder; made where it is missing, once the first page is drawn.

    Returns:
        The number of pages.

    Raises:
        UsageError: the disk is full, or the like.
    """
    number, drawn = 0, begun(pages)
    try:
        (out / "images").mkdir(parents=True, exist_ok=True)
        with (
            (out / "pages.jsonl").open("w", encoding="utf-8") as truths,
            (out / "labels.txt").open("w", encoding="utf-8") as lines,
            (out / "labels_words.txt").open("w", encoding="utf-8") as words,
        ):
            for number, page in enumerate(drawn, 1):
                name = f"images/{number - 1:06d}{page.suffix}"
                (out / name).write_bytes(page.image)
                text = (out / name).with_suffix(".gt.txt")
                text.write_text(page.text, encoding="utf-8")
                truths.write(_json({"image": name, **page.truth}) + "\n")
                lines.write(f"{name}\t{_json(_lines(page))}\n")
                words.write(f"{name}\t{_json(list(_words(page)))}\n")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from error
    return number


def _lines(page: Written) -> list[dict[str, Any]]:
    """ICDAR2015 labels of the lines."""
    return [_label(line["text"], line["polygon"]) for line in page.truth["lines"]]


def _words(page: Written) -> Iterator[dict[str, Any]]:
    """ICDAR2015 labels of the words; what is to be ignored is."""
    for line in page.truth["lines"]:
        if line["kind"] == "ignored":
            yield _label(ILLEGIBLE, line["polygon"])
        for word in line["words"]:
            yield _label(word["text"], word["polygon"])


def _label(text: str, polygon: list[list[float]]) -> dict[str, Any]:
    return {"transcription": text, "points": polygon}


def _points(points: npt.NDArray[np.float32]) -> list[list[float]]:
    return [[round(float(x), 1), round(float(y), 1)] for x, y in points]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_bilevel(image: npt.NDArray[np.uint8]) -> bool:
    return bool(((image == 0) | (image == 255)).all())
