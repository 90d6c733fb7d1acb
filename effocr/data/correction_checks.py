"""Are correction samples fit for training: enough of them, without contradictions, split well."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from effocr.data.corrections import CorrectionSample, read_samples
from effocr.data.records import Skipped
from effocr.data.splits import split_by_document
from effocr.errors import TrainingError, UsageError

__all__ = [
    "MINIMUM_SAMPLES",
    "SPLIT_SEED",
    "Contradiction",
    "SampleReport",
    "SampleSplit",
    "check_samples",
    "find_contradictions",
    "find_duplicates",
    "require_enough",
    "settle",
    "shortage",
    "split_samples",
]

MINIMUM_SAMPLES: Final = 10
SPLIT_SEED: Final = 42


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Samples of one thing with different texts.

    Attributes:
        what: they share: `picture` or `word`.
        samples: two or more, in the order of reading.
    """

    what: Literal["picture", "word"]
    samples: tuple[CorrectionSample, ...]

    def as_problems(self) -> list[Skipped]:
        """One line for each sample, which names the others."""
        found = []
        for one in self.samples:
            others = (
                f"{other.corrected_text!r} in {other.image.name}"
                for other in self.samples
                if other.corrected_text != one.corrected_text
            )
            reason = (
                f"the same {self.what} is {one.corrected_text!r} here and {', '.join(others)}; "
                "remove what is wrong"
            )
            found.append(Skipped(str(one.image), reason))
        return found


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What a folder of samples holds.

    Attributes:
        samples: that can be read.
        skipped: what was left out.
        contradictions: among the samples.
        duplicates: samples whose picture and text an earlier one has.
    """

    samples: tuple[CorrectionSample, ...]
    skipped: tuple[Skipped, ...]
    contradictions: tuple[Contradiction, ...]
    duplicates: tuple[CorrectionSample, ...]

    @property
    def problems(self) -> tuple[Skipped, ...]:
        """Everything wrong; duplicates are not."""
        found = (line for one in self.contradictions for line in one.as_problems())
        return (*self.skipped, *found)


@dataclass(frozen=True, slots=True)
class SampleSplit:
    """Samples to learn from, and others to judge by.

    Attributes:
        train: to learn from.
        validation: shares neither a picture nor a word with `train`; may be empty.
        left_out: of the validation, because training knows them.
        by: what was divided.
    """

    train: tuple[CorrectionSample, ...]
    validation: tuple[CorrectionSample, ...]
    left_out: tuple[Skipped, ...]
    by: Literal["document", "sample"]


def check_samples(folder: Path | str) -> SampleReport:
    """Read a folder of samples and look for what is wrong.

    Raises:
        DataFormatError: there is no such folder.
    """
    samples, skipped = read_samples(folder)
    return SampleReport(samples, skipped, find_contradictions(samples), find_duplicates(samples))


def find_contradictions(samples: Iterable[CorrectionSample]) -> tuple[Contradiction, ...]:
    """Pictures with the same pixels, and words, that were corrected in more than one way."""
    samples = tuple(samples)
    pictures = _differing(samples, lambda sample: sample.pixels)
    words = _differing(samples, lambda sample: sample.word)
    return (
        *(Contradiction("picture", group) for group in pictures),
        *(Contradiction("word", group) for group in words if group not in pictures),
    )


def find_duplicates(samples: Iterable[CorrectionSample]) -> tuple[CorrectionSample, ...]:
    """Samples whose picture and text an earlier one has."""
    groups = _groups(samples, lambda sample: (sample.pixels, sample.corrected_text))
    return tuple(sample for group in groups for sample in group[1:])


def settle(
    samples: Iterable[CorrectionSample],
) -> tuple[tuple[CorrectionSample, ...], tuple[Skipped, ...]]:
    """Leave out what should not be learnt from.

    Of a word that was corrected again the latest stays; of a picture that has different texts
    nothing; of equal samples the first.

    Returns:
        What stays, in order; and what was left out, with the reason.
    """
    samples = tuple(samples)
    reasons: dict[int, str] = {}  # by identity: two corrections may name one picture
    for group in _differing(samples, lambda sample: sample.word):
        latest = max(group, key=lambda sample: sample.timestamp)
        for one in group:
            if one.corrected_text != latest.corrected_text:
                reasons[id(one)] = f"corrected again later, in {latest.image.name}"
    left = [sample for sample in samples if id(sample) not in reasons]
    for group in _differing(left, lambda sample: sample.pixels):
        for one in group:
            reasons[id(one)] = "the same picture has another text elsewhere"
    left = [sample for sample in left if id(sample) not in reasons]
    for one in find_duplicates(left):
        reasons[id(one)] = "the same picture and text as an earlier one"
    return (
        tuple(sample for sample in samples if id(sample) not in reasons),
        tuple(
            Skipped(str(sample.image), f"left out: {reasons[id(sample)]}")
            for sample in samples
            if id(sample) in reasons
        ),
    )


def split_samples(
    samples: Sequence[CorrectionSample], *, val_ratio: float = 0.2, seed: int = SPLIT_SEED
) -> SampleSplit:
    """Divide samples into training and validation, which never share anything.

    Of several documents each is in one part as a whole. Of one, `int(n * (1 - val_ratio))` samples
    are for training, taken at random. A sample that training knows by its picture or its word is
    left out of the validation.

    Args:
        samples: in an order that does not change, such as that of reading.
        val_ratio: share of the validation, 0 up to 1; 0: there is none.
        seed: of the random choice.

    Raises:
        UsageError: the ratio is out of range, or leaves nothing to train on.
    """
    count = int(len(samples) * (1 - val_ratio)) if 0 <= val_ratio < 1 else 0
    if not count:
        raise UsageError(
            f"val_ratio {val_ratio} of {len(samples)} samples leaves nothing to train on; "
            "give a number from 0 up to 1, and more samples"
        )
    rng = np.random.default_rng(seed)
    documents = [sample.document_id for sample in samples]
    several = len(set(documents)) > 1 and val_ratio > 0
    if several:
        shares = {"train": 1 - val_ratio, "validation": val_ratio}
        chosen = set(split_by_document(documents, shares=shares, rng=rng)["train"])
    else:
        chosen = {int(number) for number in rng.permutation(len(samples))[:count]}
    train = tuple(sample for number, sample in enumerate(samples) if number in chosen)
    rest = tuple(sample for number, sample in enumerate(samples) if number not in chosen)
    pictures, words = {one.pixels for one in train}, {one.word for one in train}
    known = [one for one in rest if one.pixels in pictures or one.word in words]
    return SampleSplit(
        train=train,
        validation=tuple(one for one in rest if one not in known),
        left_out=tuple(
            Skipped(str(one.image), "left out of the validation: training has its picture or word")
            for one in known
        ),
        by="document" if several else "sample",
    )


def shortage(available: int) -> str:
    """`Insufficient samples: 4/10`, or nothing if there are enough to train."""
    enough = available >= MINIMUM_SAMPLES
    return "" if enough else f"Insufficient samples: {available}/{MINIMUM_SAMPLES}"


def require_enough(samples: Sequence[CorrectionSample], folder: Path | str) -> None:
    """Refuse to train on too few samples.

    Raises:
        TrainingError: there are less than MINIMUM_SAMPLES.
    """
    if lack := shortage(len(samples)):
        more = MINIMUM_SAMPLES - len(samples)
        raise TrainingError(f"{lack} in {folder}; correct {more} more word{'s' * (more > 1)}")


def _groups(
    samples: Iterable[CorrectionSample], key: Callable[[CorrectionSample], Hashable]
) -> list[tuple[CorrectionSample, ...]]:
    """Samples with the same key, in order."""
    found: dict[Hashable, list[CorrectionSample]] = {}
    for sample in samples:
        found.setdefault(key(sample), []).append(sample)
    return [tuple(group) for group in found.values()]


def _differing(
    samples: Iterable[CorrectionSample], key: Callable[[CorrectionSample], Hashable]
) -> list[tuple[CorrectionSample, ...]]:
    """Groups of samples with the same key and more than one text."""
    groups = _groups(samples, key)
    return [group for group in groups if len({one.corrected_text for one in group}) > 1]
