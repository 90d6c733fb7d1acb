"""What reading leaves behind, in the original's files, written while it reads.

    images/                  the images that were read, by their names
    inference_results.json   {path as given: text}
    inference_coco.json      boxes of glyphs and words with text, confidence and candidates
    inference_errors.json    {path: reason}; only where something could not be read

The first file is whole after every line. The boxes are kept in hidden files beside it and put
together from time to time and at the end, so that memory does not grow with the number of lines.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from effocr.document import Document, Line
from effocr.file_names import numbered

__all__ = ["COCO", "ERRORS", "IMAGES", "RESULTS", "JsonEntries", "Names", "ResultsFolder"]

IMAGES, RESULTS = "images", "inference_results.json"
COCO, ERRORS = "inference_coco.json", "inference_errors.json"
CHAR_ID, WORD_ID = 0, 1
_SHARE: Final = 20  # putting the boxes together may take a twentieth of the time
_OPEN, _CLOSE = b"{", b"\n}"


class JsonEntries:
    """A JSON object on disk that grows and is well-formed after every entry."""

    def __init__(self, path: Path) -> None:
        """Begin an empty object; a file of that name is replaced."""
        self._file: BufferedRandom = path.open("w+b")
        self._file.write(b"{}")
        self._file.flush()
        self._empty = True

    def add(self, name: str, value: str) -> None:
        """Add an entry; the caller sees to it that names differ."""
        self._file.seek(-len(_CLOSE) if not self._empty else -1, 2)
        comma = b"" if self._empty else b","
        entry = f"\n  {json.dumps(name)}: {json.dumps(value)}".encode("ascii")
        self._file.write(comma + entry + _CLOSE)
        self._file.flush()
        self._empty = False

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Names:
    """Names of files in one folder, each given once: `a.png`, `a_2.png`, ..."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, path: Path, suffix: str | None = None) -> str:
        """The name of a path, or the same with a number where that is taken.

        Args:
            path: of any folder.
            suffix: in place of the path's.
        """
        suffix = path.suffix if suffix is None else suffix
        # file systems may take A.png and a.png for one
        name = next(
            name
            for stem in numbered(path.stem, "_")
            if (name := f"{stem}{suffix}").lower() not in self._taken
        )
        self._taken.add(name.lower())
        return name


class ResultsFolder:
    """The original's output folder; use it in a `with`, which closes it whatever happens."""

    def __init__(self, folder: Path, *, description: str = "") -> None:
        """Make the folder; results of an earlier run in it are replaced.

        Args:
            folder: where.
            description: for `info` of the COCO file.
        """
        (folder / IMAGES).mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._info = {"description": description}
        self._texts = JsonEntries(folder / RESULTS)
        self._errors: JsonEntries | None = None
        (folder / ERRORS).unlink(missing_ok=True)
        self._parts = {name: folder / f".{COCO}.{name}" for name in ("images", "annotations")}
        self._open: dict[str, IO[str]] = {
            name: path.open("w", encoding="ascii") for name, path in self._parts.items()
        }
        self._seen: set[str] = set()
        self._names = Names()
        self._annotations = 0
        self._images = 0
        self._next = 0.0
        self._put_together()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, path: str, document: Document) -> None:
        """Keep what was read from one image; a path that is there already is passed over."""
        if path in self._seen:
            return
        self._seen.add(path)
        name = self._copy(Path(path))
        self._texts.add(path, document.text)
        self._add_boxes(name, document)
        if time.monotonic() >= self._next:
            self._put_together()

    def fail(self, path: str, reason: str) -> None:
        """Keep why an image was not read."""
        if path in self._seen:
            return
        self._seen.add(path)
        if self._errors is None:
            self._errors = JsonEntries(self.folder / ERRORS)
        self._errors.add(path, reason)

    def close(self) -> None:
        """Put everything together and close the files."""
        self._put_together()
        self._texts.close()
        if self._errors is not None:
            self._errors.close()
        for name, file in self._open.items():
            file.close()
            self._parts[name].unlink(missing_ok=True)

    def _copy(self, path: Path) -> str:
        """Copy an image under its name, or a name with a number where that is taken."""
        name = self._names.take(path)
        target = self.folder / IMAGES / name
        if not (target.exists() and target.samefile(path)):
            shutil.copyfile(path, target)
        return name

    def _add_boxes(self, name: str, document: Document) -> None:
        page = document.pages[0]
        image = {
            "id": self._images,
            "width": page.width,
            "height": page.height,
            "file_name": name,
            "text": document.text,
        }
        self._write("images", image)
        for line in document.lines:
            for entry in _entries(line):
                numbers = {"id": self._annotations, "image_id": self._images}
                self._write("annotations", numbers | entry)
                self._annotations += 1
        self._images += 1

    def _write(self, part: str, entry: dict[str, Any]) -> None:
        first = not (self._annotations if part == "annotations" else self._images)
        self._open[part].write(("\n" if first else ",\n") + json.dumps(entry))

    def _put_together(self) -> None:
        """Write the COCO file anew: the old one or the new one is there, never half of one."""
        started = time.monotonic()
        categories = [{"id": CHAR_ID, "name": "char"}, {"id": WORD_ID, "name": "word"}]
        head = json.dumps({"info": self._info, "licenses": [], "categories": categories})
        draft = self.folder / f".{COCO}.part"
        with draft.open("w", encoding="ascii") as file:
            file.write(head[:-1])
            for name, path in self._parts.items():
                self._open[name].flush()
                file.write(f',\n"{name}": [')
                with path.open(encoding="ascii") as part:
                    shutil.copyfileobj(part, file)
                file.write("]")
            file.write("}\n")
        draft.replace(self.folder / COCO)
        now = time.monotonic()
        self._next = now + max(1.0, _SHARE * (now - started))


def _entries(line: Line) -> Iterator[dict[str, Any]]:
    """COCO annotations of a line's glyphs, then of its words."""
    for glyph in line.glyphs:
        candidates = [list(candidate) for candidate in glyph.candidates]
        entry = _entry(CHAR_ID, glyph.box, glyph.text, glyph.confidence)
        corrected = {} if glyph.read_as is None else {"read_as": glyph.read_as}
        yield entry | {"candidates": candidates} | corrected
    for word in line.words:
        glyphs = line.glyphs[slice(*word.glyphs)]
        mean = sum(glyph.confidence for glyph in glyphs) / max(len(glyphs), 1)
        yield _entry(WORD_ID, word.box, word.text, round(mean, 4))


def _entry(
    category: int, box: tuple[float, float, float, float], text: str, score: float
) -> dict[str, Any]:
    x0, y0, x1, y1 = box
    width, height = round(x1 - x0, 2), round(y1 - y0, 2)
    return {
        "category_id": category,
        "bbox": [x0, y0, width, height],
        "area": round(width * height, 2),
        "iscrowd": 0,
        "segmentation": [[x0, y0, x1, y0, x1, y1, x0, y1]],
        "text": text,
        "score": score,
    }
