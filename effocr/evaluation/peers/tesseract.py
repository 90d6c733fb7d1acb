"""Tesseract, in the configuration that reads most lines per second.

One single-threaded process per core (`OMP_THREAD_LIMIT=1`), each with a list of images: with its
own threads Tesseract is many times slower on single lines.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from effocr.errors import EffOCRError
from effocr.evaluation.peers.run import LinesRun, Missing
from effocr.evaluation.process import Command, Finished, run_side_by_side

__all__ = ["read_lines", "tesseract_version"]

_PAGE_END = "\f"


@dataclass(frozen=True, slots=True)
class _Share:
    """The images of one process, and how far it has come.

    Attributes:
        images: places in the whole list of jobs.
        texts: of the images done, None for one that Tesseract could not open.
    """

    images: tuple[int, ...]
    texts: tuple[str | None, ...] = ()

    @property
    def left(self) -> tuple[int, ...]:
        """Images that are still to be read."""
        return self.images[len(self.texts) :]


def read_lines(
    paths: Sequence[Path],
    *,
    turns: int = 1,
    processes: int | None = None,
    language: str = "eng",
    program: str = "tesseract",
) -> LinesRun | Missing:
    """Read line images with Tesseract, `--psm 7`.

    The time that the processes need to start and to load their model, measured on a blank line, is
    taken off `seconds`.

    Args:
        paths: line images.
        turns: how often to read them all.
        processes: single-threaded processes; one per core if not given.
        language: name of the traineddata.
        program: name or path of the executable.
    """
    executable = shutil.which(program)
    if executable is None:
        return Missing(f"{program} is not installed (Debian: apt-get install tesseract-ocr)")
    count = processes or os.cpu_count() or 1
    jobs = [str(path.resolve()) for _ in range(turns) for path in paths]
    shares = [_Share(tuple(range(start, len(jobs), count))) for start in range(count)]
    shares = [share for share in shares if share.images]
    command = (executable, language)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        loading = _loading_time(work, command, len(shares))
        if isinstance(loading, Missing):
            return loading
        started = time.perf_counter()
        shares, rss_mb, restarts = _read_all(work, command, jobs, shares)
        process_s = time.perf_counter() - started
    texts: list[str | None] = [None] * len(jobs)
    for share in shares:
        for image, text in zip(share.images, share.texts, strict=True):
            texts[image] = text
    return LinesRun(
        texts=tuple(texts[: len(paths)]),
        turns=turns,
        seconds=max(process_s - loading * (1 + restarts), 1e-9),
        process_s=process_s,
        rss_mb=rss_mb,
        configuration=f"{tesseract_version(executable)} --psm 7 -l {language}, {len(shares)} "
        "single-threaded processes",
        failures={
            str(path): "Tesseract cannot open it"
            for path, text in zip(paths, texts, strict=False)
            if text is None
        },
    )


def _read_all(
    work: Path, command: tuple[str, str], jobs: Sequence[str], shares: Sequence[_Share]
) -> tuple[list[_Share], float | None, int]:
    """Run until every image has a text or a failure.

    Tesseract ends at the first image that it cannot open: the process is started again behind it.

    Returns:
        The shares, done; peak memory of the processes together in MiB; how often processes had to
        be started again.
    """
    done = list(shares)
    peak_mb: float | None = None
    restarts = -1
    while unfinished := [place for place, share in enumerate(done) if share.left]:
        restarts += 1
        lists = [[jobs[image] for image in done[place].left] for place in unfinished]
        finished, texts = _run_lists(work, command, lists)
        if all(one.rss_mb is not None for one in finished):
            peak_mb = max(peak_mb or 0.0, sum(one.rss_mb or 0.0 for one in finished))
        for place, one, read in zip(unfinished, finished, texts, strict=True):
            share = done[place]
            if one.status and len(read) < len(share.left):
                read = (*read, None)  # the image that it stopped at
            elif len(read) != len(share.left):
                raise EffOCRError(
                    f"tesseract gave {len(read)} texts for {len(share.left)} images: "
                    f"{one.stderr[-200:]}"
                )
            done[place] = replace(share, texts=(*share.texts, *read))
    return done, peak_mb, max(restarts, 0)


def _run_lists(
    work: Path, command: tuple[str, str], lists: Sequence[Sequence[str]]
) -> tuple[list[Finished], list[tuple[str | None, ...]]]:
    """Run one process per list of images; what each said and the texts it wrote."""
    executable, language = command
    commands = []
    for number, images in enumerate(lists):
        names = work / f"{number}.list"
        names.write_text("\n".join(images) + "\n", encoding="utf-8")
        (work / f"{number}.txt").unlink(missing_ok=True)
        arguments = (executable, str(names), str(work / str(number)), "--psm", "7", "-l", language)
        commands.append(Command(arguments, environment={"OMP_THREAD_LIMIT": "1"}))
    finished = run_side_by_side(commands)
    texts: list[tuple[str | None, ...]] = []
    for number, one in enumerate(finished):
        written = work / f"{number}.txt"
        pages = written.read_text(encoding="utf-8") if written.is_file() else ""
        # The page end stands between pages; nothing at all after a failure means no page.
        texts.append(tuple(pages.split(_PAGE_END)) if pages or not one.status else ())
    return finished, texts


def _loading_time(work: Path, command: tuple[str, str], processes: int) -> float | Missing:
    """Seconds from starting the processes to their end when all they read is one blank line."""
    blank = work / "blank.png"
    Image.fromarray(np.full((40, 200), 255, np.uint8)).save(blank)
    finished, _ = _run_lists(work, command, [[str(blank)]] * processes)
    if any(one.status for one in finished):
        reason = (finished[0].stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Missing(f"{command[0]} cannot run with -l {command[1]}: {reason}")
    return max(one.seconds for one in finished)


def tesseract_version(executable: str) -> str:
    """The first line of `tesseract --version`."""
    said = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False)
    return (said.stdout or said.stderr).splitlines()[0].strip()
