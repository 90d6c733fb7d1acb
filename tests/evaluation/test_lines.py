"""Engines side by side on sets of lines."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from effocr.data.records import LineImage
from effocr.evaluation.lines import LinesRow, compare
from effocr.evaluation.peers.run import LinesRun, Missing
from effocr.evaluation.sets import NamedSet, turns_for

SET = NamedSet("old", (LineImage(Path("1.png"), "“Abc”"), LineImage(Path("2.png"), "defg")))


def engine(texts: Sequence[str | None]) -> object:
    def read(paths: Sequence[Path], turns: int) -> LinesRun:
        return LinesRun(tuple(texts), turns, 2.0, 3.0, 50.0, "made up")

    return read


def row_of(texts: Sequence[str | None], **options: object) -> LinesRow:
    report = compare([SET], {"it": engine(texts)}, **options)  # type: ignore[dict-item, arg-type]
    row = report["old"]["it"]
    assert isinstance(row, LinesRow)
    return row


def test_text_is_treated_before_scoring_unless_raw() -> None:
    texts = ['"Abc"', "defg"]
    assert row_of(texts).as_json()["cer"] == 0.0
    assert row_of(texts, raw=True).as_json()["cer"] == pytest.approx(100 * 2 / 9, abs=1e-3)


def test_both_rates_are_given_and_words_follow_ignore_case() -> None:
    texts = ['"abc"', "defg"]
    row = row_of(texts).as_json()
    assert row["cer"] == pytest.approx(100 / 9, abs=1e-3)
    assert (row["cer_ci"], row["wer"], row["exact"]) == (0.0, 50.0, 50.0)
    ignored = row_of(texts, ignore_case=True).as_json()
    assert ignored["cer"] == row["cer"]
    assert (ignored["wer"], ignored["exact"]) == (0.0, 100.0)


def test_an_image_that_could_not_be_read_counts_as_empty() -> None:
    assert row_of(['"Abc"', None]).score.cer == pytest.approx(4 / 9)


def test_speed_counts_every_turn() -> None:
    row = row_of(["", ""], least_lines=3000)
    assert row.run.turns == 1500
    assert row.as_json()["lines_s"] == 1500.0
    assert row.as_json()["lines"] == 2
    assert (row.as_json()["process_s"], row.as_json()["rss_mb"]) == (3.0, 50.0)


def test_a_missing_engine_stands_in_the_report() -> None:
    report = compare([SET], {"it": lambda paths, turns: Missing("not here")})
    assert report == {"old": {"it": Missing("not here")}}


@pytest.mark.parametrize(("lines", "least", "turns"), [(649, 3000, 5), (3000, 3000, 1), (9, 1, 1)])
def test_a_set_is_repeated_up_to_the_least_number_of_lines(
    lines: int, least: int, turns: int
) -> None:
    assert turns_for(lines, least) == turns
