"""Countries and their regions as people write them, turned into codes of ISO 3166.

A country is two letters of ISO 3166-1 (``US``); a region, such as a state or a province, is its
code of ISO 3166-2 without the country's letters (``WA``). Codes are understood, and names in
every language in which reports are read, however their letters are written: "wa", "Wash.",
"State of Washington", "US-WA", "Québec", "Kalifornien". What could mean two things means nothing.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from royalties.ingest.place_names import (
    ARMED_FORCES,
    COUNTRIES,
    REGIONS,
    SHORT,
)

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
"""Languages in which countries and regions are named."""

FURTHER_LANGUAGES = (
    "ar", "bg", "ca", "cs", "cy", "da", "el", "et", "eu", "fi", "ga", "gl", "he", "hi", "hr", "hu",
    "id", "is", "ja", "ko", "lt", "lv", "nb", "pl", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr",
    "uk", "vi", "zh", "zh_Hant",
)  # fmt: skip
"""Languages in which countries are looked up where the first ones do not know a name."""

_CODE_LENGTH = 3
"""Letters of the longest code: a name as short might be another country's code."""

NEEDS_REGION = frozenset({"US"})
"""Countries in which an address says nothing of the tax that is due without its region."""

_STORE = re.compile(r"(?:www\.)?(?:amazon|audible)\.((?:com?\.)?[a-z]{2,3})/?")
"""A store of a retailer that has one for each country, by its address."""
_PLACE = re.compile(r"\b[A-Z]{2}-[A-Z0-9]{1,3}\b")
_KOSOVO = "XK"
_MOST_MEANINGS = 4
_CUT = 3
_LETTERS = str.maketrans(
    {
        "&": " and ",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_JOINED = frozenset({"of", "de", "di", "von", "van", "do", "da"})
_KINDS = frozenset(
    {
        "bundesland",
        "canton",
        "cantone",
        "departement",
        "estado",
        "etat",
        "freistaat",
        "kanton",
        "land",
        "provincia",
        "provincie",
        "provinz",
        "region",
        "regione",
        "staat",
        "stato",
    }
)
"""What a region is, in front of its name, in the languages that the standard does not use."""
_SAINT = re.compile(r"\bst\b")
_ASIDE = re.compile(r"[\[(][^\])]*[\])]?")
_ASIDES = re.compile(r"[\[(]([^\])]*)")
_OWN_CODE = re.compile(r"\s[A-Z]{2}-[A-Z0-9]{1,3}$")


class NotAPlaceError(ValueError):
    """A text that names no country or no region; the message says what to write."""


class Named(NamedTuple):
    """A code with its name, for lists to choose from."""

    code: str
    name: str


# What is understood


def country(text: str) -> str | None:
    """The code of a country by its code or its name; None if it is none, or more than one."""
    if is_country(text):
        return text
    folded = _folded(text)
    return _country_index().get(folded) or _countries_elsewhere().get(folded)


def region(text: str, country: str = "") -> str | None:
    """The code of a region by its code or its name; None if it is none, or more than one.

    Args:
        text: what somebody wrote.
        country: the code of its country; empty: any, as long as all that it could mean have one
            code.
    """
    if country:
        plain = text.upper()
        found = _regions(country)
        if plain in found:
            return plain
        return _region_index(country).get(_folded(text)) or _without_kind(text, country)
    known = _anywhere().get(_folded(text), frozenset())
    return _code_anywhere(text) or _only(code for _, code in known)


def region_without_country(text: str, home: str = "") -> tuple[str, str]:
    """Country and code of a region that stands alone, as far as it is known which is meant.

    It is one of the country ``home``, if that has such a region; else a name that is of one region
    in the world. Of any other code the country is not known; and a text that means nothing, or
    several things, stays as it is.
    """
    if home and (code := region(text, home)):
        return home, code
    if code := _code_anywhere(text):
        return "", code
    meanings = _anywhere().get(_folded(text), frozenset())
    if len(meanings) == 1:
        [(of, code)] = meanings
        return of, code
    return "", _only(code for _, code in meanings) or text


def city_key(name: str) -> str:
    """A city without case, accents, blanks and signs: "st. louis", "Saint Louis"."""
    return _folded(name)


def store_country(text: str) -> str | None:
    """The country of a store that is named by its address, such as Amazon.de; None if it is none.

    >>> store_country("Amazon.co.uk"), store_country("amazon.com"), store_country("Example.de")
    ('GB', 'US', None)
    """
    match = _STORE.fullmatch(text.strip().casefold())
    if not match:
        return None
    last = match[1].split(".")[-1]
    code = {"com": "US", "uk": "GB"}.get(last, last.upper())
    return code if is_country(code) else None


def cut(text: str, country: str) -> str | None:
    """The region whose name was cut at three letters, "Was"; None unless it can be one alone."""
    key = _folded(text)
    if len(key) != _CUT:
        return None
    names = {
        (name, each.code)
        for each in _iso_regions().get(country, ())
        for name in (each.name, *_translations("iso3166-2", each.name))
    }
    return _only(code for name, code in names if _folded(name).startswith(key))


def needed_country(text: str) -> str:
    """The code of a country that must be known.

    Raises:
        NotAPlaceError: nobody knows it; the message names what is meant, perhaps.
    """
    text = text.strip()
    code = country(text)
    if code is None:
        known = {_folded(each.name): each for each in countries()}
        raise NotAPlaceError(
            f"{text!r} is no country that is known: write its name, or its two letters of "
            f"ISO 3166-1 such as US{_hint(text, known)}"
        )
    return code


def needed_region(text: str, *countries: str) -> str:
    """The code of a region that must be known, in one of some countries, or in any.

    Raises:
        NotAPlaceError: nobody knows it, or it could mean several; the message names them.
    """
    text = text.strip()
    of = [each for each in countries if is_country(each)]
    codes = {code for each in of if (code := region(text, each))} or (
        set() if of else {code for code in (region(text),) if code}
    )
    if len(codes) == 1:
        return codes.pop()
    raise NotAPlaceError(_why_not(text, of))


def place(text: str) -> str:
    """Country and region as price lists and certificates name them: ``US-WA``, or ``US``.

    Raises:
        NotAPlaceError: one of them is not known.
    """
    text = text.strip()
    if (found := country(text)) and not text.endswith("-"):
        return found
    head, sign, tail = text.partition("-")
    if not sign:
        raise NotAPlaceError(
            f"{text!r} is no country, and no country with a state: write US, or US-WA"
        )
    of = needed_country(head)
    return f"{of}-{needed_region(tail, of)}"


def is_country(code: str) -> bool:
    """Whether a text is a country's code."""
    return code in _country_codes()


def is_region(code: str, country: str = "") -> bool:
    """Whether a text is a region's code, of one country or of any."""
    return code in (_regions(country) if country else _all_codes())


def contradiction(country: str, region: str, postcode: str) -> str:
    """What is wrong between a place and its postcode, in words; empty if nothing is.

    The region is compared in the United States and in Canada, where a postcode's first signs tell
    it; elsewhere the country is, where its postcodes are known to be shorter.
    """
    from royalties.ingest.postcodes import (  # noqa: PLC0415 - only where one is given
        most_digits,
        regions_of,
    )

    if most := most_digits(country, postcode):
        return (
            f"the postcode {postcode.strip()} is none of {country_name(country)} ({country}), "
            f"where it has {most} digits: correct the country or the postcode"
        )
    meant = regions_of(country, postcode)
    if not region or not meant or region in meant:
        return ""
    names = " or ".join(f"{region_name(country, code)} ({code})" for code in sorted(meant))
    return (
        f"the postcode {postcode.strip()} lies in {names}, not in "
        f"{region_name(country, region)} ({region}): correct one of them"
    )


# Lists to choose from, and names to show


def countries() -> tuple[Named, ...]:
    """All countries by their English names."""
    return _countries()


def regions(country: str) -> tuple[Named, ...]:
    """A country's regions by name; of which there may be none."""
    return tuple(sorted(_regions(country).values(), key=lambda each: (_folded(each.name), each)))


def country_name(code: str) -> str:
    """The English name of a country, or the code if there is none."""
    return _country_names().get(code, code)


def region_name(country: str, code: str) -> str:
    """The name of a region, or the code if there is none."""
    found = _regions(country).get(code)
    return found.name if found else code


def any_region_name(code: str, countries: Iterable[str] = ()) -> str:
    """The name of a region of which the country is not said; else the code, as it is written.

    Args:
        code: of the region.
        countries: those in question: one of them alone may have such a region, or one in the world.
    """
    for among in (countries, _iso_regions()):
        found = {of for of in among if code in _regions(of)}
        if found:
            return region_name(found.pop(), code) if len(found) == 1 else code
    return code


def place_name(code: str) -> str:
    """The name of a place: ``US-WA`` is Washington, ``US`` the United States."""
    of, _, own = code.partition("-")
    return region_name(of, own) if own else country_name(of)


def in_words(text: str) -> str:
    """A text with names in place of codes such as ``US-WA``."""
    return _PLACE.sub(lambda found: place_name(found[0]), text)


# How it is understood


def _folded(name: str) -> str:
    """A name without what people write in several ways: case, accents, signs, Saint or St."""
    plain = name.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).casefold()
    if "st" in plain:
        plain = _SAINT.sub("saint", plain)
    return "".join(filter(str.isalnum, plain.translate(_LETTERS)))


def _index(tiers: Iterable[Iterable[tuple[str, str]]]) -> dict[str, str]:
    """Codes by folded name. What an earlier tier says goes; two codes for one name are none."""
    codes_by_name: dict[str, str] = {}
    for tier in tiers:
        here: dict[str, set[str]] = defaultdict(set)
        for name, code in tier:
            if key := _folded(name):
                here[key].add(code)
        for key, codes in here.items():
            codes_by_name.setdefault(key, _only(codes) or "")
    return {key: code for key, code in codes_by_name.items() if code}


def _only(codes: Iterable[str]) -> str | None:
    distinct = set(codes)
    return distinct.pop() if len(distinct) == 1 else None


@cache
def _countries() -> tuple[Named, ...]:
    from babel import Locale  # noqa: PLC0415 - half a second, for those who need it

    names = Locale("en").territories
    found = [Named(code, names.get(code, code)) for code in _country_codes()]
    return tuple(sorted(found, key=lambda each: _folded(each.name)))


@cache
def _country_names() -> dict[str, str]:
    return {each.code: each.name for each in _countries()}


@cache
def _country_codes() -> frozenset[str]:
    """All codes of ISO 3166-1, and XK, as which everybody writes Kosovo."""
    return frozenset((*_iso_countries(), _KOSOVO))


@cache
def _iso_countries() -> dict[str, tuple[str, ...]]:
    """Codes of ISO 3166-1 with their names there: short, common and official, three letters."""
    import pycountry  # noqa: PLC0415 - a tenth of a second

    names_by_code = {}
    for entry in pycountry.countries:
        names = (entry.name, getattr(entry, "common_name", ""), getattr(entry, "official_name", ""))
        names_by_code[entry.alpha_2] = (*filter(None, names), entry.alpha_3)
    return names_by_code


@cache
def _country_index() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 - half a second, for those who need it

    codes = sorted(_country_codes())
    iso = [(name, code) for code, names in _iso_countries().items() for name in names]
    named = [
        (Locale(language).territories.get(code, code), code)
        for language in LANGUAGES
        for code in codes
    ]
    translated = [(other, code) for name, code in iso for other in _translations("iso3166-1", name)]
    return _index(
        (
            zip(codes, codes, strict=True),
            [*COUNTRIES.items(), *named],
            [*iso, *translated],
            [(other, code) for name, code in (*iso, *translated) for other in _forms(name)],
        )
    )


@cache
def _countries_elsewhere() -> dict[str, str]:
    """Codes by the names in further languages, for files in which no other name is found."""
    from babel import Locale  # noqa: PLC0415 - half a second, for those who need it

    codes: dict[str, set[str]] = {}
    for language in FURTHER_LANGUAGES:
        names = Locale.parse(language).territories
        for code in _country_codes():
            name = _folded(names.get(code, ""))
            if len(name) > _CODE_LENGTH or not name.isascii():
                codes.setdefault(name, set()).add(code)
    return {name: next(iter(of)) for name, of in codes.items() if len(of) == 1}


def _translations(domain: str, name: str) -> Iterator[str]:
    for catalogue in _catalogues(domain):
        if (found := catalogue.get(name, name)) != name:
            yield found


@cache
def _catalogues(domain: str) -> tuple[dict[str, str], ...]:
    """What the library has of a standard's names in our languages."""
    import gettext  # noqa: PLC0415 - see below

    import pycountry  # noqa: PLC0415 - a tenth of a second

    catalogues = []
    for language in LANGUAGES:
        try:
            made = gettext.translation(domain, pycountry.LOCALES_DIR, [language])
        except FileNotFoundError:  # the standard's own names are English, or the region's
            continue
        catalogues.append({k: v for k, v in vars(made)["_catalog"].items() if isinstance(k, str)})
    return tuple(catalogues)


class _Iso(NamedTuple):
    code: str
    name: str
    type: str


@cache
def _iso_regions() -> dict[str, tuple[_Iso, ...]]:
    import pycountry  # noqa: PLC0415 - not needed by everybody

    # The library would make an object of each of its 5,000 entries: longer than reading them.
    names = Path(pycountry.DATABASE_DIR, "iso3166-2.json").read_text("utf-8")
    regions_by_country: dict[str, list[_Iso]] = defaultdict(list)
    for entry in json.loads(names)["3166-2"]:
        country, _, code = entry["code"].partition("-")
        regions_by_country[country].append(_Iso(code, entry["name"], entry["type"]))
    return {country: tuple(regions) for country, regions in regions_by_country.items()}


@cache
def _regions(country: str) -> dict[str, Named]:
    """A country's regions by code, under the names that lists show."""
    regions = {
        each.code: Named(each.code, _as_read(each.name)) for each in _iso_regions().get(country, ())
    }
    regions |= {code: Named(code, name) for code, name in ARMED_FORCES.get(country, {}).items()}
    return regions


@cache
def _all_codes() -> frozenset[str]:
    of = (*_iso_regions(), *ARMED_FORCES)
    return frozenset(chain.from_iterable(_regions(country) for country in of))


@cache
def _region_index(country: str) -> dict[str, str]:
    known = _iso_regions().get(country, ())
    forces = [(name, code) for code, name in ARMED_FORCES.get(country, {}).items()]
    codes = [known_region.code for known_region in known] + [code for _, code in forces]
    own = [(name, code) for code, names in REGIONS.get(country, {}).items() for name in names]
    own += [(name, code) for code, names in SHORT.get(country, {}).items() for name in names]
    iso = [(known_region.name, known_region.code) for known_region in known] + forces
    translated = [(other, code) for name, code in iso for other in _translations("iso3166-2", name)]
    names = [*iso, *translated, *own]
    return _index(
        (
            [(code, code) for code in codes] + [(f"{country}-{code}", code) for code in codes],
            [*own, *iso],
            translated,
            chain(
                ((code.lstrip("0"), code) for code in codes),
                ((form, code) for name, code in names for form in _forms(name)),
            ),
        )
    )


def _as_read(name: str) -> str:
    """A name of the standard as people read it: "Comunidad de Madrid", "Cataluña"."""
    plain = " ".join(_ASIDE.sub("", name).split())
    head, comma, tail = plain.partition(", ")
    turned = comma and not any(sign in tail for sign in ",&") and " y " not in f" {tail} "
    return f"{tail} {head}" if turned and (" and " not in tail) else plain


def _forms(name: str) -> Iterator[str]:
    """Other ways to write a name of the standard.

    Without what stands in brackets or after a comma, turned round, each side of a stroke, umlauts
    as two letters.
    """
    bare = _OWN_CODE.sub("", _ASIDE.sub("", name)).strip()
    asides = [_OWN_CODE.sub("", form).strip() for form in _ASIDES.findall(name)]
    for form in (bare, *asides):
        yield form
        head, comma, tail = form.partition(", ")
        if comma:
            yield head
            yield f"{tail} {head}"
        yield from form.split("/") if "/" in form else ()
        yield form.casefold().translate(_UMLAUTS)


def _without_kind(text: str, country: str) -> str | None:
    """The region that is meant by a name with what it is: "Washington State", "Co. Dublin"."""
    index = _region_index(country)
    kinds = {each.code: _folded(each.type) for each in _iso_regions().get(country, ())}
    words = [_folded(word) for word in text.split()]
    for kind in {*kinds.values(), *(("co",) if "county" in kinds.values() else ())}:
        name = "".join(words)
        if name.endswith(kind):
            name = name.removesuffix(kind)
        elif name.startswith(kind):
            joined = words[1:]
            name = name.removeprefix(kind)
            if joined and joined[0] in _JOINED:
                name = name.removeprefix(joined[0])
        else:
            continue
        code = index.get(name)
        if code and kinds.get(code) in (kind, "county" if kind == "co" else kind):
            return code
    if len(words) > 1 and words[0] in _KINDS:
        rest = words[2:] if words[1] in _JOINED else words[1:]
        return index.get("".join(rest))
    return None


@cache
def _anywhere() -> dict[str, frozenset[tuple[str, str]]]:
    """Regions by folded name in all countries, as countries and codes."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for country in _iso_regions():
        for key, code in _region_index(country).items():
            found[key].add((country, code))
    return {key: frozenset(regions) for key, regions in found.items()}


def _code_anywhere(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).replace(".", "").replace(" ", "").upper()
    return plain if plain in _all_codes() else None


# What is said of what is not understood


def _why_not(text: str, of: list[str]) -> str:
    named = " or ".join(country_name(country) for country in of)
    if of and not any(_regions(country) for country in of):
        return f"{text!r}: {named} has no regions in ISO 3166-2; leave it empty"
    meanings = [
        f"{region_name(country, code)} ({country}-{code})"
        for country in of or sorted(_iso_regions())
        for code in _meanings(text, country)
    ]
    if len(meanings) > 1:
        shown = ", ".join(meanings[:_MOST_MEANINGS])
        more = " and others" if len(meanings) > _MOST_MEANINGS else ""
        return f"{text!r} could be {shown}{more}: write the code"
    known = {_folded(region.name): region for region in chain.from_iterable(map(regions, of))}
    where = f"state or region of {_the(named)}" if of else "state or region that is known"
    return f"{text!r} is no {where}: write its name, or its code such as WA{_hint(text, known)}"


def _meanings(text: str, country: str) -> list[str]:
    """Every code that a text could stand for in a country."""
    key = _folded(text)
    if code := _region_index(country).get(key):
        return [code]
    return sorted(
        each.code
        for each in _iso_regions().get(country, ())
        if key in {_folded(form) for form in (each.name, *_forms(each.name))}
    )


def _the(name: str) -> str:
    return f"the {name}" if name.startswith("United ") else name


def _hint(text: str, known: dict[str, Named]) -> str:
    near = get_close_matches(_folded(text), known, n=1, cutoff=0.75)
    if not near:
        return ""
    found = known[near[0]]
    return f". Did you mean {found.name} ({found.code})?"
