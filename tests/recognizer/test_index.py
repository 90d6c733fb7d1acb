"""The index agrees with brute force, and its two files with each other."""

import json
from pathlib import Path

import faiss
import numpy as np
import pytest

from effocr.errors import BundleError, DataFormatError
from effocr.recognizer.exemplars import choose_rows, prune_rows
from effocr.recognizer.index import Collection, GlyphIndex
from effocr.recognizer.origins import Origin


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


def taught_index() -> GlyphIndex:
    """Common rows a and b; in the collection b's shape is a d, and c is new."""
    index = GlyphIndex.create(4)
    index.add(np.eye(4, dtype=np.float32)[:2], ["a", "b"])
    rows = np.array([[0.1, 0.95, 0.3, 0], [0, 0, 1, 0]], np.float32)
    collection = Collection(name="fraktur", threshold=0.02, bonus=0.1, lines=3)
    return index.with_collection(collection, rows, ["d", "c"])


B_OF_OTHERS = np.array([[0, 1, 0, 0]], np.float32)
D_OF_COLLECTION = np.array([[0.1, 0.95, 0.29, 0]], np.float32)
C_OF_COLLECTION = np.array([[0, 0.1, 0.99, 0]], np.float32)


def test_rows_of_a_collection_answer_on_its_lines_only() -> None:
    index = taught_index()
    glyphs = np.concatenate((B_OF_OTHERS, D_OF_COLLECTION, C_OF_COLLECTION))
    found = index.search(glyphs, 1, ends=[1, 3])
    assert found.labels == [["b"], ["d"], ["c"]]
    # Alone on a line, the b of others still is one: it is more alike to the common row.
    assert index.search(B_OF_OTHERS, 3).labels[0] == ["b", "a"]


def test_the_bonus_decides_and_the_cosine_is_given() -> None:
    found = taught_index().search(np.concatenate((B_OF_OTHERS, C_OF_COLLECTION)), 2, ends=[2])
    assert found.labels[0] == ["d", "b"]  # on a line of the collection
    assert found.similarities[0, 1] == pytest.approx(1.0)
    assert found.similarities[0, 0] < 1.0


def test_what_a_collection_was_learnt_from_is_kept_and_replaced_by_name(tmp_path: Path) -> None:
    index = taught_index()
    index.save(tmp_path)
    again = GlyphIndex.load(tmp_path)
    assert again.collections == index.collections
    assert again.counts("fraktur") == {"c": 1, "d": 1}
    assert again.search(D_OF_COLLECTION, 1).labels == [["d"]]
    anew = again.with_collection(Collection(name="fraktur"), C_OF_COLLECTION, ["e"])
    assert anew.labels == ("a", "b", "e")
    assert len(again) == 4  # the copy is another index
    assert anew.with_collection(Collection(name="greek"), C_OF_COLLECTION, ["f"]).counts() == {
        "a": 1, "b": 1, "e": 1, "f": 1,
    }  # fmt: skip


def test_handicaps_of_a_collection_hold_on_its_lines() -> None:
    index = taught_index().with_handicaps({"d": 0.5})
    assert index.search(D_OF_COLLECTION, 1).labels == [["b"]]
    own = index.collections[0].model_copy(update={"handicaps": {"d": 0.0}})
    rows = index.embeddings[2:]
    assert index.with_collection(own, rows, ["d", "c"]).search(D_OF_COLLECTION, 1).labels == [["d"]]


def test_ranks_and_gains_are_those_of_the_collection() -> None:
    index = taught_index()
    common, own = index.ranks(D_OF_COLLECTION), index.ranks(D_OF_COLLECTION, "fraktur")
    assert index.characters == ("a", "b", "d", "c")
    assert common[0, 2:].tolist() == [-np.inf, -np.inf]
    row = index.embeddings[2]
    assert own[0, 2] == pytest.approx(float(D_OF_COLLECTION[0] @ row) + 0.1)
    gains = index.style_gains(np.concatenate((B_OF_OTHERS, C_OF_COLLECTION)), [1, 2, 2], "fraktur")
    assert gains[0] == pytest.approx(float(B_OF_OTHERS[0] @ row) - 1.0)
    assert gains[1] == pytest.approx(0.99 - 0.1)
    assert gains[2] == -np.inf


def test_removing_a_character_forgets_it_in_collections_too() -> None:
    index = taught_index()
    assert index.remove("c") == 1
    assert index.counts("fraktur") == {"d": 1}
    assert index.search(D_OF_COLLECTION, 1).labels == [["d"]]


@pytest.mark.parametrize(
    "content",
    [
        {"collections": [{"name": "x"}], "owners": [0, 2]},
        {"collections": [{"name": "x"}], "owners": [0]},
        {"collections": [{"name": ""}], "owners": [0, 1]},
        {"collections": [{"nam": "x"}], "owners": [0, 1]},
        {"collections": [], "owners": [0, 1]},
        {"collections": [{"name": "x"}, {"name": "x"}], "owners": [1, 2]},
    ],
)
def test_owners_that_do_not_fit_the_collections_are_refused(
    tmp_path: Path, content: dict[str, object]
) -> None:
    index = GlyphIndex.create(4)
    index.add(np.eye(4, dtype=np.float32)[:2], ["a", "b"])
    index.save(tmp_path)
    given = {"labels": ["a", "b"], "handicaps": {}, **content}
    (tmp_path / "labels.json").write_text(json.dumps(given), encoding="utf-8")
    with pytest.raises(BundleError, match=r"collection"):
        GlyphIndex.load(tmp_path)


def test_where_no_row_counts_everywhere_the_nearest_collection_answers() -> None:
    rows = np.eye(4, dtype=np.float32)
    index = GlyphIndex.create(4)
    for name, place in (("first", 0), ("second", 2)):
        collection = Collection(name=name, threshold=9.0)
        index = index.with_collection(collection, rows[place : place + 2], [f"{place}", name])
    assert index.search(rows, 1, ends=[2, 4]).labels == [["0"], ["first"], ["2"], ["second"]]
    assert GlyphIndex.create(4).search(rows, 2).labels == [[]] * 4


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_collection_that_counts_everywhere_leaves_the_lines_of_others_alone(
    order: tuple[int, int],
) -> None:
    rows = np.eye(4, dtype=np.float32)
    index = GlyphIndex.create(4)
    index.add(rows[:1], ["a"])
    parts = [("typescript", -2.0, 1), ("fraktur", 0.02, 2)]
    for name, threshold, place in (parts[number] for number in order):
        collection = Collection(name=name, threshold=threshold)
        index = index.with_collection(collection, rows[place : place + 1], [name])
    lines = np.array([[0.1, 0, 0.9, 0], [0.1, 0.9, 0, 0], [0.9, 0.1, 0, 0]], np.float32)
    found = index.search(lines, 1, ends=[1, 2, 3]).labels
    assert found == [["fraktur"], ["typescript"], ["a"]]


def test_origins_are_saved_with_the_rows_and_go_with_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    one, other = (Origin(source=f"{name}.png", sha256=name * 64) for name in "ab")
    index = GlyphIndex.create(16)
    index.add(unit_rows(rng, 2), ["x", "y"])
    index.add(unit_rows(rng, 3), ["y", "z", "z"], [one, other, one])
    index.save(tmp_path)
    loaded = GlyphIndex.load(tmp_path)
    expected = [("x", None, None), ("y", None, None)]
    expected += [("y", None, one), ("z", None, other), ("z", None, one)]
    assert loaded.origins() == expected
    loaded.remove("y")
    assert loaded.origins() == [expected[0], *expected[3:]]
    names = json.loads((tmp_path / "labels.json").read_text(encoding="utf-8"))
    names["origins"][0] = 3
    (tmp_path / "labels.json").write_text(json.dumps(names), encoding="utf-8")
    with pytest.raises(BundleError, match="origins of the rows"):
        GlyphIndex.load(tmp_path)
