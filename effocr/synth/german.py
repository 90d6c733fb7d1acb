"""German words as they were printed in Fraktur, made of morphemes; no dictionary is needed.

Morphemes are what decides between long and round s: s is round where a morpheme ends, also inside
a compound, and long elsewhere. The words need not exist; their letters stand beside each other as
in German.
"""

from typing import Final

from effocr.synth.phrases import Draw
from effocr.synth.running import Tongue

__all__ = ["GERMAN", "with_long_s"]

_ROOTS: Final = """
haus tag jahr land volk recht macht kraft geist herz wort werk buch blatt schrift sprach stadt dorf
berg thal wald feld see fluß meer wasser feuer luft licht nacht morgen abend winter sommer herbst
frühling sonn mond stern himmel erd welt gott kirch christ kreuz priest könig kaiser fürst graf herr
frau mann weib kind knab mädch vater mutter bruder schwester sohn tocht freund feind gast wirth bau
bürger bauer knecht ritter pferd hund vogel fisch wolf löw rind schaf baum blum gras korn brod wein
bier fleisch salz gold silber eisen stein holz glas tuch kleid hut schuh ring kett thür thor fenster
dach wand saal zimmer tisch stuhl bett lamp spiegel brief post weg straß brück schiff wagen rad zug
krieg fried schlacht sieg heer soldat waff schwert schild burg schloß thurm grenz mark reich staat
gesetz gericht urtheil straf schuld sünd gnad glaub hoffnung lieb treu ehr ruhm glück leid freud
schmerz zorn furcht angst muth stolz demuth sitt brauch kunst wissenschaft lehr schul meister jüng
frag antwort sach ding grund ursach folg zweck mittel theil ganz form stoff maß zahl gewicht preis
geld lohn kauf handel waar zins steuer arbeit müh fleiß ruh spiel tanz lied sang klang ton stimm aug
ohr mund nas hand fuß kopf leib blut seel traum schlaf tod leben geburt alter jugend zeit stund eck
groß klein hoch tief lang kurz breit schmal alt neu jung gut schlecht schön böß stark schwach hart
weich warm kalt heiß kühl hell dunkel weiß schwarz roth grün blau gelb grau voll leer reich arm
frei fest still laut schnell langsam früh spät nah fern wahr falsch klug thör weis fromm edel gemein
sag sprech red hör seh fühl denk wiss kenn nenn schreib les lern lehr zeig führ folg geh steh sitz
lieg leg stell setz fall steig spring lauf fahr reit flieg trag heb werf zieh drück brech schneid
bind lös öffn schließ such find gewinn verlier geb nehm halt lass bring send kauf zahl dien herrsch
kämpf schlag tödt leb sterb wachs blüh brenn fließ trink ess koch back wasch näh wohn bau schaff
mach thu wirk wend kehr dreh reich streck wink grüß dank bitt bet segn fluch klag wein lach freu
hoff wünsch woll soll könn dürf müss mög brauch nütz schad helf rett schütz wach schlaf ruh weil
"""
_FREQUENT: Final = """
der die und in den von zu das mit ſich des auf für iſt im dem nicht ein eine als auch es an werden
aus er hat daß ſie nach wird bei einer um am ſind noch wie einem über einen ſo zum war haben nur
oder aber vor zur bis mehr durch man ſein wurde wenn doch ich was denn da wir ihr ihm ihn uns euch
welche welcher welches dieſe dieſer dieſes jene jener alle alles kein keine mein dein unſer ſelbſt
ſchon immer wieder hier dort dann nun weil während zwiſchen gegen ohne unter ſeit ſeine ſeiner ihre
ihrer ihren deſſen deren welchem ſollte könnte würde möchte muß kann will ſoll darf hatte wäre ward
bey ſey ſeyn zwey drey beyde
"""
_PREFIXES: Final = "ge be ver er ent zer miß un ur an ab auf ein bei vor zu mit nach um über unter"
_ROUND_PREFIXES: Final = "aus los dies heraus hinaus voraus"
_NOUN_ENDINGS: Final = (
    "heit keit ung ungen er ers ern en es e lein chen niß nisse thum thums schaft in"
)
_ADJECTIVES: Final = (
    "e er es en em lich liche lichen licher ig ige iger igen isch ische ischen bar los"
)
_VERBS: Final = "en t te ten est et end ende ender enden test e"
_ABBREVIATIONS: Final = """
z. B. d. h. u. ſ. w. S. Kap. Bd. Nr. Dr. Hr. Frl. ſ. vgl. Anm. Th. v. Chr. a. a. O. ebd. ff. fl.
kr. Mk. ꝛc. u. ꝛc.
"""
_NAMES: Final = """
Friedrich Wilhelm Karl Ludwig Heinrich Johann Georg Ernſt Auguſt Otto Guſtav Adolf Hermann Albrecht
Maria Anna Eliſabeth Luiſe Charlotte Berlin Wien München Dresden Leipzig Hamburg Köln Frankfurt
Nürnberg Augsburg Preußen Öſtreich Baiern Sachſen Schwaben Franken Böhmen Ungarn Rußland Frankreich
England Jtalien Spanien Schweiz Rhein Donau Elbe Quedlinburg Xanten Yſſel Yorck Zürich Voß
Weſtphalen Bayern Xaver
"""
_NUMERALS: Final = "I II III IV V VI VII IX X XI XIV XX XL"
_MONTHS: Final = """
Januar Februar März April Mai Juni Juli Auguſt September Oktober November Dezember
"""
_FOREIGN: Final = """
à la été idée père mère façon élève Abbé Café garçon châlons naïv Noël corps d'œuvre ex parte
in folio et cetera ibidem opus liber pagina caput versus nota bene status quo Société française
Académie Revue
"""

_ROOT_LIST, _FREQUENT_LIST, _PREFIX_LIST, _NOUN_LIST, _ADJECTIVE_LIST, _VERB_LIST = (
    tuple(words.split())
    for words in (
        _ROOTS, _FREQUENT, f"{_PREFIXES} {_ROUND_PREFIXES}", _NOUN_ENDINGS, _ADJECTIVES, _VERBS,
    )
)  # fmt: skip
_ABBREVIATION_LIST, _NAME_LIST, _FOREIGN_LIST, _MONTH_LIST, _ROMAN = (
    tuple(words.split()) for words in (_ABBREVIATIONS, _NAMES, _FOREIGN, _MONTHS, _NUMERALS)
)
_OLD_UMLAUTS: Final = str.maketrans(
    {"ä": "a\u0364", "ö": "o\u0364", "ü": "u\u0364", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
_OLD_SHARE: Final = 0.35  # of paragraphs with a small e over vowels


def with_long_s(morphemes: str) -> str:
    """Spell a word with long and round s.

    >>> with_long_s("haus|thür"), with_long_s("haus|es"), with_long_s("ge|wiss|heit")
    ('hausthür', 'hauſes', 'gewißheit')

    Args:
        morphemes: parted by `|`; an ending that begins with a vowel belongs to what stands before.
    """
    parts: list[str] = []
    for part in morphemes.split("|"):
        if parts and part in _ENDINGS and part[0] in "aeiu":
            parts[-1] += part
        elif part:
            parts.append(part)
    parts = [f"{part[:-2]}ß" if part.endswith("ss") else part for part in parts]
    return "".join(part[:-1].replace("s", "ſ") + part[-1] for part in parts)


_ENDINGS: Final = frozenset((*_NOUN_LIST, *_ADJECTIVE_LIST, *_VERB_LIST))


def _word(draw: Draw) -> str:
    """A function word, a noun, an adjective or a verb."""
    kind = draw.unit()
    if kind < 0.4:
        place = draw.unit()
        return _FREQUENT_LIST[int(place * place * len(_FREQUENT_LIST))]
    if kind < 0.7:
        return _noun(draw)
    prefix = f"{draw.pick(_PREFIX_LIST)}|" if draw.unit() < 0.45 else ""
    endings = _ADJECTIVE_LIST if kind < 0.84 else _VERB_LIST
    return with_long_s(f"{prefix}{draw.pick(_ROOT_LIST)}|{draw.pick(endings)}")


def _noun(draw: Draw) -> str:
    """A noun, one time in three of two roots; I is J at its beginning."""
    first = ""
    if draw.unit() < 0.35:
        first = f"{draw.pick(_ROOT_LIST)}{draw.pick(('', '', 's', 'en', 'es'))}|"
    ending = f"|{draw.pick(_NOUN_LIST)}" if draw.unit() < 0.7 else ""
    prefix = f"{draw.pick(_PREFIX_LIST)}|" if draw.unit() < 0.15 else ""
    return capital(with_long_s(f"{prefix}{first}{draw.pick(_ROOT_LIST)}{ending}"))


def capital(word: str) -> str:
    """The word with a capital, where a long s becomes S and an I is printed as J."""
    initial = "S" if word[:1] == "ſ" else word[:1].upper()
    return ("J" if initial == "I" else initial) + word[1:]


def _extra(draw: Draw) -> list[str]:
    """What stands between words: names, numbers, abbreviations, foreign words, notes."""
    number = str(draw.below(10 ** draw.between(1, 4)))
    match draw.below(10):
        case 0 | 1:
            return [draw.pick(_NAME_LIST) + draw.pick(("", "", "s", ","))]
        case 2:
            return [draw.pick(_ABBREVIATION_LIST), number + draw.pick((".", ",", ""))]
        case 3:
            return [draw.pick(("§", "S.", "Nr.", "Kap.", "Bd.", "vgl.")), f"{number}."]
        case 4:
            return [f"{number}.", draw.pick(_MONTH_LIST), str(draw.between(1500, 1900))]
        case 5:
            return [draw.pick(_FOREIGN_LIST), draw.pick(_FOREIGN_LIST)]
        case 6:
            return [f"{draw.pick(_ROMAN)}{draw.pick(('.', ',', ''))}"]
        case 7:
            return [f"{draw.pick(('*', '**', '†', '1', number))})"]
        case 8:
            return [f"{number}{draw.pick(('/', '-', '–', '½ ', '¼ ', '+', '='))}{draw.below(99)}"]
        case _:
            return [f"({_word(draw)}", f"{_word(draw)}{draw.pick((')', '),', ').'))}"]


def _printed(draw: Draw, words: list[str]) -> list[str]:
    """A paragraph as older or newer print has it."""
    if draw.unit() < _OLD_SHARE:
        return [word.translate(_OLD_UMLAUTS) for word in words]
    return words


GERMAN: Final = Tongue(
    word=_word,
    extra=_extra,
    capital=capital,
    printed=_printed,
    pairs=("„“", "„“", "„“", "„”", "»«", "«»", "‚‘", "()", "[]", "’’"),
    ends="......?!;:",
    dashes=("—", "–", "⸗"),
    hyphen="⸗",
    shout=str,  # Fraktur has no words in capitals
)
