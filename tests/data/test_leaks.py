"""Leaks between the parts of a split are found, and different lines are none."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from effocr.data.leaks import NEAR_BITS, find_leaks, picture_hash
from effocr.data.rearrange import read_set, write_set
from effocr.data.splits import by_prefix
from effocr.pipeline.images import load_image
from effocr.synth.face import open_face

Grey = npt.NDArray[np.uint8]
FONT = Path("english_font_files/OldStandard-Regular.ttf").resolve()
TEXT = "the quick brown fox jumps over it"


def draw(text: str) -> Grey:
    """A line of type."""
    face = open_face(str(FONT), 0, 32)
    line = np.full((48, 700), 255, np.uint8)
    x = 8
    for letter in text:
        raster = face.raster(letter)
        height, width = raster.ink.shape
        top = 36 + raster.top
        line[top : top + height, x : x + width] = 255 - raster.ink
        x += round(raster.advance)
    return line[:, : x + 8]


def save(folder: Path, **lines: tuple[Grey, str]) -> Path:
    """A folder of line pairs."""
    folder.mkdir()
    for name, (pixels, text) in lines.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
        (folder / f"{name}.gt.txt").write_text(text)
    return folder


def leaks(*folders: Path) -> list[str]:
    parts = {folder.name: read_set(folder) for folder in folders}
    found = find_leaks(parts, load=load_image, document_of=by_prefix()).found
    return [f"{Path(leak.source).stem}: {leak.reason}" for leak in found]


def test_different_lines_are_no_leak(tmp_path: Path) -> None:
    one = save(tmp_path / "one", a_1=(draw(TEXT), TEXT), a_2=(draw(TEXT[::-1]), TEXT[::-1]))
    other = save(tmp_path / "two", b_1=(draw("pack my box with five dozen jugs"), "pack my box"))
    assert leaks(one, other) == []


def test_defect_27_the_same_picture_under_another_name_is_found(tmp_path: Path) -> None:
    pixels = draw(TEXT)
    one = save(tmp_path / "one", a_1=(pixels, TEXT))
    other = save(tmp_path / "two", b_1=(pixels, "else"))
    Image.fromarray(pixels).save(other / "b_2.bmp")
    (other / "b_2.gt.txt").write_text("more")
    found = leaks(one, other)
    assert found[0].startswith("b_1: the same file as")
    assert found[1].startswith("b_2: the same pixels as")
    assert found[0].endswith("a_1.png of one")


def changed(pixels: Grey, way: str) -> Grey:
    """The same line once more, but not the same pixels."""
    rng = np.random.default_rng(1)
    match way:
        case "jpeg":
            coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
            return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
        case "noise":
            return np.clip(pixels + rng.normal(0, 10, pixels.shape), 0, 255).astype(np.uint8)
        case "margin":
            return np.pad(pixels, ((3, 5), (9, 1)), constant_values=255)
        case _:
            small = cv2.resize(pixels, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
            return np.asarray(small, np.uint8)


@pytest.mark.parametrize("way", ["jpeg", "noise", "margin", "scale"])
def test_defect_27_nearly_the_same_picture_is_found(tmp_path: Path, way: str) -> None:
    pixels = draw(TEXT)
    one = save(tmp_path / "one", a_1=(pixels, TEXT), a_2=(draw(TEXT[::-1]), "x"))
    other = save(tmp_path / "two", b_1=(changed(pixels, way), "else"))
    (found,) = leaks(one, other)
    assert found.startswith("b_1: nearly the same picture (")
    assert found.endswith("a_1.png of one")


def test_hashes_of_different_lines_differ_by_far_more_than_is_near() -> None:
    lines = [draw(text) for text in (TEXT, TEXT[::-1], TEXT.upper(), TEXT[5:] + TEXT[:5])]
    hashes = [picture_hash(line) for line in lines]
    for i, one in enumerate(hashes):
        for other in hashes[i + 1 :]:
            assert np.bitwise_count(one ^ other).sum() > 1.5 * NEAR_BITS


def test_defect_27_equal_names_and_texts_of_one_document_are_found(tmp_path: Path) -> None:
    one = save(tmp_path / "one", a_1=(draw(TEXT), TEXT), a_2=(draw("short"), "short"))
    other = save(
        tmp_path / "two",
        a_1=(draw("something else that is long"), "x"),
        a_7=(draw("this is not what it says"), TEXT),
        a_8=(draw("other pixels than those"), "short"),
        b_7=(draw("again another line of type"), TEXT),
    )
    found = leaks(one, other)
    assert len(found) == 2
    assert found[0].startswith("a_1: the same name as")
    assert found[1].startswith("a_7: the same document 'a' and text as")


def test_blank_and_damaged_lines_do_no_harm_and_are_no_leaks(tmp_path: Path) -> None:
    one = save(tmp_path / "one", a_1=(np.full((20, 90), 255, np.uint8), ""))
    other = save(tmp_path / "two", b_1=(draw(TEXT), TEXT))
    Image.fromarray(draw(TEXT)).save(other / "b_2.jpg")
    (other / "b_2.jpg").write_bytes((other / "b_2.jpg").read_bytes()[:700])  # a header, no pixels
    (other / "b_2.gt.txt").write_text("x")
    parts = {folder.name: read_set(folder) for folder in (one, other)}
    found = find_leaks(parts, load=load_image, document_of=by_prefix())
    assert found.found == ()
    (problem,) = found.not_compared
    assert problem.source == str(other / "b_2.jpg")
    assert problem.reason.startswith("not compared: damaged or truncated image")


def test_crops_of_one_line_in_two_parts_are_found_and_renders_are_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    crop, dot = rng.integers(0, 256, (30, 20), np.uint8), np.zeros((9, 9), np.uint8)
    parts = {
        "one": {"PAIRED_x_1_5_0x61_0": crop, "0x61_0_Font": crop, "PAIRED_y_5_0x61_1": dot},
        "two": {"PAIRED_x_1_9_0x61_0": crop, "0x61_7_Font": crop, "PAIRED_z_5_0x61_1": dot},
    }
    for part, samples in parts.items():
        (tmp_path / part / "97").mkdir(parents=True)
        for name, pixels in samples.items():
            Image.fromarray(pixels).save(tmp_path / part / "97" / f"{name}.png")
    found = leaks(tmp_path / "one", tmp_path / "two")
    assert found == [
        "two: crops of line 'x_1' are also in one",
        "two: 1 crops have the same pixels as crops of one, "
        "such as PAIRED_x_1_9_0x61_0.png and PAIRED_x_1_5_0x61_0.png",
    ]


def test_crops_of_effocr_data_crop_are_compared_whatever_the_form(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    same = rng.integers(0, 256, (30, 20), np.uint8)
    for part, names in {"one": ("x_1_003", "00001"), "two": ("x_1_017", "mine")}.items():
        (tmp_path / part / "97").mkdir(parents=True)
        Image.fromarray(same[:, ::-1] if part == "two" else same[::-1]).save(
            tmp_path / part / "97" / f"{names[0]}.png"
        )
        Image.fromarray(same).save(tmp_path / part / "97" / f"{names[1]}.png")
    packed = tmp_path / "two.glyphs.sqlite"
    write_set(read_set(tmp_path / "two"), packed, "packed", load=load_image)
    for other in (tmp_path / "two", packed):
        assert [leak.partition(": ")[2] for leak in leaks(tmp_path / "one", other)] == [
            "crops of line 'x_1' are also in one",
            "1 crops have the same pixels as crops of one, such as mine.png and 00001.png",
        ]
