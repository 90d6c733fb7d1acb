"""Contradictions are found, and validation is never training data."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from effocr.data.correction_checks import (
    find_contradictions,
    find_duplicates,
    require_enough,
    settle,
    shortage,
    split_samples,
)
from effocr.data.corrections import CorrectionSample
from effocr.errors import TrainingError, UsageError

START = datetime(2025, 1, 11)


@pytest.fixture
def make() -> Callable[..., CorrectionSample]:
    """A sample like no other, unless something of it is given."""
    made = 0

    def sample(
        text: str = "a", *, document: str = "d", word: str = "", pixels: str = ""
    ) -> CorrectionSample:
        nonlocal made
        made += 1
        return CorrectionSample(
            image=Path(f"{made}.png"),
            document_id=document,
            page=0,
            word_id=word or f"w{made}",
            original_text="x",
            corrected_text=text,
            timestamp=START + timedelta(seconds=made),
            pixels=pixels or f"p{made}",
        )

    return sample


def test_one_picture_or_one_word_with_two_texts_is_a_contradiction(
    make: Callable[..., CorrectionSample],
) -> None:
    same_picture = make("a", pixels="same"), make("b", pixels="same")
    same_word = make("c", word="w"), make("d", word="w")
    both = make("e", word="v", pixels="both"), make("f", word="v", pixels="both")
    fine = make("g", word="u"), make("g", word="u"), make(document="e", word="w")
    found = find_contradictions((*same_picture, *same_word, *both, *fine))
    assert [(one.what, one.samples) for one in found] == [
        ("picture", same_picture),
        ("picture", both),
        ("word", same_word),
    ]
    listed = found[0].as_problems()
    assert [one.source for one in listed] == [str(one.image) for one in same_picture]
    assert f"'b' in {same_picture[1].image}" in listed[0].reason


def test_duplicates_are_what_came_later(make: Callable[..., CorrectionSample]) -> None:
    first, second = make("a", pixels="p"), make("a", pixels="p")
    assert find_duplicates([first, second, make("a"), make("b", pixels="p")]) == (second,)


def test_the_latest_correction_of_a_word_stays_and_undecided_pictures_go(
    make: Callable[..., CorrectionSample],
) -> None:
    old, new = make("a", word="w"), make("b", word="w")
    unclear = make("c", pixels="p"), make("d", pixels="p")
    first, again = make("e", pixels="q"), make("e", pixels="q")
    kept, left = settle([new, old, *unclear, first, again])
    assert kept == (new, first)
    assert {one.source for one in left} == {str(one.image) for one in (old, *unclear, again)}


def test_of_corrections_that_name_one_picture_one_stays(
    make: Callable[..., CorrectionSample],
) -> None:
    old = make("a", word="w")
    new = replace(old, corrected_text="b", timestamp=old.timestamp + timedelta(days=1))
    first = make("e", word="v")
    again = replace(first)  # two files that say the same
    kept, left = settle([old, new, first, again])
    assert [id(one) for one in kept] == [id(new), id(first)]
    assert [one.source for one in left] == [str(old.image), str(again.image)]


def test_twelve_samples_make_nine_and_three(make: Callable[..., CorrectionSample]) -> None:
    samples = [make() for _ in range(12)]
    split = split_samples(samples, val_ratio=0.2)
    assert (len(split.train), len(split.validation)) == (9, 3)
    assert split.by == "sample"
    assert split == split_samples(samples, val_ratio=0.2)
    assert split != split_samples(samples, val_ratio=0.2, seed=1)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("documents", [1, 2, 5])
def test_validation_is_never_training_data(
    make: Callable[..., CorrectionSample], documents: int, seed: int
) -> None:
    samples = [
        make(str(n), document=f"d{n % documents}", word=f"w{n % 17}", pixels=f"p{n % 13}")
        for n in range(40)
    ]
    split = split_samples(samples, val_ratio=0.3, seed=seed)
    for name in ("image", "pixels", "word"):
        train = {getattr(one, name) for one in split.train}
        assert not train & {getattr(one, name) for one in split.validation}
    if documents > 1:
        train = {one.document_id for one in split.train}
        assert not train & {one.document_id for one in split.validation}
    assert len(split.train) + len(split.validation) + len(split.left_out) == len(samples)


def test_several_documents_are_divided_as_wholes(make: Callable[..., CorrectionSample]) -> None:
    samples = [make(document=name) for name in "aaaaaaaabb"]
    split = split_samples(samples)
    assert split.by == "document"
    assert {one.document_id for one in split.train} == {"a"}
    assert {one.document_id for one in split.validation} == {"b"}


def test_without_a_validation_share_everything_is_trained_on(
    make: Callable[..., CorrectionSample],
) -> None:
    split = split_samples([make(document=name) for name in "ab"], val_ratio=0)
    assert len(split.train) == 2
    assert split.validation == ()


@pytest.mark.parametrize("ratio", [-0.1, 1.0, 0.95, float("nan")])
def test_a_ratio_that_leaves_no_training_is_refused(
    make: Callable[..., CorrectionSample], ratio: float
) -> None:
    with pytest.raises(UsageError, match="val_ratio"):
        split_samples([make() for _ in range(10)], val_ratio=ratio)


def test_ten_samples_are_needed(make: Callable[..., CorrectionSample]) -> None:
    assert shortage(9) == "Insufficient samples: 9/10"
    assert shortage(10) == ""
    require_enough([make() for _ in range(10)], "x")
    with pytest.raises(
        TrainingError, match=r"^Insufficient samples: 9/10 in x; correct 1 more word$"
    ):
        require_enough([make() for _ in range(9)], "x")
