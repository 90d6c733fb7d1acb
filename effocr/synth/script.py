"""What the print of a script does besides that of English: options of `LineOptions`."""

from typing import Annotated

from pydantic import BaseModel, Field

from effocr.synth.font_tables import FontKind

__all__ = ["ScriptOptions"]

Share = Annotated[float, Field(ge=0, le=1)]


class ScriptOptions(BaseModel, frozen=True, extra="forbid"):
    """Habits of a script. Shares are 0 to 1; by default nothing happens."""

    composed: bool = Field(
        False, description="put together what fonts lack, see effocr.synth.composed"
    )
    lacks: dict[FontKind, str] = Field(
        default={}, description="characters that fonts of a kind are not used for, though they are"
        " there: Fraktur has one letter for I and J",
    )  # fmt: skip
    alternates: dict[str, str] = Field(
        default={}, description="other forms of characters, each drawn in half of the lines: \u03d1"
        " for \u03b8; the text keeps the character",
    )  # fmt: skip
    tight_pairs: tuple[str, ...] = Field(
        (), description="two letters cast as one, which touch and are not letterspaced: ch"
    )
    tight_lines: Share = Field(0.75, description="share of lines where they are")
    spaced_words: Share = Field(0.0, description="share of lines with letterspaced words")
    slanted: Share = Field(0.0, description="share of lines of upright type that leans")
    second_kind: FontKind | None = Field(
        None, description="kind of a second font of each line, for what the first cannot write"
    )
    second_words: Share = Field(0.0, description="share of lines with other words in it, too")
    second_latin: Share = Field(0.0, description="share of lines with all Latin words in it")

    def stands_for(self) -> str:
        """The characters that are drawn besides those of the text."""
        return "".join(self.alternates.values())
