"""Workers: a job in, a result out, and what goes wrong."""

import sys
from pathlib import Path

import pytest

from effocr.errors import EffOCRError, UsageError
from effocr.evaluation.peers.run import LinesRun, run_worker

WORKER = """
import json, sys
job = json.load(sys.stdin)
result = {
    "texts": [path.upper() for path in job["paths"]],
    "seconds": 0.5,
    "configuration": f"{job['colour']} x {job['turns']}",
    "failures": {},
}
json.dump(result, open(job["out"], "w"))
print("chatter of a library")
"""


def run(tmp_path: Path, code: str) -> LinesRun:
    script = tmp_path / "worker.py"
    script.write_text(code, encoding="utf-8")
    paths = [Path("a"), Path("b")]
    return run_worker([sys.executable, str(script)], paths, turns=4, settings={"colour": "red"})


def test_a_worker_gets_its_job_and_gives_its_result(tmp_path: Path) -> None:
    result = run(tmp_path, WORKER)
    assert result.texts == ("A", "B")
    assert result.configuration == "red x 4"
    assert result.lines_per_s == 2 * 4 / 0.5
    assert result.process_s > 0


def test_a_worker_that_cannot_run_says_why(tmp_path: Path) -> None:
    code = (
        "import json, sys\n"
        "job = json.load(sys.stdin)\n"
        "json.dump({'error': 'no model'}, open(job['out'], 'w'))"
    )
    with pytest.raises(UsageError, match="no model"):
        run(tmp_path, code)


def test_a_worker_that_dies_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(EffOCRError, match=r"status 1 and no result: ValueError: too hot"):
        run(tmp_path, "raise ValueError('too hot')")
