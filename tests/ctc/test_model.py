"""The network: its size is that of ocrs, and its columns are those that decoding counts on."""

import pytest
import torch

from effocr.ctc.alphabet import OCRS
from effocr.ctc.arrays import columns_of
from effocr.ctc.config import CrnnConfig
from effocr.ctc.model import Crnn


def test_with_the_alphabet_of_ocrs_it_has_as_many_parameters_as_ocrs() -> None:
    assert len(OCRS.characters) == 96
    model = Crnn(CrnnConfig(), classes=OCRS.classes)
    assert sum(parameter.numel() for parameter in model.parameters()) == 2_426_913


def test_its_tensors_have_the_names_of_ocrs() -> None:
    names = Crnn(CrnnConfig(), classes=97).state_dict().keys()
    assert {"conv.0.bias", "conv.4.running_mean", "conv.20.weight", "output.0.weight"} <= names
    assert "gru.weight_ih_l1_reverse" in names


@pytest.mark.parametrize("width", [16, 64, 256, 300])
def test_a_line_has_the_columns_that_decoding_counts_on(width: int) -> None:
    model = Crnn(CrnnConfig(hidden=8, layers=1), classes=5).eval()
    with torch.no_grad():
        found = model(torch.zeros(2, 1, 64, width))
    assert found.shape == (columns_of(width), 2, 5)
    assert torch.allclose(found.exp().sum(2), torch.ones(columns_of(width), 2), atol=1e-5)


def test_width_256_gives_65_columns() -> None:
    assert columns_of(256) == 65
