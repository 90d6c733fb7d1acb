"""Whole data sets: split, combined, subset, written in other forms."""

from pathlib import Path

import numpy as np
import pytest

from effocr.data.rearrange import combine, read_set, split_set, subset, write_set
from effocr.data.splits import by_prefix
from effocr.errors import UsageError
from effocr.pipeline.images import load_image


@pytest.fixture
def pairs(tmp_path: Path, draw_image) -> Path:
    folder = tmp_path / "pairs"
    for number in range(12):
        name = f"doc{number // 3}_{number}"
        draw_image(folder / f"{name}.png", width=20 + number)
        (folder / f"{name}.gt.txt").write_text(f"text {number}\n", encoding="utf-8")
    return folder


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_parts_of_a_split_share_no_document(pairs: Path, tmp_path: Path) -> None:
    data = read_set(pairs)
    parts = split_set(data, document_of=by_prefix(), shares={"train": 3, "test": 1}, rng=rng())
    names = {part: set(documents) for part, (_, documents) in parts.items()}
    assert names["train"].isdisjoint(names["test"])
    assert {part: len(piece.items) for part, (piece, _) in parts.items()} == {"train": 9, "test": 3}
    write_set(parts["test"][0], tmp_path / "test", "pairs", load=load_image)
    assert {line.path.stem.partition("_")[0] for line in read_set(tmp_path / "test").lines} == (
        names["test"]
    )


def test_pairs_become_coco_and_pairs_again(pairs: Path, tmp_path: Path) -> None:
    data = read_set(pairs)
    coco = write_set(data, tmp_path / "coco", "coco", load=load_image)
    assert coco == tmp_path / "coco" / "annotations.json"
    write_set(read_set(coco), tmp_path / "again", "pairs", load=load_image)
    again = read_set(tmp_path / "again")
    assert [line.text for line in again.lines] == [line.text for line in data.lines]


def test_what_is_no_image_is_named_and_left_out_of_every_form(pairs: Path, tmp_path: Path) -> None:
    coco = write_set(read_set(pairs), tmp_path / "whole.json", "coco", load=load_image)
    broken = min(pairs.glob("*.png"))
    broken.write_bytes(b"no image")
    for source in (pairs, coco):
        data = read_set(source)
        (problem,) = data.problems
        assert Path(problem.source).samefile(broken)
        assert problem.reason == "left out: not an image that can be read"
        for form in ("pairs", "coco"):
            out = write_set(data, tmp_path / f"{source.stem}-{form}", form, load=load_image)
            assert len(read_set(out).lines) == 11
            assert read_set(out).problems == ()


def test_glyph_folders_are_copied_with_their_characters(tmp_path: Path, draw_image) -> None:
    for name in ("97", "99_104"):
        draw_image(tmp_path / "glyphs" / name / "x.png")
    data = read_set(tmp_path / "glyphs")
    both = combine([data, read_set(tmp_path / "glyphs")])
    assert len(both.items) == 2
    assert len(both.problems) == 2
    write_set(data, tmp_path / "out", "glyphs", load=load_image)
    assert [image.glyph for image in read_set(tmp_path / "out").glyphs] == ["a", "ch"]


def test_combining_keeps_files_of_equal_names(pairs: Path, tmp_path: Path) -> None:
    data = read_set(pairs)
    write_set(data, tmp_path / "copy", "pairs", load=load_image)
    write_set(
        combine([data, read_set(tmp_path / "copy")]), tmp_path / "all", "pairs", load=load_image
    )
    assert len(read_set(tmp_path / "all").items) == 24


def test_subsets_are_chosen_by_name_and_number(pairs: Path) -> None:
    data = read_set(pairs)
    kept = subset(data, rng=rng(), count=2, pattern="^doc1_")
    assert len(kept.items) == 2
    assert all(line.path.stem.startswith("doc1_") for line in kept.lines)
    assert [line.path for line in kept.lines] == sorted(line.path for line in kept.lines)
    for count, pattern in ((13, None), (None, "nothing"), (1, "(")):
        with pytest.raises(UsageError):
            subset(data, rng=rng(), count=count, pattern=pattern)


def test_nothing_is_overwritten_unless_forced(pairs: Path, tmp_path: Path) -> None:
    data = read_set(pairs)
    with pytest.raises(UsageError, match="there already"):
        write_set(data, pairs, "pairs", load=load_image)
    path = write_set(data, tmp_path / "set.json", "coco", load=load_image)
    with pytest.raises(UsageError, match="--force"):
        write_set(data, path, "coco", load=load_image)
    assert write_set(data, path, "coco", load=load_image, force=True) == path


def test_forms_that_do_not_fit_are_refused(pairs: Path, tmp_path: Path, draw_image) -> None:
    draw_image(tmp_path / "glyphs" / "97" / "x.png")
    glyphs, lines = read_set(tmp_path / "glyphs"), read_set(pairs)
    with pytest.raises(UsageError, match="needs lines"):
        write_set(glyphs, tmp_path / "out", "pairs", load=load_image)
    with pytest.raises(UsageError, match="needs glyph images"):
        write_set(lines, tmp_path / "out", "glyphs", load=load_image)
    with pytest.raises(UsageError, match="one form"):
        combine([glyphs, lines])
