"""Codes of languages -> the forms that HTML, ALTO and PAGE-XML ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["language_tags", "page_languages"]

_TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_NAMES: Final = (
    "af Afrikaans|am Amharic|ar Arabic|az Azerbaijani|be Belarusian|bg Bulgarian|bn Bengali|"
    "bo Tibetan|br Breton|bs Bosnian|ca Catalan|cs Czech|cu Old Church Slavonic|cy Welsh|"
    "da Danish|de German|el Greek|en English|eo Esperanto|es Spanish|et Estonian|eu Basque|"
    "fa Persian|fi Finnish|fo Faroese|fr French|fy Western Frisian|ga Irish|gd Gaelic|"
    "gl Galician|grc Greek|gu Gujarati|ha Hausa|he Hebrew|hi Hindi|hr Croatian|ht Haitian|"
    "hu Hungarian|hy Armenian|ia Interlingua|id Indonesian|ig Igbo|is Icelandic|it Italian|"
    "iu Inuktitut|ja Japanese|jp Japanese|jv Javanese|ka Georgian|kk Kazakh|kl Kalaallisut|"
    "kn Kannada|ko Korean|ku Kurdish|kw Cornish|ky Kyrgyz|la Latin|lb Luxembourgish|lo Lao|"
    "lt Lithuanian|lv Latvian|mg Malagasy|mi Māori|mk Macedonian|ml Malayalam|mn Mongolian|"
    "mr Marathi|ms Malay|mt Maltese|my Burmese|nb Norwegian Bokmål|nl Dutch|"
    "nn Norwegian Nynorsk|no Norwegian|oc Occitan|or Oriya|pa Panjabi|pi Pāli|pl Polish|"
    "ps Pashto|pt Portuguese|qu Quechua|rm Romansh|ro Romanian|ru Russian|sa Sanskrit|"
    "sd Sindhi|se Northern Sami|si Sinhala|sk Slovak|sl Slovene|sn Shona|so Somali|"
    "sq Albanian|sr Serbian|su Sundanese|sv Swedish|sw Swahili|ta Tamil|te Telugu|tg Tajik|"
    "th Thai|ti Tigrinya|tk Turkmen|tl Tagalog|tr Turkish|tt Tatar|ug Uighur|uk Ukrainian|"
    "ur Urdu|uz Uzbek|vi Vietnamese|wa Walloon|wo Wolof|xh Xhosa|yi Yiddish|yo Yoruba|"
    "zh Chinese|zu Zulu"
)
_PAGE_NAMES: Final = dict(pair.split(" ", 1) for pair in _NAMES.split("|"))


def language_tags(codes: Iterable[str]) -> list[str]:
    """The codes that are well-formed language tags (BCP 47), each once."""
    return list(dict.fromkeys(code for code in codes if _TAG.fullmatch(code)))


def page_languages(codes: Iterable[str]) -> list[str]:
    """The names of PAGE-XML for languages, each once; "other" where it has none."""
    names = (_PAGE_NAMES.get(code.split("-")[0].lower(), "other") for code in codes)
    return list(dict.fromkeys(names))
