"""Greek words with breathings and accents, made of syllables; no dictionary is needed.

The words need not exist, but they are spelt as Greek is: accents on the last three syllables, the
circumflex on long vowels only, breathings at the beginning, ς at the end, grave for acute unless a
mark follows, and modern words of commentaries and editions between them.
"""

import re
import unicodedata
from typing import Final

from effocr.charset import normalise
from effocr.synth.german import GERMAN
from effocr.synth.phrases import Draw
from effocr.synth.running import Tongue

__all__ = ["GREEK", "accented", "without_marks"]

SMOOTH, ROUGH, ACUTE, GRAVE, CIRCUMFLEX = "\u0313", "\u0314", "\u0301", "\u0300", "\u0342"
_NUCLEUS: Final = re.compile("[αεου]ι|[αεηο]υ|υι|[αηω]\u0345|[αεηιουω]")
_SHORT: Final = frozenset("εο")
_GREEK: Final = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_LONG: Final = re.compile("..|[ηω]")  # a diphthong, an iota below, a long vowel

_FREQUENT: Final = """
ἅ ἅπερ ἕν ὕδωρ ὥς ἵππος ἅτε ἥτις ὅνπερ ὕβρις ὤμοι ᾤμην ᾗπερ ᾧπερ ᾅδης ᾖσα ᾆσμα οἷ
καί δέ ὁ ἡ τό τοῦ τῆς τῶν τῷ τῇ τόν τήν τά τούς τάς τοῖς ταῖς οἱ αἱ ἐν εἰς ἐς ἐκ ἐξ ἐπί πρός
ἀπό ὑπό παρά περί κατά μετά διά ἀντί σύν ξύν ὑπέρ μέν γάρ ἀλλά οὐ οὐκ οὐχ οὐδέ μή μηδέ τε γε
δή ἄν εἰ ὡς ὅτι ὅτε ὅς ἥ ὅ ὅν ἥν οὗ ἧς ᾧ ᾗ ὅπως ἵνα ἐάν ὅδε ἥδε τόδε τῆσδε τῷδε οὗτος αὕτη
τοῦτο ταῦτα τούτων αὐτός αὐτοῦ ἐκεῖνος τις τι τίς τί οὐδείς πᾶς πᾶσα πᾶν ἐγώ σύ ἐμοί σοι μοι
με σε ἡμεῖς ὑμᾶς ἐστί εἶ ἦν εἶναι ὤν οὖσα οὖν ἆρα ἄρα νῦν τότε ἀεί ὦ ὧδε οὕτως ἤδη ἔτι πῶς
ποῦ ᾖ ἤ ἦ ὥστε ὥσπερ ἔνθα τἀμά κἀγώ κἄν τοὔνομα προὔργου ῥᾴδιον ᾄδω ᾔδει ᾠδή ᾐτίω ἀϊδής
πραΰς Ἅιδης ἀΐδιος τοιοῦτος ἕως ἑνός εἷς οἷος οἵα ὕπνος υἱός εὖ αὖθις ἑαυτῷ
"""
_ELIDED: Final = """
δ’ τ’ γ’ ἀλλ’ οὐδ’ μηδ’ παρ’ ἀπ’ ὑπ’ ἐπ’ κατ’ μετ’ δι’ ἀφ’ ἐφ’ ὑφ’ καθ’ μεθ’ ποτ’ ὅτ’ τοῦτ’
ταῦτ’ τόδ’ σ’ μ’ ἔστ’ ὥστ’ εἴτ’ οὔτ’ μήτ’ ἄρ’ οὔτ’ ἵν’ ἔτ’ αὐτίκ’ τάχ’ ὦ ’ν ’γώ ’στί
"""
_STEMS: Final = """
λογ ανθρωπ θε πολεμ πολ ναυ ανδρ γυναικ παιδ πατρ μητρ τεκν φιλ εχθρ ξεν δουλ δεσποτ βασιλ
τυρανν ηγεμον στρατ ιππ αρμ ασπιδ ξιφ τοξ βελ μαχ νικ κρατ δυναμ αρχ δικ νομ ψηφ κριτ μαρτυρ
ορκ ευχ θυσι βωμ ιερ δαιμον μοιρ τυχ ολβ δυστυχ ευδαιμον λυπ χαρ γελωτ δακρυ στεν οδυρ πενθ
ταφ νεκρ ψυχ σωμ κεφαλ οφθαλμ χειρ ποδ στομ γλωσσ φων βο ακο ορ βλεπ σκοπ ζητ ευρ μανθαν
διδασκ γιγνωσκ οιδ φρον νο σοφ μωρ αφρον καλ κακ αγαθ αισχρ δειν μεγαλ μικρ πολλ ολιγ παλαι
νε γεροντ κορ οικ δομ θυρ πυλ τειχ πυργ αγορ οδ χωρ γ αγρ ορε ποταμ θαλασσ κυμ ανεμ ουραν
ηλι σεληνη αστρ νυκτ ημερ χρον ετ πυρ υδωρ γαλακτ οιν αρτ κρε ζω θηρ κυν λυκ λεοντ ορνιθ βο
ταυρ φερ αγ βαιν ερχ ηκ τρεχ πιπτ ιστ τιθ διδ ιη λαμβαν εχ τεμν τυπτ κτειν θνησκ φευγ διωκ
πεμπ καλ λεγ ειπ γραφ πραττ ποι εργ πον μοχθ παυ λυ δε κρυπτ φαιν δηλ κελευ πειθ ωφελ βλαπτ
τιμ σεβ φοβ θαρσ ελπιδ βουλ εθελ δοκ ζευ ζηλ ψευδ ξαν ξυν προσ απο αντι περι υπερ αμφι επι
παρα κατα ραψωδ ρητορ ρυθμ ερρ πυρρ σφαγ σφοδρ φθεγμ χθον χλωρ ψαλμ βδελ γναφ γνωμ θλιψ μνημ
πνευμ πτωχ σβεν σκην σπευδ στηλ τλημ φλογ χρυσ αργυρ σιδηρ ευρωπ αυτ
"""
_ENDINGS: Final = """
ος ου ω\u0345 ον ε οι ων οις ους α ης η\u0345 ην η αι αις ας α\u0345 ι ες εσσι σι σιν ν ω
εις ει ομεν ετε ουσι ουσιν ειν ομαι εται ομεθα εσθε ονται εσθαι σα σας σε σεν σαμεν σαν σαι
σω σεις ων ουσα οντος οντα ουσης μενος μενη μενον μενων μενοις θεις θη θηναι θεντες κα κε
κεναι κως ως εια ειας εως ευς εα ιας ικος ικη ικον ινος τερος τατος τεος τεον δες δε θεν τωρ
τηρ της του τη\u0345 τησις μα ματος ματα μασι υς υν υι εσσα εντος οιμι οις οι οιμεν οιεν
"""
_LATIN: Final = """
cf. sc. codd. schol. Schol. ed. Vgl. vgl. V. v. vv. p. pp. S. Anm. i.e. ibid. ap. Od. Il.
El. Trach. Phil. Ant. Soph. Eur. Aesch. Aristoph. Hom. Herod. Pind. Xen. Plat. Thuc. Eust.
Suid. Hesych. Hermann Lobeck Brunck Elmsley Dindorf Bergk Wolff Schneidewin Nauck Jebb
Wunder Bothe Campbell Aias Ajax Ulixes Tecmessa Teucer the of and to in is that for with as
his not but from which this are by on or an be has who were their when where here after
before see also cp. line verse word sense reading here Greek genitive dative et in est non
ad ut cum ex quod qui quae sed vel pro hoc id autem enim nam si ab de a legendum scripsit
codices versus vocabulum locum sententia poeta chorus fabula Graeci quidem igitur omnino
Laurentianus
"""
_NUMERALS: Final = "αβγδεζηθικλμνξοπρστυφχψω"
_MODERN: Final = 0.5  # of modern words, those in German
_FREQUENT_SHARE, _ELIDED_SHARE, _CAPITAL_SHARE, _DIAERESIS_SHARE = 0.38, 0.05, 0.05, 0.01
_FREQUENT_WORDS, _ELIDED_WORDS, _STEM_LIST, _LATIN_WORDS = (
    tuple(words.split()) for words in (_FREQUENT, _ELIDED, _STEMS, _LATIN)
)
_ENDING_LIST: Final = tuple(unicodedata.normalize("NFD", _ENDINGS).split())


def accented(plain: str, *, syllable: int, circumflex: bool = False, rough: bool = False) -> str:
    """Put accent and breathing on a word without them.

    >>> accented("ανθρωπος", syllable=2), accented("ουτος", syllable=1, circumflex=True, rough=True)
    ('ἄνθρωπος', 'οὗτος')

    Args:
        plain: small letters; an iota below a vowel is U+0345.
        syllable: that has the accent, from the end, 0 is the last.
        circumflex: instead of the acute.
        rough: breathing, where the word begins with a vowel; υ and ρ always have it.
    """
    nuclei = [(match.start(), match.end()) for match in _NUCLEUS.finditer(plain)]
    marks = dict.fromkeys(range(len(plain)), "")
    if nuclei and nuclei[0][0] == 0:
        marks[_last_letter(plain, nuclei[0])] += ROUGH if rough or plain[0] == "υ" else SMOOTH
    elif plain.startswith("ρ"):
        marks[0] += ROUGH
    if syllable < len(nuclei):
        place = _last_letter(plain, nuclei[-1 - syllable])
        marks[place] += CIRCUMFLEX if circumflex else ACUTE
    return normalise("".join(char + marks[at] for at, char in enumerate(plain)))


def _last_letter(plain: str, nucleus: tuple[int, int]) -> int:
    """Where the marks of a vowel or diphthong stand."""
    last = nucleus[1] - 1
    return last - 1 if plain[last] == "\u0345" else last


def without_marks(text: str) -> str:
    """Capitals without breathings and accents, as inscriptions and titles are set."""
    bare = (char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return "".join(bare).upper()


def _made(draw: Draw) -> str:
    """A word of stem and ending with an accent where Greek can have one."""
    stem = draw.pick(_STEM_LIST)
    if draw.unit() < 0.2:
        stem += draw.pick(("ο", "ι", "υ")) + draw.pick(_STEM_LIST)
    plain = stem + draw.pick(_ENDING_LIST)
    nuclei = [match.group() for match in _NUCLEUS.finditer(plain)]
    if len(nuclei) < 2:
        plain, nuclei = plain.replace("ς", "σ") + "ον", [*nuclei, "ο"]
    long_end = bool(_LONG.fullmatch(nuclei[-1]))
    syllable = min(draw.below(2 if long_end else 3), len(nuclei) - 1)
    carries = nuclei[-1 - syllable] not in _SHORT
    circumflex = carries and (
        (syllable == 0 and long_end and draw.unit() < 0.5)
        or (syllable == 1 and not long_end and bool(_LONG.fullmatch(nuclei[-2])))
    )
    word = re.sub("σ$", "ς", plain)
    return accented(word, syllable=syllable, circumflex=circumflex, rough=draw.unit() < 0.3)


def _word(draw: Draw) -> str:
    kind = draw.unit()
    if kind < _ELIDED_SHARE:
        return draw.pick(_ELIDED_WORDS)
    if kind < _ELIDED_SHARE + _FREQUENT_SHARE:
        place = draw.unit()
        return _FREQUENT_WORDS[int(place * len(_FREQUENT_WORDS))]
    word = _made(draw)
    if draw.unit() < _DIAERESIS_SHARE:
        word = re.sub("([αοε])ι", r"\1ϊ", word)
    return _capital(word) if draw.unit() < _CAPITAL_SHARE else word


def _capital(word: str) -> str:
    """A capital at the beginning; its breathing stands before it."""
    return normalise(word[:1].title() + word[1:])


def _modern(draw: Draw) -> str:
    """A word of a commentary, in roman type."""
    if draw.unit() < _MODERN:
        return GERMAN.word(draw).replace("ſ", "s")
    return draw.pick(_LATIN_WORDS)


def _extra(draw: Draw) -> list[str]:
    """What stands between Greek words: a commentary, numbers of verses, names, Greek numerals."""
    number = str(draw.between(1, 1500))
    match draw.below(8):
        case 0:
            return [number]
        case 1:
            return [
                draw.pick(("V.", "v.", "vv.", "p.", "S.", "§")),
                number + draw.pick((".", "", ",")),
            ]
        case 2:
            return [f"{draw.pick(_NUMERALS)}{draw.pick('ʹ.')}"]
        case 3:
            return [f"{number}-{draw.between(1, 1500)}{draw.pick('.,')}"]
        case _:
            words = [_modern(draw) for _ in range(draw.between(1, 8))]
            return [*words[:-1], words[-1] + draw.pick((".", ",", ":", "", "", ";"))]


def _printed(draw: Draw, words: list[str]) -> list[str]:
    """Acutes on last syllables become graves where no mark follows."""
    return [_grave(word) for word in words]


def _grave(word: str) -> str:
    """The word with a grave, if its last syllable has an acute and no mark follows it."""
    parts = unicodedata.normalize("NFD", word)
    place = parts.rfind(ACUTE)
    if not _GREEK.fullmatch(word[-1:]) or place < 0 or _NUCLEUS.search(parts[place + 1 :]):
        return word
    return normalise(parts[:place] + GRAVE + parts[place + 1 :])


GREEK: Final = Tongue(
    word=_word,
    extra=_extra,
    capital=_capital,
    printed=_printed,
    shout=without_marks,
    pairs=("()", "()", "[]", "<>", "“”", "«»", "„“", "‘’", '""', "''"),
    ends="....·;!,,",
    dashes=("—", "–", "-", "·"),
    hyphen="-",
    extras=0.55,
)
