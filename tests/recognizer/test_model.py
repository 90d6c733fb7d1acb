"""Every timm network can be the encoder; normalisation is inside."""

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from effocr.errors import TrainingError, UsageError
from effocr.recognizer.config import EncoderConfig
from effocr.recognizer.model import build_encoder

CROPS = torch.randint(
    0, 255, (3, 40, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("glyphnet", None),
        ("mobilenetv3_small_050", (64, 64)),
        ("resnet10t", (40, 32)),
        ("vit_tiny_patch16_224", (64, 48)),
        ("test_vit", None),
    ],
)
def test_embeddings_have_unit_length_whatever_the_network(
    name: str, size: tuple[int, int] | None
) -> None:
    encoder = build_encoder(
        EncoderConfig(timm_name=name, input_size=size, embedding_size=24)
    ).eval()
    with torch.no_grad():
        embeddings = encoder(CROPS)
    assert embeddings.shape == (3, 24)
    assert embeddings.norm(dim=1).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    assert embeddings.dtype == torch.float32


def test_the_default_network_is_small() -> None:
    encoder = build_encoder(EncoderConfig())
    assert encoder.input_size is None
    parameters = sum(p.numel() for p in encoder.parameters())
    multiply_adds = []
    for layer in encoder.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(
                lambda module, _, out: multiply_adds.append(
                    out.shape[2] * out.shape[3] * module.weight.numel()
                )
            )
    encoder.eval()(CROPS[:1])
    assert parameters < 1_000_000
    assert 4e6 < sum(multiply_adds) < 8e6


def test_blank_paper_is_zero_for_the_network() -> None:
    encoder = build_encoder(EncoderConfig()).eval()
    seen = []
    encoder.backbone.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    encoder(torch.stack((torch.full((40, 32), 255), torch.zeros(40, 32))).to(torch.uint8))
    assert seen[0][0].abs().max() == 0
    assert seen[0][1].min() == 1


def test_weights_come_from_a_local_file_and_colour_is_summed(tmp_path: Path) -> None:
    colour = timm.create_model("resnet10t", pretrained=False)
    save_file(colour.state_dict(), tmp_path / "w.safetensors")
    config = EncoderConfig(timm_name="resnet10t", input_size=(40, 32))
    encoder = build_encoder(config, weights=tmp_path / "w.safetensors")
    name = next(n for n, p in colour.named_parameters() if p.dim() == 4)
    expected = colour.state_dict()[name].sum(dim=1, keepdim=True)
    assert torch.allclose(encoder.backbone.state_dict()[name], expected)
    with pytest.raises(TrainingError, match="lacks"):
        build_encoder(EncoderConfig(), weights=tmp_path / "w.safetensors")
    with pytest.raises(UsageError, match="no such file"):
        build_encoder(config, weights=tmp_path / "absent.pt")


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [("resnet_10t", None, "timm has no network"), ("vit_tiny_patch16_224", (10, 10), "can't take")],
)
def test_what_can_not_be_built_is_an_error_of_use(
    name: str, size: tuple[int, int] | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        build_encoder(EncoderConfig(timm_name=name, input_size=size))
