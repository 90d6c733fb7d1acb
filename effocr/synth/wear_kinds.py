"""The ways in which print reaches us: what is drawn of `effocr.synth.degrade.Wear` for each."""

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np

from effocr.synth.degrade import Wear

__all__ = ["WEAR_SHARES", "WearKind", "draw_wear"]

WearKind = Literal["scan", "print", "typescript", "receipt", "clean", "none"]
WEAR_SHARES: Final[dict[WearKind, float]] = {
    "scan": 0.16, "print": 0.34, "typescript": 0.22, "receipt": 0.18, "clean": 0.10,
}  # fmt: skip


def draw_wear(rng: np.random.Generator, shares: Mapping[WearKind, float] | None = None) -> Wear:
    """Draw one of the ways in which print reaches us.

    Args:
        rng: draws all of it.
        shares: weight of each kind, `WEAR_SHARES` if not given: `scan` (grey), `print` (bilevel),
            `typescript`, `receipt`, `clean` (another resolution only), `none`.
    """
    shares = WEAR_SHARES if shares is None else shares
    total = sum(shares.values())
    place = rng.choice(len(shares), p=[share / total for share in shares.values()])
    match tuple(shares)[int(place)]:
        case "scan":
            return _grey_scan(rng)
        case "print":
            return _bilevel_scan(rng)
        case "typescript":
            return _typescript(rng)
        case "receipt":
            return _receipt(rng)
        case "clean":
            return Wear(hardness=4, bleed=0.03, x_height_px=rng.uniform(9, 28))
        case "none":
            return Wear()


def _maybe(rng: np.random.Generator, share: float, low: float, high: float) -> float:
    """A number between low and high in `share` of the cases, else 0."""
    return float(rng.uniform(low, high)) if rng.random() < share else 0.0


def _weight(rng: np.random.Generator) -> float:
    """Ink gain: print is more often too fat than too thin."""
    return float(np.clip(rng.normal(0.06, 0.1), -0.15, 0.28))


def _hairlines(rng: np.random.Generator) -> float:
    """Thin strokes mostly print; broken ones are the smaller part of real print."""
    return float(rng.uniform(0.6, 1.0)) if rng.random() < 0.8 else 0.0


def _grey_scan(rng: np.random.Generator) -> Wear:
    return Wear(
        bleed=rng.uniform(0.02, 0.08),
        weight=_weight(rng),
        hairlines=_hairlines(rng),
        hardness=rng.uniform(1.5, 6),
        roughness=_maybe(rng, 0.6, 0.03, 0.16),
        fading=_maybe(rng, 0.3, 0.05, 0.25),
        specks=_maybe(rng, 0.4, 0.002, 0.04),
        paper=rng.uniform(0.6, 1.0),
        ink=rng.uniform(0.0, 0.35),
        uneven=_maybe(rng, 0.5, 0.01, 0.06),
        grain=_maybe(rng, 0.7, 0.005, 0.04),
        blur=_maybe(rng, 0.7, 0.02, 0.11),
        x_height_px=rng.uniform(9, 26),
        jpeg=int(rng.integers(25, 92)) if rng.random() < 0.5 else None,
    )


def _bilevel_scan(rng: np.random.Generator) -> Wear:
    return Wear(
        bleed=rng.uniform(0.03, 0.09),
        weight=_weight(rng),
        hairlines=_hairlines(rng),
        hardness=rng.uniform(2, 8),
        roughness=_maybe(rng, 0.85, 0.04, 0.22),
        fading=_maybe(rng, 0.3, 0.05, 0.3),
        specks=_maybe(rng, 0.35, 0.002, 0.04),
        grain=rng.uniform(0.0, 0.08),
        blur=rng.uniform(0.02, 0.1),
        x_height_px=rng.uniform(10, 28),
        bilevel=float(np.clip(rng.normal(0.55, 0.1), 0.3, 0.85)),
    )


def _typescript(rng: np.random.Generator) -> Wear:
    return Wear(
        bleed=rng.uniform(0.03, 0.1),
        weight=_weight(rng),
        hairlines=_hairlines(rng),
        hardness=rng.uniform(1.2, 5),
        roughness=_maybe(rng, 0.8, 0.05, 0.25),
        fading=_maybe(rng, 0.4, 0.05, 0.35),
        specks=_maybe(rng, 0.5, 0.002, 0.05),
        paper=rng.uniform(0.65, 1.0),
        ink=rng.uniform(0.0, 0.45),
        uneven=_maybe(rng, 0.4, 0.01, 0.06),
        grain=_maybe(rng, 0.8, 0.01, 0.06),
        blur=_maybe(rng, 0.8, 0.03, 0.14),
        x_height_px=rng.uniform(7.5, 24),
        bilevel=float(np.clip(rng.normal(0.55, 0.1), 0.3, 0.85)) if rng.random() < 0.35 else None,
        jpeg=int(rng.integers(25, 92)) if rng.random() < 0.6 else None,
    )


def _receipt(rng: np.random.Generator) -> Wear:
    return Wear(
        bleed=rng.uniform(0.0, 0.08),
        weight=_weight(rng),
        hairlines=_hairlines(rng),
        hardness=rng.uniform(1.5, 8),
        roughness=_maybe(rng, 0.6, 0.03, 0.22),
        fading=_maybe(rng, 0.35, 0.05, 0.35),
        specks=_maybe(rng, 0.35, 0.01, 0.2),
        paper=rng.uniform(0.6, 1.0),
        ink=rng.uniform(0.0, 0.5),
        uneven=_maybe(rng, 0.3, 0.01, 0.06),
        grain=_maybe(rng, 0.6, 0.01, 0.08),
        blur=_maybe(rng, 0.6, 0.02, 0.14),
        x_height_px=rng.uniform(7, 22),
        bilevel=float(np.clip(rng.normal(0.55, 0.1), 0.3, 0.85)) if rng.random() < 0.4 else None,
        jpeg=int(rng.integers(25, 92)) if rng.random() < 0.5 else None,
        dots=rng.uniform(0.13, 0.22) if rng.random() < 0.12 else 0.0,
    )
