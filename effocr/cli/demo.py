"""`effocr demo`: what is read in a video, drawn on it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.spotters import Alphanumeric, DetectorOption, Punctuation, open_spotter

if TYPE_CHECKING:
    from effocr.pipeline.spotter import Spotter

__all__ = ["demo", "draw_video"]


def demo(
    video: Annotated[
        str,
        typer.Option(
            metavar="FILE|DIR|N",
            help="A video, an animated GIF, a folder of images, or the number of a camera.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="OUT", help="FILE.mp4, FILE.avi, or a folder."),
    ],
    model: Annotated[str, typer.Option(metavar="NAME|DIR", help="Reads the words.")] = "en",
    detector: DetectorOption = None,
    every: Annotated[int, typer.Option(min=1, help="Take every Nth frame only.")] = 1,
    max_frames: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many frames that were read.")
    ] = None,
    alphanumeric: Alphanumeric = False,
    punctuation: Punctuation = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads; one per core if not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
) -> None:
    """Draw on a video what is read in it, and tell how many frames a second that were.

    Ctrl+C stops a camera; what was read is kept. Frames that are not taken are not written.
    """
    spotter = open_spotter(
        model, detector, alphanumeric=alphanumeric, punctuation=punctuation, threads=threads
    )
    failed = draw_video(video, out, spotter, every=every, max_frames=max_frames, force=force)
    raise typer.Exit(1 if failed else 0)


def draw_video(
    video: str,
    out: Path,
    spotter: Spotter,
    *,
    every: int = 1,
    max_frames: int | None = None,
    force: bool = False,
) -> bool:
    """Read frames, draw the words, write them, and print the rate.

    Returns:
        Whether some frame could not be read; it is named on standard error.

    Raises:
        UsageError: there is no such video, it is OUT itself, or OUT cannot be written.
        ImageError: it is no video.
    """
    import time
    from collections import deque
    from collections.abc import Iterator
    from itertools import islice

    import numpy as np

    from effocr.errors import UsageError
    from effocr.pipeline.chunk import ReadFailure
    from effocr.pipeline.draw_words import draw_words
    from effocr.pipeline.video import VideoWriter, open_frames

    if out.exists() and Path(video).exists() and out.samefile(video):
        raise UsageError(f"{out}: is what is read; give another place to write to")
    frames = open_frames(int(video) if video.isdecimal() and not Path(video).exists() else video)
    waiting: deque[np.ndarray] = deque()

    def taken() -> Iterator[np.ndarray]:
        for frame in islice(
            frames.images, 0, None if max_frames is None else max_frames * every, every
        ):
            waiting.append(frame)
            yield frame

    done = words = 0
    begun = time.perf_counter()
    with VideoWriter(out, frames.rate / every, force=force) as writer:
        try:
            for found in spotter.spot_many(taken()):
                frame = waiting.popleft()
                if isinstance(found, ReadFailure):
                    frames.problems.append(f"frame {done + 1}: {found.reason}")
                    found = []
                writer.write(draw_words(frame, found))
                done, words = done + 1, words + len(found)
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
    seconds = time.perf_counter() - begun
    for problem in frames.problems:
        print(problem, file=sys.stderr)
    print(f"{out}: {done} frames, {words} words, {done / max(seconds, 1e-9):.1f} frames per second")
    return bool(frames.problems)
