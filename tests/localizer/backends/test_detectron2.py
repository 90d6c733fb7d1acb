"""A Detectron2 localizer to read with; what is said where Detectron2 is absent."""

from pathlib import Path

import pytest

from effocr.errors import MissingDependencyError, UsageError
from effocr.localizer.backends import detectron2_config
from effocr.localizer.backends.detectron2 import Detectron2Localizer, config_in
from effocr.localizer.backends.detectron2_config import Detectron2Training, find_config
from effocr.localizer.backends.detectron2_train import train_detectron2
from effocr.pipeline.images import load_image
from tests.localizer.backends.detectron2_plans import YAML


def test_without_detectron2_one_line_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(detectron2_config, "find_spec", lambda name: None)
    (tmp_path / "config.yaml").write_text("MODEL: {}")
    for call in (
        lambda: Detectron2Localizer(tmp_path),
        lambda: find_config(YAML),
        lambda: train_detectron2((), (), Detectron2Training(), run=tmp_path, load=load_image),
    ):
        with pytest.raises(MissingDependencyError, match="--no-build-isolation") as error:
            call()
        assert "--backend native" in str(error.value)
        assert "\n" not in str(error.value)


def test_defect_55_a_yaml_of_any_name_is_the_config_of_a_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no config"):
        config_in(tmp_path)
    (tmp_path / "lazy.py").write_text("")
    assert config_in(tmp_path).name == "lazy.py"
    (tmp_path / "mine.yml").write_text("")
    assert config_in(tmp_path / "model_best.pth").name == "mine.yml"
    (tmp_path / "other.yaml").write_text("")
    with pytest.raises(UsageError, match=r"several configs \(mine.yml, other.yaml\)"):
        config_in(tmp_path)
    (tmp_path / "config.yaml").write_text("")
    assert config_in(tmp_path).name == "config.yaml"
