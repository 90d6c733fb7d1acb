"""The fonts and character sets that come with the repository."""

import json
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml

from effocr.charset import Charset, read_charset
from effocr.synth.fonts import FontReport, load_fonts

ROOT = Path(__file__).parents[1]
FONTS, CHARSETS, HELD_OUT = (
    ROOT / "english_font_files",
    ROOT / "english_charsets",
    ROOT / "tests/fonts",
)
FONT_FILES = sorted(path for folder in (FONTS, HELD_OUT) for path in folder.glob("*.[ot]tf"))
MAX_BYTES = 1_000_000
FEWEST_FONTS = 3


@pytest.fixture(scope="module")
def charset() -> Charset:
    return read_charset(CHARSETS)


@pytest.fixture(scope="module")
def shipped(charset: Charset) -> FontReport:
    return load_fonts(FONTS, charset=charset)


def rows(folder: Path) -> dict[str, dict[str, str]]:
    return {row["path"]: row for row in json.loads((folder / "index.json").read_text("utf-8"))}


def training_list(part: str) -> list[dict[str, str]]:
    path = ROOT / "scripts/training_fonts.yaml"
    found: list[dict[str, str]] = yaml.safe_load(path.read_text("utf-8"))[part]
    return found


@pytest.mark.parametrize("path", FONT_FILES, ids=lambda path: path.name)
def test_every_font_is_small_and_lies_beside_its_licence(path: Path) -> None:
    assert path.stat().st_size <= MAX_BYTES
    licence = path.with_name(f"{path.stem}.LICENSE.txt").read_text("utf-8")
    entry = rows(path.parent)[path.name]
    wording = {
        "OFL": "OPEN FONT LICENSE",
        "Apache": "APACHE LICENSE",
        "LicenseRef-public-domain": "PUBLIC DOMAIN",
    }
    expected = next(words for name, words in wording.items() if entry["licence"].startswith(name))
    assert expected in " ".join(licence.upper().split())


def test_no_file_lies_in_the_font_folder_without_its_font() -> None:
    known = {"README.md", "index.json"} | {path.name for path in FONT_FILES}
    known |= {f"{path.stem}.LICENSE.txt" for path in FONT_FILES}
    assert {path.name for path in FONTS.iterdir()} <= known


def test_index_and_readme_name_every_font_and_nothing_else() -> None:
    files = {path.name for path in FONT_FILES if path.parent == FONTS}
    readme = (FONTS / "README.md").read_text("utf-8")
    table = [line.split("|") for line in readme.splitlines() if line.startswith("| `")]
    assert {columns[1].strip(" `") for columns in table} == files == set(rows(FONTS))
    for columns in table:
        entry = rows(FONTS)[columns[1].strip(" `")]
        stated = [column.strip() for column in columns[2:6]]
        assert stated == [entry[key] for key in ("family", "style", "kind", "licence")]
        assert columns[6].strip() == f"{entry['source']} `{entry['package']}`"
        assert columns[7].strip() == entry["version"]


def test_the_fonts_are_many_and_of_every_kind(shipped: FontReport) -> None:
    assert not shipped.refused
    kinds = Counter(font.kind for font in shipped.fonts)
    assert len(shipped.fonts) >= 18
    assert set(kinds) == {"book", "display", "typewriter", "receipt", "sans", "pixel"}
    assert {font.style for font in shipped.fonts} >= {"roman", "italic", "bold"}
    assert {font.licence for font in shipped.fonts}.isdisjoint({"unknown"})
    assert all(font.x_height and 0.3 < font.x_height < 0.6 for font in shipped.fonts)


def test_every_character_is_in_several_fonts(shipped: FontReport, charset: Charset) -> None:
    fewest = {
        glyph: count
        for glyph in charset
        if (count := sum(font.covers(glyph) for font in shipped.fonts)) < FEWEST_FONTS
    }
    assert not fewest


def test_every_font_has_letters_and_digits(shipped: FontReport) -> None:
    plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;!?()-"
    assert not [font.path.name for font in shipped.fonts if not all(map(font.covers, plain))]


def test_the_charset_is_what_the_model_promises(charset: Charset) -> None:
    promised = (
        "".join(map(chr, range(33, 127)))
        + "‘’‚“”„‹›«»–—…•·£§¶†‡°¼½¾©®™€¢×÷±æœÆŒß¿¡ªº"
        + "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ"  # French
        + "äöüßÄÖÜ"  # German
        + "áéíóúüñÁÉÍÓÚÜÑ"  # Spanish
    )
    assert set(charset) == set(promised)
    assert set(charset).isdisjoint("ſﬁﬂﬀﬃﬄ ")


def test_charset_lines_are_code_points_tab_character(charset: Charset) -> None:
    lines = (CHARSETS / "english.txt").read_text("utf-8").splitlines()
    assert len(lines) == len(charset)
    for line in lines:
        code_points, glyph = line.split("\t")
        assert "".join(chr(int(point)) for point in code_points.split("_")) == glyph
        assert unicodedata.is_normalized("NFC", glyph)


def test_held_out_fonts_are_in_no_training_list_and_not_shipped() -> None:
    held_out = {entry["package"] for entry in training_list("held_out")}
    assert held_out == {entry["package"] for entry in rows(HELD_OUT).values()}
    assert held_out.isdisjoint(entry["package"] for entry in training_list("fonts"))
    assert held_out.isdisjoint(entry["package"] for entry in rows(FONTS).values())
    families = {entry["family"] for entry in rows(HELD_OUT).values()}
    assert families.isdisjoint(entry["family"] for entry in rows(FONTS).values())


def test_held_out_fonts_are_small_together() -> None:
    assert sum(path.stat().st_size for path in HELD_OUT.glob("*.[ot]tf")) < 300_000
    assert {entry["kind"] for entry in rows(HELD_OUT).values()} >= {"book", "typewriter", "sans"}


def test_the_training_list_is_in_form_and_shuns_agpl_fonts() -> None:
    fields = {"package", "source", "kind", "licence"}
    entries = training_list("fonts") + training_list("held_out")
    for entry in entries:
        assert fields <= set(entry) <= fields | {"files"}
        assert entry["source"] in {"apt", "npm"}
        assert entry["kind"] in {"book", "display", "typewriter", "receipt", "sans", "pixel"}
        assert "AGPL" not in entry["licence"]
    assert "fonts-urw-base35" not in {entry["package"] for entry in entries}
    wanted = [
        (entry["package"], name) for entry in entries for name in entry.get("files", ["400-normal"])
    ]
    assert len(wanted) == len(set(wanted))
