"""Training tells a dozen glyphs apart in a typeface that it has not seen, and resumes exactly."""

from pathlib import Path

import numpy as np
import pytest
import torch

from effocr.errors import TrainingError
from effocr.recognizer.config import EncoderConfig, Jitter, RecognizerTraining
from effocr.recognizer.gallery import build_index, retrieve
from effocr.recognizer.train import embed_with, load_encoder, train_recognizer
from effocr.training.checkpoints import load_checkpoint, save_checkpoint
from effocr.training.config import LoopConfig
from effocr.training.log import read_log


def small_config(**loop: object) -> RecognizerTraining:
    values = {"max_steps": 60, "validate_every": 30, "save_every": 10, "log_every": 10, **loop}
    return RecognizerTraining(
        batch_size=48,
        loop=LoopConfig.model_validate({"device": "cpu", "ema_decay": 0.9, **values}),
        model=EncoderConfig(embedding_size=16),
    )


def test_training_learns_an_unseen_typeface(tmp_path: Path, draw_source) -> None:  # type: ignore[no-untyped-def]
    source, queries = draw_source(jitter=Jitter()), draw_source(thickness=1)
    outcome = train_recognizer(source, queries, small_config(), run=tmp_path)
    rows = read_log(tmp_path / "log.jsonl")
    assert outcome.best is not None
    assert outcome.best > 0.9
    assert [row for row in rows if "loss" in row][-1]["loss"] < rows[0]["loss"]
    encoder, _ = load_encoder(tmp_path)
    embed = embed_with(encoder)
    index = build_index(embed, draw_source(), rows_per_label=2, rng=np.random.default_rng(0))
    assert max(index.counts().values()) <= 2
    crops = queries.batch(np.random.default_rng(0), np.arange(len(queries.labels)))
    found = retrieve(embed, index, crops=crops, labels=queries.labels)
    assert found.figures()["accuracy"] > 0.9


def test_a_character_that_the_index_lacks_counts_as_an_error(tmp_path: Path, draw_source) -> None:  # type: ignore[no-untyped-def]
    train_recognizer(draw_source(), None, small_config(max_steps=20, warmup=0.1), run=tmp_path)
    embed = embed_with(load_encoder(tmp_path)[0])
    rng = np.random.default_rng(0)
    index = build_index(embed, draw_source(glyphs="abc"), rows_per_label=4, rng=rng)
    queries = draw_source(glyphs="ab☐")
    crops = queries.batch(rng, np.arange(9))
    found = retrieve(embed, index, crops=crops, labels=queries.labels)
    assert found.uncovered == 3
    assert found.right <= 6
    assert found.glyphs == 9
    assert all(truth != answer for truth, answer in found.confusions)


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path, draw_source) -> None:  # type: ignore[no-untyped-def]
    def train(run: Path, *, resume: Path | None = None) -> None:
        config = small_config(max_steps=20, save_every=8, validate_every=10)
        source = draw_source(jitter=Jitter())
        train_recognizer(source, draw_source(thickness=1), config, run=run, resume=resume)

    train(tmp_path / "whole")
    (tmp_path / "whole" / "last.pt").rename(tmp_path / "expected.pt")

    original = save_checkpoint

    def stop_after_16(state: dict[str, object], path: Path) -> None:
        original(state, path)
        if state["step"] == 16:
            raise RuntimeError("stop")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("effocr.training.loop.save_checkpoint", stop_after_16)
        with pytest.raises(RuntimeError, match="stop"):
            train(tmp_path / "halves")
    train(tmp_path / "halves", resume=tmp_path / "halves")
    expected, found = (load_checkpoint(tmp_path / name) for name in ("expected.pt", "halves"))
    for name, tensor in expected["model"].items():
        assert torch.equal(tensor, found["model"][name]), name
    assert expected["best"] == found["best"]


def test_a_run_starts_from_the_weights_of_another(tmp_path: Path, draw_source) -> None:  # type: ignore[no-untyped-def]
    source = draw_source()
    short = small_config(max_steps=12)
    train_recognizer(source, None, short, run=tmp_path / "one")
    still = small_config(max_steps=12, learning_rate=1e-12, ema_decay=None)
    train_recognizer(source, None, still, run=tmp_path / "two", init_from=tmp_path / "one")
    one, two = (load_checkpoint(tmp_path / run / "best.pt") for run in ("one", "two"))
    assert torch.allclose(one["ema"]["embedding.weight"], two["model"]["embedding.weight"])


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    save_checkpoint({"settings": {"kind": "localizer"}}, tmp_path / "best.pt")
    with pytest.raises(TrainingError, match="not of a recognizer"):
        load_encoder(tmp_path)
