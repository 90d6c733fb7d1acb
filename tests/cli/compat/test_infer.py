"""Both inference commands on models in the original's form, with the original's flags."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from effocr.cli.main import main

Grey = np.ndarray


@pytest.fixture
def infer(onnx_run: Path, yolo: Path, tmp_path: Path) -> Callable[..., int]:
    """Runs infer_effocr_onnx_multi.py on the images of the fixture `lines`."""

    def call(*arguments: object, recognizer: Path = onnx_run, localizer: Path | None = yolo) -> int:
        place = () if localizer is None else ("--localizer_dir", localizer)
        given = [
            "--image_dir", tmp_path / "images", "--recognizer_dir", recognizer, *place,
            "--lang", "en", *arguments,
        ]  # fmt: skip
        return main(["compat", "infer-effocr-onnx-multi", *map(str, given)])

    return call


@pytest.fixture
def torch_infer(run: Path, tmp_path: Path) -> Callable[..., int]:
    """Runs infer_effocr.py on them, with a localizer that the arguments name."""

    def call(*arguments: object, recognizer: Path = run) -> int:
        given = [
            "--image_dir", tmp_path / "images", "--recognizer_dir", recognizer,
            "--lang", "en", *arguments,
        ]  # fmt: skip
        return main(["compat", "infer-effocr", *map(str, given)])

    return call


def results(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "inference_results.json").read_text("ascii"))
    return found


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


def test_fact_5_a_line_without_word_boxes_keeps_its_text_and_word_boxes_part_words(
    infer: Callable[..., int],
    save_yolo: Callable[..., None],
    block_line: Callable[[str], Grey],
    tmp_path: Path,
) -> None:
    (tmp_path / "images").mkdir()
    Image.fromarray(block_line("InInu")).save(tmp_path / "images" / "a.png")
    for name, words, text in (("no", (), "InInu"), ("two", ((0, 75), (84, 200)), "In Inu")):
        save_yolo(tmp_path / name / "best_bbox_mAP.onnx", words)
        out = tmp_path / f"out {name}"
        given = ("--infer_over_img_dir", "--save_output", out)
        assert infer(*given, localizer=tmp_path / name) == 0
        assert list(results(out).values()) == [text]


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


def test_defect_36_a_blacklist_with_duplicates_and_unknown_characters_shifts_no_label(
    infer: Callable[..., int], lines: dict[str, str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    given = ("--infer_over_img_dir", "--save_output", tmp_path / "out")
    assert infer(*given, "--blacklist_chars", "IIZI") == 0
    found = results(tmp_path / "out")
    assert "I" not in "".join(found.values())
    assert all(
        after == before
        for path, text in lines.items()
        for before, after in zip(text, found[path], strict=True)
        if before != "I"
    )
    assert "knows no Z" in capsys.readouterr().err
    assert infer("--infer_over_img_dir", "--blacklist_chars", "Inu") == 2


def test_defects_35_and_36_a_white_space_label_takes_no_other_label_with_it(
    infer: Callable[..., int], onnx_run: Path, lines: dict[str, str], tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    from effocr.workbench.files import read_reference, write_reference

    embeddings, labels, _ = read_reference(onnx_run)
    extra = np.concatenate([-embeddings[:1], embeddings])
    folder = tmp_path / "run"
    shutil.copytree(onnx_run, folder)
    write_reference(folder, extra, ["x", *labels])
    text = (folder / "ref.txt").read_text("utf-8").replace("x", "\u3000", 1)
    (folder / "ref.txt").write_text(text, "utf-8")
    given = ("--infer_over_img_dir", "--save_output", tmp_path / "out")
    assert infer(*given, recognizer=folder) == 0
    assert results(tmp_path / "out") == lines
    assert "white space" in caplog.text


def test_defect_37_an_index_smaller_than_k_gives_as_many_candidates_as_it_has(
    infer: Callable[..., int], lines: dict[str, str], tmp_path: Path
) -> None:
    assert infer("--infer_over_img_dir", "--save_output", tmp_path / "out") == 0
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text())
    glyphs = [entry for entry in coco["annotations"] if entry["category_id"] == 0]
    assert len(glyphs) == sum(len(text.replace(" ", "")) for text in lines.values())
    for glyph in glyphs:
        assert len(glyph["candidates"]) == 3
        assert glyph["candidates"][0][0] == glyph["text"]
        assert 0 <= glyph["score"] <= 1


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


def test_defect_40_columns_are_read_from_top_to_bottom(
    infer: Callable[..., int],
    onnx_run: Path,
    save_yolo: Callable[..., None],
    block_line: Callable[[str], Grey],
    tmp_path: Path,
) -> None:
    from effocr.recognizer.squares import cut_squares
    from effocr.workbench.files import write_reference
    from effocr.workbench.onnx_squares import OnnxSquares

    shutil.copytree(onnx_run, tmp_path / "run")
    save_yolo(tmp_path / "yolo" / "best_bbox_mAP.onnx", vertical=True)
    column = block_line("Inu").T.copy()
    boxes = np.array([[0, top + 8, 64, top + 32] for top in (0, 40, 80)], np.float32)
    squares = cut_squares(column, boxes, size_px=32, vertical=True)
    encoder = OnnxSquares(onnx_run / "enc_best.onnx")
    write_reference(tmp_path / "run", encoder.embed(squares), list("Inu"))
    (tmp_path / "images").mkdir()
    Image.fromarray(block_line("nuInnIu").T.copy()).save(tmp_path / "images" / "a.png")
    given = ("--infer_over_img_dir", "--save_output", tmp_path / "out", "--lang", "jp")
    folders = {"recognizer": tmp_path / "run", "localizer": tmp_path / "yolo"}
    assert infer(*given, "--vertical", **folders) == 0
    assert list(results(tmp_path / "out").values()) == ["nuInnIu"]


# infer_effocr.py


def test_defect_29_torch_reads_without_detectron2_and_mmdet_on_a_cpu(
    torch_infer: Callable[..., int], tiny_model: Path, draw_line: Callable[..., Grey],
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn", scale=2)).save(tmp_path / "images" / "a.PNG")
    given = ("--infer_over_img_dir", "--localizer_dir", tiny_model, "--device", "cuda")
    assert torch_infer(*given, "--save_output", tmp_path / "out") == 0
    (text,) = results(tmp_path / "out").values()
    assert len(text) == 6
    assert text[2] == " "
    assert ("no CUDA GPU" in caplog.text) == (not torch.cuda.is_available())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--device", "meta"), "--device meta: torch cannot compute there"),
        (("--device", "gpu"), "--device gpu: torch knows no such device"),
        (("--rcnn_score_thr", 2), "threshold 2.0 is not between 0 and 1"),
        (("--vertical",), "trained on lines, not on columns"),
    ],
)
def test_what_torch_or_the_localizer_cannot_do_is_one_line(
    more: tuple[object, ...], message: str, torch_infer: Callable[..., int], tiny_model: Path,
    lines: dict[str, str], capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    given = ("--infer_over_img_dir", "--localizer_dir", tiny_model)
    assert torch_infer(*given, *more) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("classes", [("--N_classes", 4), ("--N_classes", 0), ()])
def test_a_classifier_reads_with_as_many_classes_as_it_has(
    classes: tuple[object, ...], torch_infer: Callable[..., int], tiny_model: Path,
    draw_line: Callable[..., Grey], tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from effocr.recognizer.classifier import build_classifier
    from effocr.workbench.files import write_class_map

    model = build_classifier(timm="test_resnet", hf=None, size_px=32, classes=4)
    folder = tmp_path / "classifier"
    write_class_map(folder, ["a", "b", "\u3000", "c"])
    weights = {f"net.{name}": value for name, value in model.net.state_dict().items()}
    torch.save(weights, folder / "enc_best.pth")
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn")).save(tmp_path / "images" / "a.png")
    given = (
        "--infer_over_img_dir", "--localizer_dir", tiny_model, "--auto_model_timm", "test_resnet",
        "--imsize", 32, "--save_output", tmp_path / "out",
    )  # fmt: skip
    assert torch_infer(*given, *classes, recognizer=folder) == 0
    (text,) = results(tmp_path / "out").values()
    assert set(text) <= set("abc ")
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text())
    glyph = coco["annotations"][0]
    assert sum(value for _, value in glyph["candidates"]) <= 1.001
    assert torch_infer(*given, "--N_classes", 7, recognizer=folder) == 2
    assert "4 classes" in capsys.readouterr().err
    assert torch_infer(*given, "--ad_hoc_index_root_dir", tmp_path, recognizer=folder) == 2
    assert "a classifier" in capsys.readouterr().err


def test_an_index_is_made_on_the_spot(
    torch_infer: Callable[..., int], run: Path, tiny_model: Path, glyph_set: Path,
    draw_line: Callable[..., Grey], tmp_path: Path,
) -> None:  # fmt: skip
    folder = tmp_path / "no index"
    folder.mkdir()
    for name in ("enc_best.pth", "args_log.json"):
        shutil.copy(run / name, folder)
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn")).save(tmp_path / "images" / "a.png")
    given = ("--infer_over_img_dir", "--localizer_dir", tiny_model)
    assert torch_infer(*given, recognizer=folder) == 2
    out = ("--save_output", tmp_path / "out", "--ad_hoc_index_root_dir", glyph_set)
    assert torch_infer(*given, *out, recognizer=folder) == 0
    (text,) = results(tmp_path / "out").values()
    assert set(text) <= set("Inu ")


def test_defect_16_checkpoints_with_and_without_net_and_module_are_opened(
    torch_infer: Callable[..., int], run: Path, tiny_model: Path, draw_line: Callable[..., Grey],
    tmp_path: Path,
) -> None:  # fmt: skip
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_line("In uIn")).save(tmp_path / "images" / "a.png")
    weights = torch.load(run / "enc_best.pth", weights_only=True)
    texts = set()
    for name, prefix in (("enc_best.pth", "net."), ("best.pt", ""), ("enc_best.pth", "module.")):
        folder = tmp_path / f"run {prefix}"
        shutil.copytree(run, folder, ignore=shutil.ignore_patterns("enc_best.*"))
        bare = {f"{prefix}{key.removeprefix('net.')}": value for key, value in weights.items()}
        torch.save(bare, folder / name)
        out = ("--save_output", folder / "out")
        given = ("--infer_over_img_dir", "--localizer_dir", tiny_model, *out)
        assert torch_infer(*given, recognizer=folder) == 0
        texts |= set(results(folder / "out").values())
    assert len(texts) == 1


def test_a_pickle_that_runs_code_is_refused(
    torch_infer: Callable[..., int], tiny_model: Path, lines: dict[str, str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return (Path.touch, (tmp_path / "ran",))  # type: ignore[return-value]

    assert lines
    folder = tmp_path / "evil"
    folder.mkdir()
    torch.save({"net.weight": Evil()}, folder / "enc_best.pth")
    given = ("--infer_over_img_dir", "--localizer_dir", tiny_model)
    named = ("--auto_model_timm", "test_resnet")
    assert torch_infer(*given, *named, recognizer=folder) == 2
    assert "not a readable checkpoint" in capsys.readouterr().err
    torch.save({"model": Evil()}, folder / "model_best.pth")
    assert not (tmp_path / "ran").exists()


def test_an_mmdetection_checkpoint_is_refused_with_the_way_out(
    torch_infer: Callable[..., int], lines: dict[str, str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert lines
    folder = tmp_path / "mmdet"
    folder.mkdir()
    (folder / "best_bbox_mAP.pth").touch()
    (folder / "config.py").touch()
    assert torch_infer("--infer_over_img_dir", "--localizer_dir", folder) == 2
    assert "infer_effocr_onnx_multi.py --backend mmdetection" in capsys.readouterr().err
    assert torch_infer("--infer_over_img_dir", "--localizer_dir", tmp_path) == 2
    assert "no localizer here" in capsys.readouterr().err


def test_defect_47_case_is_fixed_and_words_are_corrected_where_asked(
    infer: Callable[..., int], onnx_run: Path, block_line: Callable[[str], Grey], tmp_path: Path
) -> None:
    from effocr.workbench.files import read_reference, write_reference

    folder, words = tmp_path / "run", tmp_path / "words.txt"
    shutil.copytree(onnx_run, folder)
    write_reference(folder, read_reference(folder)[0], ["a", "n", "S"])  # of the same height
    words.write_text("Sna\n")
    (tmp_path / "images").mkdir()
    Image.fromarray(block_line("uIn nnI")).save(tmp_path / "images" / "a.png")
    given = ("--infer_over_img_dir", "--save_output", tmp_path / "out")
    for flags, text in (
        ((), "San nna"),
        (("--anchor_margin", 0.1), "san nna"),
        (("--spell_check", words), "Sna Sna"),
    ):
        assert infer(*given, *flags, recognizer=folder) == 0
        assert list(results(tmp_path / "out").values()) == [text]
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text())
    assert [entry.get("read_as") for entry in coco["annotations"]][3] == "n"
    assert infer(*given, "--spell_check", tmp_path / "none.txt") == 2
