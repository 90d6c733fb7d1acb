"""Pages that name tests for what they promise name tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "effocr-parity.md").read_text(encoding="utf-8")
LEARNING = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8")
COMPAT = (ROOT / "docs" / "compat.md").read_text(encoding="utf-8")
SPOTTING = (ROOT / "docs" / "spotting.md").read_text(encoding="utf-8")
LAST_DEFECT = 56


def test_every_test_that_the_pages_name_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    defined = {name for text in sources for name in re.findall(r"def (test_\w+)", text)}
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 100
    of_corrections = set(re.findall(r"`(test_\w+)`", LEARNING))
    assert len(of_corrections) > 8
    of_detection = set(re.findall(r"`(test_\w+)`", COMPAT))
    assert len(of_detection) > 8
    of_spotting = set(re.findall(r"`(test_\w+)`", SPOTTING))
    assert len(of_spotting) > 8
    named |= of_corrections | of_detection | of_spotting
    assert sorted(named - defined) == []
    files = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE + COMPAT))
    assert [name for name in sorted(files) if not (ROOT / name).is_file()] == []


def test_every_numbered_defect_has_a_row() -> None:
    section = PAGE.split("## Defects of the original")[1].split("### efficient_ocr")[0]
    rows = [int(number) for number in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)]
    assert rows == list(range(1, LAST_DEFECT + 1))


def test_defects_of_the_detection_commands_are_numbered_through() -> None:
    for heading, last in (("## ocrs", 10), ("## OpenOCR", 13)):
        section = COMPAT.split(heading)[1].split("\n## ")[0]
        rows = [int(number) for number in re.findall(r"^\| (\d+)\. ", section, re.MULTILINE)]
        assert rows == list(range(1, last + 1))
