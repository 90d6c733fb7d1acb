"""The ways in which print reaches us: what is drawn of `effocr.synth.degrade.Wear` for each."""

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np

from effocr.synth.degrade import Cut, Kernel, Wear

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


def _pale_reach(rng: np.random.Generator) -> float:
    """A word or half a line, x-heights."""
    return float(10 ** rng.uniform(0.2, 1.4))


def _resolution(rng: np.random.Generator, low: float, high: float) -> float:
    """X-height in pixels; low ones are the harder half and come more often."""
    return float(low + (high - low) * rng.random() ** 1.4)


def _kernel(rng: np.random.Generator) -> Kernel:
    value = rng.random()
    if value < 0.7:
        return "area"
    return "linear" if value < 0.83 else "cubic" if value < 0.94 else "nearest"


def _cut(rng: np.random.Generator) -> Cut:
    value = rng.random()
    return "level" if value < 0.6 else "otsu" if value < 0.8 else "local"


def _grey_scan(rng: np.random.Generator) -> Wear:
    return Wear(
        bleed=rng.uniform(0.02, 0.08),
        weight=_weight(rng),
        hairlines=_hairlines(rng),
        hardness=rng.uniform(1.5, 6),
        roughness=_maybe(rng, 0.6, 0.03, 0.16),
        fading=_maybe(rng, 0.3, 0.05, 0.25),
        specks=_maybe(rng, 0.4, 0.002, 0.04),
        paper=rng.uniform(0.6, 1.2),
        ink=rng.uniform(0.0, 0.35),
        uneven=_maybe(rng, 0.5, 0.01, 0.06),
        grain=_maybe(rng, 0.7, 0.005, 0.04),
        blur=_maybe(rng, 0.7, 0.02, 0.11),
        x_height_px=_resolution(rng, 9, 26),
        jpeg=int(rng.integers(25, 92)) if rng.random() < 0.5 else None,
        pale=_maybe(rng, 0.12, 0.1, 0.45),
        pale_reach=_pale_reach(rng),
        kernel=_kernel(rng),
        sharpen=_maybe(rng, 0.25, 0.3, 1.5),
        smudge=_maybe(rng, 0.02, 0.3, 0.9),
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
        pale=_maybe(rng, 0.08, 0.1, 0.35),
        pale_reach=_pale_reach(rng),
        kernel=_kernel(rng),
        sharpen=_maybe(rng, 0.15, 0.3, 1.2),
        smudge=_maybe(rng, 0.02, 0.3, 0.9),
        cut=_cut(rng),
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
        paper=rng.uniform(0.65, 1.2),
        ink=rng.uniform(0.0, 0.45),
        uneven=_maybe(rng, 0.4, 0.01, 0.06),
        grain=_maybe(rng, 0.8, 0.01, 0.06),
        blur=_maybe(rng, 0.8, 0.03, 0.14),
        x_height_px=_resolution(rng, 7, 24),
        bilevel=float(np.clip(rng.normal(0.55, 0.1), 0.3, 0.85)) if rng.random() < 0.35 else None,
        jpeg=int(rng.integers(25, 92)) if rng.random() < 0.6 else None,
        pale=_maybe(rng, 0.3, 0.1, 0.45),
        pale_reach=_pale_reach(rng),
        ghost=_maybe(rng, 0.08, 0.15, 0.6),
        kernel=_kernel(rng),
        sharpen=_maybe(rng, 0.2, 0.3, 1.5),
        smudge=_maybe(rng, 0.06, 0.3, 0.9),
        cut=_cut(rng),
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
        paper=rng.uniform(0.6, 1.2),
        ink=rng.uniform(0.0, 0.5),
        uneven=_maybe(rng, 0.3, 0.01, 0.06),
        grain=_maybe(rng, 0.6, 0.01, 0.08),
        blur=_maybe(rng, 0.6, 0.02, 0.14),
        x_height_px=_resolution(rng, 7, 22),
        bilevel=float(np.clip(rng.normal(0.55, 0.1), 0.3, 0.85)) if rng.random() < 0.4 else None,
        jpeg=int(rng.integers(25, 92)) if rng.random() < 0.5 else None,
        dots=rng.uniform(0.13, 0.22) if rng.random() < 0.12 else 0.0,
        pale=_maybe(rng, 0.4, 0.1, 0.5),
        pale_reach=_pale_reach(rng),
        kernel=_kernel(rng),
        sharpen=_maybe(rng, 0.25, 0.3, 1.8),
        smudge=_maybe(rng, 0.03, 0.3, 0.9),
        cut=_cut(rng),
    )
