"""Configuration comes from defaults, a file, arguments and overrides, and refuses in one line."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from effocr.errors import UsageError
from effocr.training.config import LoopConfig, load_config, save_config


class Nested(BaseModel, frozen=True, extra="forbid"):
    name: str = "a"
    loop: LoopConfig = LoopConfig()


def test_overrides_win_over_arguments_and_those_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text("name: b\nloop: {max_steps: 10, learning_rate: 1e-3}\n", encoding="utf-8")
    config = load_config(Nested, file, overrides=["loop.max_steps=30"], name="c")
    assert (config.name, config.loop.max_steps, config.loop.learning_rate) == ("c", 30, 0.001)
    assert load_config(Nested, file, name=None).name == "b"


def test_one_value_of_a_group_keeps_the_other_defaults_of_the_group(tmp_path: Path) -> None:
    class Trained(BaseModel, frozen=True, extra="forbid"):
        loop: LoopConfig = LoopConfig(best="f_score", ema_decay=0.9)

    (tmp_path / "run.yaml").write_text("loop: {seed: 3}", encoding="utf-8")
    config = load_config(Trained, tmp_path / "run.yaml", overrides=["loop.max_steps=9"])
    assert config.loop == LoopConfig(best="f_score", ema_decay=0.9, seed=3, max_steps=9)


def test_a_saved_configuration_reads_back_equal(tmp_path: Path) -> None:
    config = Nested(name="ﬁ", loop=LoopConfig(ema_decay=0.99, trackers=("wandb",)))
    save_config(config, tmp_path / "config.yaml")
    assert load_config(Nested, tmp_path / "config.yaml") == config


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("loop.max_steps", "expected NAME=VALUE"),
        ("loop.max_steps=many", "loop.max_steps: Input should be a valid integer"),
        ("loop.max_step=3", "loop.max_step: Extra inputs"),
        ("nmae=x", "nmae: Extra inputs are not permitted .known: name, loop"),
        ("name.first=x", "name is a value"),
        ("name=[", "not a YAML value"),
    ],
)
def test_bad_overrides_are_errors_of_use_that_name_the_place(override: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_config(Nested, overrides=[override], name="a")


def test_a_file_that_is_no_mapping_is_an_error_of_use(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("- a\n", encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("a: b: c\n", encoding="utf-8")
    for name in ("list.yaml", "absent.yaml", "broken.yaml"):
        with pytest.raises(UsageError, match=name) as told:
            load_config(Nested, tmp_path / name)
        assert len(str(told.value).splitlines()) == 1
