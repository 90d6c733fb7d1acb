"""metrics.yaml in the schema of OpenVINO's text spotting models."""

import hashlib
from pathlib import Path

import pytest
import yaml

from effocr.errors import UsageError
from effocr.evaluation.seed_metrics import Metric, spotting_metrics, write_seed_metrics


def test_figures_and_files_have_the_keys_of_the_schema(tmp_path: Path) -> None:
    model = tmp_path / "model.bin"
    model.write_bytes(b"weights")
    out = tmp_path / "new" / "metrics.yaml"
    metrics = [Metric("f1", "F1-score", "%", 86.60049), Metric("size", "Size", "Mp", 27.76)]
    write_seed_metrics(out, metrics, [model, tmp_path])
    assert yaml.safe_load(out.read_text("utf-8")) == {
        "files": [
            {
                "name": "model.bin",
                "size": 7,
                "sha256": hashlib.sha256(b"weights").hexdigest(),
                "source": str(model),
            }
        ],
        "metrics": [
            {"key": "f1", "display_name": "F1-score", "unit": "%", "value": 86.6},
            {"key": "size", "display_name": "Size", "unit": "Mp", "value": 27.76},
        ],
    }


def test_a_file_that_is_there_is_completed(tmp_path: Path) -> None:
    out = tmp_path / "metrics.yaml"
    out.write_text(
        "note: kept\nmetrics:\n- {key: complexity, value: 190.5}\n- {key: f1, value: 1}\n"
        "- {key: [f1], value: 2}\n",
        "utf-8",
    )
    write_seed_metrics(out, [Metric("word_spotting", "Word Spotting", "%", 64.71)])
    write_seed_metrics(out, [Metric("f1", "F1-score", "%", 86.6)])
    content = yaml.safe_load(out.read_text("utf-8"))
    assert content["note"] == "kept"
    assert [(one["key"], one["value"]) for one in content["metrics"]] == [
        ("complexity", 190.5),
        ("f1", 86.6),
        (["f1"], 2),
        ("word_spotting", 64.71),
    ]


@pytest.mark.parametrize("content", ["[1, 2]", "metrics: 5", "metrics: [a]", "a: [", "\x00"])
def test_a_file_of_something_else_is_not_overwritten(tmp_path: Path, content: str) -> None:
    out = tmp_path / "metrics.yaml"
    out.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=r"metrics\.yaml"):
        write_seed_metrics(out, [])
    assert out.read_text("utf-8") == content


def test_a_lexicon_becomes_part_of_the_keys() -> None:
    row = {"detection": {"hmean": 1.0}, "word_spotting": {"hmean": 2.0}, "e2e": {"hmean": 3.0}}
    assert [one.key for one in spotting_metrics(row, "generic")] == [
        "f1",
        "word_spotting@lexicon=generic",
        "e2e_recognition@lexicon=generic",
    ]
    assert [one.value for one in spotting_metrics(row)] == [1.0, 2.0, 3.0]
