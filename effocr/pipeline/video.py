"""Frames of a video, a camera, an animated GIF or a folder of images; and videos written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.data.records import BROKEN_IMAGE, IMAGE_SUFFIXES
from effocr.errors import ImageError, UsageError
from effocr.pipeline.images import MOST_PIXELS

__all__ = ["Frames", "VideoWriter", "open_frames"]

Colour = npt.NDArray[np.uint8]

USUAL_RATE: Final = 25.0  # frames a second, where the source does not say
FOLDER_RATE: Final = 2.0  # of a folder of images: time to look at each
CODECS: Final = {".mp4": "mp4v", ".avi": "MJPG"}


@dataclass(eq=False)
class Frames:
    """Frames in order, [height, width, 3] uint8 RGB each; to be read once.

    Attributes:
        images: the frames.
        rate: of them, per second.
        problems: what could not be read, filled as they are drawn; the others go on.
    """

    images: Iterator[Colour]
    rate: float
    problems: list[str] = field(default_factory=list)


def open_frames(source: str | int) -> Frames:
    """Open a video; nothing but its head is read before the first frame is drawn.

    Args:
        source: a file that OpenCV knows, a .gif, a folder of images, or the number of a camera.

    Raises:
        UsageError: there is no such file, or the folder has no images.
        ImageError: it is no video, or holds no frame.
    """
    if isinstance(source, int):
        return _capture(source, f"camera {source}")
    path = Path(source)
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise UsageError(f"{source}: no such video, folder or camera")
    return _gif(path) if path.suffix.lower() == ".gif" else _capture(source, source)


def _capture(source: str | int, name: str) -> Frames:
    capture = cv2.VideoCapture(source)
    opened, first = capture.read() if capture.isOpened() else (False, None)
    if not opened or first is None:
        capture.release()
        reason = (
            "no camera of this number" if isinstance(source, int) else "not a video, or damaged"
        )
        raise ImageError(f"{name}: {reason}: no frame can be read")
    rate = float(capture.get(cv2.CAP_PROP_FPS))

    def images() -> Iterator[Colour]:
        frame: Any = first
        try:
            while frame is not None:
                yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)
                more, frame = capture.read()
                frame = frame if more else None
        finally:
            capture.release()

    return Frames(images(), rate if np.isfinite(rate) and rate > 0 else USUAL_RATE)


def _gif(path: Path) -> Frames:
    from PIL import Image, ImageSequence

    try:
        opened = Image.open(path)
        pause_ms = float(opened.info.get("duration", 0))
        opened.convert("RGB")  # the first frame
    except BROKEN_IMAGE as error:
        raise ImageError(f"{path}: not a GIF, or damaged: {error}") from error
    found = Frames(iter(()), 1000 / pause_ms if pause_ms > 0 else USUAL_RATE)

    def images() -> Iterator[Colour]:
        with opened:
            try:
                for frame in ImageSequence.Iterator(opened):
                    yield np.array(frame.convert("RGB"))
            except BROKEN_IMAGE as error:
                found.problems.append(f"{path}: damaged: the frames before were read ({error})")

    found.images = images()
    return found


def _folder(folder: Path) -> Frames:
    from PIL import Image, ImageOps

    files = sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith(".")
    )
    if not files:
        raise UsageError(f"{folder}: no images in this folder")
    found = Frames(iter(()), FOLDER_RATE)

    def images() -> Iterator[Colour]:
        for file in files:
            try:
                with Image.open(file) as image:
                    if image.width * image.height > MOST_PIXELS:
                        found.problems.append(f"{file}: more than {MOST_PIXELS} pixels: not read")
                        continue
                    yield np.array(ImageOps.exif_transpose(image).convert("RGB"))
            except BROKEN_IMAGE as error:
                found.problems.append(f"{file}: not an image, or damaged ({error})")

    found.images = images()
    return found


class VideoWriter:
    """Writes frames as a video or as numbered pictures; to be used in a `with`.

    Args:
        out: .mp4 or .avi, else a folder for frame-000001.png and so on.
        rate: frames per second.
        force: whether what is there may be overwritten.

    Raises:
        UsageError: it is there already, or the suffix is of another kind of video.
    """

    def __init__(self, out: Path, rate: float, *, force: bool = False) -> None:
        self._out, self._rate = out, rate
        self._video: Any = None
        self._size = (0, 0)
        self._written = 0
        suffix = out.suffix.lower()
        if suffix and suffix not in CODECS and not out.is_dir():
            raise UsageError(f"{out}: give {' or '.join(CODECS)}, or a folder for pictures")
        self._codec = None if out.is_dir() else CODECS.get(suffix)
        taken = out.exists() if self._codec else out.is_dir() and any(out.glob("frame-*.png"))
        if taken and not force:
            raise UsageError(f"{out}: there already; add --force to overwrite it")
        folder = out.parent if self._codec else out
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder}: cannot be made ({error.strerror})") from error

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._video is not None:
            self._video.release()

    def write(self, frame: Colour) -> None:
        """Add a frame; in a video it is brought to the size of the first one, with a black edge.

        Args:
            frame: [height, width, 3] uint8 RGB.

        Raises:
            UsageError: OpenCV cannot write such a file here.
        """
        self._written += 1
        bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
        if self._codec is None:
            path = self._out / f"frame-{self._written:06}.png"
            if not cv2.imwrite(str(path), bgr):
                raise UsageError(f"{path}: cannot be written")
            return
        if self._video is None:
            self._size = (frame.shape[1], frame.shape[0])
            code = cv2.VideoWriter.fourcc(*self._codec)
            self._video = cv2.VideoWriter(str(self._out), code, self._rate, self._size)
            if not self._video.isOpened():
                raise UsageError(f"{self._out}: OpenCV cannot write it; give a folder for pictures")
        self._video.write(_fitted(np.asarray(bgr, np.uint8), self._size))


def _fitted(frame: Colour, size: tuple[int, int]) -> Colour:
    """A frame in a size (width, height), undistorted, black around it."""
    height, width = frame.shape[:2]
    if (width, height) == size:
        return frame
    scale = min(size[0] / width, size[1] / height)
    inner = max(round(width * scale), 1), max(round(height * scale), 1)
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    resized = cv2.resize(frame, inner, interpolation=cv2.INTER_AREA)
    canvas[top : top + inner[1], left : left + inner[0]] = resized
    return canvas
