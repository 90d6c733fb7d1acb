"""`--pages`."""

import pytest

from effocr.errors import UsageError
from effocr.pipeline.page_range import PageRange, parse_pages


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("3-7", [3, 4, 5, 6, 7]),
        ("4", [4]),
        ("8-", [8, 9]),
        ("-2", [1, 2]),
        ("7, 1-2", [1, 2, 7]),
        ("2-3,3-4", [2, 3, 4]),
        ("12-", []),
    ],
)
def test_numbers_and_ranges(text: str, pages: list[int]) -> None:
    assert parse_pages(text).of(9) == pages


def test_all_pages_unless_told() -> None:
    assert PageRange().of(3) == [1, 2, 3]


@pytest.mark.parametrize("text", ["", "-", "a", "0", "5-3", "1,,2", "1-2-3"])
def test_anything_else_is_an_error_of_use(text: str) -> None:
    with pytest.raises(UsageError, match="--pages"):
        parse_pages(text)
