"""The files of an EffOCR run folder, as the original writes them.

`ref.index` and `ref.txt` are the rows of the index and their labels, `class_map.json` the outputs
of a classifier, `enc_best.pth` the weights, `args_log.json` the flags of the training (for
`hns.txt` see `effocr.data.hard_negatives`). Labels stand for themselves, one a line; where that
could not be read back they are written as efficient_ocr does, code points joined by `_`. Lines
end at "\\n" and nowhere else: a space of another width is a character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import faiss
import numpy as np
import numpy.typing as npt

from effocr.atomic import write_text, write_whole
from effocr.charset import folder_to_glyph, glyph_to_folder, normalise
from effocr.data.hard_negatives import in_one_line, read_lines
from effocr.data.records import Skipped
from effocr.errors import BundleError, DataFormatError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "ARGUMENTS",
    "CLASS_MAP",
    "REF_INDEX",
    "REF_LABELS",
    "WEIGHTS",
    "read_arguments",
    "read_class_map",
    "read_reference",
    "write_arguments",
    "write_class_map",
    "write_encoder_weights",
    "write_reference",
]

Floats = npt.NDArray[np.float32]

REF_INDEX: Final = "ref.index"
REF_LABELS: Final = "ref.txt"
CLASS_MAP: Final = "class_map.json"
WEIGHTS: Final = "enc_best.pth"
ARGUMENTS: Final = "args_log.json"

_POINTS: Final = re.compile(r"[0-9]{1,7}(_[0-9]{1,7})*")


def write_reference(folder: Path, embeddings: Floats, labels: Sequence[str]) -> tuple[Skipped, ...]:
    """Write `ref.index` and `ref.txt`.

    Args:
        folder: of the run; made where it is missing.
        embeddings: [n, dim] float32; brought to unit length here.
        labels: n characters; a blank one is left out with its row.

    Returns:
        What was left out.

    Raises:
        DataFormatError: rows and labels differ in number, a label holds a line break, or an
            embedding is zero or not finite.
    """
    embeddings = np.asarray(embeddings, np.float32)
    if embeddings.ndim != 2 or len(embeddings) != len(labels):
        raise DataFormatError(f"{len(labels)} labels for embeddings {list(embeddings.shape)}")
    kept, skipped = _printing_rows(labels, source=str(folder / REF_LABELS))
    names, rows = [labels[row] for row in kept], embeddings[kept]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise DataFormatError("an embedding is zero or not a finite number")
    index = faiss.IndexFlatIP(embeddings.shape[1])
    index.add(np.ascontiguousarray(rows / lengths))
    text = "\n".join(in_one_line(name) for name in names)
    if _are_points(text.split("\n")):
        text = "\n".join(map(glyph_to_folder, names))
    content = faiss.serialize_index(index)  # faiss's own writer loses errors of the disk
    write_whole(folder / REF_INDEX, content.tobytes())
    write_text(folder / REF_LABELS, text)
    return skipped


def read_reference(folder: Path) -> tuple[Floats, list[str], tuple[Skipped, ...]]:
    """Read `ref.index` and `ref.txt`, of ours, the original or efficient_ocr.

    Returns:
        Embeddings [n, dim] float32, n labels in NFC, and the rows that were left out because
        their label is white space.

    Raises:
        BundleError: a file is missing or damaged, or they differ in number of rows.
    """
    path = folder / REF_INDEX
    try:
        index: Any = faiss.read_index(str(path))
    except RuntimeError as error:
        wrong = "not a readable FAISS index" if path.is_file() else "missing"
        raise BundleError(f"{path}: {wrong}; train the recognizer again") from error
    if not isinstance(index, faiss.IndexFlat) or index.metric_type != faiss.METRIC_INNER_PRODUCT:
        raise BundleError(f"{path}: a {type(index).__name__}, expected IndexFlatIP")
    labels = _read_labels(folder / REF_LABELS)
    if len(labels) != index.ntotal:
        raise BundleError(
            f"{folder}: {index.ntotal} rows in {REF_INDEX}, {len(labels)} labels in {REF_LABELS}; "
            "they are of different runs"
        )
    rows = np.asarray(index.reconstruct_n(0, index.ntotal), np.float32).reshape(-1, index.d)
    kept, skipped = _printing_rows(labels, source=str(folder / REF_LABELS))
    return rows[kept], [normalise(labels[row]) for row in kept], skipped


def write_class_map(folder: Path, labels: Sequence[str]) -> None:
    """Write which character each output of a classifier means."""
    numbered = {str(number): label for number, label in enumerate(labels)}
    write_text(folder / CLASS_MAP, json.dumps(numbered, indent=2))


def read_class_map(folder: Path) -> list[str]:
    """Characters of a classifier's outputs, in their order.

    Raises:
        BundleError: the file is missing, damaged, or a number is missing.
    """
    path = folder / CLASS_MAP
    try:
        numbered = json.loads(path.read_text("utf-8"))
        return [normalise(numbered[str(number)]) for number in range(len(numbered))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f'{path}: not a file {{"0": "a", "1": "b", ...}}') from error


def write_arguments(folder: Path, arguments: Mapping[str, Any]) -> None:
    """Write the flags of a training, plain values by name."""
    write_text(folder / ARGUMENTS, json.dumps(arguments, indent=2) + "\n")


def read_arguments(folder: Path) -> dict[str, Any]:
    """The flags that a run was trained with; empty where it does not say."""
    try:
        found = json.loads((folder / ARGUMENTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_encoder_weights(folder: Path, weights: Mapping[str, Tensor]) -> None:
    """Write `enc_best.pth` whole or not at all.

    Args:
        folder: of the run.
        weights: by name, `net.` and all.

    Raises:
        TrainingError: it can't be written: the disk is full.
    """
    from effocr.training.checkpoints import save_tensors

    on_cpu = {name: tensor.detach().cpu() for name, tensor in weights.items()}
    save_tensors(on_cpu, folder / WEIGHTS)


def _printing_rows(
    labels: Sequence[str], *, source: str
) -> tuple[npt.NDArray[np.int64], tuple[Skipped, ...]]:
    """Places of the labels that are not white space, and the others."""
    kept = np.array([row for row, label in enumerate(labels) if label.strip()], np.int64)
    skipped = tuple(
        Skipped(f"{source}:{row + 1}", f"left out: {label!r} is white space, no glyph shows it")
        for row, label in enumerate(labels)
        if not label.strip()
    )
    return kept, skipped


def _read_labels(path: Path) -> list[str]:
    try:
        lines = read_lines(path)
        return [folder_to_glyph(line) for line in lines] if _are_points(lines) else lines
    except DataFormatError as error:
        raise BundleError(str(error)) from error


def _are_points(lines: Sequence[str]) -> bool:
    """Whether lines are labels as code points: `97` and `72_105`, not the digits of a charset."""
    return all(map(_POINTS.fullmatch, lines)) and any(len(line) > 1 for line in lines)
