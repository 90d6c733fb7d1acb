"""The first problem of a model, with its place."""

import pytest
from pydantic import BaseModel, ValidationError, model_validator

from effocr.validation import first_problem


class Inner(BaseModel):
    number: int = 0


class Outer(BaseModel):
    inner: Inner = Inner()

    @model_validator(mode="after")
    def _not_seven(self) -> "Outer":
        if self.inner.number == 7:
            raise ValueError("seven is taken")
        return self


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"inner": {"number": "x"}}, "inner.number: Input should be a valid integer"),
        ({"inner": {"number": 7}}, "the file: seven is taken"),
    ],
)
def test_the_place_stands_before_the_problem(values: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(values)
    assert first_problem(caught.value).startswith(problem)
