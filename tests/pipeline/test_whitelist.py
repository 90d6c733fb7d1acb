"""An index of which only some characters are used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from effocr.pipeline.engines import Engines, Found
from effocr.pipeline.onnx_engines import load_engines
from effocr.pipeline.whitelist import restrict

LABELS = ("fi", "f", "i", "l", "fl", "x")


@dataclass
class Answer:
    """An answer of the index; a `Found`."""

    labels: list[list[str]]
    similarities: npt.NDArray[np.float32]


class Index:
    """Finds every character in one order; a `Searcher`."""

    def search(
        self, embeddings: npt.NDArray[np.float32], k: int, ends: Sequence[int] | None = None
    ) -> Found:
        k = min(k, len(LABELS))
        similarities = np.linspace(0.9, 0.1, k, dtype=np.float32)
        count = len(embeddings)
        return Answer([list(LABELS[:k])] * count, np.tile(similarities, (count, 1)))


@pytest.fixture
def engines(tiny_model: Path) -> Engines:
    known = load_engines(tiny_model)
    manifest = known.manifest.model_copy(update={"charset": LABELS})
    return replace(known, index=Index(), manifest=manifest)


@pytest.mark.parametrize(
    ("whitelist", "blacklist", "read"),
    [
        ("fi", "", ["fi", "f", "i"]),
        ("i", "", ["i"]),
        (None, "f", ["i", "l", "x"]),
        (None, "ix", ["f", "l", "fl"]),
        ("fil", "l", ["fi", "f", "i"]),
    ],
)
def test_a_ligature_is_read_where_each_of_its_characters_may_be(
    engines: Engines, whitelist: str | None, blacklist: str, read: list[str]
) -> None:
    index = restrict(engines, whitelist, blacklist).index
    found = index.search(np.zeros((2, 4), np.float32), 3)
    assert found.labels == [read[:3]] * 2
    assert np.isfinite(found.similarities[:, : len(read)]).all()
