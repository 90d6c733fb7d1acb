"""Phrases of receipts, forms and tables: fields, sums, codes, lone figures."""

from effocr.synth.phrases import Draw, Vocabulary, words
from effocr.synth.words import RECEIPT_WORDS

__all__ = ["figures", "receipts"]


def receipts(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A line of a till receipt: a total, a telephone number, a time, an item, a field, a code."""
    amount = _amount(draw)
    sign = draw.pick(("RM", "RM", "$", "USD", "GBP", ""))
    match draw.below(10):
        case 0:
            return [draw.pick(RECEIPT_WORDS) + draw.pick((":", "", " :")), f"{sign}{amount}"]
        case 1:
            return [draw.pick(RECEIPT_WORDS), sign or "EUR", amount]
        case 2:
            number = f"{draw.below(10**4):04d}{draw.pick('- ')}{draw.below(10**4):04d}"
            return [draw.pick(("TEL", "Tel.", "FAX:", "TEL:")), f"0{draw.below(100)}-{number}"]
        case 3:
            return [_clock(draw) + draw.pick(("", "", "AM", "PM"))]
        case 4:
            item = [words(draw, vocabulary)[0].upper() for _ in range(draw.between(1, 3))]
            return [str(draw.between(1, 20)), *item, draw.pick(("X", "x", "@", "*")), amount]
        case 5:
            return [f"{draw.pick(RECEIPT_WORDS)} ({draw.pick(('%', 'A', 'INCL.', '6%'))})", amount]
        case 6:
            return _field(draw, vocabulary)
        case 7:
            stars = draw.pick("*-=#.") * draw.between(1, 6)
            return [stars, words(draw, vocabulary)[0].upper(), stars]
        case 8:
            return [f"{draw.pick(RECEIPT_WORDS)} {draw.pick('#@')}{_code(draw)}"]
        case _:
            rate = draw.pick(("SR @ 6%", "GST @6%", "VAT 20%", "5 %", "ZR @0%"))
            return [rate, amount]


def figures(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """Figures alone, as in the columns of receipts and tables."""
    match draw.below(8):
        case 0 | 1:
            return [_amount(draw)]
        case 2:
            return [f"{draw.pick(('-', '-', '+', '('))}{_amount(draw)}"]
        case 3:
            return [str(draw.below(10 ** draw.between(1, 7)))]
        case 4:
            return [_code(draw)]
        case 5:
            mark = draw.pick("/-.")
            year = draw.pick((f"{draw.below(100):02d}", str(draw.between(1850, 2029))))
            return [f"{draw.between(1, 31):02d}{mark}{draw.between(1, 12):02d}{mark}{year}"]
        case 6:
            return [_clock(draw)]
        case _:
            sign = draw.pick(vocabulary.currencies or ("$",))
            return [draw.pick((f"{draw.below(101)}%", f"{sign}{_amount(draw)}", _amount(draw)))]


def _amount(draw: Draw) -> str:
    return f"{draw.below(10 ** draw.between(1, 4))}.{draw.below(100):02d}"


def _clock(draw: Draw) -> str:
    seconds = draw.pick(("", f":{draw.below(60):02d}"))
    return f"{draw.below(24):02d}:{draw.below(60):02d}{seconds}"


def _code(draw: Draw) -> str:
    """A number as of articles and tax payers; runs of one digit are frequent in them."""
    digits = [
        draw.pick("0123456789") * (draw.between(2, 5) if draw.unit() < 0.25 else 1)
        for _ in range(draw.between(3, 10))
    ]
    return draw.pick(("", "", "", "A", "CS", "I", "B0")) + "".join(digits)[:12]


def _field(draw: Draw, vocabulary: Vocabulary) -> list[str]:
    """A name and its colon, with or without what is filled in."""
    name = [draw.pick(RECEIPT_WORDS) if draw.unit() < 0.6 else words(draw, vocabulary)[0].title()]
    if draw.unit() < 0.4:
        name.append(draw.pick(("No", "No.", "NO", "ID", "Qty", "#")))
    if draw.unit() < 0.5:
        name[-1] += ":"
    else:
        name.append(":")
    return name if draw.unit() < 0.5 else [*name, _code(draw)]
