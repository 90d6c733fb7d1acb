"""What may be a glyph: in the frames that reading settles on, in the order in which it stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from effocr.bundle import LineShape
from effocr.data.records import LineImage, Skipped
from effocr.errors import UsageError
from effocr.learn.hypotheses import Hypotheses, propose, propose_in
from effocr.pipeline.engines import Engines
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.onnx_engines import load_engines

Grey = npt.NDArray[np.uint8]
Draw = Callable[..., Grey]
SHAPE = LineShape()


@dataclass(frozen=True)
class Leaning:
    """Six glyphs in the middle of the line on a leaning baseline, and weak ones at both ends."""

    slope: float

    def maps(self, lines: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        count, _, width = lines.shape
        columns = width // 2
        x = 2 * np.arange(columns) + 1
        maps = np.zeros((count, 8, columns), np.float32)
        middle = columns // 2
        maps[:, 0, middle - 30 : middle + 31 : 12] = 0.9
        maps[:, 0, [2, columns - 3]] = 0.1
        maps[:, 1:3] = 5.0
        maps[:, 3:5] = np.array([[10.0], [30.0]])
        maps[:, 6] = SHAPE.baseline_px + self.slope * (x - 2 * middle)
        maps[:, 7] = SHAPE.x_height_px
        return maps


def engines_for(model: Path, direction: str) -> Engines:
    engines = load_engines(model)
    assert isinstance(engines.locator, NativeLocator)
    shape = engines.locator.shape.model_copy(update={"direction": direction})
    return replace(engines, locator=replace(engines.locator, shape=shape))


def look(line: Grey, engines: Engines) -> Hypotheses:
    (found,) = propose_in([line], engines)
    assert found is not None
    return found


@pytest.mark.parametrize("slope", [0.004, 0.02])
@pytest.mark.parametrize("exact", [True, False])
def test_what_is_no_glyph_does_not_move_the_frame(
    slope: float, exact: bool, draw_line: Draw
) -> None:
    line = draw_line("Inu nI uu Inu nI uu Inu", scale=2)
    locator = NativeLocator(Leaning(slope), SHAPE, 0.3, exact=exact)
    (read,), (proposed,) = locator.locate([line]), locator.propose([line], 0.03)
    assert read is not None and proposed is not None
    assert len(read.boxes) == 6
    assert len(proposed.boxes) > 6
    np.testing.assert_array_equal(proposed.frame.matrix, read.frame.matrix)
    np.testing.assert_array_equal(proposed.pixels, read.pixels)
    there = np.abs(proposed.boxes[:, None] - read.boxes[None]).max(axis=2).min(axis=0)
    assert there.max() < 1e-2


def test_lines_from_right_to_left_are_met_from_the_right(tiny_model: Path, draw_line: Draw) -> None:
    line = draw_line("Inu nI")
    straight, turned = (look(line, engines_for(tiny_model, way)) for way in ("ltr", "rtl"))
    np.testing.assert_array_equal(turned.boxes, straight.boxes[::-1])
    np.testing.assert_array_equal(turned.best, straight.best[::-1])
    np.testing.assert_allclose(turned.embeddings, straight.embeddings[::-1], atol=1e-6)
    assert turned.gaps[0] == straight.gaps[0] == 1.0
    np.testing.assert_array_equal(turned.gaps[1:], straight.gaps[:0:-1])  # a gap stays in its place


def test_columns_are_met_from_the_top(tiny_model: Path, draw_line: Draw) -> None:
    line = draw_line("Inu nI")
    column = np.ascontiguousarray(np.rot90(line, -1))
    found = look(column, engines_for(tiny_model, "ttb"))
    on_image = found.frame.boxes(found.boxes)[found.best]
    assert (np.diff(on_image[:, 1]) > 0).all()
    assert on_image[:, 3].max() <= column.shape[0]
    np.testing.assert_allclose(
        found.embeddings, look(line, engines_for(tiny_model, "ltr")).embeddings, atol=1e-6
    )


def test_images_that_cannot_be_looked_at_are_named_in_their_place(
    tmp_path: Path, tiny_model: Path, draw_line: Draw
) -> None:
    Image.fromarray(draw_line("nI")).save(tmp_path / "good.png")
    Image.fromarray(np.full((40, 90), 255, np.uint8)).save(tmp_path / "blank.png")
    (tmp_path / "broken.png").write_bytes(b"broken")
    names = ("missing.png", "good.png", "blank.png", "broken.png")
    found = propose([LineImage(tmp_path / name, "nI") for name in names], load_engines(tiny_model))
    reasons = [str(each) if isinstance(each, Skipped) else "" for each in found]
    assert [bool(reason) for reason in reasons] == [True, False, True, True]
    assert reasons[2] == f"{tmp_path / 'blank.png'}: left out: no glyph was found in the image"
    assert reasons[3].startswith(f"{tmp_path / 'broken.png'}: left out: ")


def test_another_locator_is_refused(tiny_model: Path) -> None:
    class Other:
        def locate(self, lines: object) -> list[None]:
            return []

    with pytest.raises(UsageError, match="native localizer, not Other"):
        propose_in([], replace(load_engines(tiny_model), locator=Other()))
