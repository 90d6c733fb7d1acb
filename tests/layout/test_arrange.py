"""Blocks and reading order, on layouts whose order is known because the test lays them out."""

import numpy as np
import numpy.typing as npt
import pytest

from effocr.layout.arrange import arrange
from effocr.metrics.order import OrderScore, score_order

Lines = list[npt.NDArray[np.float32]]
WIDTH, HEIGHT = 2400, 3400


def line(x0: float, y0: float, x1: float, y1: float) -> npt.NDArray[np.float32]:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


def column(x0: float, x1: float, y0: float, count: int, *, pitch: float = 50) -> Lines:
    """Lines 40 high, the last one short."""
    return [
        line(x0, y0 + pitch * n, x1 if n < count - 1 else (x0 + x1) / 2, y0 + pitch * n + 40)
        for n in range(count)
    ]


def two_columns() -> tuple[Lines, list[int]]:
    """Running head, a title over both columns, two columns of two paragraphs, a footer."""
    lines = [line(900, 100, 1500, 140), line(300, 220, 2100, 310)]
    for x0, x1 in ((200, 1160), (1240, 2200)):
        lines += column(x0, x1, 400, 20) + column(x0, x1, 1460, 15)
    lines.append(line(1150, 3200, 1250, 3240))
    return lines, [1, 1, 20, 15, 20, 15, 1]


def newspaper() -> tuple[Lines, list[int]]:
    """Three columns, a headline over the first two in the middle of them."""
    lines = column(100, 780, 100, 20) + column(860, 1540, 100, 20)
    lines.append(line(150, 1180, 1500, 1300))
    lines += column(100, 780, 1400, 20) + column(860, 1540, 1400, 20)
    lines += column(1620, 2300, 100, 46)
    return lines, [20, 20, 1, 20, 20, 46]


def with_notes() -> tuple[Lines, list[int]]:
    """Two paragraphs, each with a note in the outer margin beside it."""
    lines = column(300, 1800, 200, 12) + column(1900, 2200, 300, 3, pitch=45)
    lines += column(300, 1800, 1000, 12) + column(1900, 2200, 1200, 4, pitch=45)
    return lines, [12, 3, 12, 4]


LAYOUTS = {"two columns": two_columns, "newspaper": newspaper, "notes": with_notes}


def shuffled(lines: Lines, seed: int = 1) -> tuple[Lines, list[int]]:
    """The lines in another order, and the numbers that they have there, in the true order."""
    order = np.random.default_rng(seed).permutation(len(lines))
    return [lines[number] for number in order], np.argsort(order).tolist()


def turned(lines: Lines, degrees: float) -> Lines:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = np.array([WIDTH / 2, HEIGHT / 2])
    return [((one - middle) @ turn + middle).astype(np.float32) for one in lines]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("degrees", [0.0, 1.5, -1.5])
def test_blocks_and_their_order_are_those_of_the_layout(name: str, degrees: float) -> None:
    lines, sizes = LAYOUTS[name]()
    mixed, truth = shuffled(turned(lines, degrees))
    blocks = arrange(mixed, width=WIDTH, height=HEIGHT)
    assert [n for block in blocks for n in block] == truth
    assert [len(block) for block in blocks] == sizes


@pytest.mark.parametrize("name", LAYOUTS)
def test_right_to_left_is_the_mirror_image(name: str) -> None:
    lines, _ = LAYOUTS[name]()
    mirrored = [np.stack([WIDTH - one[::-1, 0], one[::-1, 1]], axis=1) for one in lines]
    mixed, truth = shuffled(mirrored)
    blocks = arrange(mixed, width=WIDTH, height=HEIGHT, direction="rtl")
    assert [n for block in blocks for n in block] == truth


def test_columns_of_vertical_print_go_from_right_to_left() -> None:
    lines = [line(x, 100, x + 40, 1500) for x in (1800, 1740, 1680)]
    lines += [line(x, 1700, x + 40, 3000) for x in (1800, 1740, 1680)]
    mixed, truth = shuffled(lines)
    blocks = arrange(mixed, width=WIDTH, height=HEIGHT, direction="ttb")
    assert [n for block in blocks for n in block] == truth
    assert [len(block) for block in blocks] == [3, 3]


def test_cells_of_a_table_are_read_by_rows() -> None:
    cells = [
        cell
        for row in range(6)
        for cell in (
            line(200, 100 + 50 * row, 900 + 40 * row, 140 + 50 * row),
            line(1500, 102 + 50 * row, 1650, 142 + 50 * row),
        )
    ]
    mixed, truth = shuffled(cells)
    assert arrange(mixed, width=WIDTH, height=HEIGHT) == [truth]


def test_a_larger_heading_is_a_block_of_its_own() -> None:
    lines = [line(200, 100, 1000, 190), *column(200, 1100, 210, 5)]
    assert arrange(lines, width=WIDTH, height=HEIGHT) == [[0], [1, 2, 3, 4, 5]]


def test_no_lines_make_no_blocks() -> None:
    assert arrange([], width=WIDTH, height=HEIGHT) == []


def test_white_beside_lines_that_overlap_in_height_is_cut_once() -> None:
    """The middles of all lines beside the white are below or above it."""
    boxes = [
        (170, 140, 310, 160),
        (370, 30, 410, 50),
        (50, 80, 210, 180),
        (70, 10, 220, 310),
        (210, 380, 230, 400),
    ]
    blocks = arrange([line(*box) for box in boxes], width=420, height=420)
    assert sorted(place for block in blocks for place in block) == [0, 1, 2, 3, 4]


def test_lines_without_height_are_ordered_from_the_top() -> None:
    flat = [line(0, y, 100, y) for y in (90, 10, 50)]
    blocks = arrange(flat, width=200, height=100)
    assert [place for block in blocks for place in block] == [1, 2, 0]


def test_every_line_comes_once_however_they_lie() -> None:
    rng = np.random.default_rng(3)
    corners = rng.uniform(0, 1000, (60, 2))
    lines = [
        line(x, y, x + w, y + h)
        for (x, y), w, h in zip(
            corners, rng.uniform(5, 600, 60), rng.uniform(5, 80, 60), strict=True
        )
    ]
    found = [n for block in arrange(lines, width=1600, height=1100) for n in block]
    assert sorted(found) == list(range(60))


def test_score_of_made_layouts() -> None:
    """The measure of the whole: all layouts, leaning by up to two degrees."""
    total = OrderScore()
    for seed, degrees in enumerate((-2.0, -1.0, 0.0, 1.0, 2.0)):
        for make in LAYOUTS.values():
            mixed, truth = shuffled(turned(make()[0], degrees), seed)
            found = [n for block in arrange(mixed, width=WIDTH, height=HEIGHT) for n in block]
            total += score_order(truth, found)
    assert total.neighbour_share > 0.99
    assert total.tau > 0.99


def test_columns_stay_whole_where_two_lines_were_found_as_one() -> None:
    left, right = column(200, 1160, 400, 30), column(1240, 2200, 400, 30)
    left[12] = line(200, 1000, 2200, 1040)
    del right[12]
    mixed, truth = shuffled(left + right)
    found = [n for block in arrange(mixed, width=WIDTH, height=HEIGHT) for n in block]
    assert found == truth


def test_a_table_of_several_columns_with_empty_cells_is_read_by_rows() -> None:
    cells = [
        line(x, 100 + 50 * row, x + width, 140 + 50 * row)
        for row in range(12)
        for number, (x, width) in enumerate(((200, 500), (900, 130), (1300, 180), (1700, 90)))
        if (row + 2 * number) % 7
    ]
    mixed, truth = shuffled(cells)
    assert arrange(mixed, width=WIDTH, height=HEIGHT) == [truth]


def bent(lines: Lines) -> Lines:
    """Lines as on a page that bends down towards its right edge and leans, 16 corners each."""
    found = []
    for one in lines:
        (x0, y0), (x1, y1) = one.min(axis=0), one.max(axis=0)
        x = np.linspace(x0, x1, 8)
        drop = 90 * (x / WIDTH) ** 4 - 30 * x / WIDTH
        top, bottom = np.stack([x, y0 + drop], axis=1), np.stack([x, y1 + drop], axis=1)
        outline = np.concatenate([top, bottom[::-1]])
        outline[:, 0] += 0.03 * outline[:, 1]
        found.append(outline.astype(np.float32))
    return found


def test_columns_that_bend_and_lean_are_read_one_after_the_other() -> None:
    rng = np.random.default_rng(2)
    lines = [
        line(x, 100 + 50 * row, x + rng.choice([450, 500, 530]), 140 + 50 * row)
        for x in (100, 660, 1220, 1780)
        for row in range(62)
    ]
    mixed, truth = shuffled(bent(lines))
    found = [n for block in arrange(mixed, width=WIDTH, height=HEIGHT) for n in block]
    assert found == truth


def test_small_cells_and_large_ones_far_apart_are_read_by_rows() -> None:
    """They stand on one line, though their middles are not level."""
    lines = []
    for number, width in enumerate((130, 100, 150, 120, 110, 140, 90, 130)):
        y = 100 + 140 * number
        small, large = (20, 0) if number % 2 else (0, 20)
        lines += [line(100, y + small, 100 + width, y + 50), line(600, y + large, 750, y + 50)]
    mixed, truth = shuffled(lines)
    assert arrange(mixed, width=1000, height=1300) == [truth]


def test_a_table_of_wide_cells_is_read_by_rows() -> None:
    widths = ((340, 320), (280, 300), (330, 310), (300, 350), (310, 290), (350, 330))
    lines = [
        line(x, 100 + 60 * row, x + width, 140 + 60 * row)
        for row, pair in enumerate(widths)
        for x, width in zip((100, 1200), pair, strict=True)
    ]
    mixed, truth = shuffled(lines)
    assert arrange(mixed, width=WIDTH, height=600) == [truth]


def test_advertisements_beside_a_column_stay_a_column() -> None:
    """Centred lines, short and of several sizes, level with text here and there."""
    text = [
        line(200, y + 20 * row, 560 if row < 8 else 380, y + 20 * row + 16)
        for y in range(100, 1900, 200)
        for row in range(9)
    ]
    rng = np.random.default_rng(3)
    adverts, y = [], 100.0
    while y < 1880:
        half, high = rng.uniform(20, 100), rng.choice([16, 16, 20])
        adverts.append(line(780 - half, y, 780 + half, y + high))
        y += high + rng.choice([4, 12])
    mixed, truth = shuffled(text + adverts)
    found = [n for block in arrange(mixed, width=1100, height=2000) for n in block]
    assert found == truth


def test_lines_found_as_one_at_several_heights_keep_columns_whole() -> None:
    left, right = column(200, 1160, 400, 40), column(1240, 2200, 400, 40)
    for row in (1, 2, 3, 20, 33, 34):
        left[row] = line(200, 400 + 50 * row, 2200, 440 + 50 * row)
    kept = [one for row, one in enumerate(right) if row not in {1, 2, 3, 20, 33, 34}]
    mixed, truth = shuffled(left + kept)
    found = [n for block in arrange(mixed, width=WIDTH, height=HEIGHT) for n in block]
    assert found == truth


def test_a_row_above_columns_is_read_before_them() -> None:
    head = [line(x, 100, x + 120, 140) for x in (200, 900, 2080)]
    text = column(200, 800, 200, 30) + column(900, 1500, 200, 30) + column(1600, 2200, 200, 30)
    mixed, truth = shuffled(head + text)
    found = [n for block in arrange(mixed, width=WIDTH, height=HEIGHT) for n in block]
    assert found == truth
