"""`effocr train ctc`: the sequence reader, from lines with their texts."""

from __future__ import annotations

from effocr.cli.runs import (
    ConfigFile,
    Data,
    InitFrom,
    Out,
    Resume,
    Sets,
    Validation,
    open_run,
    refuse_new_start,
    report,
    settings_of,
    tell,
)

__all__ = ["ctc"]


def ctc(
    data: Data = None,
    out: Out = None,
    validation: Validation = None,
    config: ConfigFile = None,
    sets: Sets = None,
    resume: Resume = None,
    init_from: InitFrom = None,
) -> None:
    """Train the sequence reader: line in, text out.

    Data may be mixed: folders of line pairs (NAME.png, NAME.gt.txt), folders of HierText,
    character-level COCO, and lines drawn for it (--set synthetic.count=N, synthetic.fonts=[DIR],
    synthetic.charset=FILE). --init-from takes weights over, the rows of the output by character.
    """
    from dataclasses import replace

    from effocr.cli.train import load_named
    from effocr.ctc.config import CtcTraining
    from effocr.ctc.gather import gather_data
    from effocr.ctc.start import load_start
    from effocr.ctc.train import alphabet_of_run, train_ctc

    refuse_new_start(resume, init_from)
    # Weights only: this run begins at step 0, with an optimizer of its own.
    start = None if init_from is None else replace(load_start(init_from), optimizer=None)
    alphabet = None if resume is None else alphabet_of_run(resume)
    settings = settings_of(CtcTraining, config, sets, resume)
    run, data, validation = open_run(
        out, resume, data, validation, init_from=init_from,
        needs_data=not settings.synthetic.count,
    )  # fmt: skip
    lines, skipped = gather_data(data, validation, settings, load=load_named, alphabet=alphabet)
    tell(skipped)
    report(train_ctc(lines, settings, run=run, resume=resume, start=start), run)
