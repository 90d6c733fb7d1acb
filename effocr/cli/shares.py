"""Options of the form NAME=SHARE,NAME=SHARE."""

from __future__ import annotations

from effocr.errors import UsageError

__all__ = ["parse_shares", "shares_or_name"]


def parse_shares(option: str, text: str) -> dict[str, float]:
    """Names and their shares, in the order given.

    Args:
        option: the name of the option, for messages.
        text: `train=0.8,val=0.2`.

    Raises:
        UsageError: it is not of this form, or a name is there twice or could not name a file.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.strip().partition("=")
        try:
            share = float(number)
        except ValueError as error:
            raise UsageError(f"{option} {text!r}: expected NAME=NUMBER,NAME=NUMBER") from error
        if not name or name in shares or not name.replace("-", "_").isidentifier():
            raise UsageError(f"{option} {text!r}: {name!r} is no name or is there twice")
        shares[name] = share
    return shares


def shares_or_name(option: str, text: str) -> dict[str, float]:
    """Shares as `parse_shares` reads them; a name alone has all.

    Raises:
        UsageError: as of `parse_shares`.
    """
    return parse_shares(option, text) if "=" in text or "," in text else {text: 1.0}
