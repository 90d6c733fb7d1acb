"""Splits by document."""

import numpy as np
import pytest

from effocr.data.splits import by_pattern, by_prefix, split_by_document, split_by_line
from effocr.errors import UsageError


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_rules_name_the_document() -> None:
    assert by_prefix("_")("embedsiver_000") == "embedsiver"
    assert by_prefix("-")("EHRI-DR-1942_001") == "EHRI"
    assert by_prefix("_")("alone") == "alone"
    assert by_pattern(r"^([a-z])\d")("b013_01000f") == "b"
    assert by_pattern(r"^\d{4}")("1853_work_2") == "1853"


def test_rules_that_cannot_work_are_refused() -> None:
    with pytest.raises(UsageError, match="separator"):
        by_prefix("")
    with pytest.raises(UsageError, match="regular expression"):
        by_pattern("(")
    with pytest.raises(UsageError, match="'x' does not match"):
        by_pattern("^([0-9]+)")("x")


def test_no_document_straddles_and_no_line_is_lost() -> None:
    for seed in range(30):
        rng = generator(seed)
        documents = [f"d{number}" for number in rng.integers(0, 3 + seed, 200)]
        parts = split_by_document(documents, shares={"train": 8, "val": 1, "test": 1}, rng=rng)
        assert sorted(number for part in parts.values() for number in part) == list(range(200))
        assert all(part and part == sorted(part) for part in parts.values())
        homes = {
            document: {
                name for name, part in parts.items() for n in part if documents[n] == document
            }
            for document in documents
        }
        assert all(len(home) == 1 for home in homes.values())


def test_shares_are_kept_when_documents_are_small() -> None:
    documents = [f"d{number // 5}" for number in range(1000)]
    parts = split_by_document(documents, shares={"a": 0.7, "b": 0.2, "c": 0.1}, rng=generator())
    assert [len(part) for part in parts.values()] == [700, 200, 100]


def test_the_seed_decides() -> None:
    documents = [f"d{number}" for number in range(50)]

    def split(seed: int) -> dict[str, list[int]]:
        return split_by_document(documents, shares={"a": 1, "b": 1}, rng=generator(seed))

    assert split(1) == split(1)
    assert split(1) != split(2)


def test_order_of_documents_in_the_data_does_not_matter() -> None:
    documents = [f"d{number % 9}" for number in range(90)]
    parts = split_by_document(documents, shares={"a": 2, "b": 1}, rng=generator(3))
    turned = split_by_document(documents[::-1], shares={"a": 2, "b": 1}, rng=generator(3))
    assert {documents[n] for n in parts["b"]} == {documents[::-1][n] for n in turned["b"]}


def test_splits_that_cannot_be_made_are_refused() -> None:
    for documents, shares in ((["one"] * 9, {"a": 1, "b": 1}), (["x", "y"], {}),
                              (["x", "y"], {"a": 1, "b": 0}),
                              (["x", "y"], {"a": float("nan")}),
                              (["x", "y"], {"a": float("inf"), "b": 1})):  # fmt: skip
        with pytest.raises(UsageError):
            split_by_document(documents, shares=shares, rng=generator())


def test_a_split_by_line_is_refused_unless_asked_for_by_name() -> None:
    with pytest.raises(UsageError, match="several parts"):
        split_by_line(10, shares={"a": 1, "b": 1}, rng=generator())
    parts = split_by_line(10, shares={"a": 8, "b": 2}, rng=generator(), documents_may_straddle=True)
    assert sorted(parts["a"] + parts["b"]) == list(range(10))
    assert len(parts["b"]) == 2
