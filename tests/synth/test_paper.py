"""Other lines around the line, cut short by a polygon."""

import numpy as np

from effocr.synth.compose import Composed
from effocr.synth.paper import Canvas, draw_rule, put_on_paper

X_HEIGHT = 20.0


def block(height: int = 40, width: int = 300) -> Composed:
    ink = np.full((height, width), 255, np.uint8)
    boxes = np.array([[0, 0, width, height]], np.float32)
    return Composed(ink, ["a"], boxes, [(0, 1)], float(height - 5))


def drawn(seed: int, cut_out: float) -> Canvas:
    rng = np.random.default_rng(seed)
    return put_on_paper(block(), block(), X_HEIGHT, rng, widest_margin=1.0, cut_out=cut_out)


def test_a_polygon_takes_ink_of_the_other_lines_and_none_of_the_line() -> None:
    seen = fewer = 0
    for seed in range(40):
        whole, cut = drawn(seed, 0.0), drawn(seed, 1.0)
        np.testing.assert_array_equal(whole.boxes, cut.boxes)
        assert (cut.ink <= whole.ink).all()
        x0, y0, x1, y1 = cut.boxes[0].astype(int)
        seen += bool((np.delete(whole.ink, np.s_[y0:y1], axis=0) > 0).any())
        fewer += bool((cut.ink < whole.ink).any())
        assert (cut.ink[y0:y1, x0:x1] == 255).all()
    assert 0.6 * seen < fewer <= seen


def test_some_of_the_other_lines_is_left_over_where_they_are_cut_out() -> None:
    left = 0
    for seed in range(40):
        canvas = drawn(seed, 1.0)
        x0, y0, x1, y1 = canvas.boxes[0].astype(int)
        canvas.ink[y0:y1, x0:x1] = 0
        left += bool(canvas.ink.any())
    assert left > 10


def test_rules_are_drawn_as_often_as_wished() -> None:
    rng = np.random.default_rng(0)
    boxes = np.array([[10, 10, 20, 30], [40, 10, 60, 30]], np.float32)

    def ruled(share: float) -> float:
        canvases = [Canvas(np.zeros((60, 100), np.uint8), boxes, 30.0) for _ in range(200)]
        for canvas in canvases:
            draw_rule(canvas, X_HEIGHT, share, rng)
        return float(np.mean([canvas.ink.any() for canvas in canvases]))

    assert ruled(0.0) == 0
    assert 0.15 < ruled(0.25) < 0.35
    assert ruled(1.0) > 0.95
