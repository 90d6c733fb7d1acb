"""Pictures: templates of features, and their file."""

from pathlib import Path

import numpy as np
import pytest

from effocr.errors import BundleError, DataFormatError
from effocr.recognizer.origins import Origin
from effocr.recognizer.pictures import OFFSETS, Picture, Pictures, cut_around


def picture(label: str, rng: np.random.Generator, channels: int = 6) -> Picture:
    rows = rng.standard_normal((3, 4)).astype(np.float32)
    return Picture(
        label,
        rng.standard_normal((channels, len(OFFSETS))).astype(np.float32),
        bias=float(rng.normal()),
        threshold=0.5,
        typical=1.0,
        extent=(-1.0, -1.5, 1.0, 0.25),
        rows=rows / np.linalg.norm(rows, axis=1, keepdims=True),
        origins=(Origin(source="a.png", sha256="0" * 64),),
    )


def test_responses_match_a_loop_over_columns() -> None:
    rng = np.random.default_rng(0)
    pictures = Pictures([picture("☞", rng), picture("₤", rng)])
    features = rng.standard_normal((6, 20)).astype(np.float32)
    found = pictures.responses(features)
    for each, responses in zip(pictures, found, strict=True):
        for column, response in enumerate(responses.tolist()):
            expected = each.bias
            for tap, offset in enumerate(OFFSETS.tolist()):
                place = min(max(column + offset, 0), 19)
                expected += float(sum(each.weights[:, tap] * features[:, place]))
            assert response == pytest.approx(expected, abs=1e-4)
    around = cut_around(features, np.arange(20)) @ next(iter(pictures)).weights.ravel()
    np.testing.assert_allclose(around + next(iter(pictures)).bias, found[0], atol=1e-4)


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    pictures = Pictures([picture("☞", rng), picture("₤", rng)])
    pictures.save(tmp_path / "pictures.npz")
    loaded = Pictures.load(tmp_path / "pictures.npz")
    assert loaded.labels == ("☞", "₤")
    features = rng.standard_normal((6, 9)).astype(np.float32)
    np.testing.assert_allclose(loaded.responses(features), pictures.responses(features), atol=1e-5)
    for one, other in zip(loaded, pictures, strict=True):
        assert (one.threshold, one.typical, one.extent) == (0.5, 1.0, other.extent)
        assert one.origins == other.origins
        np.testing.assert_allclose(one.rows, other.rows, atol=1e-3)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pictures.npz").write_bytes(content)
    with pytest.raises(BundleError, match="not the pictures of a model"):
        Pictures.load(tmp_path / "pictures.npz")


def test_parts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    pictures = Pictures([picture("☞", np.random.default_rng(2))])
    pictures.save(tmp_path / "whole.npz")
    with np.load(tmp_path / "whole.npz") as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    for name, wrong in (("weights", parts["weights"][:, :, :2]), ("rows", parts["rows"][:1])):
        np.savez(tmp_path / "broken.npz", **{**parts, name: wrong})
        with pytest.raises(BundleError, match="do not fit together"):
            Pictures.load(tmp_path / "broken.npz")


def test_a_picture_taught_anew_takes_the_place_of_the_old() -> None:
    rng = np.random.default_rng(3)
    pictures = Pictures([picture("☞", rng), picture("₤", rng)])
    new = picture("☞", rng)
    taught = pictures.with_picture(new)
    assert taught.labels == ("₤", "☞")
    assert list(taught)[-1] is new
    assert pictures.without("☞").labels == ("₤",)
    with pytest.raises(DataFormatError, match="two pictures of one"):
        Pictures([new, new])
    with pytest.raises(DataFormatError, match="different localizers"):
        Pictures([new, picture("x", rng, channels=7)])
