"""Training: exact resume, starts, losses that are never hidden."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from effocr.ctc.alphabet import Alphabet
from effocr.ctc.config import CtcTraining
from effocr.ctc.lines import PlainLine, spell_lines
from effocr.ctc.model import Crnn
from effocr.ctc.start import load_start
from effocr.ctc.train import (
    CtcData,
    Validation,
    alphabet_of_run,
    ctc_loss,
    load_reader,
    train_ctc,
)
from effocr.errors import TrainingError
from effocr.training.checkpoints import load_checkpoint
from effocr.training.config import load_config

Settings = Callable[..., CtcTraining]


def test_a_resumed_run_equals_an_uninterrupted_one(
    small_data: CtcData, small_training: Settings, tmp_path: Path
) -> None:
    still = {"schedule": "constant", "warmup": 0.0}
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    config = small_training(max_steps=4, **still)
    train_ctc(small_data, config, run=whole)
    train_ctc(small_data, small_training(max_steps=2, **still), run=parts)
    assert train_ctc(small_data, config, run=parts, resume=parts).step == 4
    one, other = load_checkpoint(whole)["model"], load_checkpoint(parts)["model"]
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert load_config(CtcTraining, whole / "config.yaml") == config
    assert alphabet_of_run(whole) == small_data.alphabet


def test_a_run_starts_from_another_with_other_characters(
    small_data: CtcData, small_training: Settings, tmp_path: Path
) -> None:
    train_ctc(small_data, small_training(), run=tmp_path / "one")
    more = Alphabet((*small_data.alphabet.characters, "x"))
    lines, _ = spell_lines([line.line for line in small_data.lines], more, small_training())
    still = small_training(
        max_steps=1, learning_rate=1e-12, warmup=0.0, schedule="constant", weight_decay=0
    )
    data = CtcData(lines, (), more)
    train_ctc(data, still, run=tmp_path / "two", start=load_start(tmp_path / "one"))
    one, two = (load_start(tmp_path / run).weights for run in ("one", "two"))
    assert torch.allclose(one["gru.weight_hh_l0"], two["gru.weight_hh_l0"], atol=1e-6)
    assert torch.allclose(one["output.0.bias"], two["output.0.bias"][:-1], atol=1e-6)


def test_the_state_of_an_optimizer_goes_on_with_the_same_alphabet_only(
    small_data: CtcData, small_training: Settings, tmp_path: Path
) -> None:
    train_ctc(small_data, small_training(), run=tmp_path / "one")  # 4 steps
    state = load_checkpoint(tmp_path / "one")["optimizer"]
    start = replace(load_start(tmp_path / "one"), optimizer=state)
    more = Alphabet((*small_data.alphabet.characters, "x"))
    lines, _ = spell_lines([line.line for line in small_data.lines], more, small_training())
    for name, data, steps in (("same", small_data, 6), ("more", CtcData(lines, (), more), 2)):
        train_ctc(data, small_training(max_steps=2), run=tmp_path / name, start=start)
        assert load_checkpoint(tmp_path / name)["optimizer"]["state"][0]["step"] == steps


def test_the_network_of_a_run_is_opened_with_its_alphabet(
    small_data: CtcData, small_training: Settings, tmp_path: Path
) -> None:
    train_ctc(small_data, small_training(), run=tmp_path)
    model, training, alphabet = load_reader(tmp_path)
    assert not model.training
    assert training == small_training()
    assert alphabet == small_data.alphabet
    figures = Validation(small_data.validation, alphabet, training)(model)
    assert figures.keys() == {"cer", "wer", "exact", "val_loss"}
    assert figures["cer"] == pytest.approx(load_checkpoint(tmp_path / "best.pt")["best"])


def test_the_watcher_sees_every_validation(
    small_data: CtcData, small_training: Settings, tmp_path: Path
) -> None:
    seen = []
    train_ctc(
        small_data, small_training(), run=tmp_path,
        watcher=lambda model, optimizer, figures: seen.append((model, optimizer, figures)),
    )  # fmt: skip
    assert len(seen) == 2
    assert seen[0][2]["cer"] >= 0
    assert seen[0][1].state_dict()["state"]


def test_the_watcher_is_called_where_there_is_nothing_to_measure_on(
    small_data: CtcData, small_training: Settings, tmp_path: Path
) -> None:
    seen: list[object] = []
    data = replace(small_data, validation=())
    outcome = train_ctc(
        data, small_training(), run=tmp_path,
        watcher=lambda model, optimizer, figures: seen.append(figures),
    )  # fmt: skip
    assert (seen, outcome.best) == ([{}, {}], None)
    assert (tmp_path / "best.pt").is_file()


def test_a_loss_that_is_not_finite_stops_with_a_hint(
    small_data: CtcData, small_training: Settings, tmp_path: Path
) -> None:
    wild = small_training(max_steps=50, learning_rate=1e30, schedule="constant", clip_norm=None)
    with pytest.raises(TrainingError, match=r"lower loop\.learning_rate"):
        train_ctc(small_data, wild, run=tmp_path)


def test_a_text_too_long_for_its_line_is_an_infinite_loss_and_not_hidden() -> None:
    log_probs = torch.full((3, 1, 3), 1 / 3).log()
    batch = {
        "classes": torch.tensor([[1, 1, 1]]), "columns": torch.tensor([3]),
        "lengths": torch.tensor([3]),
    }  # fmt: skip
    assert torch.isinf(ctc_loss(log_probs, batch))


def test_the_loss_sees_the_line_and_not_its_padding() -> None:
    generator = torch.Generator().manual_seed(0)
    log_probs = torch.randn(6, 2, 4, generator=generator).log_softmax(2)
    batch = {
        "classes": torch.tensor([[1, 2, -1], [3, 1, 2]]), "columns": torch.tensor([4, 6]),
        "lengths": torch.tensor([2, 3]),
    }  # fmt: skip
    changed = log_probs.clone()
    changed[4:, 0] = torch.randn(2, 4, generator=generator).log_softmax(1)
    assert ctc_loss(log_probs, batch) == ctc_loss(changed, batch)


def test_a_line_of_unknown_characters_alone_is_measured(
    small_data: CtcData, small_training: Settings
) -> None:
    unknown = PlainLine.of(small_data.lines[0].line.grey, "xyz", "here")
    lines, skipped = spell_lines([unknown], small_data.alphabet, small_training(), measured=True)
    assert not skipped
    model = Crnn(small_training().model, classes=small_data.alphabet.classes).eval()
    figures = Validation(lines, small_data.alphabet, small_training())(model)
    assert figures["cer"] >= 1.0
    assert figures["val_loss"] >= 0


def test_runs_of_something_else_are_refused(tmp_path: Path) -> None:
    from effocr.training.checkpoints import save_checkpoint

    save_checkpoint({"settings": {"kind": "localizer"}}, tmp_path / "last.pt")
    with pytest.raises(TrainingError, match="not of a sequence reader"):
        alphabet_of_run(tmp_path)
