"""The networks that fine-tuning begins with."""

from pathlib import Path

import pytest
import torch

from effocr.bundle import Bundle, load_bundle
from effocr.errors import UsageError
from effocr.learn.finetune.start import HEAD, Start, start_from, weights_of


@pytest.mark.parametrize(("direction", "what"), [("rtl", "right to left"), ("ttb", "columns")])
def test_models_of_other_directions_are_refused(
    english_model: Path, direction: str, what: str
) -> None:
    bundle = load_bundle(english_model)
    turned = Bundle(bundle.folder, bundle.manifest.model_copy(update={"direction": direction}))
    with pytest.raises(UsageError, match=f"{what}; fine-tuning is for lines from left to right"):
        weights_of(turned, None)


def test_a_recognizer_that_looks_at_crops_is_refused(english_model: Path) -> None:
    bundle = load_bundle(english_model)
    crops = Bundle(bundle.folder, bundle.manifest.model_copy(update={"window": None}))
    with pytest.raises(UsageError, match="looks at crops"):
        weights_of(crops, None)


def test_weights_to_start_from_must_be_there(english_model: Path, tmp_path: Path) -> None:
    bundle = load_bundle(english_model)
    with pytest.raises(UsageError, match=r"localizer\.safetensors: missing"):
        weights_of(bundle, tmp_path)


def test_networks_whose_embeddings_the_index_does_not_know_are_refused(english_model: Path) -> None:
    bundle = load_bundle(english_model)
    wide = Bundle(bundle.folder, bundle.manifest.model_copy(update={"embedding_size": 128}))
    with pytest.raises(UsageError, match="not of the kind of"):
        start_from(wide, weights_of(bundle, None), [])


def test_the_head_begins_to_learn_new_labels_from_the_same_numbers(english_model: Path) -> None:
    weights = weights_of(load_bundle(english_model), None)
    starts = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        starts.append(Start.of(*weights, ["a", "\u261e", "\u261e"]))
    assert list(starts[0].charset)[-1] == "\u261e"
    assert len(starts[0].charset) == len(Start.of(*weights, ["a"]).charset) + 1
    heads = [
        {name: value for name, value in start.weights.items() if f".{HEAD}" in name}
        for start in starts
    ]
    assert heads[0]
    assert all(torch.equal(value, heads[1][name]) for name, value in heads[0].items())
