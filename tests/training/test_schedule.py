"""Learning rates rise and fall as named."""

import pytest
import torch

from effocr.training.schedule import rate_factor


def test_one_cycle_matches_torch() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    steps = 101
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1.0, total_steps=steps, pct_start=0.3, final_div_factor=400
    )
    highest = 0.0
    for step in range(steps):
        ours = rate_factor("one-cycle", step, steps=steps, warmup=0.3)
        assert ours == pytest.approx(optimizer.param_groups[0]["lr"], abs=0.06)
        highest = max(highest, ours)
        optimizer.step()
        theirs.step()
    assert highest == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("schedule", ["one-cycle", "cosine"])
def test_rates_rise_once_fall_once_and_stay_positive(schedule: str) -> None:
    rates = [rate_factor(schedule, step, steps=200, warmup=0.1) for step in range(200)]  # type: ignore[arg-type]
    top = rates.index(max(rates))
    assert 18 <= top <= 21
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert 0 < rates[-1] < 0.001
    assert min(rates) > 0
