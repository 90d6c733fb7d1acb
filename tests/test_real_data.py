"""The embedded English model on real scans: needs $EFFOCR_EVAL_DATA, skipped without it."""

import os
from pathlib import Path

import pytest

from effocr.evaluation.lines import LinesRow, compare
from effocr.evaluation.peers import effocr as ours
from effocr.evaluation.sets import read_line_sets

pytestmark = pytest.mark.slow

DATA = os.environ.get("EFFOCR_EVAL_DATA")
BARS = (  # set, most CER in percent, case ignored
    ("oldbooks_en", 1.8, False),
    ("ehri_typewriter_en", 8.0, False),
    ("sroie_receipts_en", 11.0, True),
)


@pytest.mark.skipif(DATA is None, reason="EFFOCR_EVAL_DATA names no folder of real scans")
@pytest.mark.parametrize(("name", "most_cer", "ignore_case"), BARS)
def test_real_print_is_read_within_the_bars(name: str, most_cer: float, ignore_case: bool) -> None:
    folder = Path(DATA or "") / "lines" / name
    if not folder.is_dir():
        pytest.skip(f"$EFFOCR_EVAL_DATA/lines/{name} is not there")
    report = compare(
        read_line_sets([folder]), {"it": lambda paths, turns: ours.read_lines(paths, turns=turns)}
    )
    row = report[name]["it"]
    assert isinstance(row, LinesRow)
    assert row.run.failures == {}
    assert 100 * (row.score.cer_ci if ignore_case else row.score.cer) <= most_cer
