"""`effocr demo` on videos made here, and `effocr evaluate spotting --model`."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from PIL import Image

from effocr.cli.main import main
from effocr.pipeline.video import VideoWriter, open_frames

CLASSICAL = ["--detector", "classical"]  # blocks for letters are no print that the network has seen


@pytest.fixture
def page(draw_line: Callable[..., np.ndarray]) -> np.ndarray:
    """[240, 420] uint8 with three lines of two words."""
    page = np.full((240, 420), 255, np.uint8)
    for number, text in enumerate(("Inu nIu", "uuI Inn", "nuI uIn")):
        line = draw_line(text)
        top = 20 + 70 * number
        page[top : top + line.shape[0], 30 : 30 + line.shape[1]] = line
    return page


@pytest.fixture
def video(tmp_path: Path, page: np.ndarray) -> Path:
    path = tmp_path / "v.avi"
    with VideoWriter(path, 10.0) as writer:
        for _ in range(5):
            writer.write(np.repeat(page[:, :, None], 3, axis=2))
    return path


def test_a_video_is_read_drawn_and_timed(
    video: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = video.with_name("drawn.avi")
    model = [*CLASSICAL, "--model", str(tiny_model)]
    command = ["demo", "--video", str(video), "-o", str(out), *model]
    assert main([*command, "--every", "2"]) == 0
    printed = capsys.readouterr().out
    assert "3 frames, 18 words, " in printed
    assert printed.rstrip().endswith("frames per second")
    opened = open_frames(str(out))
    found = list(opened.images)
    assert len(found) == 3
    assert opened.rate == pytest.approx(5.0)
    spread = found[0].max(axis=2).astype(int) - found[0].min(axis=2)
    assert (spread > 60).sum() > 200  # coloured outlines on a grey picture
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err
    folder = video.with_name("pictures")
    assert main([*command[:4], str(folder), *command[5:], "--max-frames", "2"]) == 0
    assert len(list(folder.glob("*.png"))) == 2
    for source in (out, folder):  # what is read is never written over
        before = [file.read_bytes() for file in (*sorted(folder.iterdir()), out)]
        capsys.readouterr()
        assert main(["demo", "--video", str(source), "-o", str(source), "--force", *model]) == 2
        assert "is what is read" in capsys.readouterr().err
        assert [file.read_bytes() for file in (*sorted(folder.iterdir()), out)] == before


def test_bad_videos_are_errors_of_use_and_bad_frames_are_named(
    tmp_path: Path, page: np.ndarray, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.avi").write_bytes(b"no video")
    model = [*CLASSICAL, "--model", str(tiny_model)]
    for name in ("bad.avi", "none.mp4"):
        video = str(tmp_path / name)
        assert main(["demo", "--video", video, "-o", str(tmp_path / "o.avi"), *model]) == 2
        assert name in capsys.readouterr().err
    assert not (tmp_path / "o.avi").exists()
    folder = tmp_path / "images"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), page)
    (folder / "b.png").write_bytes(b"broken")
    assert main(["demo", "--video", str(folder), "-o", str(tmp_path / "out"), *model]) == 1
    printed = capsys.readouterr()
    assert "b.png" in printed.err
    assert "1 frames, 6 words" in printed.out


def word_box(page: np.ndarray, top: int, first: int, last: int) -> list[list[int]]:
    """The outline of the ink in some columns of a band."""
    rows, columns = np.nonzero(page[top : top + 50, first:last] < 128)
    x0, x1 = first + int(columns.min()), first + int(columns.max()) + 1
    y0, y1 = top + int(rows.min()), top + int(rows.max()) + 1
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def test_spotting_with_a_model_reads_scores_and_saves(
    tmp_path: Path, page: np.ndarray, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(page).save(tmp_path / "a.png")
    middle = 135  # between the two words
    entries = [
        {"transcription": "inu", "points": word_box(page, 15, 0, middle)},
        {"transcription": "nIu", "points": word_box(page, 15, middle, 420)},
        {"transcription": "wrong", "points": word_box(page, 85, 0, middle)},
        {"transcription": "Inn", "points": word_box(page, 85, middle, 420)},
        {"transcription": "###", "points": word_box(page, 155, 0, middle)},
        {"transcription": "u1n", "points": word_box(page, 155, middle, 420)},
    ]
    truth = tmp_path / "truth.txt"
    rows = [f"a.png\t{json.dumps(entries)}", "gone.png\t[]"]
    truth.write_text("\n".join(rows) + "\n", "utf-8")
    out, saved = tmp_path / "metrics.yaml", tmp_path / "found.txt"
    command = ["evaluate", "spotting", str(truth), *CLASSICAL, "--model", str(tiny_model)]
    assert main([*command, "--json", "--metrics-out", str(out), "--save", str(saved)]) == 0
    printed = capsys.readouterr()
    row = json.loads(printed.out)["truth.txt"][str(tiny_model)]
    assert row["detection"]["hmean"] == 100.0
    # Four words count for word spotting (not ### and u1n), one of them is read otherwise.
    assert (row["word_spotting"]["words"], row["word_spotting"]["hmean"]) == (4, 75.0)
    assert (row["e2e"]["words"], row["e2e"]["found"], row["e2e"]["hmean"]) == (5, 5, 60.0)
    assert "gone.png" in printed.err
    keys = [one["key"] for one in yaml.safe_load(out.read_text("utf-8"))["metrics"]]
    assert keys == ["f1", "word_spotting", "e2e_recognition"]
    assert main(["evaluate", "spotting", str(truth), str(saved), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)["truth.txt"]["predictions"]
    assert again["word_spotting"] == row["word_spotting"]
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("wrong\n", "utf-8")
    assert main([*command, "--json", "--lexicon", str(lexicon)]) == 0
    row = json.loads(capsys.readouterr().out)["truth.txt"][str(tiny_model)]
    assert row["word_spotting"]["hmean"] == 25.0


def test_spotting_needs_predictions_or_a_model(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.txt"
    truth.write_text("gone.png\t[]\n", "utf-8")
    assert main(["evaluate", "spotting", str(truth)]) == 2
    assert "either a file of PREDICTIONS or --model" in capsys.readouterr().err
    command = ["evaluate", "spotting", str(truth), "--model", str(tiny_model)]
    assert main(command) == 2
    assert "no image to read" in capsys.readouterr().err
    assert main([*command, "--detector", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err
    assert main([*command[:3], str(truth), "--save", str(tmp_path / "x")]) == 2
    assert "go with --model" in capsys.readouterr().err
