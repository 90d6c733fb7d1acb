"""infer_effocr_onnx_multi.py on models in the original's form, with the original's flags."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.compat.conftest import results

Grey = np.ndarray


def test_fact_1_the_fast_path_reads_a_folder_of_images(
    infer: Callable[..., int], lines: dict[str, str], tmp_path: Path
) -> None:
    assert infer("--infer_over_img_dir", "--save_output", tmp_path / "out") == 0
    found = results(tmp_path / "out")
    assert found == lines
    assert list(found) == sorted(lines)
    names = sorted(path.name for path in (tmp_path / "out/images").iterdir())
    assert names == ["a.png", "a_2.png", "b.JPG", "c.tif"]


def test_defect_43_results_of_two_threads_are_those_of_one(
    infer: Callable[..., int],
    lines: dict[str, str],
    tmp_path: Path,
    block_line: Callable[[str], Grey],
) -> None:
    rng = np.random.default_rng(0)
    for number in range(60):
        text = "".join(rng.choice(list("Inu "), 16))
        Image.fromarray(block_line(text)).save(tmp_path / "images" / f"{number}.png")
    for threads in (1, 2):
        out = tmp_path / str(threads)
        assert infer("--infer_over_img_dir", "--save_output", out, "--num_threads", threads) == 0
    for name in ("inference_results.json", "inference_coco.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_the_metric_line_is_printed_for_a_coco_file_and_its_corrected_rate_after(
    infer: Callable[..., int], coco: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert infer("--coco_json", coco) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "EffOCR | Textline accuracy = 100.0 | CER = 0.0" in lines
    assert lines[-1] == "EffOCR corrected | lines = 4 | CER = 0.0"


def test_defect_38_results_are_saved_and_compared_in_one_run_with_names_in_sub_folders(
    infer: Callable[..., int], coco: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert infer("--coco_json", coco, "--save_output", tmp_path / "out", "--no_spaces_eval") == 0
    assert "Textline accuracy = 100.0" in capsys.readouterr().out
    assert len(results(tmp_path / "out")) == 4


def test_defect_38_a_folder_is_read_without_an_output_folder(
    infer: Callable[..., int], lines: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert infer("--infer_over_img_dir") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[: len(lines)] == [f"{path}\t{lines[path]}" for path in sorted(lines)]


def test_defect_42_an_unreadable_image_in_the_middle_is_reported_and_the_rest_is_read(
    infer: Callable[..., int],
    lines: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = tmp_path / "images" / "aa.png"
    bad.write_text("no image")
    (tmp_path / "images" / "zero.png").touch()
    assert infer("--infer_over_img_dir", "--save_output", tmp_path / "out") == 1
    assert results(tmp_path / "out") == lines
    errors = json.loads((tmp_path / "out/inference_errors.json").read_text())
    assert list(errors) == [str(bad), str(tmp_path / "images" / "zero.png")]
    said = capsys.readouterr().err
    assert f"{bad}: not an image" in said
    assert "2 of 6 lines were not read" in said


def test_defect_42_an_image_missing_from_the_folder_counts_as_read_wrongly(
    infer: Callable[..., int], coco: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images" / "a.png").unlink()
    assert infer("--coco_json", coco) == 1
    said = capsys.readouterr()
    assert "a.png: no such file" in said.err
    assert "Textline accuracy = 75.0" in said.out


def test_defect_30_a_line_without_boxes_gives_an_empty_text_and_is_kept(
    infer: Callable[..., int], lines: dict[str, str], tmp_path: Path
) -> None:
    blank = tmp_path / "images" / "blank.png"
    Image.fromarray(np.full((64, 640), 255, np.uint8)).save(blank)
    assert infer("--infer_over_img_dir", "--save_output", tmp_path / "out") == 0
    assert results(tmp_path / "out") == {**lines, str(blank): ""}
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text())
    assert [image["text"] for image in coco["images"]].count("") == 1


def test_defect_44_a_line_of_another_size_than_the_graphs_is_read(
    infer: Callable[..., int], block_line: Callable[[str], Grey], tmp_path: Path
) -> None:
    line = block_line("InuI n u")
    (tmp_path / "images").mkdir()
    for scale in (0.5, 2, 3.3):
        size = (round(line.shape[1] * scale), round(line.shape[0] * scale))
        Image.fromarray(line).resize(size).save(tmp_path / "images" / f"{scale}.png")
    assert infer("--infer_over_img_dir", "--save_output", tmp_path / "out") == 0
    assert list(results(tmp_path / "out").values()) == ["InuI n u"] * 3
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text())
    for image in coco["images"]:
        boxes = [a["bbox"] for a in coco["annotations"] if a["image_id"] == image["id"]]
        factor = image["width"] / line.shape[1]
        assert boxes[0][0] == pytest.approx(8 * factor, abs=1)
        assert boxes[0][2] == pytest.approx(24 * factor, abs=1)


def test_an_overlap_above_one_is_refused(
    infer: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert infer("--infer_over_img_dir", "--localizer_iou_thresh", "3") == 2
    assert "threshold 3.0 is not between 0 and 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "flag", ["--backend", "--localier_backend", "--localizer_backend", "--localizer-backend"]
)
def test_defect_55_the_readmes_name_of_the_backend_flag_is_taken(
    infer: Callable[..., int], lines: dict[str, str], flag: str
) -> None:
    assert lines
    assert infer("--infer_over_img_dir", flag, "yolo") == 0


def test_defect_41_every_repeat_is_timed_and_read_whole(
    infer: Callable[..., int], lines: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert infer("--infer_over_img_dir", "--n_repeats", 3) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == len(lines) + 3
    assert out[-1].startswith("repeat 3 of 3 | Total time: ")
    assert out[-1].endswith("lines/s")


def test_what_was_found_is_drawn(
    infer: Callable[..., int], lines: dict[str, str], tmp_path: Path
) -> None:
    drawn = tmp_path / "drawn"
    assert infer("--infer_over_img_dir", "--output_localizer_results", drawn) == 0
    with Image.open(drawn / "b.png") as picture:
        assert picture.mode == "RGB"
        assert picture.width == 640
    assert len(list(drawn.iterdir())) == len(lines)


def test_the_copies_of_an_earlier_run_are_not_read_again(
    infer: Callable[..., int], lines: dict[str, str], tmp_path: Path
) -> None:
    inside = tmp_path / "images" / "out"
    for _ in range(2):
        assert infer("--infer_over_img_dir", "--save_output", inside) == 0
        assert results(inside) == lines


def test_an_empty_folder_and_missing_flags_are_errors_of_use(
    infer: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images").mkdir()
    assert infer("--infer_over_img_dir") == 2
    assert "no images" in capsys.readouterr().err
    (tmp_path / "images" / "notes.txt").touch()
    assert infer("--infer_over_img_dir", "--save_output", tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()
    assert infer() == 2
    assert "--coco_json" in capsys.readouterr().err
    assert infer("--infer_over_img_dir", localizer=None) == 2
    assert "--localizer_dir" in capsys.readouterr().err


def test_a_model_folder_reads_with_its_own_localizer_and_flags_of_the_original(
    infer: Callable[..., int],
    tiny_model: Path,
    draw_line: Callable[..., Grey],
    tmp_path: Path,
) -> None:
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn")).save(tmp_path / "images" / "a.png")
    for given in ({"localizer": None}, {"localizer": tiny_model}):
        out = tmp_path / "out"
        call = ("--infer_over_img_dir", "--save_output", out)
        assert infer(*call, recognizer=tiny_model, **given) == 0
        assert list(results(out).values()) == ["In uIn"]


def test_a_native_recognizer_refuses_boxes_of_another_localizer(
    infer: Callable[..., int], tiny_model: Path, lines: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert lines
    assert infer("--infer_over_img_dir", recognizer=tiny_model) == 2
    assert "native localizer" in capsys.readouterr().err


def test_a_recognizer_and_a_reference_of_different_runs_are_refused(
    infer: Callable[..., int], onnx_run: Path, lines: dict[str, str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from effocr.workbench.files import write_reference

    assert lines
    shutil.copytree(onnx_run, tmp_path / "run")
    write_reference(tmp_path / "run", np.eye(3, dtype=np.float32), ["a", "b", "c"])
    assert infer("--infer_over_img_dir", recognizer=tmp_path / "run") == 2
    assert "different runs" in capsys.readouterr().err


def test_reading_with_onnx_imports_no_torch(
    onnx_run: Path, yolo: Path, lines: dict[str, str], tmp_path: Path
) -> None:
    arguments = [
        "compat", "infer-effocr-onnx-multi", "--image_dir", str(tmp_path / "images"),
        "--recognizer_dir", str(onnx_run), "--localizer_dir", str(yolo), "--lang", "en",
        "--infer_over_img_dir",
    ]  # fmt: skip
    code = (
        f"import sys; from effocr.cli.main import main\nassert main({arguments!r}) == 0\n"
        "print([name for name in ('torch', 'timm', 'torchvision') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stdout.count("\t") == len(lines)
