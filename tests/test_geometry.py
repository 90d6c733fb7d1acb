"""Boxes and affine maps, against loops and hand-worked cases."""

import numpy as np
import pytest
import shapely

from effocr.geometry import Affine, box_polygon, clip_boxes, iou_matrix, right_of, union_box


def random_affine(rng: np.random.Generator) -> Affine:
    return Affine(rng.normal(size=(2, 3)) + np.eye(2, 3) * 3)


def test_points_follow_the_matrix() -> None:
    rng = np.random.default_rng(0)
    affine, points = random_affine(rng), rng.normal(size=(9, 2))
    expected = [affine.matrix @ np.array([x, y, 1]) for x, y in points]
    np.testing.assert_allclose(affine.points(points), expected)


def test_a_mapped_box_is_the_hull_of_its_mapped_corners() -> None:
    rng = np.random.default_rng(1)
    affine = random_affine(rng)
    low = rng.normal(size=(9, 2))
    boxes = np.hstack([low, low + rng.random((9, 2))])
    for box, found in zip(boxes, affine.boxes(boxes), strict=True):
        corners = affine.points(np.array(box_polygon(tuple(box))))
        np.testing.assert_allclose(found, [*corners.min(axis=0), *corners.max(axis=0)])


def test_the_inverse_undoes_and_then_chains() -> None:
    rng = np.random.default_rng(2)
    first, second = random_affine(rng), random_affine(rng)
    points = rng.normal(size=(5, 2))
    np.testing.assert_allclose(first.inverse().points(first.points(points)), points)
    chained = first.then(second).points(points)
    np.testing.assert_allclose(chained, second.points(first.points(points)))
    np.testing.assert_allclose(
        first.then(first.inverse()).matrix, Affine.identity().matrix, atol=1e-9
    )


def test_scale_and_shift() -> None:
    affine = Affine.scale_shift(2, 3, x_shift=5, y_shift=-1)
    np.testing.assert_allclose(affine.points(np.array([[10, 100]])), [[25, 299]])


def test_a_flat_map_has_no_inverse_and_a_matrix_has_a_shape() -> None:
    with pytest.raises(ValueError, match="no inverse"):
        Affine.scale_shift(0, 1).inverse()
    with pytest.raises(ValueError, match=r"\[2, 3\]"):
        Affine(np.eye(3))


def test_a_map_cannot_be_changed() -> None:
    matrix = np.eye(2, 3)
    affine = Affine(matrix)
    matrix[0, 0] = 7
    assert affine.matrix[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        affine.matrix[0, 0] = 7


def test_iou_matches_counting_pixels() -> None:
    rng = np.random.default_rng(3)
    low = rng.integers(0, 10, (12, 2))
    boxes = np.hstack([low, low + rng.integers(0, 8, (12, 2))])
    masks = np.zeros((12, 20, 20), bool)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes, strict=True):
        mask[y0:y1, x0:x1] = True
    for i, row in enumerate(iou_matrix(boxes[:5], boxes)):
        for j, found in enumerate(row):
            union = (masks[i] | masks[j]).sum()
            assert found == pytest.approx((masks[i] & masks[j]).sum() / union if union else 0)


def test_clipping_keeps_the_type_and_union_is_the_hull() -> None:
    boxes = np.array([[-3, 2, 5, 60], [4, -1, 200, 9]], np.float32)
    clipped = clip_boxes(boxes, 100, 50)
    assert clipped.dtype == np.float32
    np.testing.assert_array_equal(clipped, [[0, 2, 5, 50], [4, 0, 100, 9]])
    np.testing.assert_array_equal(union_box(clipped), [0, 0, 100, 50])
    with pytest.raises(ValueError, match="at least one"):
        union_box(np.zeros((0, 4)))


@pytest.mark.parametrize("x", [-1.0, 2.5, 4.0, 7.3, 20.0])
def test_what_is_right_of_a_line_is_the_intersection_with_that_half_of_the_plane(x: float) -> None:
    shape = np.array([(0, 0), (5, -1), (9, 1), (9, 6), (4, 4), (1, 7)], np.float32)
    found = right_of(shape, x)
    expected = shapely.Polygon(shape).intersection(shapely.box(x, -50, 50, 50))
    if expected.is_empty:
        assert len(found) == 0
    else:
        assert shapely.Polygon(found).symmetric_difference(expected).area < 1e-3


def test_a_cut_box_still_begins_with_its_top_edge() -> None:
    found = right_of(np.array([(0, 0), (9, 0), (9, 4), (0, 4)]), 3)
    np.testing.assert_array_equal(found, [(3, 0), (9, 0), (9, 4), (3, 4)])
