"""The torch twins give what their modules give, in the forms that reading expects."""

from pathlib import Path

import numpy as np
import pytest
import torch

from effocr.errors import TrainingError, UsageError
from effocr.localizer import arrays
from effocr.localizer.config import LocalizerConfig, LocalizerTraining
from effocr.localizer.model import DeployedLocalizer, NativeLocalizer
from effocr.pipeline.torch_engines import TorchEncoder, TorchLocalizer
from effocr.recognizer.config import EncoderConfig, RecognizerTraining
from effocr.recognizer.model import build_encoder
from effocr.training.checkpoints import save_checkpoint

SMALL = LocalizerConfig(stem_channels=4, middle_channels=8, deep_channels=8, column_channels=8)


def save_run(run: Path, kind: str, model: torch.nn.Module, config: object, **more: object) -> Path:
    """A run as training leaves it; the averaged weights are those to be used."""
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    raw = {name: torch.zeros_like(tensor) for name, tensor in weights.items()}
    settings = {"kind": kind, "config": config.model_dump(mode="json"), **more}  # type: ignore[attr-defined]
    save_checkpoint({"model": raw, "ema": weights, "settings": settings}, run / "best.pt")
    return run


@pytest.fixture
def localizer_run(tmp_path: Path) -> tuple[Path, NativeLocalizer]:
    torch.manual_seed(0)
    model = NativeLocalizer(SMALL, characters=3).eval()
    config = LocalizerTraining(model=SMALL)
    return save_run(tmp_path / "l", "localizer", model, config, charset=list("abc")), model


@pytest.fixture
def encoder_run(tmp_path: Path) -> tuple[Path, torch.nn.Module]:
    torch.manual_seed(1)
    config = RecognizerTraining(model=EncoderConfig(embedding_size=16))
    model = build_encoder(config.model).eval()
    return save_run(tmp_path / "r", "recognizer", model, config), model


def test_maps_are_pixels_and_probabilities_of_the_averaged_weights(
    localizer_run: tuple[Path, NativeLocalizer],
) -> None:
    run, model = localizer_run
    lines = np.random.default_rng(0).integers(0, 255, (3, 40, 64), np.uint8)
    found = TorchLocalizer(run).maps(lines)
    assert (found.shape, found.dtype) == (
        (3, arrays.CHANNELS + SMALL.column_channels, 32),
        np.float32,
    )
    with torch.no_grad():
        raw = model(torch.from_numpy(lines))[0].numpy()
        assert np.allclose(found, DeployedLocalizer(model)(torch.from_numpy(lines)).numpy())
    probabilities = 1 / (1 + np.exp(-raw[:, [arrays.CENTRE, arrays.GAP]]))
    assert np.allclose(found[:, [arrays.CENTRE, arrays.GAP]], probabilities, atol=1e-5)
    assert np.allclose(found[:, arrays.BASELINE], 28 + 8 * raw[:, arrays.BASELINE], atol=1e-4)


def test_embeddings_have_unit_length_whatever_the_batch(
    encoder_run: tuple[Path, torch.nn.Module],
) -> None:
    run, model = encoder_run
    crops = np.random.default_rng(1).integers(0, 255, (6, 40, 32), np.uint8)
    encoder = TorchEncoder(run)
    found = encoder.embed(crops[::2])  # a view with strides
    assert (found.shape, found.dtype) == ((3, 16), np.float32)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    with torch.no_grad():
        assert np.allclose(found, model(torch.from_numpy(crops))[::2].numpy(), atol=1e-5)
    assert encoder.config.embedding_size == 16


def test_runs_of_the_other_module_and_no_run_are_refused(
    localizer_run: tuple[Path, object], encoder_run: tuple[Path, object], tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match="a recognizer, not of a localizer"):
        TorchLocalizer(encoder_run[0])
    with pytest.raises(TrainingError, match="a localizer, not of a recognizer"):
        TorchEncoder(localizer_run[0])
    with pytest.raises(UsageError, match="no checkpoint here"):
        TorchEncoder(tmp_path / "absent.pt")
