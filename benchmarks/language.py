"""Does the model guess from language: error rates of words, of shuffled words, of random letters.

The same letters in the same fonts with the same wear: what words are read better than random
strings is what the networks take from their neighbours' company.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from effocr.charset import Charset
from effocr.document import Document
from effocr.evaluation.report import table
from effocr.metrics.text import Score, score_line
from effocr.pipeline.reader import Reader
from effocr.synth.fonts import load_fonts
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.words import COMMON

ROOT = Path(__file__).resolve().parents[1]
WORDS = 8
DRAWS = 1000  # of the bootstrap


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="en")
    parser.add_argument("--fonts", type=Path, default=ROOT / "tests" / "fonts", help="held out")
    parser.add_argument("--lines", type=int, default=600)
    parser.add_argument("--wear", nargs="+", default=["clean", "print"], help="kinds, one by one")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    reader = Reader(arguments.model)
    fonts = load_fonts(arguments.fonts, charset=reader.manifest.charset).fonts
    rows = []
    for wear in arguments.wear:
        options = LineOptions(
            wear={wear: 1}, italic_words=0, small_caps=0, mixed_sizes=0, ligatures=0, plain=True
        )
        maker = LineMaker(fonts, Charset(reader.manifest.charset), options)
        base: np.ndarray | None = None
        for name, change in TEXTS.items():
            scores = read_lines(maker, reader, change, arguments.lines, arguments.seed)
            base = scores if base is None else base
            rows.append([wear, name, *cells(scores, base)])
    print(table(["wear", "text", "characters", "CER %", "95 %", "more than words", "95 %"], rows))


def words(given: list[str], rng: np.random.Generator) -> list[str]:
    """The words as they are."""
    return given


def shuffled(given: list[str], rng: np.random.Generator) -> list[str]:
    """The letters of each word in another order."""
    return ["".join(rng.permutation(list(word))) for word in given]


def random_strings(given: list[str], rng: np.random.Generator) -> list[str]:
    """All letters of the line in another order, words as long as before."""
    mixed = "".join(rng.permutation(list("".join(given))))
    ends = np.cumsum([len(word) for word in given]).tolist()
    return [mixed[first:last] for first, last in zip([0, *ends[:-1]], ends, strict=True)]


TEXTS: dict[str, Callable[[list[str], np.random.Generator], list[str]]] = {
    "words": words,
    "letters of each word shuffled": shuffled,
    "letters of the line shuffled": random_strings,
}


def read_lines(
    maker: LineMaker,
    reader: Reader,
    change: Callable[[list[str], np.random.Generator], list[str]],
    count: int,
    seed: int,
) -> np.ndarray:
    """Edits and characters [lines, 2] of lines that every kind of text draws in the same way."""
    lines = []
    for number in range(count):
        text_rng = np.random.default_rng((seed, number, 0))
        chosen = [COMMON[int(text_rng.integers(len(COMMON)))].lower() for _ in range(WORDS)]
        text = " ".join(change(chosen, text_rng))
        lines.append(maker.line(np.random.default_rng((seed, number, 1)), text))
    scores: list[Score] = []
    for line, found in zip(lines, reader.read_many(line.grey for line in lines), strict=True):
        scores.append(score_line(line.text, found.text if isinstance(found, Document) else ""))
    return np.array([(score.edits, score.length) for score in scores], np.float64)


def cells(scores: np.ndarray, base: np.ndarray) -> list[str]:
    """Error rate and its difference from that of words, with bootstrap intervals over lines."""
    places = np.random.default_rng(0).integers(len(scores), size=(DRAWS, len(scores)))

    def rates(part: np.ndarray) -> np.ndarray:
        sums = part[places].sum(axis=1)
        return np.asarray(100 * sums[:, 0] / sums[:, 1])

    def rate(part: np.ndarray) -> float:
        return float(100 * part[:, 0].sum() / part[:, 1].sum())

    low, high = np.quantile(rates(scores), (0.025, 0.975))
    least, most = np.quantile(rates(scores) - rates(base), (0.025, 0.975))
    return [
        f"{scores[:, 1].sum():.0f}",
        f"{rate(scores):.2f}",
        f"{low:.2f} to {high:.2f}",
        f"{rate(scores) - rate(base):+.2f}",
        f"{least:+.2f} to {most:+.2f}",
    ]


if __name__ == "__main__":
    main()
