"""What stands on a line, in the order in which a localizer meets it."""

from effocr.learn.transcript import transcribe


def test_spaces_are_no_glyphs_and_begin_words() -> None:
    found = transcribe("  ab  c\u0301d\t.")
    assert found.text == "ab \u0107d ."
    assert found.glyphs == ("a", "b", "\u0107", "d", ".")
    assert found.starts.tolist() == [True, False, True, False, True]
    assert found.order.tolist() == [0, 1, 2, 3, 4]


def test_invisible_signs_are_no_glyphs() -> None:
    assert transcribe("a\u200bb").glyphs == ("a", "b")
    assert transcribe("").glyphs == ()


def test_right_to_left_text_stands_from_the_right_and_its_numbers_too() -> None:
    found = transcribe("\u05d0\u05d1 12", "rtl")
    # On paper from the left: 12 bet alef; met from the right: alef bet 2 1.
    assert found.glyphs == ("\u05d0", "\u05d1", "2", "1")
    assert found.starts.tolist() == [True, False, True, False]
    assert found.order.tolist() == [0, 1, 3, 2]
