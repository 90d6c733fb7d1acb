"""`effocr synth pages` from the shell."""

import json
from pathlib import Path

import pytest

from effocr.cli.main import main

ROOT = Path(__file__).parents[2]
FONTS = ["--fonts", str(ROOT / "english_font_files" / "Vollkorn-Regular.ttf")]
CHARSET = ["--charset", str(ROOT / "english_charsets")]
SMALL = ["--set", "width=[150,200]", "--set", "longest=260", "--processes", "1", "--count", "2"]


def test_pages_are_drawn_and_drawn_again_from_their_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    command = ["synth", "pages", str(first), *FONTS, *CHARSET, *SMALL, "--layouts", "book"]
    assert main(command) == 0
    assert capsys.readouterr().out == f"{first}: 2 pages\n"
    rows = [json.loads(row) for row in (first / "pages.jsonl").read_text("utf-8").splitlines()]
    assert [row["layout"] for row in rows] == ["book", "book"]
    assert {path.name for path in first.iterdir()} == {
        "images", "pages.jsonl", "labels.txt", "labels_words.txt", "synthesis.yaml",
    }  # fmt: skip
    again = ["--config", str(first / "synthesis.yaml"), "--count", "2", "--processes", "1"]
    assert main(["synth", "pages", str(second), *FONTS, *CHARSET, *again]) == 0
    for name in ("pages.jsonl", "labels.txt", "labels_words.txt"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([*FONTS], "which characters? give --charset"),
        ([*CHARSET], "which fonts? give --fonts"),
        ([*FONTS, "--language", "{vertical}"], "from left to right only"),
        ([*FONTS, *CHARSET, "--layouts", "scroll"], "scroll"),
        ([*FONTS, *CHARSET, "--layouts", "book=much"], "--layouts 'book=much'"),
        ([*FONTS, *CHARSET, "--conditions", "grey=0"], "conditions: give one of them a share"),
        ([*FONTS, *CHARSET, "--set", "width=[9,8]"], "width: 9 to 8 pixels"),
    ],
)
def test_bad_requests_are_refused_in_one_line(
    tmp_path: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vertical = tmp_path / "vertical.yaml"
    vertical.write_text("name: down\ndirection: ttb\n", encoding="utf-8")
    options = [option.replace("{vertical}", str(vertical)) for option in options]
    assert main(["synth", "pages", str(tmp_path / "out"), *options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
