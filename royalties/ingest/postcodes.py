"""What a postcode tells of its region, and whether it can be its country's at all.

The United States' are the three-digit prefixes of the postal service's Publication 65; some of
them serve post offices of two states. Canada's are the first letters of Canada Post.
"""

import re
from functools import cache

_ZIP = re.compile(r"(\d{3})\d{2}(-?\d{4})?", re.ASCII)
_CANADIAN = re.compile(r"([ABCEGHJ-NPRSTVXY])\d[A-Z] ?\d[A-Z]\d", re.ASCII)

_ZIPS = """
    005 NY; 006-007 PR; 008 VI; 009 PR; 010-027 MA; 028-029 RI; 030-038 NH; 039-049 ME;
    050-054 VT; 055 MA; 056-059 VT; 060-069 CT; 063 NY; 070-089 NJ; 090-099 AE; 100-149 NY;
    150-196 PA; 197-199 DE; 200 DC; 201 VA; 202-205 DC; 206-212 MD; 214-219 MD; 220-246 VA;
    247-268 WV; 270-289 NC; 290-299 SC; 300-319 GA; 320-339 FL; 340 AA; 341-342 FL; 344 FL;
    346-347 FL; 349 FL; 350-352 AL; 354-369 AL; 370-385 TN; 386-397 MS; 398-399 GA;
    400-427 KY; 430-459 OH; 460-479 IN; 480-499 MI; 500-528 IA; 530-532 WI; 534-535 WI;
    537-549 WI; 550-551 MN; 553-567 MN; 569 DC; 570-577 SD; 580-588 ND; 590-599 MT;
    600-620 IL; 622-629 IL; 630-631 MO; 633-641 MO; 644-658 MO; 660-662 KS; 664-679 KS;
    680-681 NE; 683-693 NE; 700-701 LA; 703-708 LA; 710-714 LA; 716-729 AR; 730-731 OK;
    733 TX; 734-741 OK; 739 TX; 743-749 OK; 750-770 TX; 772-799 TX; 800-816 CO; 820-831 WY;
    832-838 ID; 834 WY; 840-847 UT; 850-853 AZ; 855-857 AZ; 859-860 AZ; 863-865 AZ;
    870-871 NM; 873-875 NM; 877-884 NM; 885 TX; 889-891 NV; 893-895 NV; 897-898 NV;
    900-908 CA; 910-928 CA; 930-961 CA; 962-966 AP; 967-968 HI; 967 AS; 969 GU; 969 MP;
    970-979 OR; 980-986 WA; 988-994 WA; 995-999 AK
"""
_PROVINCES = {
    "A": "NL", "B": "NS", "C": "PE", "E": "NB", "G": "QC", "H": "QC", "J": "QC", "K": "ON",
    "L": "ON", "M": "ON", "N": "ON", "P": "ON", "R": "MB", "S": "SK", "T": "AB", "V": "BC",
    "X": "NT NU", "Y": "YT",
}  # fmt: skip
_BOTH_SIDES_OF_THE_RIVER = "K1A"
"""The federal government's own, in Ottawa and in Gatineau."""


_DIGITS = {
    3: "FO IS LS MG OM PG",
    4: "AL AT AU BD BE BG CH CY DK GE GL HU LI LR LU LV MK MZ NE NO NZ PH SI TN ZA",
    5: "BA CR CU DE DO DZ EE ES FI FR GR GT HN HR ID IQ IT JO KE KR KW LA LK LT MA MC ME MM MX MY"
    " NP PE PK SE SM SN TH TR UA UY ZM",
    6: "BY CN CO EC IN KG NG RO RU SG TJ TM TT VN",
    7: "CL IL JP",
}
"""Countries whose postcodes are digits alone, by how many at most. A country whose name was cut
at two letters is often another's code: GE is Georgia, and no postcode of Germany fits there."""

_PLAIN = re.compile(r"(?:[A-Z]{1,3}-)?([0-9A-Z](?:[ .-]?[0-9A-Z]){2,9})", re.ASCII)
"""A postcode alone, perhaps behind its country's letters as in D-10115."""

_MOST_LETTERS = 4
"""Of a postcode with letters, SW1A 1AA; more are words beside it, 75008 CEDEX."""


def most_digits(country: str, postcode: str) -> int:
    """How many digits a country's postcodes have at most, if this one cannot be any of them; or 0.

    One with fewer digits may have lost its leading zeros in a spreadsheet, so it may be.
    """
    match = _PLAIN.fullmatch(postcode.strip().upper())
    most = next((most for most, codes in _DIGITS.items() if country in codes.split()), 0)
    if not match or not most:
        return 0
    signs = re.sub(r"[ .-]", "", match[1])
    letters = sum(sign.isalpha() for sign in signs)
    if letters == len(signs) or letters > _MOST_LETTERS:
        return 0
    return most if letters or len(signs) > most else 0


def regions_of(country: str, postcode: str) -> frozenset[str]:
    """The regions in which a postcode can lie; empty where it does not tell."""
    text = postcode.strip().upper()
    if country == "US" and (match := _ZIP.fullmatch(text)):
        return _zips().get(int(match[1]), frozenset())
    if country == "CA" and (match := _CANADIAN.fullmatch(text)):
        more = " QC" if text.startswith(_BOTH_SIDES_OF_THE_RIVER) else ""
        return frozenset((_PROVINCES[match[1]] + more).split())
    return frozenset()


@cache
def _zips() -> dict[int, frozenset[str]]:
    states_by_prefix: dict[int, frozenset[str]] = {}
    for entry in _ZIPS.replace("\n", " ").split(";"):
        prefixes, state = entry.split()
        first, _, last = prefixes.partition("-")
        for prefix in range(int(first), int(last or first) + 1):
            states_by_prefix[prefix] = states_by_prefix.get(prefix, frozenset()) | {state}
    return states_by_prefix
