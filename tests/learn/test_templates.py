"""Templates of models and the folders that are made of them."""

import hashlib
import re
from pathlib import Path

import pytest
import yaml

from effocr.cli.main import main
from effocr.detector.config import DetectorTraining
from effocr.errors import DataFormatError
from effocr.learn.templates import instantiate_template, list_templates, load_template
from effocr.training.config import load_config

KEYS = [
    "name", "domain", "problem", "framework", "summary", "annotation_format", "initial_weights",
    "dependencies", "max_nodes", "training_target", "inference_target", "hyper_parameters",
    "output_format", "optimisations", "metrics", "gpu_num", "tensorboard", "config",
]  # fmt: skip


@pytest.mark.parametrize("path", list_templates().values(), ids=list_templates())
def test_our_templates_have_the_keys_and_settings_that_train(path: Path) -> None:
    assert list(yaml.safe_load(path.read_text("utf-8"))) == KEYS
    template = load_template(path)
    assert template.name == path.parent.name
    settings = load_config(DetectorTraining, path.parent / template.config)
    assert settings.look.level == "word"
    # Guides take the number of epochs out of the file with grep and tr.
    lines = [line for line in path.read_text("utf-8").splitlines() if "epochs" in line]
    assert int(re.sub(r"\D", "", "".join(lines))) == template.hyper_parameters.basic.epochs


def test_commands_list_and_instantiate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "templates"]) == 0
    printed = capsys.readouterr().out
    assert "text-spotting-words-lite\t" in printed
    work = tmp_path / "work"
    assert main(["models", "instantiate", "text-spotting-words-lite", "--out", str(work)]) == 0
    files = {"template.yaml", "detector.yaml", "train.py", "eval.py", "export.py", "visualize.py"}
    assert {file.name for file in work.iterdir()} == files
    assert main(["models", "instantiate", "text-spotting-words", "--out", str(work)]) == 2
    assert "already" in capsys.readouterr().err
    assert main(["models", "instantiate", "nothing", "--out", str(work)]) == 2
    assert "known are text-spotting-words" in capsys.readouterr().err
    path = str(list_templates()["text-spotting-words"])
    assert main(["compat", "instantiate-template", path, str(tmp_path / "other")]) == 0
    assert (tmp_path / "other" / "train.py").is_file()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A template of one's own whose weights are a dependency."""
    folder = tmp_path / "own"
    folder.mkdir()
    source = list_templates()["text-spotting-words-lite"]
    content = yaml.safe_load(source.read_text("utf-8"))
    (folder / "detector.yaml").write_text("{}", "utf-8")
    (tmp_path / "weights.pth").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    weights = {"source": "../weights.pth", "destination": "snapshot.pth", "sha256": digest}
    content["dependencies"] = [{**weights, "size": 7}]
    content["initial_weights"] = "snapshot.pth"
    (folder / "template.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return folder / "template.yaml"


def test_a_dependency_is_checked_by_size_and_sum_before_anything_is_written(
    own: Path, tmp_path: Path
) -> None:
    instantiate_template(own, tmp_path / "a")
    assert (tmp_path / "a" / "snapshot.pth").read_bytes() == b"weights"
    (tmp_path / "weights.pth").write_bytes(b"weighty")
    with pytest.raises(DataFormatError, match="sha256"):
        instantiate_template(own, tmp_path / "b")
    (tmp_path / "weights.pth").write_bytes(b"short")
    with pytest.raises(DataFormatError, match="5 bytes, not 7"):
        instantiate_template(own, tmp_path / "b")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"dependencies": [{"source": "https://x/y.pth", "destination": "y"}]}, "downloaded"),
        ({"dependencies": [{"source": "a", "destination": "../y"}]}, "leads out"),
        ({"dependencies": [{"source": "gone", "destination": "y"}]}, "no file"),
        ({"config": "none.yaml"}, "no file none.yaml"),
        ({"hyper_parameters": {"basic": {"epochs": 0}}}, "hyper_parameters.basic"),
        ({"speed": 3}, "speed"),
    ],
)
def test_a_wrong_template_is_refused_by_key(
    own: Path, tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    content = {**yaml.safe_load(own.read_text("utf-8")), **change}
    own.write_text(yaml.safe_dump(content), "utf-8")
    with pytest.raises(DataFormatError, match=reason):
        instantiate_template(own, tmp_path / "b")
