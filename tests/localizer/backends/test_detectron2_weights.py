"""Weights for Detectron2: files of the model zoo are read, those that run code are refused."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from effocr.errors import TrainingError, UsageError
from effocr.localizer.backends.detectron2_weights import read_weights


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")  # torch, before it refuses
def test_weights_that_run_code_are_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "was_here",)

    for name in ("evil.pkl", "evil.pth"):
        with (tmp_path / name).open("wb") as file:
            pickle.dump({"model": Evil()}, file)
        with pytest.raises(TrainingError, match=name):
            read_weights(tmp_path / name)
    assert not (tmp_path / "was_here").exists()


def test_weights_of_the_model_zoos_kind_are_read(tmp_path: Path) -> None:
    content = {"model": {"w": np.ones((2, 3), np.float32)}, "__author__": "somebody"}
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(content, protocol))
        weights, author = read_weights(tmp_path / "a.pkl")
        assert (author, weights["w"].shape) == ("somebody", (2, 3))
    (tmp_path / "b.pkl").write_bytes(b"not a pickle")
    for name, message in (("b.pkl", "refused"), ("c.pth", "no such file")):
        with pytest.raises((TrainingError, UsageError), match=message):
            read_weights(tmp_path / name)
