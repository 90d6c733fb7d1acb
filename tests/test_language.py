"""A language is one YAML file."""

from pathlib import Path

import pytest
import yaml

from effocr.charset import Charset, write_charset
from effocr.errors import UsageError
from effocr.language import LANGUAGES, Language, load_language, write_language


def written(folder: Path, **fields: object) -> Path:
    file = folder / "language.yaml"
    file.write_text(yaml.safe_dump({"name": "x", **fields}, allow_unicode=True), "utf-8")
    return file


def test_the_languages_of_the_original_come_with_the_package() -> None:
    english, japanese = load_language("en"), load_language("jp")
    assert (english.direction, english.spaces, english.framing) == ("ltr", True, "line")
    assert (japanese.direction, japanese.spaces, japanese.framing) == ("ttb", False, "centred")
    assert english.reference_fonts == ("NotoSerif-Regular",)
    assert sorted(file.stem for file in LANGUAGES.glob("*.yaml")) == ["en", "jp"]


def test_any_language_needs_one_yaml_with_its_charset_and_fonts(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    write_charset(Charset(("\u0430", "\u0483")), tmp_path / "slavonic.txt")
    file = written(tmp_path, name="church slavonic", charset="slavonic.txt", fonts="fonts")
    language = load_language(file)
    assert language.charset == tmp_path / "slavonic.txt"
    assert language.fonts == tmp_path / "fonts"
    assert load_language(str(file)) == language


def test_what_is_written_is_read_back_and_moves_with_its_folder(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "a", tmp_path / "words.txt"
    (folder / "fonts").mkdir(parents=True)
    elsewhere.write_text("\u05e9\u05dc\u05d5\u05dd\n", "utf-8")
    language = Language(
        name="hebrew", direction="rtl", reference_fonts=("Frank",), normalisation="NFD",
        fonts=folder / "fonts", words=elsewhere,
    )  # fmt: skip
    write_language(language, folder / "he.yaml")
    assert load_language(folder / "he.yaml") == language
    moved = folder.rename(tmp_path / "b")
    assert load_language(moved / "he.yaml").fonts == moved / "fonts"
    assert load_language(moved / "he.yaml").words == elsewhere


def test_texts_are_brought_into_the_form_of_the_language() -> None:
    assert Language(name="x", normalisation="NFD").normalise("\u00e9") == "e\u0301"
    assert Language(name="x").normalise("e\u0301") == "\u00e9"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"colour": "red"}, "colour: .*known are name, direction"),
        ({"direction": "up"}, "direction: .*'ltr', 'rtl' or 'ttb'"),
        ({"words": "w.txt", "spaces": False}, "without spaces has no words"),
        ({"reference_fonts": ["Noto.ttf"]}, "without folder and suffix"),
        ({"reference_fonts": ["fonts/Noto"]}, "without folder and suffix"),
        ({"fonts": "missing"}, "fonts: .*missing is not there"),
        ({"name": ""}, "name: "),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        load_language(written(tmp_path, **fields))


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "name: [\n"])
def test_a_file_that_is_no_mapping_is_an_error_of_use(content: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=r"x\.yaml"):
        load_language(file)


@pytest.mark.parametrize("name", ["klingon", "../en", "en/../jp", ""])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="there are en, jp, or give a YAML file"):
        load_language(name)


def test_defect_8_a_path_never_decides_the_language(tmp_path: Path) -> None:
    """In the original a folder named `engineer` made a language English."""
    folder = tmp_path / "engineer" / "japan"
    folder.mkdir(parents=True)
    language = load_language(written(folder, name="greek"))
    assert (language.direction, language.framing, language.spaces) == ("ltr", "line", True)
