"""One thread budget."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import faiss
import pytest

from effocr.errors import UsageError
from effocr.pipeline.threads import single_threaded, thread_count


def test_all_cores_are_the_default() -> None:
    assert 1 <= thread_count(None) <= (os.cpu_count() or 1)
    assert thread_count(3) == 3
    with pytest.raises(UsageError, match="threads 0"):
        thread_count(0)


def test_nothing_starts_threads_below_a_worker() -> None:
    with ThreadPoolExecutor(2, initializer=single_threaded) as pool:
        assert list(pool.map(lambda _: faiss.omp_get_max_threads(), range(4))) == [1] * 4
        assert list(pool.map(lambda _: cv2.getNumThreads(), range(4))) == [1] * 4


READ_MANY = """
import itertools, resource, sys
from effocr import Reader
from effocr.document import Document
reader = Reader(sys.argv[1], threads=2)
peaks = []
for number, result in enumerate(reader.read_many(itertools.repeat(sys.argv[2], 3000))):
    assert isinstance(result, Document), result
    if number in (500, 2999):
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print((peaks[1] - peaks[0]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss has other units elsewhere")
def test_memory_does_not_grow_with_the_number_of_lines(
    tiny_model: Path, draw_line, tmp_path: Path
) -> None:
    from PIL import Image

    Image.fromarray(draw_line("InunI uIn")).save(tmp_path / "line.png")
    command = [sys.executable, "-c", READ_MANY, str(tiny_model), str(tmp_path / "line.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 30  # megabytes
