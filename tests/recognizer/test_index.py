"""The index agrees with brute force, and its two files with each other."""

import json
from pathlib import Path

import faiss
import numpy as np
import pytest

from effocr.errors import BundleError, DataFormatError
from effocr.recognizer.exemplars import choose_rows, prune_rows
from effocr.recognizer.index import GlyphIndex


def unit_rows(rng: np.random.Generator, count: int, dim: int = 16) -> np.ndarray:
    rows = rng.standard_normal((count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def brute_force(
    rows: np.ndarray, labels: list[str], query: np.ndarray, k: int
) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for row, label in zip(rows, labels, strict=True):
        best[label] = max(best.get(label, -2.0), float(sum(row * query)))
    return sorted(best.items(), key=lambda item: -item[1])[:k]


@pytest.mark.parametrize("characters", [3, 40])
@pytest.mark.parametrize("k", [1, 5])
def test_search_matches_brute_force_over_characters(characters: int, k: int) -> None:
    rng = np.random.default_rng(3)
    rows = unit_rows(rng, 600)
    labels = [chr(0x4E00 + int(c)) for c in rng.integers(characters, size=600)]
    index = GlyphIndex.create(16)
    index.add(rows, labels)
    queries = unit_rows(rng, 50)
    found = index.search(queries, k)
    for query, names, similarities in zip(queries, found.labels, found.similarities, strict=True):
        expected = brute_force(rows, labels, query, k)
        assert names == [name for name, _ in expected]
        assert similarities == pytest.approx([value for _, value in expected], abs=1e-5)


def test_a_character_with_very_many_rows_hides_no_other() -> None:
    rng = np.random.default_rng(4)
    near = unit_rows(rng, 1)
    crowd = near + 0.01 * rng.standard_normal((500, 16)).astype(np.float32)
    index = GlyphIndex.create(16)
    index.add(crowd, ["e"] * 500)
    index.add(unit_rows(rng, 2), ["ch", "☞"])
    found = index.search(near, 5)
    assert found.labels[0][0] == "e"
    assert sorted(found.labels[0][1:]) == ["ch", "☞"]
    assert found.similarities.shape == (1, 3)


def test_removing_a_character_leaves_the_others_in_place() -> None:
    rng = np.random.default_rng(5)
    rows = unit_rows(rng, 6)
    index = GlyphIndex.create(16)
    index.add(rows, ["a", "b", "a", "c", "b", "a"])
    assert index.remove("a") == 3
    assert index.remove("a") == 0
    assert index.labels == ("b", "c", "b")
    assert index.embeddings == pytest.approx(rows[[1, 3, 4]])
    assert index.search(rows[[3]], 1).labels == [["c"]]


def test_labels_are_nfc_and_may_have_several_code_points() -> None:
    index = GlyphIndex.create(2)
    index.add(np.eye(2, dtype=np.float32), ["e\u0301", "ch"])
    assert index.characters == ("\u00e9", "ch")
    assert index.remove("e\u0301") == 1


def test_an_empty_index_finds_nothing() -> None:
    found = GlyphIndex.create(4).search(np.ones((3, 4), np.float32), 5)
    assert found.labels == [[], [], []]
    assert found.similarities.shape == (3, 0)


@pytest.mark.parametrize(
    ("embeddings", "labels", "message"),
    [
        (np.ones((2, 3)), ["a", "b"], r"\[2, 4\]"),
        (np.ones((1, 4)), ["a", "b"], r"2 labels"),
        (np.ones((1, 4)), [" "], "white space"),
        (np.zeros((1, 4)), ["a"], "zero"),
        (np.full((1, 4), np.nan), ["a"], "finite"),
    ],
)
def test_rows_that_do_not_fit_are_refused(
    embeddings: np.ndarray, labels: list[str], message: str
) -> None:
    index = GlyphIndex.create(4)
    with pytest.raises(DataFormatError, match=message):
        index.add(embeddings, labels)
    assert len(index) == 0


def test_saving_and_loading_keeps_rows_and_labels(tmp_path: Path) -> None:
    index = GlyphIndex.create(16)
    index.add(unit_rows(np.random.default_rng(0), 3), ["a", "\u201c", "a"])
    index.save(tmp_path)
    again = GlyphIndex.load(tmp_path)
    assert again.labels == index.labels
    assert np.array_equal(again.embeddings, index.embeddings)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.faiss", "labels.json"]


def test_rows_and_labels_are_counted_on_load(tmp_path: Path) -> None:
    index = GlyphIndex.create(16)
    index.add(unit_rows(np.random.default_rng(0), 2), ["a", "b"])
    index.save(tmp_path)
    (tmp_path / "labels.json").write_text('{"labels": ["a"]}', encoding="utf-8")
    with pytest.raises(BundleError, match="2 index rows, 1 labels"):
        GlyphIndex.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.json", b'["a"]'),
        ("labels.json", b'{"labels": [1]}'),
        ("labels.json", b"\xff"),
        ("index.faiss", b"IxFI nonsense"),
        ("index.faiss", b""),
        ("index.faiss", None),
        ("labels.json", None),
    ],
)
def test_damaged_files_are_our_error(tmp_path: Path, name: str, content: bytes | None) -> None:
    index = GlyphIndex.create(16)
    index.add(unit_rows(np.random.default_rng(0), 1), ["a"])
    index.save(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BundleError, match=name):
        GlyphIndex.load(tmp_path)


def test_an_index_by_distance_is_refused(tmp_path: Path) -> None:
    faiss.write_index(faiss.IndexFlatL2(4), str(tmp_path / "index.faiss"))
    (tmp_path / "labels.json").write_text(json.dumps({"labels": []}), encoding="utf-8")
    with pytest.raises(BundleError, match="expected IndexFlatIP"):
        GlyphIndex.load(tmp_path)


def test_chosen_rows_stand_for_every_shape_of_a_character() -> None:
    rng = np.random.default_rng(1)
    shapes = unit_rows(rng, 3, 32)  # three typefaces of one character
    points = np.repeat(shapes, 50, axis=0) + 0.02 * rng.standard_normal((150, 32)).astype(
        np.float32
    )
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    labels = ["a"] * 150 + ["b"]
    rows = choose_rows(
        np.concatenate((points, unit_rows(rng, 1, 32))), labels, rows_per_label=3, rng=rng
    )
    assert sorted(int(row) // 50 for row in rows) == [0, 1, 2, 3]


def test_few_rows_are_all_chosen() -> None:
    rng = np.random.default_rng(2)
    points = unit_rows(rng, 5)
    rows = choose_rows(points, ["a", "b", "a", "b", "c"], rows_per_label=2, rng=rng)
    assert rows.tolist() == [0, 1, 2, 3, 4]
    none = choose_rows(points[:0], [], rows_per_label=2, rng=rng)
    assert none.tolist() == []


def test_a_handicap_lets_the_frequent_of_two_look_alikes_win(tmp_path: Path) -> None:
    index = GlyphIndex.create(2)
    index.add(np.array([[1.0, 0.0], [0.999, 0.0447]], np.float32), [",", "\u201a"])
    query = np.array([[0.999, 0.0447]], np.float32)
    assert index.search(query, 2).labels == [["\u201a", ","]]
    fairer = index.with_handicaps({"\u201a": 0.05})
    fairer.save(tmp_path)
    found = GlyphIndex.load(tmp_path).search(query, 2)
    assert found.labels == [[",", "\u201a"]]
    assert found.similarities[0, 1] == pytest.approx(1.0, abs=1e-3)  # cosines stay as they are
    assert fairer.remove("\u201a") == 1
    assert not fairer.handicaps


def test_exemplars_that_claim_glyphs_of_others_are_dropped() -> None:
    rng = np.random.default_rng(0)

    def around(x: float, y: float, count: int) -> np.ndarray:
        points = np.array([x, y, 0.3]) + 0.02 * rng.standard_normal((count, 3))
        return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)

    rows = np.concatenate((around(1, 0, 2), around(0, 1, 2), around(1, 0, 1)))
    names = ["c", "c", "e", "e", "e"]  # the last e lies among the c
    sample = np.concatenate((around(1, 0, 200), around(0, 1, 200)))
    kept = prune_rows(rows, names, sample, ["c"] * 200 + ["e"] * 200)
    assert kept.tolist() == [0, 1, 2, 3]


def test_a_character_never_loses_its_last_exemplar() -> None:
    rows = np.array([[1, 0], [0.999, 0.0447]], np.float32)
    sample = np.array([[0.999, 0.0447]] * 10, np.float32)
    assert prune_rows(rows, [",", "\u201a"], sample, [","] * 10).tolist() == [0, 1]
    assert prune_rows(rows, ["a", "b"], sample[:0], []).tolist() == [0, 1]


@pytest.mark.parametrize("crowd", [0, 700])
@pytest.mark.parametrize("characters", [2, 30])
def test_all_characters_can_be_asked_for(crowd: int, characters: int) -> None:
    rng = np.random.default_rng(7)
    labels = [chr(0x4E00 + int(c)) for c in rng.integers(characters, size=200)] + ["x"] * crowd
    rows = unit_rows(rng, len(labels))
    index = GlyphIndex.create(16)
    index.add(rows, labels)
    queries = unit_rows(rng, 5)
    for k in (1, 16, 17, 50):
        found = index.search(queries, k)
        for query, names, values in zip(queries, found.labels, found.similarities, strict=True):
            expected = brute_force(rows, labels, query, k)
            assert names == [name for name, _ in expected]
            assert values == pytest.approx([value for _, value in expected], abs=1e-5)
