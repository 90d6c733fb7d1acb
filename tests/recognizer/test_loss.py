"""The supervised contrastive loss is that of the paper."""

import math

import numpy as np
import pytest
import torch

from effocr.recognizer.loss import supcon


def double_loop(embeddings: np.ndarray, labels: list[int], temperature: float) -> float:
    """Equation 2 of arXiv 2004.11362, term by term."""
    losses = []
    for i, anchor in enumerate(embeddings):
        others = [j for j in range(len(labels)) if j != i]
        positives = [j for j in others if labels[j] == labels[i]]
        if not positives:
            continue
        total = sum(math.exp(float(anchor @ embeddings[j]) / temperature) for j in others)
        terms = [
            math.log(math.exp(float(anchor @ embeddings[j]) / temperature) / total)
            for j in positives
        ]
        losses.append(-sum(terms) / len(terms))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("temperature", [0.07, 0.5])
@pytest.mark.parametrize("labels", [[0, 0, 1, 1, 2, 2, 2], [0, 0, 1, 2, 3, 3, 3]])
def test_supcon_matches_double_loop(labels: list[int], temperature: float) -> None:
    rng = np.random.default_rng(0)
    embeddings = rng.standard_normal((len(labels), 8)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    ours = supcon(temperature=temperature)(torch.from_numpy(embeddings), torch.tensor(labels))
    assert float(ours) == pytest.approx(double_loop(embeddings, labels, temperature), rel=1e-4)
