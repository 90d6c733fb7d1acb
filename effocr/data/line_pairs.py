"""Line pairs: an image of one text line, NAME.png, and its text, NAME.gt.txt, in one folder."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from effocr.charset import normalise
from effocr.data.records import LineImage, Skipped, check_image, is_image
from effocr.errors import DataFormatError
from effocr.file_names import numbered

__all__ = ["TEXT_SUFFIX", "check_line_pairs", "free_name", "read_line_pairs", "write_line_pairs"]

TEXT_SUFFIX = ".gt.txt"


def read_line_pairs(
    folder: Path | str, *, recursive: bool = False
) -> Iterator[LineImage | Skipped]:
    """Read pairs one by one, in the order of their names; images are not opened.

    Args:
        folder: holds the pairs; files that are neither images nor `.gt.txt` are passed over, and so
            are hidden ones.
        recursive: look into sub-folders too.

    Yields:
        A line per pair, its text in NFC without white space at the ends; or what was left out: an
        image without text, a text without image, a second image of the same name, a text that is
        not UTF-8 or has several lines.

    Raises:
        DataFormatError: there is no such folder, or nothing in it belongs to a pair.
    """
    images, texts = _find(Path(folder), recursive=recursive)
    for stem in sorted(images.keys() | texts.keys()):
        found = sorted(images.get(stem, ()))
        if not found:
            yield Skipped(str(texts[stem]), "left out: no image belongs to this text")
            continue
        for path in found[1:]:
            yield Skipped(str(path), f"left out: the text belongs to {found[0].name} already")
        if stem not in texts:
            name = found[0].stem + TEXT_SUFFIX
            yield Skipped(str(found[0]), f"left out: there is no text; expected {name}")
        else:
            yield _read_pair(found[0], texts[stem])


def _find(folder: Path, *, recursive: bool) -> tuple[dict[Path, list[Path]], dict[Path, Path]]:
    """Return images and texts by path without suffix."""
    if not folder.is_dir():
        raise DataFormatError(f"{folder}: no such folder; expected images and {TEXT_SUFFIX} files")
    images: dict[Path, list[Path]] = {}
    texts: dict[Path, Path] = {}
    for path in folder.rglob("*") if recursive else folder.iterdir():
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.name.endswith(TEXT_SUFFIX):
            texts[path.with_name(path.name.removesuffix(TEXT_SUFFIX))] = path
        elif is_image(path):
            images.setdefault(path.with_suffix(""), []).append(path)
    if not images and not texts:
        raise DataFormatError(
            f"{folder}: no line pairs; expected images and texts (NAME.png and NAME{TEXT_SUFFIX})"
        )
    return images, texts


def _read_pair(image: Path, text: Path) -> LineImage | Skipped:
    try:
        content = normalise(text.read_text(encoding="utf-8-sig")).strip()
    except OSError as error:
        return Skipped(str(text), f"left out: {error.strerror or error}")
    except UnicodeDecodeError as error:
        return Skipped(str(text), f"left out: not UTF-8 ({error.reason}); convert it")
    rows = len(content.splitlines())
    if rows > 1:
        return Skipped(str(text), f"left out: {rows} lines of text for an image of one line")
    return LineImage(image, content)


def check_line_pairs(
    folder: Path | str, *, recursive: bool = False
) -> Iterator[LineImage | Skipped]:
    """Read pairs and open every image; yields as `read_line_pairs`, and problems besides.

    A line is yielded even where its image is damaged or its text empty: what is wrong follows it.
    """
    for item in read_line_pairs(folder, recursive=recursive):
        yield item
        if isinstance(item, Skipped):
            continue
        if not item.text:
            yield Skipped(str(item.path), "the text is empty")
        if "\ufffd" in item.text:
            yield Skipped(str(item.path), "the text holds U+FFFD: it was decoded wrongly once")
        try:
            check_image(item.path)
        except DataFormatError as error:
            yield Skipped(str(item.path), str(error).removeprefix(f"{item.path}: "))


def write_line_pairs(lines: Iterable[LineImage], folder: Path | str) -> int:
    """Copy images into a folder and write their texts; equal names get a number.

    Args:
        lines: the lines; boxes are not written.
        folder: is made if it is missing; nothing in it is overwritten.

    Returns:
        The number of pairs written.

    Raises:
        DataFormatError: an image cannot be copied.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for line in lines:
        target = free_name(folder, line.path.stem, line.path.suffix)
        try:
            shutil.copyfile(line.path, target)
        except OSError as error:
            raise DataFormatError(f"{line.path}: cannot be copied ({error.strerror})") from error
        text = target.with_name(target.stem + TEXT_SUFFIX)
        text.write_text(line.text + "\n", encoding="utf-8")
        written += 1
    return written


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Return a path in `folder` whose stem no image or text has: STEM, STEM-2, STEM-3 ..."""
    return next(
        path
        for name in numbered(stem)
        if not (path := folder / f"{name}{suffix}").exists()
        and not (folder / f"{name}{TEXT_SUFFIX}").exists()
    )
