"""Written pages: every file says the same."""

import json
from pathlib import Path

import cv2
import numpy as np

from effocr.synth.pages.write import encode_page, write_pages
from tests.synth.pages.conftest import MakeMaker


def test_written_pages_are_those_that_were_drawn(tmp_path: Path, make_maker: MakeMaker) -> None:
    maker = make_maker(width=(160, 300), longest=420)
    pages = [maker.page(np.random.default_rng(seed)) for seed in range(6)]
    assert {page.jpeg is None for page in pages} == {True, False}
    assert write_pages(map(encode_page, pages), tmp_path / "out") == 6
    out = tmp_path / "out"
    truths = [json.loads(row) for row in (out / "pages.jsonl").read_text("utf-8").splitlines()]
    lines = (out / "labels.txt").read_text("utf-8").splitlines()
    words = (out / "labels_words.txt").read_text("utf-8").splitlines()
    for page, truth, line_row, word_row in zip(pages, truths, lines, words, strict=True):
        image = cv2.imread(str(out / truth["image"]), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        assert (image == page.image).all()
        assert (truth["height"], truth["width"]) == page.image.shape
        text = (out / truth["image"]).with_suffix(".gt.txt").read_text("utf-8")
        assert text == page.text
        name, labels = line_row.split("\t")
        assert name == truth["image"]
        assert [label["transcription"] for label in json.loads(labels)] == [
            line.text for line in page.lines
        ]
        polygons = [np.array(label["points"]) for label in json.loads(labels)]
        for polygon, line in zip(polygons, page.lines, strict=True):
            assert np.abs(polygon - line.polygon).max() < 0.06
        spoken = [word["transcription"] for word in json.loads(word_row.split("\t")[1])]
        assert spoken == " ".join(line.text for line in page.lines).split()


def test_black_and_white_pages_take_a_bit_a_pixel(make_maker: MakeMaker) -> None:
    page = make_maker(conditions={"bilevel": 1}).page(np.random.default_rng(1))
    written = encode_page(page)
    assert written.suffix == ".png"
    assert written.image[24] == 1  # bit depth in the header of a PNG
