"""The original's encoder and classifier: any network, from local files only."""

import pickle
import socket
from pathlib import Path

import numpy as np
import pytest
import torch

from effocr.errors import TrainingError, UsageError
from effocr.recognizer.classic import ClassicEncoder, build_classic, read_weights
from effocr.recognizer.classifier import build_classifier
from effocr.recognizer.squares import network_input

SIZE = 32
SQUARES = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (3, SIZE, SIZE), np.uint8))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection is an error."""

    def refuse(*_: object) -> None:
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def small(*, weights: Path | None = None, seed: int = 0) -> ClassicEncoder:
    torch.manual_seed(seed)
    return build_classic(timm="glyphnet", hf=None, size_px=SIZE, weights=weights).eval()


@pytest.fixture
def hugging_face(tmp_path: Path) -> Path:
    """Folder of a tiny vision transformer without weights."""
    from transformers import ViTConfig

    config = ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        image_size=SIZE, patch_size=8,
    )  # fmt: skip
    config.save_pretrained(tmp_path / "vit")
    return tmp_path / "vit"


def test_fact_1_the_normalisation_is_inside_and_that_of_squares() -> None:
    encoder = small()
    expected = encoder.net(torch.from_numpy(network_input(SQUARES.numpy())))
    assert torch.allclose(encoder.features(SQUARES), expected, atol=1e-5)
    lengths = encoder(SQUARES).norm(dim=1)
    assert torch.allclose(lengths, torch.ones(3), atol=1e-5)
    assert encoder.embedding_size == expected.shape[1]


def test_defect_16_a_network_is_built_on_the_cpu_without_a_download() -> None:
    encoder = build_classic(timm="mobilenetv3_small_050.lamb_in1k", hf=None, size_px=SIZE)
    assert next(encoder.parameters()).device.type == "cpu"
    assert all(name.startswith("net.") for name in encoder.state_dict())


def test_defect_16_a_hugging_face_network_comes_from_a_local_folder(hugging_face: Path) -> None:
    encoder = build_classic(timm=None, hf=str(hugging_face), size_px=48).eval()
    hidden = encoder.net(torch.from_numpy(network_input(np.zeros((1, 48, 48), np.uint8))))
    found = encoder.features(torch.zeros(1, 48, 48, dtype=torch.uint8))
    assert torch.equal(found, hidden.last_hidden_state[:, 0])


def test_weights_of_a_hugging_face_folder_are_used(hugging_face: Path, tmp_path: Path) -> None:
    from transformers import ViTConfig, ViTForImageClassification

    saved = ViTForImageClassification(ViTConfig.from_pretrained(hugging_face))
    saved.save_pretrained(tmp_path / "saved")
    token = saved.vit.embeddings.cls_token
    from_folder = build_classic(timm=None, hf=str(tmp_path / "saved"), size_px=SIZE)
    assert torch.equal(from_folder.net.embeddings.cls_token, token)
    # the file keeps the names that older versions gave
    weights = tmp_path / "saved" / "model.safetensors"
    from_file = build_classic(timm=None, hf=str(hugging_face), size_px=SIZE, weights=weights)
    assert torch.equal(from_file.net.embeddings.cls_token, token)


@pytest.mark.parametrize(
    ("timm", "hf", "message"),
    [
        ("mobilnet_v9", None, "timm has no network 'mobilnet_v9'"),
        (None, "microsoft/no-such-model", "nothing is downloaded"),
        (None, None, "name one network"),
        ("glyphnet", "some/model", "name one network"),
        ("vit_tiny_patch16_224", None, "can't take 8 x 8 pixels"),
    ],
)
def test_an_unknown_network_is_named(timm: str | None, hf: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        build_classic(timm=timm, hf=hf, size_px=8)


@pytest.mark.parametrize("prefix", ["net.", "", "module.net.", "module."])
def test_checkpoints_of_every_key_style_are_read(prefix: str, tmp_path: Path) -> None:
    encoder = small()
    weights = {prefix + name: value for name, value in encoder.net.state_dict().items()}
    torch.save(weights, tmp_path / "enc_best.pth")
    read = small(weights=tmp_path, seed=1)  # the folder means its enc_best.pth
    assert torch.equal(read(SQUARES), encoder(SQUARES))


def test_a_checkpoint_of_another_architecture_is_refused_by_name(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(3, 4).state_dict(), tmp_path / "other.pth")
    with pytest.raises(TrainingError, match=r"of another model: features\.0\.weight is missing"):
        small(weights=tmp_path / "other.pth")
    weights = small().state_dict()
    weights["net.features.0.weight"] = torch.zeros(5, 3, 3, 3)
    torch.save(weights, tmp_path / "shape.pth")
    with pytest.raises(TrainingError, match=r"features\.0\.weight is \[5, 3, 3, 3\]"):
        small(weights=tmp_path / "shape.pth")


class _Trap:
    """A pickle that makes a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path) -> None:
    sign = tmp_path / "ran"
    (tmp_path / "plain.pth").write_bytes(pickle.dumps({"net.weight": _Trap(sign)}, protocol=2))
    torch.save({"net.weight": _Trap(sign)}, tmp_path / "zipped.pth")
    for name in ("plain.pth", "zipped.pth"):
        with pytest.raises(TrainingError, match="not a readable checkpoint"):
            read_weights(tmp_path / name)
    assert not sign.exists()


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file of weights"):
        read_weights(tmp_path / "enc_best.pth")
    with pytest.raises(UsageError, match="no weights here"):
        read_weights(tmp_path)


def test_defect_18_a_classifier_is_read_back_and_starts_from_an_encoder(tmp_path: Path) -> None:
    model = build_classifier(timm="glyphnet", hf=None, size_px=SIZE, classes=5).eval()
    assert model(SQUARES).shape == (3, 5)
    torch.save(model.state_dict(), tmp_path / "enc_best.pth")
    again = build_classifier(timm="glyphnet", hf=None, size_px=SIZE, classes=5, weights=tmp_path)
    assert torch.equal(again.eval()(SQUARES), model(SQUARES))
    small(weights=tmp_path)  # an encoder takes what is under the classifier
    torch.save(small().state_dict(), tmp_path / "encoder.pth")
    build_classifier(
        timm="glyphnet", hf=None, size_px=SIZE, classes=5, weights=tmp_path / "encoder.pth"
    )
    with pytest.raises(TrainingError, match=r"head\.weight is"):
        build_classifier(timm="glyphnet", hf=None, size_px=SIZE, classes=6, weights=tmp_path)


def test_a_hugging_face_classifier_has_its_own_head(hugging_face: Path) -> None:
    model = build_classifier(timm=None, hf=str(hugging_face), size_px=SIZE, classes=4).eval()
    assert model(SQUARES).shape == (3, 4)
