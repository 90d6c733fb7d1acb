"""The moving average of weights against one kept by hand."""

import pytest
import torch
from torch import nn

from effocr.training.average import MovingAverage


def test_weights_follow_the_formula_and_early_ones_are_forgotten_faster() -> None:
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 0.0)
    average, expected = MovingAverage(model, decay=0.9), 0.0
    for step in range(1, 200):
        value = float(step % 7)
        nn.init.constant_(model.weight, value)
        average.update(model, step=step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * value
    assert float(average.model.weight) == pytest.approx(expected, rel=1e-5)


def test_counters_are_copied_and_the_model_itself_is_left_alone() -> None:
    model = nn.Sequential(nn.BatchNorm1d(2))
    average = MovingAverage(model, decay=0.99)
    model.train()(torch.ones(4, 2) * 3)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    average.update(model, step=1000)
    state = average.state_dict()
    assert int(state["0.num_batches_tracked"]) == 1
    assert float(state["0.running_mean"][0]) == pytest.approx(0.01 * 0.3)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
    assert not average.model.training
    assert not any(parameter.requires_grad for parameter in average.model.parameters())


def test_a_saved_average_goes_on_where_it_was() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    one = MovingAverage(model, decay=0.5)
    nn.init.ones_(model.weight)
    one.update(model, step=50)
    two = MovingAverage(nn.Linear(3, 2), decay=0.5)
    two.load_state_dict({name: tensor.clone() for name, tensor in one.state_dict().items()})
    for average in (one, two):
        average.update(model, step=51)
    assert torch.equal(one.model.weight, two.model.weight)
