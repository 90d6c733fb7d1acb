"""The store of correction samples: what is written is read, and nothing is lost or overwritten."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from effocr.data.correction_writer import crop_word, write_sample
from effocr.data.corrections import Correction, as_line_pairs, read_samples
from effocr.errors import DataFormatError, UsageError

MOMENT = datetime(2025, 1, 11, 15, 30, 45, 123456)


def picture(seed: int = 0) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (20, 50), np.uint8)


def correction(**changes: Any) -> Correction:
    given = {
        "document_id": "doc1",
        "page": 0,
        "word_id": "p0_w5",
        "original_text": "teh",
        "corrected_text": "the",
        "timestamp": MOMENT,
    }
    return Correction.model_validate({**given, **changes})


def test_a_sample_is_a_picture_and_a_json_of_the_agreed_form(tmp_path: Path) -> None:
    path = write_sample(tmp_path, picture(), correction())
    assert path.name == "doc1_p0_w5_20250111_153045.png"
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) == {
        "document_id": "doc1",
        "page": 0,
        "word_id": "p0_w5",
        "original_text": "teh",
        "corrected_text": "the",
        "timestamp": "2025-01-11T15:30:45.123456",
        "image_filename": "doc1_p0_w5_20250111_153045.png",
    }
    assert (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) == picture()).all()
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = write_sample(tmp_path, picture(), correction(corrected_text=" cafe\u0301 "))
    (sample,), skipped = read_samples(tmp_path)
    assert skipped == ()
    assert sample.image == path
    assert sample.word == ("doc1", 0, "p0_w5")
    assert (sample.original_text, sample.corrected_text) == ("teh", "café")
    assert sample.timestamp == MOMENT
    (line,) = as_line_pairs([sample])
    assert (line.path, line.text) == (path, "café")


def test_files_of_another_program_are_read(tmp_path: Path) -> None:
    content = {
        "document_id": 17,
        "page": 2,
        "word_id": "p2_w1",
        "original_text": "",
        "corrected_text": "a",
        "timestamp": "2025-01-11T15:30:45Z",
        "reviewer": "x",
    }
    (tmp_path / "17_p2_w1_20250111_153045.json").write_text(json.dumps(content))
    cv2.imwrite(str(tmp_path / "17_p2_w1_20250111_153045.png"), picture())
    (sample,), skipped = read_samples(tmp_path)
    assert skipped == ()
    assert sample.document_id == "17"
    local = datetime(2025, 1, 11, 15, 30, 45, tzinfo=UTC).astimezone().replace(tzinfo=None)
    assert sample.timestamp == local


def test_strange_ids_make_plain_names_and_survive(tmp_path: Path) -> None:
    strange = correction(document_id="../a b/ü:1", word_id="w/1")
    path = write_sample(tmp_path, picture(), strange)
    assert path.parent == tmp_path
    (sample,), _ = read_samples(tmp_path)
    assert sample.word == ("../a b/ü:1", 0, "w/1")


def test_keys_of_other_programs_are_kept(tmp_path: Path) -> None:
    path = write_sample(tmp_path, picture(), correction(reviewer="x"))
    assert json.loads(path.with_suffix(".json").read_text())["reviewer"] == "x"


def test_nothing_is_overwritten_by_many_writers_in_one_second(tmp_path: Path) -> None:
    def write(number: int) -> None:
        write_sample(tmp_path, picture(number), correction(corrected_text=f"t{number}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    samples, skipped = read_samples(tmp_path)
    assert skipped == ()
    assert {sample.corrected_text for sample in samples} == {f"t{n}" for n in range(12)}
    assert len({sample.pixels for sample in samples}) == 12
    assert len(list(tmp_path.iterdir())) == 24


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good = write_sample(tmp_path, picture(), correction())

    def add(stem: str, content: str | None, png: bytes | None) -> None:
        if content is not None:
            (tmp_path / f"{stem}.json").write_text(content)
        if png is not None:
            (tmp_path / f"{stem}.png").write_bytes(png)

    def say(**changes: Any) -> str:
        return correction(**changes).model_dump_json(exclude_none=True)

    whole = good.read_bytes()
    add("truncated", say(), whole[: len(whole) // 2])
    add("no_json", None, whole)
    add("no_png", say(), None)
    add("bad_json", "{", whole)
    add("list", "[]", whole)
    add("lacking", json.dumps({"document_id": "a"}), whole)
    add("empty", say(corrected_text=" \n "), whole)
    add("lines", say(corrected_text="a\nb"), whole)
    add("notapng", say(), b"x")
    add("early", json.dumps({**json.loads(say()), "timestamp": "0001-01-01T00:00:00+23:00"}), whole)
    add("longname", say(image_filename=f"{'x' * 300}.png"), whole)
    (tmp_path / ".hidden.json").write_text("{")
    (tmp_path / "notes.txt").touch()
    samples, skipped = read_samples(tmp_path)
    assert [sample.image for sample in samples] == [good]
    reasons = {Path(one.source).name: one.reason for one in skipped}
    assert len(skipped) == len(reasons) == 11
    assert "truncated.png cannot be read" in reasons["truncated.json"]
    assert "there is no no_json.json" in reasons["no_json.png"]
    assert "there is no picture no_png.png" in reasons["no_png.json"]
    assert "JSON" in reasons["bad_json.json"]
    assert "list.json" in reasons
    assert "Field required" in reasons["lacking.json"]
    assert "corrected_text is empty" in reasons["empty.json"]
    assert "several lines" in reasons["lines.json"]
    assert "notapng.png cannot be read" in reasons["notapng.json"]
    assert "timestamp 0001-01-01" in reasons["early.json"]
    assert "cannot be read" in reasons["longname.json"]


def test_a_picture_is_found_by_the_name_in_the_json_or_beside_it(tmp_path: Path) -> None:
    path = write_sample(tmp_path, picture(), correction())
    path.rename(tmp_path / "other.png")
    told = json.loads(path.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps({**told, "image_filename": "other.png"}))
    (sample,), skipped = read_samples(tmp_path)
    assert sample.image == tmp_path / "other.png"
    assert skipped == ()
    (tmp_path / "other.png").rename(path)
    path.with_suffix(".json").write_text(json.dumps({**told, "image_filename": "../x/other.png"}))
    (sample,), _ = read_samples(tmp_path)
    assert sample.image == path


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="no such folder"):
        read_samples(tmp_path / "none")


@pytest.mark.parametrize("image", [b"", b"GIF89a", np.zeros((0, 5), np.uint8)])
def test_what_is_no_picture_is_not_written(tmp_path: Path, image: Any) -> None:
    with pytest.raises(UsageError, match="no PNG"):
        write_sample(tmp_path, image, correction())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UsageError, match="No space left"):
        write_sample(tmp_path, picture(), correction())
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_before_the_json_leaves_no_picture_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UsageError, match="No space left"):
        write_sample(tmp_path, picture(), correction())
    assert list(tmp_path.iterdir()) == []


def test_a_word_cut_out_of_a_page_is_written_as_it_is(tmp_path: Path) -> None:
    word = crop_word(picture(), (0.2, 0.3, 0.6, 0.5))
    path = write_sample(tmp_path, word, correction())
    assert (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) == word).all()


def test_a_png_is_kept_byte_for_byte(tmp_path: Path) -> None:
    png = cv2.imencode(".png", np.zeros((4, 5, 3), np.uint8))[1].tobytes()
    assert write_sample(tmp_path, png, correction()).read_bytes() == png


def test_a_word_is_cut_with_five_pixels_around_it_as_far_as_the_page_goes() -> None:
    page = np.arange(100 * 200, dtype=np.uint32).reshape(100, 200).astype(np.uint8)
    assert (crop_word(page, (0.25, 0.5, 0.5, 0.75)) == page[45:80, 45:105]).all()
    assert crop_word(page, (0, 0, 1, 1)).shape == page.shape
    assert crop_word(page[..., None], (0, 0, 0.1, 0.1)).shape == (15, 25, 1)
    for box in ((0.5, 0, 0.5, 1), (-0.1, 0, 1, 1), (0, 0, 1, 1.1)):
        with pytest.raises(UsageError, match="shares of the page"):
            crop_word(page, box)
