"""Batches and tiles of the localizer, against one call per line."""

import numpy as np

from effocr.pipeline.tiles import BUCKET_PX, HALO_PX, TILE_PX, locate_maps


class Smoother:
    """A localizer that sees HALO_PX / 2 columns to each side: a running mean at stride 2."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int]] = []

    def maps(self, lines: np.ndarray) -> np.ndarray:
        self.calls.append((lines.shape[0], lines.shape[2]))
        profile = lines.astype(np.float64).sum(axis=1)
        reach = HALO_PX // 2
        padded = np.pad(profile, ((0, 0), (reach, reach)))
        total = np.concatenate([np.zeros((len(lines), 1)), padded.cumsum(axis=1)], axis=1)
        mean = (total[:, 2 * reach + 1 :] - total[:, : -2 * reach - 1]) / (2 * reach + 1)
        return np.stack([mean[:, ::2], profile[:, ::2]], axis=1).astype(np.float32)


def test_tiles_and_batches_give_what_one_call_per_line_gives() -> None:
    rng = np.random.default_rng(0)
    widths = [16, 33, 640, 641, 640, TILE_PX, TILE_PX + 1, 3 * TILE_PX + 777, 17, 30_000]
    frames = [rng.integers(0, 256, (8, width)).astype(np.uint8) for width in widths]
    localizer = Smoother()
    for frame, found in zip(frames, locate_maps(frames, localizer), strict=True):
        missing = -frame.shape[1] % BUCKET_PX
        padded = np.pad(frame, ((0, 0), (0, missing)), constant_values=255)
        np.testing.assert_allclose(found, Smoother().maps(padded[None])[0], rtol=1e-5)
    assert max(width for _, width in localizer.calls) <= TILE_PX
    assert all(width % 8 == 0 for _, width in localizer.calls)


def test_lines_of_one_width_share_a_call() -> None:
    localizer = Smoother()
    frames = [np.full((8, 320), 255, np.uint8)] * 10
    locate_maps(frames, localizer)
    assert localizer.calls == [(10, 320)]


def test_no_lines_are_no_call() -> None:
    localizer = Smoother()
    assert locate_maps([], localizer) == []
    assert localizer.calls == []
