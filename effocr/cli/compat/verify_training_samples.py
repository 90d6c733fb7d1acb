"""`verify_training_samples.py`: are the correction samples fit for training?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from effocr.cli.compat.flags import Flags

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Print what there is and what is wrong; 1 if anything is, or there are too few samples."""
    from effocr.data.correction_checks import check_samples, shortage
    from effocr.data.corrections import SAMPLES_FOLDER

    flags = Flags(
        "verify_training_samples.py",
        description="Check correction samples (NAME.png, NAME.json) before training on them.",
    )
    flags.add_argument(
        "samples_dir", nargs="?", type=Path, default=SAMPLES_FOLDER, metavar="DIR",
        help=f"folder of the samples ({SAMPLES_FOLDER.as_posix()})",
    )  # fmt: skip
    folder: Path = flags.parse_args(argv).samples_dir
    report = check_samples(folder)
    samples = report.samples
    documents = len({sample.document_id for sample in samples})
    characters = len(set("".join(sample.corrected_text for sample in samples)) - {" "})
    unchanged = sum(sample.corrected_text == sample.original_text for sample in samples)
    for problem in report.problems:
        print(problem)
    print(f"{folder}: {len(samples)} samples, {documents} documents, {characters} characters")
    print(
        f"{len(report.skipped)} left out, {len(report.contradictions)} contradictions, "
        f"{len(report.duplicates)} duplicates, {unchanged} as they were read"
    )
    lack = shortage(len(samples))
    print(lack or "enough to train on")
    return 1 if report.problems or lack else 0
