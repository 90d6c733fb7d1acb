"""`effocr synth lines`: the features of EffSynth from the shell."""

import json
from pathlib import Path

import pytest
import yaml

from effocr.cli.main import main
from effocr.data.coco import read_coco

ROOT = Path(__file__).parents[2]
FONTS = ["--fonts", str(ROOT / "english_font_files"), "--processes", "1"]


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    """A folder of characters as EffSynth has it."""
    folder = tmp_path / "chars"
    folder.mkdir()
    (folder / "latin_chars.txt").write_text("abcdefghijklmnopqrstuvwxyz", "utf-8")
    (folder / "numeral_chars.txt").write_text("0123456789", "utf-8")
    (folder / "punc_chars.txt").write_text(".,_", "utf-8")
    return folder


def test_a_split_set_of_groups_and_a_text_is_drawn_in_one_command(
    tmp_path: Path, groups: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "t.txt"
    text.write_text("real words 字 here", "utf-8")
    out = tmp_path / "out"
    arguments = ["synth", "lines", str(out), *FONTS, "--charset", str(groups), "--count", "20",
                 "--group", "latin_chars.txt=0.7", "--group", "numeral_chars.txt=0.3",
                 "--text", str(text), "--split", "train=0.8,test=0.2", "--split-by", "font",
                 "--transforms", "clean", "--set", "content.real_words=0.5",
                 "--set", "content.sequences=[on p. 5]", "--set", "length=[5,15]"]  # fmt: skip
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{out}: 16 lines for train, 4 lines for test\n"
    assert f"{text}: 1 of 4 words left out: fonts or charset lack 字" in printed.err
    lines = [*read_coco(out / "train.json").lines, *read_coco(out / "test.json").lines]
    assert len({line.path for line in lines}) == 20
    assert {glyph for line in lines for glyph in line.text} <= set(
        "abcdefghijklmnopqrstuvwxyz0123456789. "
    )
    assert any(line.text.startswith(("real", "words", "here")) for line in lines)
    settings = yaml.safe_load((out / "synthesis.yaml").read_text("utf-8"))
    assert settings["wear"] == {"clean": 1.0}
    assert [group["share"] for group in settings["content"]["groups"]] == [0.7, 0.3]
    assert (out / "charset.txt").is_file()


def test_the_settings_of_a_set_draw_the_same_again(tmp_path: Path, groups: Path) -> None:
    first = ["--group", str(groups / "latin_chars.txt"), "--transforms", "none"]
    assert main(["synth", "lines", str(tmp_path / "a"), *FONTS, *first, "--count", "3"]) == 0
    again = ["--config", str(tmp_path / "a" / "synthesis.yaml")]
    assert main(["synth", "lines", str(tmp_path / "b"), *FONTS, *again, "--count", "3"]) == 0
    a, b = (tmp_path / name / "annotations.json" for name in "ab")
    assert json.loads(a.read_text("utf-8")) == json.loads(b.read_text("utf-8"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "which characters"),
        (["--group", "nowhere.txt=1"], "nowhere.txt"),
        (["--group", "x.txt=much"], "--group x.txt=much"),
        (["--text", "{text}", "--transforms", "fog"], "fog"),
        (["--text", "{text}", "--split", "train"], "--split 'train'"),
        (["--text", "{text}", "--split", "a=1,b=0"], "above 0"),
        (["--text", "{text}", "--set", "content.real_words=2"], "real_words"),
    ],
)
def test_wrong_options_are_named(
    tmp_path: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.txt").write_text("words")
    given = [option.format(text=tmp_path / "t.txt") for option in options]
    assert main(["synth", "lines", str(tmp_path / "out"), *FONTS, *given, "--count", "3"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_without_a_font_that_can_write_it_nothing_is_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.txt").write_text("字\n符\n", "utf-8")
    out = tmp_path / "out"
    fonts = ["--fonts", str(ROOT / "english_font_files"), "--processes", "2"]
    arguments = ["synth", "lines", str(out), *fonts, "--charset", str(tmp_path / "c.txt")]
    assert main(arguments) == 2
    assert "no usable font" in capsys.readouterr().err
    assert main([*arguments, "--split", "a=1,b=1"]) == 2
    assert "part a: no usable font" in capsys.readouterr().err
    assert not out.exists()
