"""The detection network of ocrs: its weights, its masks, its loss and its figures."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from effocr.data.detection import DetectionPage, Region
from effocr.detector.unet import Unet
from effocr.detector.unet_train import MaskBatches, MaskValidation, UnetTraining, balanced_loss
from effocr.detector.word_masks import PAGE_SIZE, draw_mask, shown, view, word_quads
from effocr.errors import TrainingError


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def test_it_has_the_parameters_of_ocrs_under_their_names() -> None:
    model = Unet()
    assert sum(each.numel() for each in model.parameters()) == 622_122
    weights = model.state_dict()
    assert weights["in_conv.seq.0.seq.0.weight"].shape == (1, 1, 3, 3)
    assert weights["down.5.seq.0.seq.1.seq.1.weight"].shape == (256, 256, 1, 1)
    assert weights["up.5.up.weight"].shape == (256, 128, 3, 3)
    assert weights["up.0.contract.seq.0.seq.1.weight"].shape == (8, 16, 1, 1)
    assert weights["out_conv.0.weight"].shape == (1, 8, 1, 1)


def test_masks_have_the_size_of_the_page_even_where_halves_are_uneven() -> None:
    with torch.no_grad():
        assert Unet().eval()(torch.zeros(2, 1, 100, 75)).shape == (2, 1, 100, 75)


def test_words_are_three_pixels_smaller_on_every_side_of_the_page_itself() -> None:
    to, other = view((1600, 1200))
    assert not other
    mask = draw_mask([box(200, 400, 600, 480)], to)  # half the size: 100 to 300, 200 to 240
    rows, columns = np.nonzero(mask)
    assert mask.shape == PAGE_SIZE
    found = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    assert np.abs(np.array(found) - (101.5, 298.5, 201.5, 238.5)).max() <= 1
    assert draw_mask([box(200, 400, 600, 405)], to).max() == 0  # nothing is left of it


def test_page_and_mask_are_changed_alike() -> None:
    page = np.full((400, 300), 255, np.uint8)
    polygon = box(60, 100, 240, 180)
    page[100:180, 60:240] = 0
    rng = np.random.default_rng(0)
    kinds = set()
    for _ in range(40):
        to, other = view((400, 300), rng)
        kinds.add((other, bool(np.allclose(to, view((400, 300))[0]))))
        ink = shown(page, to) < 64
        mask = draw_mask([polygon], to) > 0
        assert (mask & ~ink).sum() <= 0.01 * mask.sum()  # within the word, by three pixels
        assert ink.sum() < 1.5 * mask.sum()
    assert kinds == {(False, True), (True, True), (False, False)}


def test_the_loss_is_that_of_the_hardest_pixels_of_both_kinds() -> None:
    truth = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0]).view(1, 1, 1, 5)
    found = torch.tensor([0.5, 0.25, 0.75, 0.125, 0.5]).view(1, 1, 1, 5)
    losses = [-np.log(0.5), -np.log(0.25), -np.log(0.25), -np.log(0.5)]  # two of each
    assert float(balanced_loss(found, truth)) == pytest.approx(np.mean(losses))
    assert float(balanced_loss(found, torch.zeros_like(truth))) == 0


def test_rectangles_are_those_of_the_parts_of_a_mask_grown_by_wish() -> None:
    mask = np.zeros((60, 80), np.uint8)
    mask[10:21, 10:41] = 1
    mask[40:46, 50:71] = 1
    quads = sorted(word_quads(mask, grown_px=3), key=lambda quad: float(quad[:, 1].min()))
    assert [quad.min(axis=0).tolist() for quad in quads] == [[7, 7], [47, 37]]
    assert [quad.max(axis=0).tolist() for quad in quads] == [[43, 23], [73, 48]]


class _Truth(torch.nn.Module):
    """A network that finds what is darker than the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.own = torch.nn.Parameter(torch.zeros(1))

    def forward(self, pages: torch.Tensor) -> torch.Tensor:
        return torch.where(pages < 0, 0.99, 0.01)


@pytest.fixture
def pages(tmp_path: Path) -> list[DetectionPage]:
    made = []
    for number, words in enumerate([2, 1, 1]):
        page = np.full(PAGE_SIZE, 255, np.uint8)
        regions = []
        for word in range(words):
            top = 100 + 200 * word
            page[top + 3 : top + 57, 53:247] = 0  # as it is in the mask
            regions.append(Region(box(50, top, 250, top + 60), ignore=word == 1))
        cv2.imwrite(str(tmp_path / f"{number}.png"), page)
        made.append(DetectionPage(tmp_path / f"{number}.png", tuple(regions)))
    return made


def load(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))


def test_figures_are_means_over_pages_of_words_whether_legible_or_not(
    pages: list[DetectionPage],
) -> None:
    validation = MaskValidation(pages, UnetTraining(), load=load)
    figures = validation(_Truth())
    assert figures["precision"] == figures["recall"] == 1.0
    blank = np.full(PAGE_SIZE, 255, np.uint8)
    cv2.imwrite(str(pages[0].image), blank)
    figures = validation(_Truth())
    assert figures["precision"] == 1.0
    assert figures["recall"] == pytest.approx(2 / 3)
    assert figures["merged_frac"] == figures["split_frac"] == 0


def test_validation_pages_are_never_changed_and_training_pages_are_each_seen_once(
    pages: list[DetectionPage],
) -> None:
    config = UnetTraining(batch_size=2)
    aside = MaskBatches(pages, config, load=load, training=False)
    np.testing.assert_array_equal(aside[0]["pages"], aside[2]["pages"])  # of the next epoch
    assert len(aside) == 2
    assert len(aside[1]["pages"]) == 1  # no page is left out for a full batch
    still = UnetTraining(batch_size=2, augment=False)
    learnt = MaskBatches(pages, still, load=load, training=True)
    inks = [float((page < 0).sum()) for step in (0, 1) for page in learnt[step]["pages"]]
    assert sorted(inks) == [54 * 194, 54 * 194, 2 * 54 * 194]
    with pytest.raises(TrainingError, match="no page"):
        MaskBatches([], config, load=load, training=True)
