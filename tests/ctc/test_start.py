"""Starting from weights: rows follow characters, wrong files are refused."""

from pathlib import Path

import pytest
import torch

from effocr.ctc.alphabet import OCRS, Alphabet
from effocr.ctc.config import CrnnConfig
from effocr.ctc.model import Crnn
from effocr.ctc.start import Start, load_ocrs_checkpoint, load_start, network_of, start_from
from effocr.errors import TrainingError, UsageError
from effocr.training.checkpoints import save_checkpoint, save_tensors

SMALL = CrnnConfig(hidden=8, layers=1)


def model_of(alphabet: Alphabet) -> Crnn:
    return Crnn(SMALL, classes=alphabet.classes)


def test_rows_follow_their_characters_and_new_ones_begin_at_random() -> None:
    before, after = Alphabet(tuple(" abc")), Alphabet(tuple(" cxa"))
    old, new = model_of(before), model_of(after)
    fresh = new.state_dict()["output.0.weight"].clone()
    start_from(new, Start(old.state_dict(), before, Path("old.pt")), after)
    for name in ("output.0.weight", "output.0.bias"):
        given, found = old.state_dict()[name], new.state_dict()[name]
        for character, row in (("", 0), (" ", 1), ("c", 2), ("a", 4)):
            source = before.encode(character)[0] if character else 0
            assert torch.equal(found[row], given[source])
    assert torch.equal(new.state_dict()["output.0.weight"][3], fresh[3])
    assert torch.equal(new.state_dict()["conv.0.weight"], old.state_dict()["conv.0.weight"])


def test_weights_of_another_size_are_refused() -> None:
    alphabet = Alphabet(tuple(" ab"))
    weights = Crnn(CrnnConfig(hidden=16, layers=1), classes=4).state_dict()
    with pytest.raises(TrainingError, match="another model"):
        start_from(model_of(alphabet), Start(weights, alphabet, Path("w.pt")), alphabet)
    short = model_of(Alphabet(("a",))).state_dict()  # fewer rows than its alphabet says
    with pytest.raises(TrainingError, match=r"output\.0\.weight is \[2, 16\]"):
        start_from(model_of(alphabet), Start(short, alphabet, Path("w.pt")), alphabet)


@pytest.mark.parametrize("sizes", [(8, 1), (24, 3)])
def test_weights_tell_the_sizes_of_their_network(sizes: tuple[int, int]) -> None:
    config = CrnnConfig(hidden=sizes[0], layers=sizes[1])
    weights = Crnn(config, classes=4).state_dict()
    assert network_of(Start(weights, Alphabet(tuple(" ab")), Path("w.pt"))) == config
    assert network_of(Start({}, Alphabet(tuple(" ab")), Path("w.pt"))) == CrnnConfig()


def ocrs_state(alphabet: Alphabet) -> dict[str, object]:
    model = model_of(alphabet)
    optimizer = torch.optim.Adam(model.parameters())
    return {
        "epoch": 3, "model_state": model.state_dict(), "optimizer_state": optimizer.state_dict(),
    }  # fmt: skip


def test_a_checkpoint_of_ocrs_has_its_alphabet(tmp_path: Path) -> None:
    path = tmp_path / "text-rec-checkpoint.pt"
    save_tensors(ocrs_state(OCRS), path)
    start = load_start(path)
    assert start.alphabet == OCRS
    assert start.epoch == 3
    start_from(model_of(OCRS), start, OCRS)


def test_a_checkpoint_of_ours_in_that_form_says_its_alphabet(tmp_path: Path) -> None:
    alphabet = Alphabet(tuple(" ab"))
    path = tmp_path / "text-rec-checkpoint.pt"
    save_tensors({**ocrs_state(alphabet), "alphabet": list(alphabet.characters)}, path)
    assert load_ocrs_checkpoint(path).alphabet == alphabet


def test_wrong_paths_and_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no checkpoint here"):
        load_start(tmp_path / "absent.pt")
    with pytest.raises(UsageError, match="no such checkpoint"):
        load_ocrs_checkpoint(tmp_path / "absent.pt")
    save_checkpoint({"settings": {"kind": "localizer"}}, tmp_path / "best.pt")
    with pytest.raises(TrainingError, match="not of a sequence reader"):
        load_start(tmp_path)
    save_tensors({"model_state": {}}, tmp_path / "part.pt")
    with pytest.raises(TrainingError, match="optimizer_state"):
        load_ocrs_checkpoint(tmp_path / "part.pt")
    (tmp_path / "junk.pt").write_bytes(b"junk")
    with pytest.raises(TrainingError, match="not a readable checkpoint"):
        load_start(tmp_path / "junk.pt")
