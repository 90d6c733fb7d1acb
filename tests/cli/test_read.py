"""`effocr read`, as scripts call it."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from effocr.cli.main import main
from effocr.cli.read import _read_all

Draw = Callable[..., np.ndarray]
Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call `effocr read --lines` with the model made by hand."""

    def call(*arguments: object) -> SimpleNamespace:
        options = ["read", "--lines", "--model", str(tiny_model)]
        status = main([*options, *map(str, arguments)])
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err)

    return call


@pytest.fixture
def folder(tmp_path: Path, draw_line: Draw) -> Path:
    """b.png and a.tif, a text file, a hidden image, and c.png in a sub-folder."""
    images = tmp_path / "scans"
    (images / "sub").mkdir(parents=True)
    Image.fromarray(draw_line("In u")).save(images / "b.png")
    Image.fromarray(draw_line("nu")).save(images / "a.tif")
    Image.fromarray(draw_line("uI")).save(images / "sub" / "c.PNG")
    Image.fromarray(draw_line("II")).save(images / ".hidden.png")
    (images / "notes.txt").write_text("not an image")
    return images


def test_a_folder_is_read_by_name_without_sub_folders(run: Run, folder: Path) -> None:
    done = run(folder)
    assert (done.status, done.out, done.err) == (0, "nu\nIn u\n", "")


def test_recursive_reads_sub_folders(run: Run, folder: Path) -> None:
    assert run(folder, "--recursive").out == "nu\nIn u\nuI\n"


def test_jsonl_is_the_contract(run: Run, folder: Path) -> None:
    path = folder / "b.png"
    (record,) = map(json.loads, run(path, "--format", "jsonl", "--top-k", 2).out.splitlines())
    assert list(record) == ["path", "page", "width", "height", "text", "confidence", "lines"]
    assert (record["path"], record["page"], record["text"]) == (str(path), 1, "In u")
    with Image.open(path) as image:
        assert [record["width"], record["height"]] == list(image.size)
    (line,) = record["lines"]
    assert list(line) == ["text", "box", "polygon", "confidence", "words", "glyphs", "baseline"]
    assert [word["glyphs"] for word in line["words"]] == [[0, 2], [2, 3]]
    assert list(line["words"][0]) == ["text", "box", "glyphs"]
    glyph = line["glyphs"][0]
    assert list(glyph) == ["text", "box", "confidence", "candidates", "unknown"]
    assert glyph["text"] == glyph["candidates"][0][0] == "I"
    assert len(glyph["candidates"]) == 2
    assert glyph["unknown"] is False


def test_paths_stay_as_they_were_given(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    shutil.copy("scans/b.png", "scans/sub/ü b.png")
    done = run("scans/sub/../b.png", "scans/sub", "./scans/a.tif", "--format", "jsonl")
    paths = [json.loads(line)["path"] for line in done.out.splitlines()]
    assert paths == ["scans/sub/../b.png", "scans/sub/c.PNG", "scans/sub/ü b.png", "./scans/a.tif"]


def test_stdin_is_read(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = (folder / "b.png").read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    done = run("-", "--format", "jsonl")
    assert [json.loads(done.out)[name] for name in ("path", "text")] == ["-", "In u"]


def test_empty_stdin_is_a_failed_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO()))
    done = run("-")
    assert (done.status, done.err) == (1, "-: no bytes\n")


def test_one_bad_image_is_reported_and_the_others_are_read(run: Run, folder: Path) -> None:
    bad = folder / "aa.png"
    bad.write_text("not an image")
    done = run(folder)
    assert (done.status, done.out) == (1, "nu\nIn u\n")
    assert done.err == f"{bad}: not an image (a text file)\n"
    done = run(folder, "--format", "jsonl")
    records = [json.loads(line) for line in done.out.splitlines()]
    assert (done.status, done.err, len(records)) == (1, "", 3)
    assert records[1] == {"path": str(bad), "error": "not an image (a text file)"}


def test_a_missing_path_among_others_is_a_record(run: Run, folder: Path) -> None:
    done = run(folder / "none.png", folder / "b.png")
    assert (done.status, done.out) == (1, "In u\n")
    assert "none.png: no such file or folder" in done.err


def test_a_pdf_in_a_folder_is_reported(run: Run, folder: Path) -> None:
    (folder / "book.pdf").write_bytes(b"%PDF-1.7")
    done = run(folder)
    assert done.status == 1
    assert "book.pdf: a PDF holds pages" in done.err


def test_the_only_path_missing_is_an_error_of_use(run: Run, tmp_path: Path) -> None:
    done = run(tmp_path / "none.png")
    assert (done.status, done.out) == (2, "")
    assert done.err == f"effocr: {tmp_path / 'none.png'}: no such file or folder\n"


def test_an_empty_folder_is_an_error_of_use(run: Run, tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.status == 2
    assert "no images in this folder" in done.err
    assert "--recursive" in done.err


def test_a_single_bad_file_is_a_failed_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    done = run(tmp_path / "empty.png")
    assert (done.status, done.err) == (1, f"{tmp_path / 'empty.png'}: the file is empty\n")


def test_blank_paper_is_an_empty_line_of_text(run: Run, tmp_path: Path) -> None:
    Image.new("L", (300, 40), 255).save(tmp_path / "blank.png")
    done = run(tmp_path)
    assert (done.status, done.out) == (0, "\n")


def test_an_image_that_looks_like_a_page_is_pointed_at(run: Run, tmp_path: Path) -> None:
    for name, size in (("page", (700, 900)), ("line", (1400, 600)), ("glyph", (500, 500))):
        Image.new("L", size, 255).save(tmp_path / f"{name}.png")
    done = run(tmp_path)
    assert done.status == 0
    assert done.err.splitlines() == [
        f"{tmp_path / 'page.png'}: read as one line, but it looks like a page: leave out --lines "
        "to read all of it"
    ]


def test_out_is_a_file_for_one_input_and_one_format(run: Run, folder: Path) -> None:
    out = folder.parent / "new" / "line.txt"
    assert run(folder / "b.png", "-o", out).status == 0
    assert out.read_text() == "In u\n"


def test_out_that_ends_in_a_slash_is_a_folder(run: Run, folder: Path) -> None:
    assert run(folder / "b.png", "-o", f"{folder / 'out'}/").status == 0
    assert (folder / "out" / "b.txt").read_text() == "In u\n"


def test_nothing_is_overwritten_without_force(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("precious")
    done = run(folder / "b.png", "-o", out)
    assert (done.status, out.read_text()) == (2, "precious")
    assert "--force" in done.err
    assert run(folder / "b.png", "-o", out, "--force").status == 0
    assert out.read_text() == "In u\n"
    many = tmp_path / "many"
    assert run(folder, "-o", many).status == 0
    assert run(folder, "-o", many).status == 2
    assert run(folder, "-o", many, "--force").status == 0


def test_out_is_a_folder_for_more_and_equal_stems_get_a_number(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    shutil.copy(folder / "b.png", folder / "sub" / "b.png")
    shutil.copy(folder / "a.tif", folder / "b-2.tif")
    (folder / "bad.png").touch()
    out = tmp_path / "out"
    done = run(folder, "--recursive", "--format", "text,jsonl", "-o", out)
    assert done.status == 1
    texts = {path.name: path.read_text() for path in out.glob("*.txt")}
    assert texts == {
        "a.txt": "nu\n",
        "b-2.txt": "nu\n",
        "b.txt": "In u\n",
        "b-3.txt": "In u\n",
        "c.txt": "uI\n",
    }
    assert json.loads((out / "b.jsonl").read_text())["text"] == "In u"
    assert json.loads((out / "bad.jsonl").read_text())["error"] == "the file is empty"
    assert done.err.startswith(f"{folder / 'bad.png'}: ")


def test_several_formats_need_a_folder(run: Run, folder: Path) -> None:
    done = run(folder, "--format", "text,jsonl")
    assert done.status == 2
    assert "-o FOLDER" in done.err


def test_an_unknown_format_is_an_error_of_use(run: Run, folder: Path) -> None:
    done = run(folder, "--format", "docx")
    assert done.status == 2
    assert "text, jsonl" in done.err


@pytest.mark.parametrize(
    "arguments", [["--threads", "0"], ["--threads", "x"], ["--top-k", "0"], ["--nothing"]]
)
def test_bad_options_exit_with_2(run: Run, folder: Path, arguments: list[str]) -> None:
    assert run(folder, *arguments).status == 2


def test_draw_writes_a_picture_of_each_image(run: Run, folder: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    assert run(folder, "--draw", pictures).status == 0
    assert sorted(path.name for path in pictures.iterdir()) == ["a.boxes.png", "b.boxes.png"]
    with Image.open(pictures / "b.boxes.png") as picture, Image.open(folder / "b.png") as scan:
        assert picture.width % scan.width == 0
        colours = np.asarray(picture).astype(int)
    assert (colours.max(axis=2) - colours.min(axis=2)).max() > 100  # boxes are coloured


def test_a_whitelist_and_a_least_confidence_reach_the_reader(run: Run, folder: Path) -> None:
    assert run(folder / "a.tif", "--whitelist", "n").out.strip() in ("n\ufffd", "nn")
    assert run(folder / "a.tif", "--min-confidence", "1").out == "\ufffd\ufffd\n"
    assert run(folder / "a.tif", "--whitelist", "ß").status == 2


def test_an_interrupt_keeps_and_reports_what_was_finished(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from effocr.cli.inputs import Input
    from effocr.document import Document, Page

    class Interrupted:
        def read_many(self, images):  # type: ignore[no-untyped-def]
            yield Document("", (Page(1, 1, 1, ()),))
            raise KeyboardInterrupt

    written: list[int] = []
    outputs = SimpleNamespace(write=lambda number, document: written.append(number))
    inputs = [Input("a.png"), Input("b.png"), Input("c.png")]
    assert _read_all(Interrupted(), inputs, outputs, None) == 130  # type: ignore[arg-type]
    assert written == [0]
    assert capsys.readouterr().err == "effocr: stopped: 1 of 3 images read\n"


def test_a_closed_pipe_is_quiet(tiny_model: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "effocr", "read", "--lines", "--model", str(tiny_model)]
    paths = [str(folder / "b.png")] * 30
    reading = subprocess.Popen(
        [*command, "--format", "jsonl", *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    reading.stdout.close()  # type: ignore[union-attr]
    assert reading.stderr.read() == b""  # type: ignore[union-attr]
    reading.stderr.close()  # type: ignore[union-attr]
    assert reading.wait() != 0


def test_corrections_are_asked_for_and_marked_in_json_lines(
    tiny_model: Path, draw_line: Callable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image, words = tmp_path / "a.png", tmp_path / "words.txt"
    Image.fromarray(draw_line("Inu")).save(image)
    words.write_text("Inu\n")
    arguments = ["read", str(image), "--lines", "--model", str(tiny_model), "--format", "jsonl"]
    assert main([*arguments, "--fix-case", "--lexicon", str(words), "--blacklist", "I"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert "I" not in record["text"]
    assert all("read_as" not in glyph for glyph in record["lines"][0]["glyphs"])
    assert main([*arguments, "--lexicon", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err


def test_every_format_is_written_and_says_the_same(run: Run, folder: Path, tmp_path: Path) -> None:
    from effocr.formats.files import SUFFIXES, read_documents

    out = tmp_path / "out"
    forms = "text,jsonl,hocr,alto,page,pdf,coco"
    assert run(folder, "--format", forms, "-o", out).status == 0
    assert len(list(out.iterdir())) == 2 * len(SUFFIXES)
    for form in ("jsonl", "hocr", "alto", "page", "coco"):
        (document,) = read_documents(out / f"b{SUFFIXES[form]}", form)
        assert document.text == "In u"
    image = json.loads((out / "b.coco.json").read_text())["images"][0]["file_name"]
    assert (out / image).resolve() == (folder / "b.png").resolve()
    assert (out / "b.pdf").read_bytes().startswith(b"%PDF-")
    again = run(folder, "--format", "alto", "-o", out)
    assert (again.status, again.err.count("--force")) == (2, 1)


def test_the_languages_of_the_model_are_written(folder: Path, tmp_path: Path) -> None:
    import effocr

    embedded = ["read", "--lines", "--format", "alto", "-o", str(tmp_path / "x.xml")]
    assert main([*embedded, str(folder / "b.png")]) == 0
    written = (tmp_path / "x.xml").read_text()
    assert 'LANG="en"' in written
    assert f"<softwareVersion>{effocr.__version__}</softwareVersion>" in written


def test_an_xml_file_holds_one_input(run: Run, folder: Path, tmp_path: Path) -> None:
    done = run(folder, "--format", "hocr")
    assert (done.status, "-o FOLDER" in done.err) == (2, True)
    out = tmp_path / "line.hocr"
    assert run(folder / "b.png", "--format", "hocr", "-o", out).status == 0
    assert run(folder / "b.png", "--format", "hocr").out == out.read_text()
    assert run(folder / "b.png", "--format", "hocr", "-o", out).status == 2


def test_an_unreadable_input_makes_no_xml_file(run: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "bad.png").touch()
    done = run(folder, "--format", "alto,pdf", "-o", tmp_path / "out")
    assert done.status == 1
    assert done.err == f"{folder / 'bad.png'}: the file is empty\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "a.alto.xml", "a.pdf", "b.alto.xml", "b.pdf",
    }  # fmt: skip


def test_pages_of_an_input_are_numbered_in_page_xml(tmp_path: Path) -> None:
    from effocr.cli.inputs import Input
    from effocr.cli.outputs import Outputs
    from effocr.document import Document, Page
    from effocr.errors import UsageError

    document = Document("book.tif", tuple(Page(n, 10, 10, ()) for n in (1, 2)))
    inputs = [Input("book.tif")]
    with Outputs(inputs, ("page",), tmp_path, one_file=False, force=False) as outputs:
        outputs.write(0, document)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["book.p1.page.xml", "book.p2.page.xml"]
    with pytest.raises(UsageError, match="already"):
        Outputs(inputs, ("page",), tmp_path, one_file=False, force=False)
    one = tmp_path / "one.xml"
    with (
        Outputs(inputs, ("page",), one, one_file=True, force=False) as outputs,
        pytest.raises(UsageError, match="2 pages in the format page"),
    ):
        outputs.write(0, document)
