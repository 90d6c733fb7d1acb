"""Which lines are learnt from, and which are kept aside."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.splits import by_prefix
from effocr.errors import UsageError
from effocr.learn.finetune.begin import Seen, look
from effocr.learn.finetune.config import FinetuneTraining
from effocr.learn.finetune.inputs import FinetuneInputs
from effocr.learn.teach import TeachOptions
from effocr.pipeline.onnx_engines import load_engines

TEXTS = (
    "Iu nI", "nI Iu", "uI In", "In uIn", "nIn Iu", "uIu nI",
    "II nu", "un II", "nu In", "uu InI", "nnI uI", "IuI nn",
)  # fmt: skip


@pytest.fixture
def pairs(tmp_path: Path, draw_line: Callable[..., np.ndarray]) -> Path:
    """Twelve lines of six documents."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        stem = f"book{number // 2}_{number:02}"
        Image.fromarray(draw_line(text)).save(folder / f"{stem}.png")
        (folder / f"{stem}.gt.txt").write_text(text + "\n", encoding="utf-8")
    return folder


def seen(pairs: Path, model: Path) -> Seen:
    inputs = FinetuneInputs(by_prefix("_"), TeachOptions(), (), FinetuneTraining(), pairs / "run")
    return look([pairs], load_engines(model), "tale", inputs)


def test_documents_are_kept_aside_whole(pairs: Path, tiny_model: Path) -> None:
    found = seen(pairs, tiny_model)
    books = [
        {found.lessons.lines[number].path.stem[:5] for number in some}
        for some in (found.learnt, found.aside)
    ]
    assert sorted([*found.learnt, *found.aside]) == list(range(len(TEXTS)))
    assert books[1]
    assert not books[0] & books[1]


def test_a_text_of_another_line_neither_teaches_nor_judges(pairs: Path, tiny_model: Path) -> None:
    (pairs / "book0_00.gt.txt").write_text("another text altogether, of another line\n", "utf-8")
    found = seen(pairs, tiny_model)
    assert 0 not in {*found.learnt, *found.aside}
    assert len({*found.learnt, *found.aside}) == len(TEXTS) - 1
    (unfit,) = found.unfit
    assert unfit.source.endswith("book0_00.png")
    assert "the text does not fit" in unfit.reason


def test_lines_that_fit_are_what_must_be_enough(pairs: Path, tiny_model: Path) -> None:
    for number in range(3):
        (pairs / f"book{number // 2}_{number:02}.gt.txt").write_text(
            "another text altogether, of another line\n", encoding="utf-8"
        )
    with pytest.raises(UsageError, match="9 of 12 lines have a text that fits their image"):
        seen(pairs, tiny_model)
