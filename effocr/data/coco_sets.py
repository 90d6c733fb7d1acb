"""Combine, split and subset COCO files as they are: every field of an entry is kept.

What is written loads in pycocotools: `info` and `licenses` are there, and every annotation has an
`area` and `iscrowd`. The input is never overwritten.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from effocr.data.coco_entries import load_json, save_json
from effocr.data.line_pairs import free_name
from effocr.data.records import Skipped
from effocr.errors import DataFormatError, UsageError

__all__ = ["combine_coco", "split_coco", "subset_coco"]

Coco = dict[str, Any]
Parts = Mapping[str, float]
TOLERANCE: Final = 1e-4  # of a sum of shares
_IDS: Final = ("id", "image_id", "category_id")


@dataclass(slots=True)
class _Combined:
    """COCO files put together so far."""

    images_out: Path
    content: Coco = field(
        default_factory=lambda: {"images": [], "annotations": [], "categories": []}
    )
    problems: list[Skipped] = field(default_factory=list)
    _copied: dict[Path, str] = field(default_factory=dict)

    def add(self, file: Path, folder: Path) -> None:
        """Add a file and copy its images."""
        content = _load(file)
        categories = self._add_categories(content["categories"], file)
        images = self._add_images(content["images"], file, folder)
        for entry in content["annotations"]:
            where = f"{file}: annotation {entry.get('id')}"
            category = categories.get(entry.get("category_id"))
            if entry.get("image_id") not in images:
                self.problems.append(Skipped(where, "left out: its image is not listed"))
            elif category is None:
                reason = f"left out: there is no category {entry.get('category_id')}"
                self.problems.append(Skipped(where, reason))
            elif (image := images[entry["image_id"]]) is not None:
                number = len(self.content["annotations"]) + 1
                changed = {"id": number, "image_id": image, "category_id": category}
                self.content["annotations"].append({**entry, **changed})

    def _add_categories(self, entries: Sequence[Coco], file: Path) -> dict[object, int]:
        """Join categories by name; returns the new id of each."""
        known = {entry["name"]: entry["id"] for entry in self.content["categories"]}
        new: dict[object, int] = {}
        for entry in entries:
            if "id" not in entry or not isinstance(entry.get("name"), str | int):
                raise DataFormatError(f"{file}: a category without id or name: {entry}")
            if entry["name"] not in known:
                taken = set(known.values())
                free = next(n for n in range(len(taken) + 1) if n not in taken)
                known[entry["name"]] = free if entry["id"] in taken else entry["id"]
                self.content["categories"].append({**entry, "id": known[entry["name"]]})
            new[entry["id"]] = known[entry["name"]]
        return new

    def _add_images(
        self, entries: Sequence[Coco], file: Path, folder: Path
    ) -> dict[object, int | None]:
        """Copy and list images; returns their new ids, None for those left out."""
        new: dict[object, int | None] = {}
        for entry in entries:
            where = f"{file}: image {entry.get('id')} ({entry.get('file_name')})"
            if entry.get("id") in new:
                self.problems.append(Skipped(where, "left out: the image id is there twice"))
                continue
            given = Path(str(entry.get("file_name")))
            source = next((p for p in (folder / given, file.parent / given) if p.is_file()), None)
            number = None
            if source is None:
                self.problems.append(Skipped(where, f"left out: it is not in {folder}"))
            elif (name := self._copy(source)) is None:
                self.problems.append(Skipped(where, "left out: the image is there already"))
            else:
                if name != given.name:
                    self.problems.append(Skipped(where, f"now {name}: the name was taken"))
                number = len(self.content["images"]) + 1
                self.content["images"].append({**entry, "id": number, "file_name": name})
            new[entry.get("id")] = number
        return new

    def _copy(self, source: Path) -> str | None:
        """Copy an image and return its name; None if it is a second copy of a picture."""
        target = self.images_out / source.name
        same = target.exists() and filecmp.cmp(source, target, shallow=False)
        if source.resolve() in self._copied or (same and target.name in self._copied.values()):
            return None
        if not same:
            target = free_name(self.images_out, source.stem, source.suffix)
            try:
                shutil.copyfile(source, target)
            except OSError as error:
                raise DataFormatError(f"{source}: cannot be copied ({error.strerror})") from error
        self._copied[source.resolve()] = target.name
        return target.name


def combine_coco(
    sets: Sequence[tuple[Path, Path]], out: Path, images_out: Path
) -> tuple[Coco, list[Skipped]]:
    """Put COCO files and their images together.

    Categories are joined by name, ids numbered anew. Images are copied; an equal name of another
    picture gets a number, a picture that is there already is listed once.

    Args:
        sets: COCO files, each with the folder of its images.
        out: the file to write.
        images_out: folder for the images.

    Returns:
        What was written, and what was left out or renamed.

    Raises:
        UsageError: `out` or `images_out` is one of the inputs.
        DataFormatError: a file is no COCO file, or an image cannot be copied.
    """
    for file, folder in sets:
        _refuse_input(out, file)
        if images_out.resolve() == folder.resolve():
            raise UsageError(f"{images_out}: holds the images of {file}; name another folder")
    images_out.mkdir(parents=True, exist_ok=True)
    combined = _Combined(images_out)
    for file, folder in sets:
        combined.add(file, folder)
    _write(combined.content, out)
    return combined.content, combined.problems


def split_coco(file: Path, shares: Parts, *, seed: int) -> dict[str, tuple[Path, int]]:
    """Split a COCO file at random by image, and write the parts beside it.

    A part's file is called as the whole, with `all` replaced by the part and its percentage
    (`all.json` becomes `train70.json`); where there is no `all`, they are added.

    Args:
        file: the COCO file.
        shares: part name to its share; their sum is 1.
        seed: of the random choice.

    Returns:
        Part name to the file written and the number of its images.

    Raises:
        UsageError: the shares do not make 1, or two parts would have one file.
        DataFormatError: it is no COCO file.
    """
    total = sum(shares.values())
    if any(share < 0 for share in shares.values()) or not abs(total - 1) <= TOLERANCE:
        raise UsageError(f"shares {', '.join(map(str, shares.values()))}: their sum must be 1")
    content = _load(file)
    names = {part: _part_name(file, part, share) for part, share in shares.items()}
    for name in names.values():
        _refuse_input(name, file)
    if len(set(names.values())) != len(names):
        raise UsageError(f"{file}: two parts would be called the same")
    order = np.random.default_rng(seed).permutation(len(content["images"]))
    edges = np.cumsum(list(shares.values())) * len(order)
    pieces = np.split(order, np.round(edges).astype(int)[:-1])
    written = {}
    for (part, place), numbers in zip(names.items(), pieces, strict=True):
        _write(_taken(content, set(numbers.tolist())), place)
        written[part] = (place, len(numbers))
    return written


def _part_name(file: Path, part: str, share: float) -> Path:
    mark = f"{part}{round(100 * share)}"
    stem = file.stem.replace("all", mark) if "all" in file.stem else f"{file.stem}_{mark}"
    return file.with_name(f"{stem}.json")


def subset_coco(file: Path, count: int, *, seed: int) -> Path:
    """Write a COCO file of some images, chosen at random, beside the whole: `NAME_subsetN.json`.

    Raises:
        UsageError: there are not so many images.
        DataFormatError: it is no COCO file.
    """
    content = _load(file)
    total = len(content["images"])
    if not 0 < count <= total:
        raise UsageError(f"{file}: {total} images; cannot take {count}")
    chosen = np.random.default_rng(seed).choice(total, size=count, replace=False)
    place = file.with_name(f"{file.stem}_subset{count}.json")
    _write(_taken(content, set(chosen.tolist())), place)
    return place


def _load(file: Path) -> Coco:
    """Read a COCO file whose entries can be told apart and moved.

    Raises:
        DataFormatError: it is no COCO file, or an entry is not in form.
    """
    content = load_json(file)
    for kind in ("images", "annotations", "categories"):
        for place, entry in enumerate(content[kind]):
            if not _in_form(entry):
                raise DataFormatError(
                    f"{file}: {kind}[{place}] is not in form; `effocr data check` says what is"
                    " wrong with the whole file"
                )
    return content


def _in_form(entry: object) -> bool:
    """Whether an entry is an object whose ids are no lists and whose box is four numbers."""
    if not isinstance(entry, dict):
        return False
    box = entry.get("bbox") or (0, 0, 0, 0)
    return (
        not any(isinstance(entry.get(key), list | dict) for key in _IDS)
        and isinstance(box, list | tuple)
        and len(box) == 4
        and all(isinstance(value, int | float) for value in box)
    )


def _taken(content: Coco, numbers: Collection[int]) -> Coco:
    """The file with some of its images only, by their places, in their order."""
    images = [image for place, image in enumerate(content["images"]) if place in numbers]
    ids = {image.get("id") for image in images}
    annotations = [entry for entry in content["annotations"] if entry.get("image_id") in ids]
    return {**content, "images": images, "annotations": annotations}


def _refuse_input(out: Path, file: Path) -> None:
    if out.resolve() == file.resolve():
        raise UsageError(f"{out}: is the input; name another file")


def _write(content: Coco, out: Path) -> None:
    """Write what pycocotools can read."""
    whole = {
        **content,
        "info": content.get("info") or {},
        "licenses": content.get("licenses") or [],
    }
    whole["annotations"] = [
        {"area": _area(entry), "iscrowd": 0, **entry} for entry in content["annotations"]
    ]
    save_json(whole, out)


def _area(entry: Coco) -> float:
    box = entry.get("bbox") or (0, 0, 0, 0)
    return float(box[2] * box[3])
