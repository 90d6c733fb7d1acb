"""From boxes to text in infer_effocr_onnx_multi.py: labels, words, columns, corrections."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.compat.conftest import results

Grey = np.ndarray


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
