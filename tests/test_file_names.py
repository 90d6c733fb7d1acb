"""`effocr.file_names`."""

from itertools import islice
from pathlib import Path

from effocr.file_names import distinct, free_path, numbered


def test_a_name_that_is_taken_gets_numbers_from_two() -> None:
    assert list(islice(numbered("a"), 3)) == ["a", "a-2", "a-3"]
    assert list(islice(numbered("a", "_"), 2)) == ["a", "a_2"]


def test_a_name_that_looks_numbered_is_not_given_twice() -> None:
    assert distinct(["a", "a-2", "a", "a"]) == ["a", "a-2", "a-3", "a-4"]
    assert distinct(["a", "a", "a-2"]) == ["a", "a-2", "a-2-2"]


def test_many_equal_names_are_numbered_through() -> None:
    assert distinct(["page"] * 5000)[-1] == "page-5000"


def test_a_path_that_is_there_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run-2").touch()
    assert free_path(tmp_path, "run") == tmp_path / "run-3"
