"""One thread budget."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import faiss
import pytest

from effocr.errors import UsageError
from effocr.pipeline.threads import map_in_order, single_threaded, thread_count


def test_all_cores_are_the_default() -> None:
    assert 1 <= thread_count(None) <= (os.cpu_count() or 1)
    assert thread_count(3) == 3
    with pytest.raises(UsageError, match="threads 0"):
        thread_count(0)


def test_items_are_drawn_as_needed_and_their_results_come_in_order() -> None:
    drawn = []

    def endless() -> Iterator[int]:
        for number in itertools.count():
            drawn.append(number)
            yield number

    def slow_when_even(number: int) -> int:
        time.sleep(0.02 * (number % 2 == 0))
        return number

    results = map_in_order(slow_when_even, endless(), threads=2, most=3)
    for number in range(12):
        assert next(results) == number
        assert len(drawn) <= number + 5
    results.close()


def test_an_error_of_the_function_comes_in_the_place_of_its_item() -> None:
    results = map_in_order(lambda number: 1 // number, [2, 1, 0, 1], threads=2, most=4)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


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
