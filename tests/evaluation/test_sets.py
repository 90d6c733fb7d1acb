"""Sets of lines and their names."""

from pathlib import Path

import pytest
from PIL import Image

from effocr.errors import DataFormatError, UsageError
from effocr.evaluation.sets import read_line_sets, set_names


def pair(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("L", (20, 10), 255).save(folder / f"{name}.png")
    (folder / f"{name}.gt.txt").write_text(text + "\n", encoding="utf-8")


def test_pairs_are_read_and_what_lacks_a_text_is_named(tmp_path: Path) -> None:
    pair(tmp_path / "set", "b", "two")
    pair(tmp_path / "set", "a", "one")
    Image.new("L", (20, 10)).save(tmp_path / "set" / "c.png")
    (lines,) = read_line_sets([tmp_path / "set"])
    assert (lines.name, lines.texts) == ("set", ["one", "two"])
    assert [path.name for path in lines.paths] == ["a.png", "b.png"]
    assert [Path(one.source).name for one in lines.problems] == ["c.png"]


def test_equal_names_are_told_apart_by_their_paths() -> None:
    names = set_names([Path("x/lines"), Path("y/lines"), Path("z/other")])
    assert names == ["x/lines", "y/lines", "other"]


def test_a_folder_without_pairs_or_none_at_all_is_an_error(tmp_path: Path) -> None:
    Image.new("L", (20, 10)).save(tmp_path / "alone.png")
    with pytest.raises(UsageError, match=r"no line image with a \.gt\.txt"):
        read_line_sets([tmp_path])
    with pytest.raises(DataFormatError, match="no such folder"):
        read_line_sets([tmp_path / "nowhere"])
