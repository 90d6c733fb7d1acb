"""The two files of an index: its rows, and the name of each with all that belongs to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
from pydantic import TypeAdapter, ValidationError

from effocr.bundle import INDEX, LABELS, MEND
from effocr.errors import BundleError
from effocr.recognizer.lookup import Collection
from effocr.recognizer.origins import ORIGINS, Origin
from effocr.validation import first_problem

__all__ = ["Names", "read_files", "write_files"]

_COLLECTIONS = TypeAdapter(tuple[Collection, ...])


@dataclass(frozen=True, slots=True)
class Names:
    """Content of the JSON file beside the rows.

    Attributes:
        labels: of each row.
        handicaps: see `GlyphIndex.handicaps`.
        collections: that rows were learnt from.
        owners: number of each row's collection, from 1, or 0; empty: all 0.
        origins: file that each row comes from, where it is known; empty: of none.
    """

    labels: Sequence[str]
    handicaps: Mapping[str, float]
    collections: Sequence[Collection] = ()
    owners: Sequence[int] = ()
    origins: Sequence[Origin | None] = ()


def read_files(folder: Path) -> tuple[Any, Names]:
    """The FAISS index of a model folder, and the names of its rows.

    Raises:
        BundleError: a file is missing or damaged, or the rows and labels differ in number.
    """
    index, names = _read_index(folder / INDEX), _read_names(folder / LABELS)
    if len(names.labels) != index.ntotal:
        raise BundleError(
            f"{folder}: {index.ntotal} index rows, {len(names.labels)} labels; {MEND}"
        )
    return index, names


def write_files(folder: Path, index: Any, names: Names) -> None:
    """Write both files, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    drafts = {name: folder / f".{name}.part" for name in (INDEX, LABELS)}
    rows = faiss.serialize_index(index)  # faiss's own writer loses errors of the disk
    drafts[INDEX].write_bytes(rows.tobytes())
    content: dict[str, Any] = {"labels": list(names.labels), "handicaps": dict(names.handicaps)}
    if names.collections:
        content["collections"] = [each.model_dump() for each in names.collections]
        content["owners"] = list(names.owners)
    files = {origin: None for origin in names.origins if origin is not None}
    if files:
        numbers: dict[Origin | None, int] = {each: number for number, each in enumerate(files, 1)}
        content["files"] = [each.model_dump() for each in files]
        content["origins"] = [numbers.get(each, 0) for each in names.origins]
    text = json.dumps(content, ensure_ascii=False)
    drafts[LABELS].write_text(text + "\n", encoding="utf-8")
    for name, draft in drafts.items():
        draft.replace(folder / name)


def _read_index(path: Path) -> Any:
    if not path.is_file():
        raise BundleError(f"{path}: missing; {MEND}")
    try:
        index = faiss.read_index(str(path))
    except RuntimeError as error:
        raise BundleError(f"{path}: not a readable FAISS index; {MEND}") from error
    if not isinstance(index, faiss.IndexFlat) or index.metric_type != faiss.METRIC_INNER_PRODUCT:
        raise BundleError(f"{path}: {type(index).__name__}, expected IndexFlatIP; {MEND}")
    return index


def _read_names(path: Path) -> Names:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        labels, handicaps = content["labels"], content.get("handicaps", {})
        owners = content.get("owners", [])
        collections = _COLLECTIONS.validate_python(content.get("collections", ()))
    except ValidationError as error:
        raise BundleError(
            f"{path}: a collection that cannot be read ({first_problem(error)}); {MEND}"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f'{path}: not a file {{"labels": [...]}}; {MEND}') from error
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise BundleError(f"{path}: a label is not a text; {MEND}")
    if not isinstance(handicaps, dict) or not all(
        isinstance(value, int | float) for value in handicaps.values()
    ):
        raise BundleError(f"{path}: a handicap is not a number; {MEND}")
    if len({each.name for each in collections}) < len(collections):
        raise BundleError(f"{path}: two collections of one name; {MEND}")
    known = range(len(collections) + 1)
    fits = isinstance(owners, list) and len(owners) in (0, len(labels))
    if not fits or not all(isinstance(owner, int) and owner in known for owner in owners):
        raise BundleError(f"{path}: the owners of the rows do not fit the collections; {MEND}")
    return Names(labels, handicaps, collections, owners, _read_origins(path, content, len(labels)))


def _read_origins(path: Path, content: dict[str, Any], rows: int) -> list[Origin | None]:
    """File of each row; in the JSON its number among the files, from 1, or 0."""
    numbers = content.get("origins", [])
    try:
        files: list[Origin | None] = [None, *ORIGINS.validate_python(content.get("files", ()))]
    except ValidationError as error:
        raise BundleError(f"{path}: a file of origin that cannot be read; {MEND}") from error
    known = range(len(files))
    fits = isinstance(numbers, list) and len(numbers) in (0, rows)
    if not fits or not all(isinstance(number, int) and number in known for number in numbers):
        raise BundleError(f"{path}: the origins of the rows do not fit the files; {MEND}")
    return [files[number] for number in numbers]
