"""Ink of other lines does not come along in the crop of a line."""

import numpy as np

from effocr.pipeline.neighbours import without_neighbours
from effocr.pipeline.rectify import rectify

# A line whose ascender stands up beside the descender of the line above.
OWN = np.array([[10, 40], [50, 40], [50, 20], [70, 20], [70, 40], [190, 40], [190, 60], [10, 60]])
ABOVE = np.array(
    [[10, 5], [190, 5], [190, 15], [120, 15], [120, 35], [100, 35], [100, 15], [10, 15]]
)


def page() -> np.ndarray:
    image = np.full((80, 200), 230, np.uint8)
    image[22:58, 55:65] = 0  # own ascender
    image[8:34, 105:115] = 0  # descender of the line above
    image[45:58, 20:180:15] = 0
    return image


def test_what_another_line_claims_is_covered_and_the_rest_stays() -> None:
    image = page()
    polygons = [np.asarray(one, np.float32) for one in (OWN, ABOVE)]
    crops = [rectify(image, one) for one in polygons]
    found = [crop for crop in crops if crop is not None]
    assert len(found) == 2
    own, _ = without_neighbours(found, polygons)
    back = own.to_page.inverse()
    foreign, ascender = back.boxes(np.array([[105, 24, 115, 34], [55, 22, 65, 38]])).round()
    for crop, there in ((found[0], True), (own, False)):
        x0, y0, x1, y1 = foreign.astype(int)
        assert (crop.grey[max(y0, 0) : y1, x0:x1] < 100).any() == there
    x0, y0, x1, y1 = ascender.astype(int)
    assert (own.grey[y0 + 2 : y1, x0 + 2 : x1 - 2] < 100).all()


def test_lines_that_touch_nothing_stay_as_they_are() -> None:
    polygons = [np.asarray(OWN, np.float32), np.asarray(OWN, np.float32) + np.float32(500)]
    crop = rectify(page(), polygons[0])
    assert crop is not None
    assert without_neighbours([crop, crop], polygons)[0] is crop
    assert without_neighbours([], []) == []
