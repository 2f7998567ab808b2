"""Countries as reports write them: two letters of ISO 3166-1, or a name."""

from functools import cache
from re import sub
from unicodedata import normalize

CODES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
    VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905  # a list of 249 strings reads worse
) | {"XK"}
"""All codes of ISO 3166-1, and XK, as which everybody writes Kosovo. Written out, since Babel's
territories hold more than countries, and take a fifth of a second to load."""

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
"""Languages in which reports name countries; no name means two countries in two of them."""

_ALSO = {
    "bolivia (plurinational state of)": "BO",
    "czech republic": "CZ",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "hong kong": "HK",
    "iran (islamic republic of)": "IR",
    "ivory coast": "CI",
    "korea, republic of": "KR",
    "macao": "MO",
    "macau": "MO",
    "macedonia": "MK",
    "palestine": "PS",
    "republic of korea": "KR",
    "russian federation": "RU",
    "scotland": "GB",
    "swaziland": "SZ",
    "taiwan, province of china": "TW",
    "the netherlands": "NL",
    "turkey": "TR",
    "uk": "GB",
    "united states of america": "US",
    "usa": "US",
    "vatican": "VA",
    "wales": "GB",
}
"""What Babel calls otherwise and reports write."""


def is_country(text: str) -> bool:
    """Whether a text is a country's code; blank is fine."""
    return not text or text in CODES


def code_named(text: str) -> str:
    """The code of a country by its name or its code; any other text as it is.

    Rules and plans ask for codes: a name that stayed a name would never match them.
    """
    if not text or text in CODES:
        return text
    return _codes().get(_letters(text), text)


def _letters(name: str) -> str:
    """A name without what people write in several ways: accents, signs, Saint or St."""
    plain = sub(r"\bst\b", "saint", name.casefold().replace("&", " and "))
    return "".join(filter(str.isalnum, normalize("NFKD", plain)))


@cache
def _codes() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415  # half a second, for reports that need it

    return {
        _letters(Locale(language).territories[code]): code
        for language in LANGUAGES
        for code in CODES
    } | {_letters(name): code for name, code in (*zip(CODES, CODES, strict=True), *_ALSO.items())}
