"""Word lists from packages, with an apt-get of the test's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "fetch_word_lists"


def fetch(out: Path, tools: Path, *packages: str) -> subprocess.CompletedProcess[str]:
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(out), *packages],
        env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def tool(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "apt-get").write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    (folder / "apt-get").chmod(0o755)
    return folder


def test_what_cannot_be_fetched_is_named_and_what_is_there_is_kept(tmp_path: Path) -> None:
    tools, out = tool(tmp_path / "tools", "echo E: no such package >&2; exit 100"), tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("word\n", encoding="utf-8")
    found = fetch(out, tools, "mine", "other")
    assert found.returncode == 1
    assert found.stderr == "other: apt-get download other: E: no such package\n"
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb, as on Debian")
def test_the_lists_of_a_package_become_one_file_with_its_rights_beside_it(tmp_path: Path) -> None:
    package = tmp_path / "package"
    for name, text in (
        ("DEBIAN/control", "Package: walpha\nVersion: 1\nArchitecture: all\n"
         "Maintainer: a <a@b.c>\nDescription: words\n"),
        ("usr/share/dict/alpha", "one\ntwo\n"),
        ("usr/share/doc/walpha/copyright", "free\n"),
    ):  # fmt: skip
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    (package / "usr/share/dict/words").symlink_to("alpha")
    subprocess.run(
        ["dpkg-deb", "--build", str(package), str(tmp_path / "w.deb")],
        check=True, capture_output=True,
    )  # fmt: skip
    tools = tool(tmp_path / "tools", f"cp {tmp_path}/w.deb walpha_1_all.deb")
    assert fetch(tmp_path / "out", tools, "walpha").returncode == 0
    assert (tmp_path / "out" / "walpha.txt").read_text("utf-8") == "one\ntwo\n"
    assert (tmp_path / "out" / "walpha.copyright").read_text("utf-8") == "free\n"
