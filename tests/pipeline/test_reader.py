"""The reader: what it gives for good and bad images, in what order, on how many threads."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import effocr
from effocr import Reader
from effocr.document import UNKNOWN, Document
from effocr.errors import ImageError, UsageError
from effocr.pipeline.postprocess.corrections import Corrections
from effocr.pipeline.postprocess.lexicon import Lexicon
from effocr.pipeline.reader import ReadFailure

Draw = Callable[..., np.ndarray]


@pytest.fixture(scope="module")
def reader(tiny_model: Path) -> Reader:
    return Reader(tiny_model, threads=2)


def test_a_line_is_read_with_its_words(reader: Reader, draw_line: Draw) -> None:
    document = reader.read(draw_line("In uIn nI"))
    assert document.text == "In uIn nI"
    (line,) = document.lines
    assert [word.text for word in line.words] == ["In", "uIn", "nI"]
    assert [word.glyphs for word in line.words] == [(0, 2), (2, 5), (5, 7)]
    assert "".join(glyph.text for glyph in line.glyphs) == "InuInnI"


@pytest.mark.parametrize("scale", [1, 2, 3, 5])
def test_boxes_are_where_the_blocks_were_drawn_at_any_scale(
    reader: Reader, draw_line: Draw, scale: int
) -> None:
    image = draw_line("InI u", scale=scale, margin=10)
    (line,) = reader.read(image).lines
    drawn = [20, 40, 60, 60 + 12 + 48]  # left edges in frame pixels: two margins, then steps
    for glyph, left in zip(line.glyphs, drawn, strict=True):
        middle = (glyph.box[0] + glyph.box[2]) / 2
        assert middle == pytest.approx((left + 6) * scale, abs=2.5 * scale)
        assert 0 <= glyph.box[0] < glyph.box[2] <= image.shape[1]
        assert 0 <= glyph.box[1] < glyph.box[3] <= image.shape[0]


def test_path_bytes_pil_and_array_give_the_same(
    reader: Reader, draw_line: Draw, tmp_path: Path
) -> None:
    array = draw_line("nuI n")
    path = tmp_path / "line.png"
    Image.fromarray(array).save(path)
    sources = [path, str(path), path.read_bytes(), Image.fromarray(array), array]
    documents = [reader.read(source) for source in sources]
    assert {document.text for document in documents} == {"nuI n"}
    assert len({document.pages for document in documents}) == 1
    assert [document.source for document in documents] == [str(path), str(path), "", "", ""]


def test_white_on_black_reads_as_black_on_white(reader: Reader, draw_line: Draw) -> None:
    image = draw_line("In u", margin=30)
    assert reader.read(255 - image).text == reader.read(image).text == "In u"


def test_a_line_reads_the_same_alone_and_in_company(reader: Reader, draw_line: Draw) -> None:
    texts = [" ".join(parts) for parts in itertools.product(["I", "nu", "uIn"], repeat=2)]
    images = [draw_line(text) for text in texts] * 8
    together = list(reader.read_many(images))
    alone = [reader.read(image) for image in images]
    assert together == alone
    assert [document.text for document in alone] == texts * 8


def test_results_come_in_order_and_bad_images_do_not_stop_the_rest(
    reader: Reader, draw_line: Draw, tmp_path: Path
) -> None:
    good, bad = draw_line("nI"), tmp_path / "bad.png"
    bad.write_text("not an image")
    results = list(reader.read_many([good, bad, good, tmp_path / "none.png", good] * 20))
    for result, number in zip(results, itertools.cycle(range(5)), strict=False):
        if number in (1, 3):
            assert isinstance(result, ReadFailure)
            assert result.path.endswith("bad.png" if number == 1 else "none.png")
        else:
            assert isinstance(result, Document)
            assert result.text == "nI"
    assert len(results) == 100


def test_an_endless_iterable_is_drawn_from_as_needed(reader: Reader, draw_line: Draw) -> None:
    drawn = 0

    def endless() -> Iterator[np.ndarray]:
        nonlocal drawn
        while True:
            drawn += 1
            yield draw_line("nu")

    results = reader.read_many(endless())
    texts = [next(results).text for _ in range(200)]  # type: ignore[union-attr]
    results.close()
    assert texts == ["nu"] * 200
    assert drawn < 200 + 8 * 32


def test_reading_a_bad_image_names_path_and_reason(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(ImageError, match=r"empty\.png: the file is empty"):
        reader.read(tmp_path / "empty.png")


def test_blank_paper_is_an_empty_line(reader: Reader) -> None:
    document = reader.read(np.full((50, 400), 255, np.uint8))
    (line,) = document.lines
    assert (document.text, line.text, line.glyphs, line.words) == ("", "", (), ())
    assert line.box == (0, 0, 400, 50)
    assert line.confidence == 1


@pytest.mark.parametrize("shape", [(1, 1), (4000, 3), (3, 4000), (1, 5000), (2, 2)])
@pytest.mark.parametrize("kind", ["white", "black", "noise"])
def test_odd_shapes_do_not_crash(reader: Reader, shape: tuple[int, int], kind: str) -> None:
    rng = np.random.default_rng(0)
    images = {
        "white": np.full(shape, 255, np.uint8),
        "black": np.zeros(shape, np.uint8),
        "noise": rng.integers(0, 256, shape).astype(np.uint8),
    }
    page = reader.read(images[kind]).pages[0]
    assert (page.height, page.width) == shape


def test_a_line_of_40000_pixels_is_read_to_its_end(reader: Reader, draw_line: Draw) -> None:
    text = " ".join(["InunI"] * 260) + " uuu"
    image = draw_line(text)
    assert image.shape[1] > 35_000
    document = reader.read(image)
    assert document.text == text
    assert document.lines[0].glyphs[-1].box[2] == pytest.approx(image.shape[1] - 6 - 8, abs=4)


def test_candidates_are_ranked_and_limited(tiny_model: Path, draw_line: Draw) -> None:
    for top_k in (1, 2, 3, 9):
        (line,) = Reader(tiny_model, threads=1, top_k=top_k).read(draw_line("Inu")).lines
        for glyph in line.glyphs:
            similarities = [similarity for _, similarity in glyph.candidates]
            assert len(similarities) == min(top_k, 3)
            assert similarities == sorted(similarities, reverse=True)
            assert glyph.candidates[0][0] == glyph.text
            assert 0 <= glyph.confidence <= 1


def test_a_whitelist_restricts_what_is_read(tiny_model: Path, draw_line: Draw) -> None:
    reader = Reader(tiny_model, threads=1, whitelist="nu", unknown_similarity=-1)
    (line,) = reader.read(draw_line("Inu")).lines
    assert line.text[1:] == "nu"
    assert line.text[0] in "nu"
    assert {text for glyph in line.glyphs for text, _ in glyph.candidates} == {"n", "u"}


def test_a_whitelist_of_strange_characters_is_an_error_of_use(tiny_model: Path) -> None:
    with pytest.raises(UsageError, match="is left to read"):
        Reader(tiny_model, whitelist="äß")


def test_strange_glyphs_are_unknown_and_keep_their_candidates(
    tiny_model: Path, draw_line: Draw
) -> None:
    (line,) = Reader(tiny_model, threads=1, unknown_similarity=1.0).read(draw_line("In")).lines
    assert line.text == UNKNOWN * 2
    assert all(glyph.unknown and glyph.candidates for glyph in line.glyphs)


def test_glyphs_below_the_least_confidence_are_unknown(tiny_model: Path, draw_line: Draw) -> None:
    (line,) = Reader(tiny_model, threads=1, min_confidence=1.0).read(draw_line("In")).lines
    assert line.text == UNKNOWN * 2


@pytest.mark.parametrize(
    "options", [{"threads": 0}, {"top_k": 0}, {"min_confidence": 1.5}, {"min_confidence": -1}]
)
def test_options_out_of_range_are_errors_of_use(
    tiny_model: Path, options: dict[str, float]
) -> None:
    with pytest.raises(UsageError):
        Reader(tiny_model, **options)  # type: ignore[arg-type]


def test_reading_lines_imports_no_torch_and_nothing_of_pages(
    tiny_model: Path, draw_line: Draw, tmp_path: Path
) -> None:
    Image.fromarray(draw_line("nI")).save(tmp_path / "line.png")
    of_pages = ("pypdfium2", "effocr.pipeline.page", "effocr.layout.arrange", "effocr.detector")
    unwanted = ("torch", "timm", *of_pages)
    code = (
        "import sys; from effocr.cli.main import main\n"
        f"main(['read', '--lines', '--model', {str(tiny_model)!r}, "
        f"'--format', 'jsonl', {str(tmp_path / 'line.png')!r}])\n"
        f"print([name for name in sys.modules if name.startswith({unwanted})])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert '"text": "nI"' in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, effocr; print([n for n in ('numpy','cv2','pydantic') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_those_of_the_package() -> None:
    assert set(effocr.__all__) == {"PageReader", "Reader", "__version__", "read"}
    assert all(getattr(effocr, name) for name in effocr.__all__)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = effocr.nothing


def test_the_embedded_model_reads_a_line(english_model: Path) -> None:
    from PIL import ImageDraw, ImageFont

    image = Image.new("L", (900, 60), 255)
    text = "The quick brown fox jumps over the lazy dog"
    ImageDraw.Draw(image).text((10, 10), text, font=ImageFont.load_default(32), fill=0)
    read = Reader(english_model).read(image).text
    wrong = sum(a != b for a, b in itertools.zip_longest(read, text))
    assert wrong <= 4


def test_defect_36_a_blacklist_may_name_characters_twice_or_that_nobody_knows(
    tiny_model: Path, draw_line: Draw
) -> None:
    reader = Reader(tiny_model, threads=1, blacklist="II\u00a0xß", unknown_similarity=-1)
    (line,) = reader.read(draw_line("Inu")).lines
    assert line.text[1:] == "nu"
    assert {text for glyph in line.glyphs for text, _ in glyph.candidates} == {"n", "u"}
    for glyph in line.glyphs:
        assert glyph.text == glyph.candidates[0][0]


def test_the_blacklist_takes_from_the_whitelist(tiny_model: Path, draw_line: Draw) -> None:
    reader = Reader(tiny_model, threads=1, whitelist="nI", blacklist="I", unknown_similarity=-1)
    assert reader.read(draw_line("nnn")).text == "nnn"
    with pytest.raises(UsageError, match="is left to read"):
        Reader(tiny_model, blacklist="Inu")


def test_corrections_are_made_with_more_candidates_than_are_given(
    tiny_model: Path, draw_line: Draw
) -> None:
    words = Corrections(lexicon=Lexicon(frozenset({"Iun"})))
    (plain,) = Reader(tiny_model, threads=1, top_k=1).read(draw_line("Iun")).lines
    assert plain.text == "Iun"
    image = draw_line("Inn")
    (line,) = Reader(tiny_model, threads=1, top_k=1, corrections=words).read(image).lines
    assert line.text == "Inn"  # n and u share no ink: not alike, not corrected
    assert all(len(glyph.candidates) == 1 for glyph in line.glyphs)
