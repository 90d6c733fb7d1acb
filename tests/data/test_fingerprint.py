"""The fingerprint of data depends on its content alone."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from effocr.data.fingerprint import fingerprint, sample_hash
from effocr.data.records import LineImage
from effocr.errors import DataFormatError


@pytest.fixture
def lines(tmp_path: Path, draw_image: Callable[..., object]) -> list[LineImage]:
    found = []
    for number, text in enumerate("abc", 1):
        path = tmp_path / f"{text}.png"
        draw_image(path, width=9 + number)
        found.append(LineImage(path, text))
    return found


def test_order_and_names_do_not_matter(lines: list[LineImage], tmp_path: Path) -> None:
    moved = tmp_path / "moved.png"
    moved.write_bytes(lines[0].path.read_bytes())
    same = [*reversed(lines[1:]), replace(lines[0], path=moved)]
    assert fingerprint(same) == fingerprint(lines)


def test_text_boxes_and_number_matter(lines: list[LineImage]) -> None:
    known = fingerprint(lines)
    boxes = np.array([[0, 0, 5, 5]], np.float32)
    assert fingerprint([replace(lines[0], text="x"), *lines[1:]]) != known
    assert fingerprint([replace(lines[0], boxes=boxes), *lines[1:]]) != known
    assert fingerprint([*lines, lines[0]]) != known


def test_it_is_the_hash_of_the_sorted_hashes(lines: list[LineImage]) -> None:
    content = lines[0].path.read_bytes()
    parts = len(content).to_bytes(8, "big") + content + (1).to_bytes(8, "big") + b"a"
    assert sample_hash(lines[0]) == hashlib.sha256(parts).hexdigest()
    joined = "\n".join(sorted(map(sample_hash, lines)))
    assert fingerprint(lines) == hashlib.sha256(joined.encode()).hexdigest()


def test_a_missing_image_is_named() -> None:
    with pytest.raises(DataFormatError, match=r"none\.png: cannot be read"):
        fingerprint([LineImage(Path("none.png"), "a")])
