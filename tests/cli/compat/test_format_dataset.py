"""format_effocr_recognizer_dataset with the original's flags."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.cli.compat.format_effocr_recognizer_dataset import guess_language, run
from effocr.errors import UsageError
from effocr.workbench.dataset import open_dataset

ROOT = Path(__file__).parents[3]


@pytest.fixture
def flags(tmp_path: Path) -> list[str]:
    """A line `ab c`, one font of the repository with its licence, the flags of the README."""
    (tmp_path / "images").mkdir()
    Image.fromarray(np.full((20, 60), 200, np.uint8)).save(tmp_path / "images" / "l.png")
    boxes = [
        {"id": n, "image_id": 1, "category_id": 0, "bbox": [2 + 20 * n, 3, 9, 9]} for n in range(3)
    ]
    content = {
        "images": [{"id": 1, "file_name": "l.png", "text": "ab c", "width": 60, "height": 20}],
        "annotations": boxes,
        "categories": [{"id": 0, "name": "char"}, {"id": 1, "name": "word"}],
    }
    for name in ("train", "val"):
        content["images"][0]["file_name"] = "l.png" if name == "train" else "m.png"
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    shutil.copy(tmp_path / "images" / "l.png", tmp_path / "images" / "m.png")
    (tmp_path / "fonts").mkdir()
    for path in (ROOT / "english_font_files").glob("CutiveMono*"):
        shutil.copy(path, tmp_path / "fonts")
    (tmp_path / "fonts" / "OFL.txt").write_text("licence")
    return [
        "--image_dir", str(tmp_path / "images"),
        "--coco_jsons", f"{tmp_path}/train.json,{tmp_path}/val.json",
        "--crops_save_dir", str(tmp_path / "crops"), "--cat_id", "0",
        "--clip_to_top_and_bottom", "--font_dir", str(tmp_path / "fonts"),
        "--charset_dir", str(ROOT / "english_charsets"),
        "--dataset_save_dir", str(tmp_path / "set"), "--padding", "0.05", "--spaces",
    ]  # fmt: skip


def test_the_commands_of_the_readme_make_a_data_set(
    flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*flags, "--processes", "1"]) == 0
    printed = capsys.readouterr()
    assert "6 crops of 2 lines" in printed.out
    assert "language en, told by 'english_charsets'" in printed.err
    split = open_dataset(tmp_path / "set").split(tmp_path / "train.json", tmp_path / "val.json")
    assert [sample.glyph for sample in split.train] == ["a", "b", "c"]
    assert [sample.glyph for sample in split.val] == ["a", "b", "c"]
    assert len(split.renders) > 90
    assert {sample.font for sample in split.renders} == {"CutiveMono-Regular"}


def test_every_flag_is_taken_in_both_spellings(flags: list[str], tmp_path: Path) -> None:
    dashed = [flag.replace("_", "-") if flag.startswith("--") else flag for flag in flags]
    more = ["--square", "--packed", "--lang", "en", "--exclude-fonts", "Bold,Italic"]
    assert run([*dashed, *more, "--processes", "1"]) == 0
    assert len(open_dataset(tmp_path / "set").samples) > 90


@pytest.mark.parametrize(("charset", "language"), [
    ("/home/engineer/japan_charsets", "jp"),
    ("/home/engineer/charsets", "en"),
    ("./english_charsets", "en"),
    ("/japan/english_charsets", "en"),
    ("/data/japanese/kana", "jp"),
    ("/home/Fuji/jp_charsets", "jp"),
    ("/home/jpeg/set", "en"),
])  # fmt: skip
def test_defect_8_the_language_is_told_by_whole_words_of_folders(
    charset: str, language: str
) -> None:
    assert guess_language(Path(charset))[0] == language


def test_defect_8_what_was_guessed_is_said_and_nothing_is_guessed_from_engineer() -> None:
    assert guess_language(Path("/home/engineer/charsets")) == ("en", "")


def test_bad_flags_are_refused(flags: list[str]) -> None:
    with pytest.raises(UsageError, match="no language 'xx'"):
        run([*flags, "--lang", "xx"])
    with pytest.raises(UsageError, match="--padding"):
        run([*flags, "--padding", "-1"])
    with pytest.raises(UsageError, match="must name something"):
        run([*flags, "--coco_jsons", " ,"])
    with pytest.raises(UsageError, match="required"):
        run(["--image_dir", "x"])


@pytest.mark.slow
def test_the_root_script_works_from_the_shell(flags: list[str], tmp_path: Path) -> None:
    script = ROOT / "format_effocr_recognizer_dataset.py"
    done = subprocess.run(
        [sys.executable, str(script), *flags], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "classes, 6 crops" in done.stdout
    assert (tmp_path / "set" / "full_charset_en.txt").is_file()
