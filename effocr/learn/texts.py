"""The text of a recipe: made up and written where its lines are drawn from, or lists of words."""

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from effocr.atomic import write_text
from effocr.synth.content import CharacterGroup
from effocr.synth.german import GERMAN
from effocr.synth.greek import GREEK
from effocr.synth.running import Tongue, running_text

if TYPE_CHECKING:
    from effocr.learn.recipe import Recipe

__all__ = ["TEXT", "TONGUES", "TongueName", "with_text", "with_word_lists"]

TongueName = Literal["german", "greek"]
TONGUES: Final[dict[TongueName, Tongue]] = {"german": GERMAN, "greek": GREEK}
TEXT: Final = "text.txt"  # in the work folder
WORDS: Final = 60_000


def with_text(recipe: "Recipe", work: Path) -> "Recipe":
    """Write the text of the recipe's tongue into the work folder and let lines be drawn from it.

    The characters of the charset are what random words are made of.
    """
    if recipe.text is None:
        return recipe
    path = work / TEXT
    text = running_text(TONGUES[recipe.text], WORDS, np.random.default_rng(recipe.seed))
    write_text(path, text)
    content = recipe.synthesis.content.model_copy(
        update={"texts": (path,), "groups": (CharacterGroup(file=recipe.charset, share=1),)}
    )
    synthesis = recipe.synthesis.model_copy(update={"content": content})
    return recipe.model_copy(update={"synthesis": synthesis})


def with_word_lists(recipe: "Recipe", folder: Path) -> "Recipe":
    """Let words be drawn from the lists of a folder (`*.txt`), besides those built in."""
    lists = tuple(sorted(folder.glob("*.txt")))
    text = recipe.synthesis.text.model_copy(update={"word_lists": lists})
    synthesis = recipe.synthesis.model_copy(update={"text": text})
    return recipe.model_copy(update={"synthesis": synthesis})
