"""What a classic training is made of: its images, batches and reference."""

from typing import Any

import numpy as np
import pytest
import torch

from effocr.recognizer.classic import build_classic
from effocr.workbench.dataset import open_dataset
from effocr.workbench.glyph_squares import load_squares, reference_rows
from effocr.workbench.recognizer_scores import Retrieved
from tests.workbench.small_classic import Draw, parts


def test_defect_19_reference_fonts_are_told_by_their_exact_names(draw_glyph_set: Draw) -> None:
    fonts = ("NotoSerif-RegularItalic", "NotoSerif-Regular", "MyNotoSerif-Regular")
    found = parts(draw_glyph_set(fonts=fonts))
    rows = found.measure.reference
    assert {found.squares.samples[row].font for row in rows} == {"NotoSerif-Regular"}
    assert len(rows) == 6


def test_fact_6_characters_that_the_reference_font_lacks_come_from_elsewhere(
    draw_glyph_set: Draw,
) -> None:
    root = draw_glyph_set()
    for path in (root / "97").glob("*NotoSerif*"):
        path.unlink()
    for path in (root / "111").glob("0x*"):
        path.unlink()
    found = parts(root)
    by_glyph: dict[str, set[str]] = {}
    for row in found.measure.reference:
        sample = found.squares.samples[row]
        by_glyph.setdefault(sample.glyph, set()).add(sample.font or sample.line or "")
    assert by_glyph["a"] == {"A", "B"}
    assert by_glyph["o"] == {"a_1", "b"}  # crops of the training lines only
    assert by_glyph["I"] == {"NotoSerif-Regular"}
    none = load_squares(open_dataset(root), open_dataset(root).split(root.parent / "train.json"),
                        size_px=8)  # fmt: skip
    rows = reference_rows(none.samples, none.renders, none.train, ["NotThere"])
    assert len({none.samples[r].glyph for r in rows}) == 6


def test_defect_20_a_character_that_the_reference_lacks_is_an_error(draw_glyph_set: Draw) -> None:
    found = parts(draw_glyph_set())
    squares = found.squares
    known = np.array([r for r in found.measure.reference if squares.samples[r].glyph in "aoI"])
    model = build_classic(timm="glyphnet", hf=None, size_px=32).eval()
    figures = Retrieved(squares, known, known)(model)
    assert figures == {"accuracy": 1.0, "accuracy_of_known": 1.0}
    figures = Retrieved(squares, known, found.measure.reference)(model)
    assert figures == {"accuracy": 0.5, "accuracy_of_known": 1.0}  # the second is the original's


@pytest.mark.parametrize("length", [2, 3, 5])
def test_defect_22_and_23_sets_of_any_k_fill_whole_batches(
    length: int, draw_glyph_set: Draw
) -> None:
    root = draw_glyph_set()
    file = root.parent / "hns.txt"
    file.write_text("aoItm."[:length] + "\nжa\u00a0\n", "utf-8")
    found = parts(root, hard_negatives=file, batch_size=24)
    plain = parts(root, batch_size=24)
    assert len(found.batches) == len(plain.batches) + 1
    labels = [set(found.batches[step]["labels"].tolist()) for step in range(len(found.batches))]
    wanted = {sorted("aoItm.").index(glyph) for glyph in "aoItm."[:length]}
    assert any(wanted <= batch for batch in labels)


def test_defect_25_crops_are_left_as_they_are_and_renders_changed(draw_glyph_set: Draw) -> None:
    def changed(found: Any) -> list[bool]:
        batch, places = found.batches[0]["squares"].numpy(), found.batches.order[0]
        before = found.squares.pixels[found.rows[places]]
        same = [not np.array_equal(x, y) for x, y in zip(batch, before, strict=True)]
        drawn = found.squares.drawn[found.rows[places]]
        assert not any(other for other, render in zip(same, drawn, strict=True) if not render)
        return [other for other, render in zip(same, drawn, strict=True) if render]

    assert sum(changed(parts(draw_glyph_set()))) > 3
    assert not any(changed(parts(draw_glyph_set(), augment=False)))


def test_a_classifier_says_that_it_uses_no_look_alikes_and_takes_small_batches(
    draw_glyph_set: Draw, caplog: pytest.LogCaptureFixture
) -> None:
    found = parts(draw_glyph_set(), classes=0, batch_size=4, hard_negatives="hns.txt")
    assert "hns.txt: not used" in caplog.text
    assert len(found.batches[0]["labels"]) == 4


def test_a_later_first_epoch_goes_on_with_other_batches(draw_glyph_set: Draw) -> None:
    root = draw_glyph_set()
    first, third = (parts(root, first_epoch=epoch).batches for epoch in (1, 3))
    steps = len(first)
    assert torch.equal(first[2 * steps]["squares"], third[0]["squares"])
