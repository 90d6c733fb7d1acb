"""Words to render: a small built-in list and the word lists of the operating system.

The built-in words were written for this package (Apache-2.0, as the rest of it). Nothing is read
before it is asked for.
"""

from functools import lru_cache
from pathlib import Path

from effocr.charset import normalise, read_utf8
from effocr.errors import DataFormatError

_COMMON = """
the of and a to in is that it was he for as with his be on at by I this had not are but from or
have an they which one you were her all she there would their we him been has when who will more
no if out so said what up its about into than them can only other new some could time these two
may then do first any my now such like our over man me even most made after also did many before
must through back years where much your way well down should because each just those people how
too little state good very make world still own see men work long get here between both life
being under never day same another know while last might us great old year off come since against
go came right used take three himself few house use during without again place around however
home small found thought went say part once general high upon school every does got united left
number course war until always away something fact though water less public put think almost hand
enough far took head yet government system better set told nothing night end why called eyes find
going look asked later point knew city next business give days early young room within words
letter book chapter page volume captain master lady church king queen river road street garden
table window door morning evening summer winter spring autumn north south east west father mother
brother sister friend child children woman women gentleman servant horse carriage field village
market paper print press edition editor author history science nature reason question answer
subject matter order form value weight measure account amount company office bank charge payment
quantity machine engine railway station journey voyage island mountain valley forest garden wall
bridge tower castle palace army soldier officer general battle victory peace treaty parliament
minister council judge court law justice crime prison trial witness evidence verdict sentence
quickly slowly perhaps indeed therefore however moreover whether among beneath beyond toward
certain several different important possible necessary beautiful dark bright cold warm heavy
light quiet loud empty full strong weak rich poor happy sad wise foolish brave gentle
"""
_NAMES = """
Adams Allen Baker Barnes Bell Bennett Brooks Brown Butler Carter Clarke Collins Cooper Cox Davies
Dixon Edwards Ellis Evans Fisher Foster Fox Garcia Gibson Graham Grant Gray Green Hall Harris
Hayes Hill Holmes Howard Hughes Hunt Jackson James Jenkins Johnson Jones Kelly Kennedy King
Knight Lee Lewis Lloyd Marshall Martin Mason Mills Mitchell Moore Morgan Morris Murphy Murray
Nelson Newman Owen Palmer Parker Phillips Powell Price Quinn Reed Richards Roberts Robinson
Rogers Ross Russell Scott Shaw Simpson Smith Stevens Stone Taylor Thomas Turner Underwood Vaughan
Walker Ward Watson Webb White Wilkinson Williams Wilson Wright Young Zimmermann O'Brien
McDonald MacKenzie D'Arcy Abigail Albert Alice Anne Arthur Beatrice Charles Clara Daniel David
Edward Eleanor Elizabeth Emily Florence Francis Frederick George Grace Harriet Henry Isaac Jane
John Joseph Kate Laura Louis Margaret Mary Matthew Oliver Oscar Paul Peter Philip Rachel Richard
Robert Rose Samuel Sarah Stephen Theodore Thomas Ursula Victor Walter William Xavier Yvonne Zoe
"""
_PLACES = """
London Paris Vienna Berlin Madrid Boston Chicago Dublin Edinburgh Oxford Cambridge York Bristol
Manchester Liverpool Glasgow Brighton Kent Surrey Essex Norfolk Dover Florence Naples Venice Rome
Athens Cairo Delhi Sydney Toronto Quebec Virginia Georgia Ohio Kentucky Texas Oregon Jerusalem
Zurich Geneva Kingston Windsor Queenstown Johore Penang Utrecht Leipzig
"""
_ACCENTED = """
été âme où déjà façon garçon élève père mère frère être forêt hôtel île maître août sûr naïf Noël
haïr œuvre sœur cœur œil bœuf leçon français reçu ça là voilà après très même tête bête fête pêche
évêque Église État École événement créée réel théâtre île château gâteau côté bientôt plutôt goût
brûler mûr flûte aiguë ambiguë à dès près succès procès règle pièce lumière manière première
für über schön Mädchen größer Straße weiß heiß süß Füße müßig Größe Öl Übung Ärger Äpfel Bücher
könig König möchte können müssen würde wäre hätte Häuser Bäume träumen läuft früh grün Grüße
daß muß groß Fluß Schloß Maß spaß Höhe Söhne Töchter Brüder Mütter Väter Wörter Köln München
Österreich Überfluß ähnlich öffnen gefährlich natürlich plötzlich fröhlich
señor niño año mañana España pequeño sueño otoño corazón canción razón nación después también
está más allá adiós árbol ángel época él ella último único útil música público página línea
dirección información María José García López Martínez ¿Qué? ¿Cómo? ¿Dónde? ¡Hola! ¡Sí! ¡Adiós!
pingüino vergüenza lingüística río país maíz día todavía quizás francés inglés
Æneas æther Cæsar mediæval encyclopædia Phœnix œconomy fœtus manœuvre amœba
"""
_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_TITLES = "Mr. Mrs. Miss Dr. Prof. Sir Lord Lady Capt. Col. Gen. Rev. Hon. Messrs. St."
_ROADS = "Street St. Road Rd. Avenue Ave. Lane Square Terrace Place Court Jalan Row Hill"
_RECEIPT_WORDS = """
TOTAL SUBTOTAL CASH CHANGE GST TAX ROUNDING ITEM QTY AMOUNT DISCOUNT INVOICE NO. TEL FAX DATE TIME
BILL TABLE CASHIER THANK YOU SDN BHD DEBIT VISA RECEIPT Total Cash Change Tel
"""
_UNITS = "lb. oz. cwt. ft. in. yds. miles kg km cm mm per cent. litres acres doz. pcs ea"
COMMON, NAMES, PLACES, ACCENTED, MONTHS, DAYS, TITLES, ROADS, RECEIPT_WORDS, UNITS = (
    tuple(words.split())
    for words in (
        _COMMON, _NAMES, _PLACES, _ACCENTED,
        _MONTHS, _DAYS, _TITLES, _ROADS, _RECEIPT_WORDS, _UNITS,
    )
)  # fmt: skip
MOST_WORDS = 8_000
SYSTEM_LISTS = tuple(
    Path("/usr/share/dict") / name
    for name in ("american-english", "british-english", "french", "ngerman", "spanish")
)


@lru_cache(maxsize=1)
def installed_word_lists() -> tuple[Path, ...]:
    """Return the word lists of the operating system that are present (Debian's five)."""
    return tuple(path for path in SYSTEM_LISTS if path.is_file())


@lru_cache(maxsize=16)
def read_word_list(path: Path) -> tuple[str, ...]:
    """Read a word list: UTF-8, one word per line; words are NFC, empty lines are passed over.

    Of a long list 8,000 words are taken, evenly spread: each charset keeps its own choice of them.

    Raises:
        DataFormatError: the file cannot be read, is not UTF-8 or holds no word.
    """
    words = tuple(dict.fromkeys(normalise(read_utf8(path)).split()))
    if not words:
        raise DataFormatError(f"{path}: no words; give a file with one word per line")
    return words[:: -(-len(words) // MOST_WORDS)]
