"""The page with the worst lines stands alone and takes nothing for markup."""

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.document import Glyph, Line, Word
from effocr.errors import UsageError
from effocr.evaluation.html_report import Section, page, report_path, write_page
from effocr.evaluation.worst import WorstLine, compare_texts

EVIL = "<script>alert(1)</script>&\"'"


class Checker(HTMLParser):
    """Collects tags and text, and sees that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture
def worst(tmp_path: Path) -> WorstLine:
    path = tmp_path / "<img src=x>.png"
    Image.fromarray(np.full((10, 40), 200, np.uint8)).save(path)
    glyphs = (
        Glyph("a", (1, 2, 9, 8), 0.95, (("a", 0.9), (EVIL, 0.8))),
        Glyph("S", (11, 2, 19, 8), 0.4, (("s", 0.7),), read_as="s"),
        Glyph("x", (21, 2, 29, 8), 0.9, ()),
    )
    box = (0.0, 0.0, 40.0, 10.0)
    line = Line("aSx", box, (), 0.8, (Word("aSx", box, (0, 3)),), glyphs)
    return WorstLine(path, 9, 2.25, compare_texts("aS" + EVIL, [line]), (line,))


def parsed(text: str) -> Checker:
    checker = Checker()
    checker.feed(text)
    assert not checker.open
    return checker


def test_the_page_is_whole_offline_and_without_script(worst: WorstLine) -> None:
    text = page(EVIL, [Section(EVIL, {"CER %": EVIL}, [("<", EVIL, 3), (" ", "", 2)], [worst])])
    found = parsed(text)
    assert {"script", "link", "iframe", "img"}.isdisjoint(tag for tag, _ in found.tags)
    assert not re.search(r"(?:https?:)?//", re.sub(r"base64,[^\"]*", "", text))
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert EVIL in "".join(found.text)
    assert "<img src=x>.png" in "".join(found.text)


def test_pictures_are_in_the_page_with_a_box_for_each_glyph(worst: WorstLine) -> None:
    found = parsed(page("t", [Section("s", {}, [], [worst])]))
    (image,) = (attributes for tag, attributes in found.tags if tag == "image")
    head, data = str(image["href"]).split(",")
    assert head == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (40, 10)
    boxes = [attributes for tag, attributes in found.tags if tag == "rect"]
    assert [box["class"] for box in boxes] == ["right", "unsure", "wrong"]
    assert [boxes[0][name] for name in ("x", "y", "width", "height")] == ["1", "2", "8", "6"]
    assert "S  40 %, read as s\ns 0.700" in "".join(found.text)


def test_differences_are_marked_and_spaces_among_them_seen(worst: WorstLine) -> None:
    line = replace(worst, compared=compare_texts("z q aSx", worst.lines))
    text = page("t", [Section("s", {}, [(" ", "", 2)], [line])])
    assert "<del>z␣q␣</del>aSx" in text
    assert "<bdi>␣</bdi> → <bdi>∅</bdi><span>2</span>" in text


def test_an_image_that_cannot_be_read_is_named_with_its_reason(
    worst: WorstLine, tmp_path: Path
) -> None:
    bad = replace(worst, path=tmp_path / "none.png", lines=(), problem="no such file")
    text = page("t", [Section("s", {}, [], [bad])])
    assert '<p class="problem">no such file</p>' in text
    assert "<svg" not in text


def test_a_set_without_errors_says_so() -> None:
    assert "Every line is right." in page("t", [Section("s", {}, [], [])])


def test_the_page_goes_into_a_folder_or_a_file(tmp_path: Path) -> None:
    assert report_path(tmp_path / "a") == tmp_path / "a" / "report.html"
    assert report_path(tmp_path / "a.HTML") == tmp_path / "a.HTML"
    write_page(tmp_path / "new" / "a.html", "x")
    assert (tmp_path / "new" / "a.html").read_text() == "x"
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_page(tmp_path / "file" / "a.html", "x")
