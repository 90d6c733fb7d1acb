"""`effocr evaluate detection|spotting` and `effocr data check|convert` on detection truth."""

import json
from pathlib import Path

import pytest
import yaml
from PIL import Image

from effocr.cli.main import main

SQUARE = [[10, 2], [40, 2], [40, 20], [10, 20]]
BOW_TIE = [[10, 2], [40, 20], [40, 2], [10, 20]]


def label(name: str, *regions: tuple[str, list]) -> str:
    entries = [{"transcription": text, "points": points} for text, points in regions]
    return f"{name}\t{json.dumps(entries)}\n"


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    Image.new("L", (100, 30)).save(tmp_path / "a.png")
    far = [[x + 50, y] for x, y in SQUARE]
    file = tmp_path / "truth.txt"
    file.write_text(label("a.png", ("Exit!", SQUARE), ("A1", far)), "utf-8")
    return file


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    file = tmp_path / "found.txt"
    rows = [label("a.png", ("exit", SQUARE), ("x", BOW_TIE)), label("z.png"), "broken\n"]
    file.write_text("".join(rows), "utf-8")
    return file


def test_detection_prints_writes_and_names_what_is_wrong(
    truth: Path, predictions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = truth.with_name("metrics.yaml")
    arguments = ["evaluate", "detection", str(truth), str(predictions)]
    assert main([*arguments, "--json", "--metrics-out", str(out)]) == 0
    printed = capsys.readouterr()
    row = json.loads(printed.out)["truth.txt"]["predictions"]
    assert (row["precision"], row["recall"], row["hmean"]) == (100.0, 50.0, 66.667)
    told = printed.err
    assert "found.txt:1, region 2: left out: its outline crosses itself" in told
    assert "found.txt:2: left out: the truth has no such image" in told
    assert "found.txt:3: left out: no tab" in told
    content = yaml.safe_load(out.read_text("utf-8"))
    assert content["files"][0]["name"] == "found.txt"
    assert {"key": "f1", "display_name": "F1-score", "unit": "%", "value": 66.667} in content[
        "metrics"
    ]
    assert main(arguments) == 0
    assert "hmean" in capsys.readouterr().out


def test_spotting_with_a_lexicon(
    truth: Path, predictions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "spotting", str(truth), str(predictions)]
    out = truth.with_name("metrics.yaml")
    assert main([*arguments, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["truth.txt"]["predictions"]
    assert (row["word_spotting"]["hmean"], row["e2e"]["recall"]) == (100.0, 50.0)
    lexicon = truth.with_name("generic.txt")
    lexicon.write_text("sale\n", "utf-8")
    assert main([*arguments, "--lexicon", str(lexicon), "--metrics-out", str(out)]) == 0
    assert "word_spotting" in capsys.readouterr().out
    metrics = {
        one["key"]: one["value"] for one in yaml.safe_load(out.read_text("utf-8"))["metrics"]
    }
    assert metrics == {
        "f1": 66.667,
        "word_spotting@lexicon=generic": 0.0,
        "e2e_recognition@lexicon=generic": 0.0,
    }


def test_options_that_cannot_be_are_errors_of_use(
    truth: Path, predictions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "detection", str(truth), str(predictions)]
    assert main([*arguments, "--corners", "two"]) == 2
    assert "--corners two: a number of at least 3, or any" in capsys.readouterr().err
    missing = str(truth.with_name("none.txt"))
    assert main([*arguments[:2], missing, missing, "--metrics-out", "out.txt"]) == 2
    assert "out.txt: --metrics-out needs a name" in capsys.readouterr().err  # before any reading
    assert main([*arguments[:2], missing, str(predictions)]) == 2
    assert "no such file" in capsys.readouterr().err


def test_convert_writes_another_form_and_reports(
    truth: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = truth.with_name("coco.json")
    assert main(["data", "convert", str(truth), str(out), "--to", "coco-text"]) == 0
    assert "1 images, 2 regions as coco-text" in capsys.readouterr().out
    assert main(["data", "convert", str(truth), str(out), "--to", "coco-text"]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["data", "convert", str(truth), str(out), "--to", "labels"]) == 2
    assert "written into a folder" in capsys.readouterr().err
    back = truth.with_name("gt")
    assert main(["data", "convert", str(out), str(back), "--to", "icdar"]) == 0
    assert (back / "gt_a.txt").read_text("utf-8-sig").startswith("10,2,40,2,40,20,10,20,Exit!\n")
    capsys.readouterr()
    assert main(["data", "convert", str(truth), str(out), "--to", "pairs"]) == 2
    assert "cannot be pairs" in capsys.readouterr().err


def test_lines_have_no_regions_to_convert(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (100, 30)).save(tmp_path / "a.png")
    (tmp_path / "a.gt.txt").write_text("text\n", "utf-8")
    assert main(["data", "convert", str(tmp_path), str(tmp_path / "out"), "--to", "labels"]) == 2
    assert "no regions of a page" in capsys.readouterr().err


def test_check_counts_and_exits_with_1_where_something_is_wrong(
    truth: Path, predictions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "check", str(truth)]) == 0
    assert "labels, 1 images, 2 regions" in capsys.readouterr().out
    assert main(["data", "check", str(predictions), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)[str(predictions)]
    assert report["counts"]["regions"] == 1
    assert len(report["problems"]) == 3
    assert main(["data", "check", str(truth), str(truth), "--leaks", "--from", "labels"]) == 2
    assert "needs lines or glyphs" in capsys.readouterr().err
