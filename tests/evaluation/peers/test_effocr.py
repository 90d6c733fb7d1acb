"""Our own reader, measured in a process of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from effocr.errors import UsageError
from effocr.evaluation.peers.effocr import read_lines


def test_lines_are_read_in_order_as_often_as_asked(
    tiny_model: Path, draw_line: Callable, tmp_path: Path
) -> None:
    texts = ["InuI nu", "uuI", "n I nI", "IIu"]
    paths = [tmp_path / f"{place}.png" for place in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        Image.fromarray(draw_line(text)).save(path)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"")

    run = read_lines([*paths[:2], bad, *paths[2:]], turns=3, threads=2, model=str(tiny_model))

    assert run.texts == (*texts[:2], None, *texts[2:])
    assert list(run.failures) == [str(bad)]
    assert run.turns == 3
    assert run.seconds < run.process_s
    assert run.lines_per_s == pytest.approx(5 * 3 / run.seconds)
    assert "2 threads" in run.configuration


def test_a_model_that_does_not_exist_is_an_error_of_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no_such_model"):
        read_lines([tmp_path / "a.png"], model="no_such_model")
