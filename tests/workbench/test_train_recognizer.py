"""Classic training: every mode, the files that it leaves, and bad input."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from effocr.data.hard_negatives import read_hard_negatives
from effocr.data.packed import PACKED_SUFFIX
from effocr.data.packed_writer import PackedWriter
from effocr.errors import TrainingError, UsageError
from effocr.recognizer.classic import build_classic, read_weights
from effocr.training.checkpoints import load_checkpoint
from effocr.training.log import read_log
from effocr.workbench.dataset import open_dataset
from effocr.workbench.files import read_class_map, read_reference
from effocr.workbench.recognizer_parts import measure_on
from effocr.workbench.recognizer_scores import Retrieved
from tests.workbench.small_classic import Draw, names, parts, settings, train


def test_a_run_leaves_the_files_of_the_original(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    outcome = train(root, test_at_end=True, mined=3)
    run = root.parent / "run"
    assert names(run) == {
        "enc_best.pth", "ref.index", "ref.txt", "hns.txt",
        "best.pt", "last.pt", "config.yaml", "log.jsonl", "log.csv",
    }  # fmt: skip
    assert all(name.startswith("net.") for name in torch.load(run / "enc_best.pth"))
    embeddings, labels, _ = read_reference(run)
    assert sorted(labels) == sorted("aoItm.")
    encoder = build_classic(timm="glyphnet", hf=None, size_px=32, weights=run).eval()
    assert embeddings.shape[1] == encoder.embedding_size
    sets = read_hard_negatives(run / "hns.txt")
    assert outcome.mined == len(sets) == 6
    assert all(len(one) == 3 for one in sets)
    assert 0 <= outcome.test["test_accuracy"] <= 1
    rows = read_log(run / "log.jsonl")
    assert {"loss", "accuracy", "accuracy_of_known", "test_accuracy"} <= set().union(*rows)


def test_training_learns_the_glyphs_of_unseen_lines(draw_glyph_set: Draw) -> None:
    outcome = train(draw_glyph_set(), passes=8, loop={"epochs": 6, "learning_rate": 3e-3})
    assert outcome.run.best is not None
    assert outcome.run.best >= 0.8


@pytest.mark.parametrize(("use", "count"), [("both", 30), ("crops", 12), ("renders", 18)])
def test_every_mode_learns_from_its_images(use: str, count: int, draw_glyph_set: Draw) -> None:
    found = parts(draw_glyph_set(), use=use)
    assert len(found.rows) == count
    assert found.squares.drawn[found.rows].sum() == {"both": 18, "crops": 0, "renders": 18}[use]
    train(draw_glyph_set(), use=use)


def test_defect_17_the_best_epoch_is_saved_even_if_none_beats_the_start(
    draw_glyph_set: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = iter((0.9, 0.1, 0.3, 0.2))  # before training, then three epochs

    def falling(*_: object) -> dict[str, float]:
        return {"accuracy": next(figures)}

    monkeypatch.setattr(Retrieved, "__call__", falling)
    root = draw_glyph_set()
    outcome = train(root, loop={"epochs": 3})
    assert outcome.run.best == 0.3
    best = load_checkpoint(root.parent / "run" / "best.pt")
    weights = torch.load(root.parent / "run" / "enc_best.pth")
    assert all(torch.equal(weights[name], best["model"][name]) for name in best["model"])


def test_defect_17_an_earlier_run_of_the_same_name_leaves_nothing_behind(
    draw_glyph_set: Draw, caplog: pytest.LogCaptureFixture
) -> None:
    root = draw_glyph_set()
    run = root.parent / "run"
    run.mkdir()
    for name in ("enc_best.pth", "ref.index", "best.pt", "class_map.json"):
        (run / name).write_bytes(b"old")
    with caplog.at_level(logging.WARNING):
        train(root)
    assert "files of an earlier run are replaced" in caplog.text
    assert read_weights(run)
    assert not (run / "class_map.json").exists()


@pytest.mark.parametrize("classes", [0, 6])
def test_defect_18_a_classifier_is_trained_and_its_checkpoint_taken_up(
    classes: int, draw_glyph_set: Draw
) -> None:
    root = draw_glyph_set()
    outcome = train(root, classes=classes, test_at_end=True)
    run = root.parent / "run"
    assert read_class_map(run) == [chr(int(name)) for name in sorted(names(root))]
    assert not {"ref.index", "ref.txt", "hns.txt"} & names(run)
    assert set(outcome.test) == {"test_accuracy"}
    still = {"learning_rate": 1e-12, "weight_decay": 0.0}
    train(root, "second", classes=classes, weights=run / "enc_best.pth", loop=still)
    first, second = (torch.load(root.parent / name / "enc_best.pth") for name in ("run", "second"))
    assert torch.allclose(first["net.head.weight"], second["net.head.weight"], atol=1e-6)


def test_a_wrong_number_of_classes_is_refused_with_the_right_one(draw_glyph_set: Draw) -> None:
    with pytest.raises(UsageError, match=r"7 classes asked for, .* has 6"):
        train(draw_glyph_set(), classes=7)


def test_defect_18_pictures_of_small_batches_are_drawn(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set("ab")
    train(root, samples=root.parent / "viz", first_epoch=3, batch_size=8, loop={"epochs": 2})
    assert names(root.parent / "viz") == {
        f"train_sample_{epoch}_{i}.png" for epoch in (3, 4) for i in range(8)
    }


def test_a_picture_that_cannot_be_written_is_named(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set("ab")
    (root.parent / "viz" / "train_sample_1_0.png").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"train_sample_1_0\.png: cannot be written"):
        train(root, samples=root.parent / "viz", batch_size=8)


def test_defect_21_finetuning_mines_characters_of_the_index(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    train(root, use="crops", mined=4)
    sets = read_hard_negatives(root.parent / "run" / "hns.txt")
    assert [one[0] for one in sets] == sorted("aoItm.")
    assert all(set(one) <= set("aoItm.") and len(set(one)) == 4 for one in sets)


def test_without_crops_renders_are_mined(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    outcome = train(root, use="renders", mined=2)
    assert outcome.mined == 6


def test_mining_can_be_turned_off(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    assert train(root, mined=0).mined == 0
    assert not (root.parent / "run" / "hns.txt").exists()


def test_more_look_alikes_than_characters_are_all_of_them(
    draw_glyph_set: Draw, caplog: pytest.LogCaptureFixture
) -> None:
    root = draw_glyph_set()
    train(root, mined=50)
    sets = read_hard_negatives(root.parent / "run" / "hns.txt")
    assert {len(one) for one in sets} == {6}
    assert "50 look-alikes asked for" in caplog.text


def test_defect_26_every_image_is_read_once(
    draw_glyph_set: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    from effocr.workbench import dataset

    read: list[str] = []
    original = dataset.load_image

    def count(path: Path) -> Any:
        read.append(str(path))
        return original(path)

    monkeypatch.setattr(dataset, "load_image", count)
    train(draw_glyph_set(), loop={"epochs": 3})
    assert len(read) == len(set(read)) == 6 * 7


def test_defect_27_finetuning_with_crops_outside_the_three_files_works(
    draw_glyph_set: Draw,
) -> None:
    root = draw_glyph_set(lines=("a_1", "b", "a_1_2", "c", "stray"))
    splits = (root.parent / f"{name}.json" for name in ("train", "val", "test"))
    problems = open_dataset(root).split(*splits).problems
    assert any("no split lists (stray)" in str(one) for one in problems)
    train(root, use="crops")


@pytest.mark.parametrize(
    ("lines", "given", "message"),
    [
        (("a_1_2", "c"), {"use": "crops"}, "nothing to learn from"),
        (("a_1", "c"), {"use": "crops"}, "can't choose its best epoch"),
        (("a_1", "a_1_2"), {"use": "crops", "test_at_end": True}, "leave out --test_at_end"),
    ],
)
def test_an_empty_split_that_is_needed_is_named(
    lines: Sequence[str], given: dict[str, Any], message: str, draw_glyph_set: Draw
) -> None:
    with pytest.raises(UsageError, match=message):
        train(draw_glyph_set(lines=lines), **given)


def test_renders_alone_are_learnt_without_any_line(
    draw_glyph_set: Draw, caplog: pytest.LogCaptureFixture
) -> None:
    root = draw_glyph_set(lines=())
    outcome = train(root, use="renders")
    assert outcome.run.best is None
    assert "no crops to validate on" in caplog.text
    assert (root.parent / "run" / "enc_best.pth").is_file()


@pytest.mark.parametrize("classes", [None, 0])
def test_one_class_only_is_refused(classes: int | None, draw_glyph_set: Draw) -> None:
    with pytest.raises(TrainingError, match="1 characters to learn"):
        train(draw_glyph_set("a"), classes=classes)


def test_a_bad_network_is_refused_before_images_are_read(
    draw_glyph_set: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = draw_glyph_set()
    monkeypatch.setattr("effocr.workbench.dataset.load_image", lambda path: pytest.fail(str(path)))
    with pytest.raises(UsageError, match="no network"):
        train(root, timm="resnt18")


def test_an_image_that_can_not_be_read_is_left_out_and_named(
    draw_glyph_set: Draw, caplog: pytest.LogCaptureFixture
) -> None:
    root = draw_glyph_set()
    broken = sorted((root / "97").glob("0x*"))[1]
    broken.write_bytes(b"no image")
    (root / "98").mkdir()  # an empty class
    train(root)
    assert f"{broken}: left out" in caplog.text


def test_a_hugging_face_network_is_trained(draw_glyph_set: Draw, tmp_path: Path) -> None:
    from transformers import ViTConfig

    config = ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        image_size=32, patch_size=8,
    )  # fmt: skip
    config.save_pretrained(tmp_path / "vit")
    root = draw_glyph_set()
    train(root, timm=None, hf=str(tmp_path / "vit"))
    assert "net.embeddings.cls_token" in torch.load(root.parent / "run" / "enc_best.pth")


def test_the_test_figure_is_that_of_the_test_crops(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    outcome = train(root, test_at_end=True)
    found = parts(root, test_at_end=True)
    best = build_classic(timm="glyphnet", hf=None, size_px=32, weights=root.parent / "run").eval()
    measure = measure_on(found.squares, found.squares.test, (), settings())
    assert outcome.test["test_accuracy"] == measure(best)["accuracy"]
    assert {found.squares.samples[row].line for row in found.squares.test} == {"c"}


def test_a_packed_data_set_trains_like_its_folders(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    train(root, "folders")
    data, packed = open_dataset(root), root.parent / f"glyphs{PACKED_SUFFIX}"
    with PackedWriter(packed) as writer:
        for sample in data.samples:
            writer.add(sample.glyph, data.load(sample), Path(str(sample.place)).name)
    train(packed, "packed")
    one, two = (torch.load(root.parent / run / "enc_best.pth") for run in ("folders", "packed"))
    assert all(torch.equal(one[name], two[name]) for name in one)
