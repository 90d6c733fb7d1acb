"""What a user wants written is written, as often as wished, and nothing that a font lacks."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from effocr.charset import Charset, graphemes
from effocr.errors import DataFormatError
from effocr.synth.content import (
    CharacterGroup,
    Content,
    content_charset,
    left_out,
    read_group,
)
from effocr.synth.content_lines import can_write, write_content

LATIN = Charset(tuple("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,_ß"))


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def written(content: Content, count: int = 200, **options: object) -> list[str]:
    rng = np.random.default_rng(0)
    charset = options.pop("charset", LATIN)
    lengths = options.pop("lengths", (10, 30))
    mix = str(options.pop("mix", "a built in line"))
    return [write_content(rng, charset, content, lengths, mix) for _ in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["0123456789", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\r\n123456789"])
def test_defect_5_numerals_are_digits_and_never_code_points(tmp_path: Path, text: str) -> None:
    assert read_group(file(tmp_path, "numeral_chars.txt", text)) == tuple("0123456789")


def test_a_charset_file_is_a_group_by_its_last_column(tmp_path: Path) -> None:
    path = file(tmp_path, "a.txt", "\ufeff49\t1\n3\t12539\t・\n\n101_769\te\u0301\n160\t\u00a0\n")
    assert read_group(path) == ("1", "・", "é")


def test_defect_5_the_underscore_is_an_underscore_and_no_space(tmp_path: Path) -> None:
    group = CharacterGroup(file=file(tmp_path, "g.txt", "ab_"), share=1)
    lines = written(Content(groups=(group,)))
    assert {glyph for line in lines for glyph in line} == set("ab_ ")
    assert any("_" in word and len(word) > 1 for line in lines for word in line.split())


def test_groups_are_drawn_in_their_proportions(tmp_path: Path) -> None:
    letters = CharacterGroup(file=file(tmp_path, "l.txt", "abcde"), share=6)
    digits = CharacterGroup(file=file(tmp_path, "d.txt", "0123456789"), share=2)
    strange = CharacterGroup(file=file(tmp_path, "s.txt", "字符"), share=5)
    counts = Counter(
        glyph.isdigit()
        for line in written(Content(groups=(letters, digits, strange)), 400)
        for glyph in line.replace(" ", "")
    )
    assert counts[True] / counts.total() == pytest.approx(0.25, abs=0.02)


def test_defect_5_words_with_a_character_that_the_font_lacks_are_passed_over(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, "t.txt", "one two λόγος three 字 four.")
    lines = written(Content(texts=(path,)), lengths=(8, 20))
    words = {word for line in lines for word in line.split()}
    assert words == {"one", "two", "three", "four."}
    assert any("two three" in line for line in lines)  # in the order of the text
    found = left_out(Content(texts=(path,), sequences=("No. 5", "§ 3")), LATIN)
    assert [problem.reason.split(":")[0] for problem in found] == [
        "2 of 6 words left out",
        "left out",
    ]


def test_defect_5_a_text_is_read_from_its_file_in_any_language(tmp_path: Path) -> None:
    path = file(tmp_path, "t.txt", "λόγος και μύθος")
    content = Content(texts=(path,))
    charset = content_charset(content)
    assert charset is not None
    assert set(charset) == set("λόγοςκαιμύθ")
    assert can_write(charset, content)
    assert not can_write(LATIN, content)
    assert {word for line in written(content, charset=charset) for word in line.split()} == {
        "λόγος", "και", "μύθος"
    }  # fmt: skip


def test_real_words_and_characters_are_mixed_as_wished(tmp_path: Path) -> None:
    group = CharacterGroup(file=file(tmp_path, "g.txt", "0123456789"), share=1)
    content = Content(
        groups=(group,), texts=(file(tmp_path, "t.txt", "word here"),), real_words=0.25
    )
    real = sum(line[0].isalpha() for line in written(content, 600))
    assert real / 600 == pytest.approx(0.25, abs=0.05)


def test_defect_5_single_words_need_no_phrases(tmp_path: Path) -> None:
    text = file(tmp_path, "t.txt", "some words only")
    lines = written(Content(texts=(text,), single_words=1))
    assert {*lines} == {"some", "words", "only"}


def test_phrases_stay_whole_and_are_as_frequent_as_wished(tmp_path: Path) -> None:
    text = file(tmp_path, "t.txt", "lorem ipsum dolor")
    content = Content(
        texts=(text,), sequences=("Art. 5", "字"), sequence_share=0.5, changed_case=1.0
    )
    lines = written(content, 600, lengths=(40, 60))
    share = sum("Art. 5" in line for line in lines) / 600
    assert share == pytest.approx(0.5, abs=0.06)


def test_numbers_are_put_among_the_words(tmp_path: Path) -> None:
    text = file(tmp_path, "t.txt", "lorem ipsum dolor")
    lines = written(Content(texts=(text,), numbers=2), lengths=(40, 60))
    counts = Counter(sum(word.isdigit() for word in line.split()) for line in lines)
    assert set(counts) == {0, 1, 2}
    without = Charset(tuple("loremipsud"))
    lines = written(Content(texts=(text,), numbers=2), charset=without)
    assert not any(glyph.isdigit() for line in lines for glyph in line)


def test_case_is_changed_only_to_letters_that_the_font_has(tmp_path: Path) -> None:
    text = file(tmp_path, "t.txt", "straße lorem")
    lines = written(Content(texts=(text,), changed_case=1))
    words = {word for line in lines for word in line.split()}
    assert {"STRASSE", "Straße", "straße", "LOREM", "Lorem"} <= words
    small = Charset(tuple("straßeLlom"))
    words = {w for line in written(Content(texts=(text,), changed_case=1), charset=small)
             for w in line.split()}  # fmt: skip
    assert words == {"straße", "lorem", "Lorem"}


def test_the_built_in_mix_is_kept_where_no_source_is_given() -> None:
    assert content_charset(Content(sequences=("No. 5",))) is None
    lines = written(Content(sequences=("No. 5",), sequence_share=1.0), 20)
    assert all("No. 5" in line and "built" in line for line in lines)


def test_lines_are_no_longer_than_wished_and_begin_and_end_with_a_character(tmp_path: Path) -> None:
    text = file(tmp_path, "t.txt", "a supercalifragilisticexpialidocious thing " * 3)
    group = CharacterGroup(file=file(tmp_path, "g.txt", "abc\u0301"), share=1)
    content = Content(groups=(group,), texts=(text,), numbers=3, sequences=("No. 5",))
    for line in written(content, lengths=(5, 12)):
        assert 1 <= len(graphemes(line)) <= 12
        assert line == " ".join(line.split())


def test_the_same_generator_writes_the_same(tmp_path: Path) -> None:
    content = Content(
        texts=(file(tmp_path, "t.txt", "a b c d e f g"),), numbers=2, changed_case=0.5
    )
    assert written(content) == written(content)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfe"])
def test_files_without_characters_are_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    with pytest.raises(DataFormatError, match=r"bad\.txt"):
        read_group(path)
    with pytest.raises(DataFormatError, match=r"bad\.txt"):
        content_charset(Content(texts=(path,)))
    with pytest.raises(DataFormatError, match=r"none\.txt"):
        read_group(tmp_path / "none.txt")
