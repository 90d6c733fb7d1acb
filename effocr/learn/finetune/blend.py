"""How much of what was learnt a model gets: as much as it can have without forgetting."""

import logging
from pathlib import Path
from typing import Final

import torch

from effocr.learn.finetune.start import Start
from effocr.learn.finetune.train import Lines, with_networks
from effocr.learn.judge import score_read
from effocr.pipeline.engines import Engines
from effocr.training.checkpoints import apply_weights, load_weights

__all__ = ["MOST_FORGOTTEN", "blend_networks"]

logger = logging.getLogger(__name__)

# CER of drawn lines, as a fraction. They are worn far more than print is: where these lost 0.3
# points, real English lines had lost 0.0 to 0.05 (docs/learning.md).
MOST_FORGOTTEN: Final = 0.003
SHARES: Final = (1.0, 0.8, 0.6, 0.4, 0.2)  # of the highest blend


def blend_networks(
    run: Path, start: Start, engines: Engines, lines: Lines, *, highest: float
) -> float:
    """Put the networks between what they were and what a run made of them.

    There lies most of what was learnt and hardly anything forgotten (WiSE-FT, Wortsman et al. 2022,
    arXiv 2109.01903). Of a few shares the highest is taken with which lines of known type are not
    read worse by more than 0.3 points of CER; if there is none, the lowest.

    Args:
        run: of `train_reading_net`; its best weights count.
        start: what it began with; its network takes the blend over.
        engines: that read the known lines besides the networks.
        lines: of the run.
        highest: share of the new weights that is tried first, 0 to 1.

    Returns:
        The share of the new weights.
    """
    found = load_weights(run)
    apply_weights(start.net, found, source=run)

    def known_cer(share: float) -> float:
        start.net.load_state_dict(
            {
                name: torch.lerp(old, found[name], share) if old.is_floating_point() else old
                for name, old in start.weights.items()
            }
        )
        return score_read(
            with_networks(engines, start.net.eval()),
            [line.prepared.grey for line in lines.known],
            [line.truth.text for line in lines.known],
            threads=1,
        ).cer

    before, blend = known_cer(0.0), highest
    for share in SHARES:
        blend = share * highest
        after = known_cer(blend)
        logger.info(
            "blend %.2f: known lines %.2f %%, %.2f before", blend, 100 * after, 100 * before
        )
        if after - before <= MOST_FORGOTTEN:
            break
    return blend
