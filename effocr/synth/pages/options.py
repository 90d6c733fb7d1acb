"""What synthetic pages look like."""

from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, Field, model_validator

from effocr.synth.text import TextMix

__all__ = ["CONDITIONS", "LAYOUTS", "LEAST_WIDTH", "Condition", "Layout", "PageOptions"]

Weight = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Layout = Literal[
    "book", "columns", "newspaper", "typescript", "letter", "contents", "table", "form", "receipt",
    "slip", "title", "plate", "sign",
]  # fmt: skip
Condition = Literal["grey", "bilevel", "photograph", "clean"]
LAYOUTS: Final[tuple[Layout, ...]] = get_args(Layout)
CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)
LEAST_WIDTH: Final = 32  # pixels


class PageOptions(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """What pages look like. Shares are 0 to 1, lengths in pixels of the page."""

    layouts: dict[Layout, Weight] = Field(
        default={
            "book": 0.24,
            "columns": 0.14,
            "newspaper": 0.1,
            "typescript": 0.13,
            "letter": 0.07,
            "contents": 0.06,
            "table": 0.05,
            "form": 0.04,
            "receipt": 0.12,
            "title": 0.03,
            "plate": 0.02,
        },
        description="share of each layout; those left out are not drawn, so that training and test"
        " may differ",
    )
    conditions: dict[Condition, Weight] = Field(
        default={"grey": 0.42, "bilevel": 0.35, "photograph": 0.15, "clean": 0.08},
        description="share of each way of scanning",
    )
    width: tuple[int, int] = Field((700, 2550), description="least and most, of the page")
    longest: int = Field(3500, ge=LEAST_WIDTH, description="most of the page's height")
    least_x_height: float = Field(7.0, ge=3, description="of running text")
    pictures: Share = Field(0.25, description="pages with pictures, where the layout has room")
    rules: Share = Field(0.35, description="pages with rules or frames where there may be some")
    skewed: Share = Field(0.6, description="pages that are not quite level")
    steepest: float = Field(3.0, ge=0, le=10, description="degrees of skew, at most")
    curved: Share = Field(0.25, description="pages that curve towards the gutter")
    bordered: Share = Field(0.3, description="pages with a dark border of the scan")
    show_through: Share = Field(0.25, description="pages whose reverse side shines through")
    stained: Share = Field(0.25, description="pages with stains, folds and dirt")
    punched: Share = Field(0.08, description="pages with holes")
    laid: Share = Field(
        0.0, description="receipts, slips and signs that lie on a darker ground, seen aslant"
    )
    text: TextMix = Field(
        TextMix(word_lists=()),
        description="word lists; weights cannot be set, the layouts say what is written. Lists of"
        " the machine are not used by default, so that a seed means the same everywhere",
    )

    @model_validator(mode="after")
    def _some_width(self) -> Self:
        least, most = self.width
        if not LEAST_WIDTH <= least <= most:
            raise ValueError(
                f"width: {least} to {most} pixels; give {LEAST_WIDTH} <= least <= most"
            )
        return self

    @model_validator(mode="after")
    def _weights_of_layouts(self) -> Self:
        if self.text.model_copy(update={"word_lists": None}) != TextMix():
            raise ValueError("text: the layouts of pages say what is written; set word_lists only")
        return self

    @model_validator(mode="after")
    def _something_to_draw(self) -> Self:
        for name, shares in (("layouts", self.layouts), ("conditions", self.conditions)):
            if not sum(shares.values()) > 0:
                raise ValueError(f"{name}: give one of them a share above 0")
        return self
