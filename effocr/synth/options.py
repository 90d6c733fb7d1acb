"""What synthetic lines look like and what is written in them."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from effocr.geometry import Direction
from effocr.language import Language
from effocr.synth.content import Content
from effocr.synth.font_tables import FontKind
from effocr.synth.script import ScriptOptions
from effocr.synth.text import TextMix
from effocr.synth.wear_kinds import WEAR_SHARES, WearKind

__all__ = ["LineOptions", "settings_of"]

Weight = Annotated[float, Field(ge=0)]


class LineOptions(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """What lines look like. Shares are 0 to 1."""

    direction: Direction = Field("ltr", description="of the lines; ttb: columns")
    spaces: bool = Field(True, description="words stand between spaces")
    sideways: float = Field(
        0.5, ge=0, le=1, description="share of columns with Latin words laid on their side"
    )
    kinds: dict[FontKind, Weight] = Field(
        default={
            "book": 0.52, "display": 0.05, "typewriter": 0.20, "sans": 0.12, "receipt": 0.08,
            "pixel": 0.03,
        },
        description="share of each kind of font; kinds without fonts are left out",
    )  # fmt: skip
    length: tuple[int, int] = Field((1, 60), description="least and most characters of a line")
    short_lines: float = Field(
        0.08, ge=0, le=1, description="share of lines of at most 8 characters, if `length` has it"
    )
    capitals: float = Field(
        0.0, ge=0, le=1, description="share of lines in capitals, besides those of the text"
    )
    text: TextMix = Field(
        TextMix(word_lists=()),
        description="what is written; the word lists of the machine are not"
        " used by default, so that a seed means the same everywhere",
    )
    content: Content = Field(Content(), description="what is written instead, or put into it")
    script: ScriptOptions = Field(ScriptOptions(), description="habits of a script's print")
    italic_words: float = Field(
        0.08, ge=0, le=1, description="share of lines with words in italics"
    )
    ligatures: float = Field(
        0.4, ge=0, le=1, description="share of lines with ligatures, where the font has them"
    )
    small_caps: float = Field(0.03, ge=0, le=1, description="share of lines with small caps")
    mixed_sizes: float = Field(
        0.04, ge=0, le=1, description="share of lines with words of another size"
    )
    neighbours: float = Field(
        0.35, ge=0, le=1, description="share of lines with ink of the next line, each side"
    )
    widest_margin: float = Field(
        0.6, ge=0, description="paper above and below, of the print's height"
    )
    strong_skew: float = Field(
        0.12, ge=0, le=1, description="share of lines with up to 2 degrees of skew"
    )
    stand_ins: float = Field(
        0.4, ge=0, le=1, description="share of typescripts with l for 1, and of some with O for 0"
    )
    clipped: float = Field(
        0.1, ge=0, le=1, description="share of lines whose crop cuts off a little of the print"
    )
    tight: float = Field(
        0.1, ge=0, le=1, description="share of lines whose crop leaves hardly any paper"
    )
    stretched: float = Field(
        0.06, ge=0, le=1, description="share of lines much wider or narrower than the font"
    )
    cut_out: float = Field(
        0.4, ge=0, le=1, description="share of ink of other lines that a polygon cuts short"
    )
    font_sizes: tuple[Annotated[int, Field(ge=6)], ...] = Field(
        (),
        description="ems in pixels, one drawn for each line, which is not scanned smaller; none: as"
        " the wear has it",
    )
    spacing: tuple[float, Weight] | None = Field(
        None,
        description="mean and standard deviation of what is added after each glyph, ems; none: as"
        " type is set",
    )
    plain: bool = Field(
        False,
        description="level, as wide as the font is, dark on light, without rules or other lines",
    )
    wear: dict[WearKind, Weight] = Field(
        default=dict(WEAR_SHARES), description="share of each kind of print and scan"
    )

    @model_validator(mode="after")
    def _length_of_lines(self) -> Self:
        least, most = self.length
        if not 1 <= least <= most:
            raise ValueError(f"length: {least} to {most} characters; give 1 <= least <= most")
        return self

    @model_validator(mode="after")
    def _one_kind_of_crop(self) -> Self:
        if self.clipped + self.tight > 1:
            raise ValueError(
                f"clipped {self.clipped} and tight {self.tight} are shares of all lines: together "
                "at most 1"
            )
        return self

    @model_validator(mode="after")
    def _some_wear(self) -> Self:
        if not sum(self.wear.values()) > 0:
            raise ValueError("wear: give one kind a share above 0, such as {clean: 1}")
        return self


def settings_of(language: Language) -> dict[str, Any]:
    """What a language decides of `LineOptions`, as values of its fields."""
    settings: dict[str, Any] = {"direction": language.direction, "spaces": language.spaces}
    if language.words is not None:
        settings["text"] = {"word_lists": (language.words,)}
    return settings
