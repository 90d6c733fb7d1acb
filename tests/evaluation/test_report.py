"""Reports as tables, JSON and files."""

import json
from pathlib import Path

import pytest
import yaml

from effocr.errors import UsageError
from effocr.evaluation.lines import LinesReport, LinesRow
from effocr.evaluation.peers.run import LinesRun, Missing
from effocr.evaluation.report import lines_json, lines_table, table, write_metrics
from effocr.metrics.text import score_lines

RUN = LinesRun(("abcX",), 3, 1.5, 2.25, None, "one thread")
REPORT: LinesReport = {
    "old": {
        "effocr": LinesRow(score_lines([("abcx", "abcX")]), RUN),
        "rapidocr": Missing("install it"),
    }
}


def test_json_has_the_keys_of_the_contract() -> None:
    row = lines_json(REPORT)["old"]["effocr"]
    keys = {"lines", "cer", "cer_ci", "wer", "exact", "lines_s", "process_s", "rss_mb"}
    assert keys <= row.keys()
    assert row["cer"] == 25.0
    assert row["cer_ci"] == 0.0
    assert row["lines_s"] == 2.0
    assert lines_json(REPORT)["old"]["rapidocr"] == {"missing": "install it"}
    json.dumps(lines_json(REPORT))


def test_the_table_names_how_each_engine_ran_and_what_is_missing() -> None:
    text = lines_table(REPORT)
    assert "effocr: one thread" in text
    assert "rapidocr: missing: install it" in text
    assert "25.00" in text
    assert "25.00" not in lines_table(REPORT, ignore_case=True)


def test_columns_line_up() -> None:
    rows = table(["name", "count"], [["a", "5"], ["long name", "1234"]]).splitlines()
    assert rows == ["name       count", "a              5", "long name   1234"]


def test_metrics_files_are_json_or_yaml(tmp_path: Path) -> None:
    values = lines_json(REPORT)
    write_metrics(values, tmp_path / "new" / "m.json")
    assert json.loads((tmp_path / "new" / "m.json").read_text(encoding="utf-8")) == values
    write_metrics(values, tmp_path / "m.yaml")
    assert yaml.safe_load((tmp_path / "m.yaml").read_text(encoding="utf-8")) == values
    strange = {"old\udcff": {"cer": 1.0}}  # a folder whose name is no UTF-8
    for name in ("s.json", "s.yml"):
        write_metrics(strange, tmp_path / name)
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == strange
    assert "cer: 1.0" in (tmp_path / "s.yml").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match=r"\.json or \.yaml"):
        write_metrics(values, tmp_path / "m.txt")
