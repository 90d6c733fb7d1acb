"""Prove that an exported model decides as the trained one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.errors import ParityError
from effocr.localizer.arrays import decode, spaces_before
from effocr.metrics.boxes import BoxCounts, count_matches
from effocr.pipeline.engines import Encoder, Localizer, Searcher
from effocr.recognizer.arrays import Views

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

TIE: Final = 1e-4  # probabilities and cosines closer than this are equal; either decision is right
MOST_DRIFT_PX: Final = 0.25  # of an edge of a box
AT_ONCE: Final = 256
SHOWN: Final = 5
LEAST_AGREEMENT: Final = 0.98  # of the boxes in int8 with those in float


@dataclass(frozen=True, slots=True)
class ParityReport:
    """Trained against exported, on the same lines and glyphs.

    Attributes:
        lines: compared.
        crops: compared.
        maps_difference: largest absolute difference of a number in the localizer's maps.
        embeddings_difference: largest absolute difference of a number in an embedding.
        changed_lines: numbers of the lines whose boxes or word gaps differ.
        changed_crops: (number, character before, character after).
    """

    lines: int
    crops: int
    maps_difference: float
    embeddings_difference: float
    changed_lines: tuple[int, ...]
    changed_crops: tuple[tuple[int, str, str], ...]

    def as_text(self) -> str:
        """Two lines for a person."""
        return (
            f"localizer: {self.lines} lines, largest difference {self.maps_difference:.2g}, "
            f"boxes or gaps changed on {len(self.changed_lines)}\n"
            f"recognizer: {self.crops} glyphs, largest difference "
            f"{self.embeddings_difference:.2g}, characters changed on {len(self.changed_crops)}"
        )

    def check(self) -> None:
        """Refuse an export that decides differently.

        Raises:
            ParityError: boxes or characters changed; names the first.
        """
        if self.changed_lines:
            numbers = ", ".join(str(number) for number in self.changed_lines[:SHOWN])
            raise ParityError(
                f"the exported localizer finds other boxes or gaps on {len(self.changed_lines)} of "
                f"{self.lines} lines (numbers {numbers}); largest difference "
                f"{self.maps_difference:.2g}"
            )
        if self.changed_crops:
            pairs = ", ".join(f"{a!r} became {b!r}" for _, a, b in self.changed_crops[:SHOWN])
            raise ParityError(
                f"the exported recognizer names {len(self.changed_crops)} of {self.crops} glyphs "
                f"otherwise ({pairs}); largest difference {self.embeddings_difference:.2g}"
            )


def prove_parity(
    trained: tuple[Localizer, Encoder],
    exported: tuple[Localizer, Encoder],
    *,
    index: Searcher,
    lines: Sequence[Grey],
    crops: Views,
    peak_threshold: float,
    gap_threshold: float,
) -> ParityReport:
    """Compare both modules; the report's `check` raises.

    Args:
        trained: run by torch.
        exported: run by onnxruntime.
        index: where glyphs are looked up.
        lines: frames [height, width] uint8, width a multiple of 8.
        crops: [n, ...], views of glyphs.
        peak_threshold: least probability of a glyph.
        gap_threshold: a word gap is more probable.
    """
    maps_difference, changed_lines = compare_localizers(
        trained[0],
        exported[0],
        lines,
        peak_threshold=peak_threshold,
        gap_threshold=gap_threshold,
    )
    embeddings_difference, changed_crops = compare_encoders(
        trained[1], exported[1], index, crops=crops
    )
    return ParityReport(
        lines=len(lines),
        crops=len(crops),
        maps_difference=maps_difference,
        embeddings_difference=embeddings_difference,
        changed_lines=changed_lines,
        changed_crops=changed_crops,
    )


def compare_localizers(
    trained: Localizer,
    exported: Localizer,
    lines: Sequence[Grey],
    *,
    peak_threshold: float,
    gap_threshold: float,
) -> tuple[float, tuple[int, ...]]:
    """Largest difference of the maps, and the numbers of lines whose boxes or word gaps differ.

    Args:
        trained: run by torch.
        exported: run by onnxruntime.
        lines: frames [height, width] uint8, width a multiple of 8.
        peak_threshold: least probability of a glyph.
        gap_threshold: a word gap is more probable.
    """
    largest, changed = 0.0, []
    for number, line in enumerate(lines):
        before, after = trained.maps(line[None])[0], exported.maps(line[None])[0]
        if before.shape != after.shape or not np.isfinite(after).all():
            largest = float("inf")
            changed.append(number)
            continue
        largest = max(largest, float(np.abs(before - after).max()))
        if not _same_decisions(
            before,
            after,
            width=line.shape[1],
            peak_threshold=peak_threshold,
            gap_threshold=gap_threshold,
        ):
            changed.append(number)
    return largest, tuple(changed)


def compare_encoders(
    trained: Encoder, exported: Encoder, index: Searcher, *, crops: Views
) -> tuple[float, tuple[tuple[int, str, str], ...]]:
    """Largest difference of the embeddings, and the crops whose nearest character differs.

    Args:
        trained: run by torch.
        exported: run by onnxruntime.
        index: both look up here.
        crops: [n, ...], views of glyphs.
    """
    largest = 0.0
    changed: list[tuple[int, str, str]] = []
    for start in range(0, len(crops), AT_ONCE):
        part = crops[start : start + AT_ONCE]
        before, after = trained.embed(part), exported.embed(part)
        if before.shape != after.shape or not np.isfinite(after).all():
            return float("inf"), tuple((i, "", "") for i in range(len(crops)))
        largest = max(largest, float(np.abs(before - after).max()))
        one, two = index.search(before, 2), index.search(after, 2)
        for i in range(len(part)):
            a, b = one.labels[i][0], two.labels[i][0]
            tie = one.similarities[i][0] - one.similarities[i][-1] < TIE
            if a != b and not tie:
                changed.append((start + i, a, b))
    return largest, tuple(changed)


def agree_on_boxes(
    one: Localizer, other: Localizer, lines: Sequence[Grey], *, peak_threshold: float
) -> float:
    """F-score of the boxes of two localizers against each other at IoU 0.5: 1 if they agree.

    For a localizer in int8, whose numbers differ a little from those in float everywhere.

    Args:
        one: in float.
        other: in int8.
        lines: frames [height, width] uint8, width a multiple of 8.
        peak_threshold: least probability of a glyph.

    Raises:
        ParityError: they agree on fewer than LEAST_AGREEMENT of the boxes.
    """
    agreement = box_agreement(one, other, lines, peak_threshold=peak_threshold)
    if agreement < LEAST_AGREEMENT:
        raise ParityError(
            f"the localizer in int8 agrees with the one in float on {agreement:.1%} of the boxes "
            f"only; {LEAST_AGREEMENT:.0%} are needed: ship it in float, with int8=false"
        )
    return agreement


def box_agreement(
    one: Localizer, other: Localizer, lines: Sequence[Grey], *, peak_threshold: float
) -> float:
    """F-score of the boxes of two localizers against each other; see `agree_on_boxes`."""
    counts = BoxCounts()
    for line in lines:
        expected, found = (
            decode(
                each.maps(line[None])[0],
                width=line.shape[1],
                peak_threshold=peak_threshold,
            )
            for each in (one, other)
        )
        counts += count_matches(found.boxes, expected.boxes, 0.5)
    return counts.f_score if counts.found or counts.truth else 1.0


def _same_decisions(
    before: Floats, after: Floats, *, width: int, peak_threshold: float, gap_threshold: float
) -> bool:
    """Whether both maps give the same boxes and word gaps.

    A peak or a gap at its threshold may fall on either side.
    """
    expected = decode(before, width=width, peak_threshold=peak_threshold)
    for shift in (0.0, -TIE, TIE):
        found = decode(after, width=width, peak_threshold=peak_threshold + shift)
        if found.boxes.shape != expected.boxes.shape:
            continue
        near = np.abs(found.boxes - expected.boxes).max(initial=0.0) <= MOST_DRIFT_PX
        moved = spaces_before(found, gap_threshold) != spaces_before(expected, gap_threshold)
        if near and not (moved & (np.abs(found.gaps - expected.gaps) >= TIE)).any():
            return True
    return False
