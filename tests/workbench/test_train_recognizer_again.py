"""Classic trainings that are repeated, go on, or start from the weights of another."""

from pathlib import Path
from typing import Any

import pytest
import torch

from effocr.errors import UsageError
from effocr.training.checkpoints import save_checkpoint
from tests.workbench.small_classic import Draw, train


def test_defect_28_the_same_seed_gives_the_same_weights(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    for run, seed in (("one", 3), ("two", 3), ("other", 4)):
        train(root, run, loop={"epochs": 2, "seed": seed})
    one, two, other = (
        torch.load(root.parent / run / "enc_best.pth") for run in ("one", "two", "other")
    )
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)
    for file in ("hns.txt", "ref.txt", "ref.index"):
        assert (root.parent / "one" / file).read_bytes() == (
            root.parent / "two" / file
        ).read_bytes()


def test_defect_28_a_resumed_run_equals_an_uninterrupted_one(
    draw_glyph_set: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = draw_glyph_set()
    file = root.parent / "sets.txt"
    file.write_text("aot\nI.m\n")
    given: dict[str, Any] = {
        "hard_negatives": file, "loop": {"epochs": 3, "save_every": 2, "seed": 1}
    }  # fmt: skip
    train(root, "whole", **given)

    def stop_after_4(state: dict[str, Any], path: Path) -> None:
        save_checkpoint(state, path)
        if state["step"] == 4:
            raise RuntimeError("stop")

    with monkeypatch.context() as patch:
        patch.setattr("effocr.training.loop.save_checkpoint", stop_after_4)
        with pytest.raises(RuntimeError, match="stop"):
            train(root, "halves", **given)
    train(root, "halves", resume=True, **given)
    whole, halves = (torch.load(root.parent / run / "enc_best.pth") for run in ("whole", "halves"))
    assert all(torch.equal(whole[name], halves[name]) for name in whole)


def test_defect_28_a_resumed_run_needs_its_first_weights_no_more(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    train(root, "first")
    weights = root.parent / "first" / "enc_best.pth"
    train(root, "second", weights=weights)
    weights.unlink()
    outcome = train(root, "second", weights=weights, loop={"epochs": 2}, resume=True)
    assert outcome.run.step == 6


def test_a_run_does_not_go_on_with_other_settings(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    train(root)
    for changed, message in (
        ({"batch_size": 12}, "batch_size 16, not 12"),
        ({"size_px": 48}, "size_px 32, not 48"),
        ({"loop": {"learning_rate": 1e-3}}, "learning_rate 0.002, not 0.001"),
    ):
        with pytest.raises(UsageError, match=message):
            train(root, resume=True, **changed)
    train(root, resume=True, mined=3, test_at_end=True, loop={"epochs": 2, "log_every": 1})


def test_a_new_run_does_not_take_away_the_weights_it_starts_from(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    train(root)
    before = (root.parent / "run" / "enc_best.pth").read_bytes()
    for weights in (root.parent / "run", root.parent / "run" / "enc_best.pth"):
        with pytest.raises(UsageError, match="another name"):
            train(root, weights=weights)
    assert (root.parent / "run" / "enc_best.pth").read_bytes() == before


def test_training_starts_from_a_checkpoint(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    train(root, "first")
    weights = root.parent / "first" / "enc_best.pth"
    still = {"learning_rate": 1e-12, "weight_decay": 0.0}
    train(root, "second", weights=weights, loop=still)
    first, second = torch.load(weights), torch.load(root.parent / "second" / "enc_best.pth")
    assert torch.allclose(
        first["net.features.0.weight"], second["net.features.0.weight"], atol=1e-6
    )
