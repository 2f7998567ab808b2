"""Countries as reports write them: two letters of ISO 3166-1, or an English name."""

from functools import cache

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


def is_country(text: str, *, named: bool) -> bool:
    """Whether a text is a country's code, or its name where names are written; blank is fine."""
    return not text or text in CODES or (named and text.casefold() in _names())


@cache
def _names() -> frozenset[str]:
    from babel import Locale  # noqa: PLC0415  # a fifth of a second, for reports that need it

    territories = Locale("en").territories
    return frozenset(territories[code].casefold() for code in CODES)
