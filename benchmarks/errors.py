"""What is misread, by class of error, and the worst lines."""

import argparse
from collections import Counter
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from effocr.document import UNKNOWN, Document
from effocr.metrics.text import fold_case, treat
from effocr.pipeline.agree import kind_of
from effocr.pipeline.reader import Reader

SHOWN = 30


def error_class(wanted: str, read: str) -> str:
    """A name for one edit; `wanted` or `read` is empty for an insertion or deletion."""
    if " " in (wanted, read):
        return "word gap missed" if wanted == " " else "word gap invented"
    if not wanted:
        return "glyph invented (split, speck)"
    if not read:
        return "glyph missed (merged, faint)"
    if read == UNKNOWN:
        return "called unknown"
    if wanted.casefold() == read.casefold():
        return "size only (s S, o O)"
    if kind_of(wanted) != kind_of(read):
        return f"{kind_of(wanted)} for {kind_of(read)}"
    return f"another {kind_of(wanted)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--model", default="en")
    parser.add_argument("--ignore-case", action="store_true")
    parser.add_argument("--worst", type=int, default=5)
    arguments = parser.parse_args()
    reader = Reader(arguments.model)
    for folder in arguments.folder:
        paths = sorted(folder.glob("*.png"))
        classes: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        length, lines = 0, []
        for path, found in zip(paths, reader.read_many(paths), strict=True):
            wanted = treat(path.with_suffix("").with_suffix(".gt.txt").read_text("utf-8").strip())
            read = treat(found.text if isinstance(found, Document) else "")
            if arguments.ignore_case:
                wanted, read = fold_case(wanted), fold_case(read)
            edits = [
                (
                    wanted[op.src_pos] if op.tag != "insert" else "",
                    read[op.dest_pos] if op.tag != "delete" else "",
                )
                for op in Levenshtein.editops(wanted, read)
            ]
            classes.update(error_class(*edit) for edit in edits)
            pairs.update(edits)
            length += len(wanted)
            lines.append((len(edits) / max(1, len(wanted)), path.name, wanted, read))
        total = classes.total()
        print(f"{folder.name}: {total} errors in {length} characters, {100 * total / length:.2f} %")
        for name, number in classes.most_common():
            print(f"  {name:<32} {number:>5}  {100 * number / max(total, 1):5.1f} %")
        print(
            "  ", " ".join(f"{a or '_'}>{b or '_'}:{n}" for (a, b), n in pairs.most_common(SHOWN))
        )
        for _, name, wanted, read in sorted(lines, reverse=True)[: arguments.worst]:
            print(f"  {name}\n    {wanted}\n    {read}")


if __name__ == "__main__":
    main()
