"""A language that is one YAML file goes through synthesis and training."""

from pathlib import Path

import pytest
import yaml

from effocr.cli.language import frame_settings
from effocr.cli.main import main
from effocr.data.coco import read_coco
from effocr.training.checkpoints import LAST

ROOT = Path(__file__).parents[2]


@pytest.fixture
def columns(tmp_path: Path) -> Path:
    """A language of columns without spaces, written with a Latin font."""
    (tmp_path / "letters.txt").write_text("".join(f"{letter}\n" for letter in "AEHKNOX"), "utf-8")
    content = {
        "name": "columns", "direction": "ttb", "spaces": False, "charset": "letters.txt",
        "fonts": str(ROOT / "tests" / "fonts"),
    }  # fmt: skip
    file = tmp_path / "columns.yaml"
    file.write_text(yaml.safe_dump(content), "utf-8")
    return file


def test_a_yaml_file_decides_fonts_characters_and_direction_of_lines(
    tmp_path: Path, columns: Path
) -> None:
    out = tmp_path / "out"
    command = ["synth", "lines", str(out), "--count", "6", "--processes", "1"]
    assert main([*command, "--language", str(columns), "--set", "length=[4,8]"]) == 0
    for line in read_coco(out / "annotations.json").lines:
        assert line.size is not None and line.boxes is not None
        assert line.size[1] > line.size[0]
        assert set(line.text) <= set("AEHKNOX")
        tops = line.boxes[:, 1].tolist()
        assert tops == sorted(tops)
    settings = yaml.safe_load((out / "synthesis.yaml").read_text("utf-8"))
    assert (settings["direction"], settings["spaces"]) == ("ttb", False)


def test_a_direction_is_given_without_a_language_too(tmp_path: Path, columns: Path) -> None:
    out = tmp_path / "out"
    fonts = ["--fonts", str(ROOT / "tests" / "fonts"), "--charset", str(tmp_path / "letters.txt")]
    command = ["synth", "lines", str(out), *fonts, "--count", "3", "--processes", "1"]
    assert main([*command, "--direction", "ttb"]) == 0
    assert all(line.size[1] > line.size[0] for line in read_coco(out / "annotations.json").lines)


def test_what_the_language_does_not_name_must_be_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["synth", "lines", str(tmp_path / "a"), "--language", "jp", "--text", "x"]) == 2
    assert main(["synth", "glyphs", str(tmp_path / "b"), "--language", "jp"]) == 2
    errors = capsys.readouterr().err
    assert "--language that names" in errors


@pytest.mark.slow
def test_a_localizer_of_columns_is_trained_by_naming_the_language(
    tmp_path: Path, columns: Path
) -> None:
    out, run = tmp_path / "out", tmp_path / "run"
    command = ["synth", "lines", str(out), "--count", "24", "--processes", "1"]
    assert main([*command, "--language", str(columns), "--set", "length=[4,8]"]) == 0
    sets = ["loop.max_steps=3", "loop.validate_every=3", "widths=[256]", "batch_columns=512"]
    train = ["train", "localizer", "--data", str(out), "--out", str(run)]
    options = [part for text in sets for part in ("--set", text)]
    assert main([*train, *options, "--language", str(columns)]) == 0
    settings = yaml.safe_load((run / "config.yaml").read_text("utf-8"))
    assert settings["model"]["line"]["direction"] == "ttb"
    assert (run / LAST).is_file()


def test_a_training_without_a_language_keeps_its_settings(columns: Path) -> None:
    assert frame_settings(None) == {}
    assert frame_settings(str(columns)) == {"model": {"line": {"direction": "ttb"}}}
    assert frame_settings("en") == {"model": {"line": {"direction": "ltr"}}}
