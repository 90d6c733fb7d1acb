"""Pictures of a glyph and its nearest neighbours."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.cli.main import main
from effocr.workbench.neighbours import picture_name


def viz(*arguments: object) -> int:
    return main(["compat", "viz-effocr-recognizer", *map(str, arguments)])


@pytest.fixture
def own_run(run: Path, tmp_path: Path) -> Path:
    shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("*.onnx"))
    return tmp_path / "run"


def pictures(run: Path) -> list[str]:
    return sorted(path.name for path in (run / "viz").iterdir())


def test_defect_51_every_crop_gives_one_picture_without_a_font_and_without_ad_hoc(
    own_run: Path, glyph_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert viz("--run_name", own_run, "--ref_dir_path", glyph_set, "--k_nn", 2) == 0
    names = pictures(own_run)
    assert len(names) == 3
    assert names[0].startswith("q_knn_0_PAIRED_line_1_1_0x6e_1_True_nn1,0x6e_nn2,0x")
    assert "nearest neighbour right for 3 of 3" in capsys.readouterr().out
    with Image.open(own_run / "viz" / names[0]) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.shape[1] == 3 * 106 + 10  # the query and two neighbours
    tiles = [pixels[10:106, 10 + 106 * place : 106 + 106 * place] for place in range(3)]
    assert np.abs(tiles[0] - tiles[1]).mean() < 1  # the neighbour's own picture, not any
    assert np.abs(tiles[0] - tiles[2]).mean() > 5


def test_defect_51_queries_without_a_glyph_folder_have_no_verdict(
    own_run: Path, glyph_set: Path, tmp_path: Path
) -> None:
    (crop,) = (glyph_set / "73").glob("PAIRED*")
    shutil.copy(crop, tmp_path / "scan.png")
    given = ("--run_name", own_run, "--ad_hoc", f"{tmp_path / 'scan.png'},{crop}")
    assert viz(*given, "--k_nn", 1) == 0
    assert pictures(own_run) == [
        "q_knn_0_scan_Unknown_nn1,0x49.png",
        "q_knn_1_PAIRED_line_1_0_0x49_0_True_nn1,0x49.png",
    ]
    listed = tmp_path / "list.txt"
    listed.write_text(f"{crop}\n\n")
    assert viz("--run_name", own_run, "--ad_hoc", listed, "--query_text", "--k_nn", 1) == 0
    assert viz("--run_name", own_run, "--ad_hoc", tmp_path / "none", "--query_text") == 2


def test_defect_37_more_neighbours_than_rows_are_as_many_as_there_are(
    own_run: Path, glyph_set: Path
) -> None:
    assert viz("--run_name", own_run, "--ref_dir_path", glyph_set, "--k_nn", 50) == 0
    assert pictures(own_run)[0].count("_nn") == 3


def test_crops_are_those_of_the_lines_of_a_coco_file_and_so_many_at_random(
    own_run: Path, glyph_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    coco = {"images": [{"id": 1, "file_name": "line_1.png"}], "annotations": [], "categories": []}
    for name, path in (("line_1.png", "one.json"), ("line_2.png", "two.json")):
        coco["images"][0]["file_name"] = name
        (tmp_path / path).write_text(json.dumps(coco))
    given = ("--run_name", own_run, "--ref_dir_path", glyph_set)
    assert viz(*given, "--anno_path", tmp_path / "one.json", "--N_to_ocr", 2) == 0
    assert len(pictures(own_run)) == 2
    assert viz(*given, "--anno_path", tmp_path / "two.json") == 2
    assert "no crops" in capsys.readouterr().err
    assert viz("--run_name", own_run) == 2
    assert viz(*given, "--N_to_ocr", -3) == 2
    assert "at least 1 crop" in capsys.readouterr().err
    assert viz("--run_name", own_run, "--ad_hoc", ",") == 2
    assert capsys.readouterr().err == "effocr: ,: no crops to look up\n"


def test_an_unreadable_image_is_reported_and_the_others_are_drawn(
    own_run: Path, glyph_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.png").write_text("x")
    (crop,) = (glyph_set / "73").glob("PAIRED*")
    assert viz("--run_name", own_run, "--ad_hoc", f"{tmp_path / 'bad.png'},{crop}") == 1
    assert "bad.png" in capsys.readouterr().err
    assert len(pictures(own_run)) == 1


def test_an_old_flag_warns_and_a_font_that_is_none_is_refused(
    own_run: Path, glyph_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--run_name", own_run, "--ref_dir_path", glyph_set)
    assert viz(*given, "--diff_sizes", "--lang", "en") == 0
    assert "--diff_sizes is out of use" in capsys.readouterr().err
    assert viz(*given, "--local_font", glyph_set / "none.ttf") == 2
    assert "none.ttf" in capsys.readouterr().err


def test_names_are_no_longer_than_file_systems_take() -> None:
    labels = [chr(0x1F600 + i) for i in range(40)]
    name = picture_name(7, "漢" * 200, right=None, labels=labels)
    assert len(name.encode()) <= 255
    assert name.startswith("q_knn_7_漢")
    assert "_Unknown_nn1,0x1f600_nn2,0x1f601" in name
    assert name != picture_name(7, "漢" * 201, right=None, labels=labels)
    assert picture_name(0, "a", right=False, labels=["ch"]) == "q_knn_0_a_False_nn1,0x63_0x68.png"
