"""Parts of a synthetic set: as large as wished, and with fonts of their own where wished."""

import numpy as np
import pytest

from effocr.charset import Charset
from effocr.errors import FontError, UsageError
from effocr.synth import pool
from effocr.synth.fonts import FontFile
from effocr.synth.lines import LineOptions
from effocr.synth.parts import Part, draw_parts, plan_parts

SHARES = {"train": 0.8, "val": 0.15, "test": 0.05}


def test_parts_have_their_shares_and_all_fonts(fonts: tuple[FontFile, ...]) -> None:
    parts = plan_parts(fonts, 100, SHARES, by_font=False, seed=0)
    assert {name: part.count for name, part in parts.items()} == {"train": 80, "val": 15, "test": 5}
    assert all(part.fonts == tuple(fonts) for part in parts.values())


def test_no_family_of_fonts_is_in_two_parts(fonts: tuple[FontFile, ...]) -> None:
    parts = plan_parts(fonts, 100, SHARES, by_font=True, seed=0)
    families = [{font.family for font in part.fonts} for part in parts.values()]
    assert all(families)
    assert sum(map(len, families)) == len({font.family for font in fonts})
    assert sum(len(part.fonts) for part in parts.values()) == len(fonts)
    drawn = draw_parts(
        plan_parts(fonts, 30, SHARES, by_font=True, seed=0), Charset(tuple("abcx")), seed=0
    )
    for lines, names in zip(drawn.values(), families, strict=True):
        for line in lines:
            assert any(line.source.startswith(name) for name in names)


def test_the_seed_decides_and_parts_differ(fonts: tuple[FontFile, ...]) -> None:
    charset, parts = Charset(tuple("abcx")), {"a": Part(fonts, 3), "b": Part(fonts, 3)}
    first, again, other = (
        {name: list(lines) for name, lines in draw_parts(parts, charset, seed=seed).items()}
        for seed in (1, 1, 2)
    )
    texts = {name: [line.text for line in lines] for name, lines in first.items()}
    assert texts == {name: [line.text for line in lines] for name, lines in again.items()}
    assert all(
        np.array_equal(one.grey, two.grey)
        for name in parts
        for one, two in zip(first[name], again[name], strict=True)
    )
    assert texts["a"] != texts["b"]
    assert texts != {name: [line.text for line in lines] for name, lines in other.items()}


def test_impossible_splits_are_refused(fonts: tuple[FontFile, ...]) -> None:
    with pytest.raises(UsageError, match="above 0"):
        plan_parts(fonts, 10, {"a": 1, "b": 0}, by_font=False, seed=0)
    with pytest.raises(UsageError, match="finite"):
        plan_parts(fonts, 10, {"a": 1, "b": float("inf")}, by_font=False, seed=0)
    with pytest.raises(UsageError, match="empty"):
        plan_parts(fonts, 3, SHARES, by_font=False, seed=0)
    with pytest.raises(UsageError, match="1 families"):
        plan_parts(fonts[:1], 10, {"a": 1, "b": 1}, by_font=True, seed=0)
    with pytest.raises(FontError, match="part b"):
        draw_parts({"a": Part(fonts, 1), "b": Part((), 1)}, Charset(("a", "b")), seed=0)


def test_several_processes_draw_the_same_as_one(
    fonts: tuple[FontFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "CHUNK", 1)
    charset, parts = Charset(tuple("abcx")), {"a": Part(fonts, 2), "b": Part(fonts, 2)}
    options = LineOptions(plain=True, wear={"none": 1})
    one, two = (
        [
            line.text
            for lines in draw_parts(
                parts, charset, seed=0, options=options, processes=processes
            ).values()
            for line in lines
        ]
        for processes in (1, 2)
    )
    assert one == two
