"""What a run remembers of its data."""

from pathlib import Path

import pytest

from effocr.errors import UsageError
from effocr.export.runs import SOURCES, Sources, remember_sources, sources_of


def test_sources_are_remembered_and_damaged_ones_are_named(tmp_path: Path) -> None:
    assert sources_of(tmp_path) == Sources()
    said = Sources((tmp_path / "ä",), (), tmp_path / "start.pt", None)
    remember_sources(tmp_path, said)
    assert sources_of(tmp_path / "last.pt") == said
    (tmp_path / SOURCES).write_text("data:\nvalidation: [a]\n", encoding="utf-8")
    assert sources_of(tmp_path) == Sources(validation=(Path("a"),))
    for damaged in (b"data: [", b"\xff\xfe\xff"):
        (tmp_path / SOURCES).write_bytes(damaged)
        with pytest.raises(UsageError, match="not a readable YAML file") as told:
            sources_of(tmp_path)
        assert len(str(told.value).splitlines()) == 1
    for damaged in (b"data: 5", b"data: [1, {a: b}]", b"validation: /x", b"images: [a]"):
        (tmp_path / SOURCES).write_bytes(damaged)
        with pytest.raises(UsageError, match=r"sources.yaml: (data|validation|images)"):
            sources_of(tmp_path)
