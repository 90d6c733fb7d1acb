"""What pydantic found wrong, as a person says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["first_problem"]


def first_problem(error: ValidationError, whole: str = "the file") -> str:
    """The first problem and its place, such as `loop.max_steps: Input should be ...`.

    Args:
        error: of a model.
        whole: the place, where the problem is in no field.
    """
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"])) or whole
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"
