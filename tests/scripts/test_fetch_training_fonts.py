"""The command that fetches the training fonts, with apt-get, dpkg-deb and npm played by fakes."""

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/fetch_training_fonts"
COMPAGNON, BENTHAM = (
    ROOT / "tests/fonts" / name for name in ("Compagnon-Roman.otf", "Bentham-Regular.ttf")
)

# a "Debian package" is a folder's tar here; only the commands' names and arguments are real
APT = """#!/bin/sh
[ "$2" = fonts-compagnon ] || { echo "E: Unable to locate package $2" >&2; exit 100; }
cp "$FAKES/package.tar" fonts-compagnon_2:1.0-1_all.deb
"""
DPKG = '#!/bin/sh\n[ "$1" = -x ] && tar -xf "$2" -C "$3"\n'
NPM = """#!/bin/sh
[ "$3" = @fontsource/bentham ] || { echo "npm error 404 Not Found" >&2; exit 1; }
cp "$FAKES/package.tgz" fontsource-bentham-5.0.1.tgz
"""


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def fakes(tmp_path: Path) -> Path:
    folder = tmp_path / "fakes"
    folder.mkdir()
    for name, text in {"apt-get": APT, "dpkg-deb": DPKG, "npm": NPM}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    with tarfile.open(folder / "package.tar", "w") as archive:
        add(archive, "usr/share/fonts/Compagnon-Roman.otf", COMPAGNON.read_bytes())
        add(archive, "usr/share/fonts/Broken.otf", b"not a font")
        add(archive, "usr/share/doc/fonts-compagnon/copyright", b"OFL text")
    web = io.BytesIO()
    with TTFont(BENTHAM) as font:
        font.flavor = "woff2"
        font.save(web)
    with tarfile.open(folder / "package.tgz", "w:gz") as archive:
        add(archive, "package/package.json", b'{"version": "5.0.1"}')
        add(archive, "package/metadata.json", b'{"family": "Bentham"}')
        add(archive, "package/LICENSE", b"OFL text")
        add(archive, "package/files/bentham-latin-400-normal.woff2", web.getvalue())
        add(archive, "../../escaped.txt", b"outside")
    return folder


def fetch(fakes: Path, listed: str, *options: str) -> subprocess.CompletedProcess[str]:
    listing = fakes / "list.yaml"
    listing.write_text(listed)
    path = f"{fakes}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, SCRIPT, fakes.parent / "out", "--list", listing, *options],
        env={**os.environ, "PATH": path, "FAKES": str(fakes), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


LIST = """
held_out:
  - {package: "@fontsource/bentham", source: npm, kind: book, licence: OFL-1.1}
fonts:
  - {package: fonts-compagnon, source: apt, kind: typewriter, licence: OFL-1.1,
     files: ["*.otf", Gone.ttf]}
  - {package: fonts-nowhere, source: apt, kind: book, licence: MIT, files: [a.ttf]}
  - {package: "@fontsource/nowhere", source: npm, kind: book, licence: MIT}
"""


def test_what_can_be_had_is_fetched_and_the_rest_is_named(fakes: Path) -> None:
    done = fetch(fakes, LIST)
    assert done.returncode == 0, done.stderr
    out = fakes.parent / "out"
    (row,) = json.loads((out / "index.json").read_text())
    assert row == {
        "path": "fonts-compagnon/Compagnon-Roman.otf",
        "family": "Compagnon",
        "style": "roman",
        "kind": "typewriter",
        "licence": "OFL-1.1",
        "source": "apt",
        "package": "fonts-compagnon",
        "version": "2:1.0-1",
    }
    assert (out / row["path"]).read_bytes() == COMPAGNON.read_bytes()
    assert (out / "fonts-compagnon/LICENSE.txt").read_text() == "OFL text"
    named = done.stderr.splitlines()
    assert len(named) == 4
    assert "fonts-nowhere: apt-get download fonts-nowhere: E: Unable to locate" in done.stderr
    assert "@fontsource/nowhere: npm pack --silent" in done.stderr
    assert "Broken.otf: damaged or no font" in done.stderr
    assert "no file Gone.ttf" in done.stderr


def test_web_fonts_become_ttf_and_nothing_is_written_elsewhere(fakes: Path) -> None:
    done = fetch(fakes, LIST, "--held-out")
    assert done.returncode == 0, done.stderr
    out = fakes.parent / "out"
    (row,) = json.loads((out / "index.json").read_text())
    assert (row["path"], row["family"]) == ("bentham/bentham-latin-400-normal.ttf", "Bentham")
    with TTFont(out / row["path"]) as font, TTFont(BENTHAM) as original:
        assert font.flavor is None
        assert font.getBestCmap() == original.getBestCmap()
    assert not list(fakes.parent.rglob("escaped.txt"))


def test_packages_that_are_there_are_not_fetched_again(fakes: Path) -> None:
    kept = fakes.parent / "kept"
    assert fetch(fakes, LIST, "--downloads", str(kept)).returncode == 0
    (fakes / "package.tar").unlink()
    assert fetch(fakes, LIST, "--downloads", str(kept)).returncode == 0


def test_nothing_at_all_is_a_failure(fakes: Path) -> None:
    done = fetch(fakes, "fonts: [{package: x, source: apt, kind: book, licence: MIT, files: [a]}]")
    assert done.returncode == 1
    assert "0 fonts" in done.stdout


def test_help_tells_what_it_does(fakes: Path) -> None:
    assert "npm pack" in fetch(fakes, LIST, "--help").stdout


def test_a_kind_may_require_other_characters_and_a_family_be_named(fakes: Path) -> None:
    entry = "{package: fonts-compagnon, source: apt, kind: greek, licence: OFL-1.1, family: Kin,"
    listed = f'required: {{greek: "%s"}}\nfonts: [{entry} files: [Compagnon-Roman.otf]}}]\n'
    assert fetch(fakes, listed % "ab").returncode == 0
    (row,) = json.loads((fakes.parent / "out/index.json").read_text())
    assert (row["family"], row["kind"]) == ("Kin", "greek")
    done = fetch(fakes, listed % "a\u03b1")
    assert done.returncode == 1
    assert "does not cover \u03b1" in done.stderr


def test_mathematical_letters_become_the_alphabet(fakes: Path, tmp_path: Path) -> None:
    with TTFont(COMPAGNON) as font:
        names = font.getBestCmap()
        fraktur = {0x1D51E: names[ord("q")], 0x1D504: names[ord("W")], 0x210C: names[ord("X")]}
        for table in font["cmap"].tables:
            if table.format == 12:
                table.cmap |= fraktur
        formats = {table.format for table in font["cmap"].tables}
        if 12 not in formats:
            table = CmapSubtable.newSubtable(12)
            table.platformID, table.platEncID, table.language = 3, 10, 0
            table.cmap = names | fraktur
            font["cmap"].tables.append(table)
        font.save(tmp_path / "math.otf")
    with tarfile.open(fakes / "package.tar", "w") as archive:
        add(archive, "usr/share/fonts/math.otf", (tmp_path / "math.otf").read_bytes())
    entry = "package: fonts-compagnon, source: apt, kind: fraktur, licence: OFL-1.1"
    entry += ", files: [math.otf], alphabet: fraktur"
    done = fetch(fakes, f'required: {{fraktur: "aAH1."}}\nfonts: [{{{entry}}}]\n')
    assert done.returncode == 0, done.stderr
    (row,) = json.loads((fakes.parent / "out/index.json").read_text())
    assert row["path"].endswith("math-fraktur.otf")
    with TTFont(fakes.parent / "out" / row["path"]) as font:
        mapped = font.getBestCmap()
        assert [mapped[ord(c)] for c in "aAH"] == [names[ord(c)] for c in "qWX"]
        assert mapped[ord("1")] == names[ord("1")]
        assert not {ord("b"), ord("\u00e4")} & set(mapped)
