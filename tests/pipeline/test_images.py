"""Images of every kind, and what is not an image."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from effocr.errors import ImageError
from effocr.pipeline import images
from effocr.pipeline.images import load_image
from effocr.pipeline.plain_png import plain_png


@pytest.fixture
def grey() -> np.ndarray:
    """A picture [30, 50] without symmetry, with blacks and whites."""
    rng = np.random.default_rng(0)
    return np.repeat(np.repeat(rng.integers(0, 256, (3, 5)).astype(np.uint8), 10, 0), 10, 1)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF", "PPM"])
def test_grey_images_keep_every_pixel(grey: np.ndarray, kind: str) -> None:
    np.testing.assert_array_equal(load_image(encoded(Image.fromarray(grey), kind)), grey)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK", "YCbCr", "HSV", "I", "F"])
def test_every_mode_of_pillow_gives_the_same_grey(grey: np.ndarray, mode: str) -> None:
    image = Image.fromarray(grey)
    image = image.convert("RGB").convert(mode) if mode in ("HSV", "YCbCr") else image.convert(mode)
    loaded = load_image(image)
    assert loaded.dtype == np.uint8
    assert loaded.flags.c_contiguous
    np.testing.assert_allclose(loaded, grey, atol=2)


def test_bilevel_images_are_black_and_white(grey: np.ndarray) -> None:
    bits = grey > 127
    loaded = load_image(encoded(Image.fromarray(bits), "PNG"))
    np.testing.assert_array_equal(loaded, bits * np.uint8(255))


def test_sixteen_bits_become_eight(grey: np.ndarray) -> None:
    deep = grey.astype(np.uint16) * 257
    for kind in ("PNG", "TIFF"):
        np.testing.assert_array_equal(load_image(encoded(Image.fromarray(deep), kind)), grey)
    np.testing.assert_array_equal(load_image(deep), grey)


def test_twelve_bits_in_sixteen_use_the_whole_range(grey: np.ndarray) -> None:
    loaded = load_image(grey.astype(np.uint16) * 16)
    np.testing.assert_array_equal(loaded, grey)


def test_a_cmyk_jpeg_is_not_inverted(grey: np.ndarray) -> None:
    smooth = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (32, 1))
    data = encoded(Image.fromarray(smooth).convert("CMYK"), "JPEG", quality=95)
    np.testing.assert_allclose(load_image(data), smooth, atol=12)


def test_transparency_is_laid_over_white() -> None:
    rgba = np.zeros((2, 3, 4), np.uint8)  # black, and
    rgba[:, :, 3] = [0, 128, 255]  # transparent, half, opaque
    expected = np.tile(np.array([255, 127, 0], np.uint8), (2, 1))
    np.testing.assert_allclose(load_image(encoded(Image.fromarray(rgba), "PNG")), expected, atol=1)
    np.testing.assert_allclose(load_image(rgba), expected, atol=1)
    np.testing.assert_allclose(load_image(rgba[:, :, 2:]), expected, atol=1)


def test_a_transparent_colour_of_a_palette_is_white() -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([0, 0, 0, 90, 90, 90, 200, 200, 200])
    loaded = load_image(encoded(image, "PNG", transparency=0))
    np.testing.assert_array_equal(loaded, [[255, 90, 200]])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_exif_orientation_is_applied(grey: np.ndarray, orientation: int, kind: str) -> None:
    for mode in ("L", "RGB"):
        image = Image.fromarray(grey).convert(mode)
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = encoded(image, kind, exif=exif)
        expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("L"))
        np.testing.assert_allclose(load_image(data), expected, atol=2)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
def test_broken_exif_is_taken_as_upright(grey: np.ndarray) -> None:
    data = encoded(Image.fromarray(grey), "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    np.testing.assert_array_equal(load_image(data), grey)


def test_arrays_of_every_number_type_are_read(grey: np.ndarray) -> None:
    for array in (grey, grey[:, :, None], grey / 255, grey.astype(np.float32), grey.astype(int)):
        np.testing.assert_allclose(load_image(array), grey, atol=1)
    np.testing.assert_array_equal(load_image(grey > 127), (grey > 127) * np.uint8(255))
    np.testing.assert_allclose(load_image(np.stack([grey] * 3, axis=2)), grey, atol=1)


@pytest.mark.parametrize(
    "array",
    [np.zeros(5), np.zeros((0, 4)), np.zeros((2, 2, 5)), np.zeros((2, 2), "<U1"), np.zeros(())],
)
def test_arrays_that_are_no_image_are_refused(array: np.ndarray) -> None:
    with pytest.raises(ImageError, match="is not an image"):
        load_image(array)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_refused(kind: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (80, 300)).astype(np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    with pytest.raises(ImageError, match=r"truncated|not an image"):
        load_image(data[: int(len(data) * share)])


def test_what_is_no_image_is_named(tmp_path: Path) -> None:
    cases = {
        "text.png": (b"This is not a picture.\n", r"not an image \(a text file\)"),
        "text.pdf": (b"This is not a picture.\n", r"not a PDF \(a text file\)"),
        "empty.png": (b"", "the file is empty"),
        "noise.png": (bytes(range(256)) * 4, r"not an image \(damaged"),
        "pdf.png": (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
    }
    for name, (data, reason) in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ImageError, match=reason):
            load_image(tmp_path / name)
    with pytest.raises(ImageError, match="no such file"):
        load_image(tmp_path / "none.png")
    with pytest.raises(ImageError, match="a folder"):
        load_image(tmp_path)
    with pytest.raises(ImageError, match="no bytes"):
        load_image(b"")
    with pytest.raises(ImageError, match="int is not an image"):
        load_image(7)  # type: ignore[arg-type]


@pytest.mark.parametrize("side", [14_000, 40_000, 1_000_000])
def test_a_decompression_bomb_is_refused_without_unpacking_it(side: int) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    with pytest.raises(ImageError, match="million pixels"):
        load_image(bomb)


def test_one_pixel_and_slivers_are_images() -> None:
    for shape in ((1, 1), (4000, 3), (3, 4000)):
        pixels = np.full(shape, 7, np.uint8)
        np.testing.assert_array_equal(load_image(encoded(Image.fromarray(pixels), "PNG")), pixels)


def test_the_first_image_of_several_is_read(grey: np.ndarray) -> None:
    first, second = Image.fromarray(grey), Image.fromarray(255 - grey)
    data = encoded(first, "TIFF", save_all=True, append_images=[second])
    np.testing.assert_array_equal(load_image(data), grey)


def parts(data: bytes) -> list[bytes]:
    """The signature of a PNG file, and its parts."""
    found, place = [data[:8]], 8
    while place < len(data):
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        found.append(data[place:end])
        place = end
    return found


def part(kind: bytes, data: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + crc


def by_pillow(data: bytes, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    with monkeypatch.context() as patch:
        patch.setattr(images, "plain_png", lambda file: None)
        return load_image(data)


@pytest.mark.parametrize("bits", [1, 8])
def test_plain_png_files_are_read_as_by_pillow(
    bits: int, grey: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in (1, 7, 8, 50):
        image = Image.fromarray(np.ascontiguousarray(grey[:, :width]))
        data = encoded(image.convert("1") if bits == 1 else image, "PNG")
        loaded = plain_png(io.BytesIO(data))
        assert loaded is not None
        assert loaded.flags.c_contiguous
        np.testing.assert_array_equal(loaded, by_pillow(data, monkeypatch))


def test_a_png_that_needs_care_is_left_to_pillow(grey: np.ndarray) -> None:
    image, deep = Image.fromarray(grey), Image.fromarray(grey.astype(np.uint16))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(image, "PNG", exif=exif)
    plain = parts(encoded(image, "PNG"))
    last = next(piece for piece in parts(turned) if piece[4:8] == b"eXIf")
    careful = [turned, b"".join([*plain[:-1], last, plain[-1]])]
    careful += [encoded(image.convert(mode), "PNG") for mode in ("RGB", "RGBA", "LA", "P")]
    careful += [encoded(deep, "PNG"), encoded(image, "PNG", transparency=7)]
    careful += [encoded(image, "TIFF"), encoded(image, "PNG", bits=4), b""]
    for data in careful:
        file = io.BytesIO(data)
        assert plain_png(file) is None
        assert file.tell() == 0
    np.testing.assert_array_equal(load_image(careful[1]), load_image(turned))


def test_a_png_with_a_wrong_checksum_is_left_to_pillow(
    grey: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    signature, header, pixels, end = parts(encoded(Image.fromarray(grey), "PNG"))
    data = signature + header + pixels[:-1] + bytes([pixels[-1] ^ 1]) + end
    assert plain_png(io.BytesIO(data)) is None
    assert capfd.readouterr().err == ""  # OpenCV, which would complain there, never saw it


def test_a_damaged_png_is_refused(grey: np.ndarray) -> None:
    signature, header, pixels, end = parts(encoded(Image.fromarray(grey), "PNG"))
    packed = pixels[8:-4]
    damaged = {
        "too little": part(b"IDAT", zlib.compress(zlib.decompress(packed)[:700])),
        "cut": part(b"IDAT", packed[: len(packed) // 2]),
        "nonsense": part(b"IDAT", b"nonsense"),
        "nothing": b"",
    }
    for what, body in damaged.items():
        data = signature + header + body + end
        assert plain_png(io.BytesIO(data)) is None, what
        with pytest.raises(ImageError, match="damaged"):
            load_image(data)
