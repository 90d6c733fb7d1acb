"""`metrics.yaml` as the text spotting models of OpenVINO write it.

    files:   [{name, size, sha256, source}]
    metrics: [{key, display_name, unit, value}]

Values are rounded to three digits, rates are percentages. A file that is there is kept: metrics of
the same key and files of the same name are replaced, all else stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from effocr.atomic import write_text
from effocr.errors import UsageError

__all__ = ["Metric", "detection_metrics", "spotting_metrics", "write_seed_metrics"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure.

    Attributes:
        key: `complexity`, `size`, `f1`, `word_spotting`, `e2e_recognition` and the like.
        display_name: for people.
        unit: `%`, `GFLOPs` or `Mp`.
        value: in that unit.
    """

    key: str
    display_name: str
    unit: str
    value: float


def detection_metrics(values: dict[str, Any]) -> list[Metric]:
    """Figures of `DetectionScore.as_json` under the keys of the schema; more than it asks for."""
    return [
        Metric("f1", "F1-score", "%", values["hmean"]),
        Metric("precision", "Precision", "%", values["precision"]),
        Metric("recall", "Recall", "%", values["recall"]),
        Metric("pq", "Panoptic quality", "%", values["panoptic"]["pq"]),
    ]


def spotting_metrics(values: dict[str, Any], lexicon: str | None = None) -> list[Metric]:
    """Figures of `SpottingScore.as_json` under the keys of the schema.

    Args:
        values: of the score.
        lexicon: name of the lexicon that texts were looked up in; it becomes part of the keys.
    """
    suffix = "" if lexicon is None else f"@lexicon={lexicon}"
    names = {"word_spotting": "Word Spotting", "e2e": "End-to-End recognition"}
    keys = {"word_spotting": "word_spotting", "e2e": "e2e_recognition"}
    return [Metric("f1", "F1-score", "%", values["detection"]["hmean"])] + [
        Metric(keys[task] + suffix, names[task], "%", values[task]["hmean"])
        for task in keys
        if task in values
    ]


def write_seed_metrics(path: Path, metrics: Sequence[Metric], files: Sequence[Path] = ()) -> None:
    """Write or complete the file.

    Args:
        path: metrics.yaml.
        metrics: figures.
        files: what was evaluated: a model, or a file of predictions; folders are left out.

    Raises:
        UsageError: there is a file that is not of this form, or it cannot be written.
    """
    before = _read(path)
    told = [_file(file) for file in files if file.is_file()]
    figures = [
        {
            "key": one.key,
            "display_name": one.display_name,
            "unit": one.unit,
            "value": round(float(one.value), 3),
        }
        for one in metrics
    ]
    content = {
        **before,
        "files": _merged(before.get("files"), told, "name"),
        "metrics": _merged(before.get("metrics"), figures, "key"),
    }
    try:
        write_text(path, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = yaml.safe_load(path.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: not a readable YAML file: {error}") from error
    lists = [content.get(key) or [] for key in ("files", "metrics")] if _is_map(content) else []
    if len(lists) != 2 or not all(
        isinstance(one, list) and all(map(_is_map, one)) for one in lists
    ):
        raise UsageError(f"{path}: holds something else than files and metrics; name another file")
    return dict(content)


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _merged(
    before: list[dict[str, Any]] | None, new: list[dict[str, Any]], key: str
) -> list[dict[str, Any]]:
    """Entries of before, replaced where there is a new one of the same key, then the others."""
    by_key = {one[key]: one for one in new}
    kept = [by_key.pop(str(one.get(key)), one) for one in before or []]
    return [*kept, *by_key.values()]


def _file(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "name": path.name,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "source": str(path),
    }
