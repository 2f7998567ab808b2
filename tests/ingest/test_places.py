"""Countries and regions: every name in every language of reports, however it is written."""

import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pycountry
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from royalties.ingest import places
from royalties.ingest.place_names import ARMED_FORCES, REGIONS, SHORT
from royalties.ingest.places import LANGUAGES, NotAPlaceError
from royalties.ingest.postcodes import regions_of
from royalties.ingest.report.reading import KnownRetailer
from tests.ingest.shelf import RIVER, TRADE, read_text

LARGE = (
    "US", "CA", "AU", "GB", "IE", "NZ", "ZA", "IN", "DE", "AT", "CH", "FR", "BE", "NL", "ES", "IT",
    "PT", "BR", "MX", "AR", "CO", "JP", "CN", "KR", "PL", "SE", "NO", "DK", "FI", "TR", "NG", "KE",
)  # fmt: skip
TOLD_BY_CODE = {"ES", "GB", "IT", "FR", "CN", "ZA", "NZ", "BE", "TR", "KE", "CO", "PT", "NO"}
"""Countries that have a region within a region of the same name, or two of one name in some
language: such a name is told apart by its code only."""

HABITS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.lower,
    lambda name: f"  {name} ",
    lambda name: name.replace("-", " "),
    lambda name: name.replace(" ", "-"),
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: "".join(
        each for each in unicodedata.normalize("NFD", name) if not unicodedata.combining(each)
    ),
    lambda name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
)
"""How people write a name: case, blanks, strokes, accents apart or left out, wide letters."""


def _named() -> Iterator[tuple[str, str, str]]:
    """Every region of the large countries, by its name in every language of the library's, and
    by what the house adds."""
    for country in LARGE:
        for each in (it for it in pycountry.subdivisions if it.country_code == country):
            code = each.code.partition("-")[2]
            for name in (each.name, *places._translations("iso3166-2", each.name)):
                yield country, code, name
    for more in (REGIONS, SHORT):
        for country, names in more.items():
            for code, listed in names.items():
                for name in listed:
                    yield country, code, name
    for country, forces in ARMED_FORCES.items():
        for code, name in forces.items():
            yield country, code, name


NAMED = sorted(set(_named()))


def _meant() -> dict[tuple[str, str], set[str]]:
    """The codes that each name could mean in its country."""
    found = defaultdict(set)
    for country, code, name in NAMED:
        found[country, places._folded(name)].add(code)
    return found


MEANT = _meant()
OWN = {each.code: each.name for each in pycountry.subdivisions}


@pytest.mark.parametrize("habit", range(len(HABITS)))
def test_region_names_in_any_spelling_give_their_code(habit: int) -> None:
    wrong = {
        (country, code, name, found)
        for country, code, name in NAMED
        if len(MEANT[country, places._folded(name)]) == 1
        and (found := places.region(HABITS[habit](name), country)) != code
    }
    assert not wrong


def test_region_codes_give_themselves() -> None:
    for country in LARGE:
        for code, name in places.regions(country):
            assert name
            for text in (code, code.lower(), f"{country}-{code}", f"{country} {code}".lower()):
                assert places.region(text, country) == code, (country, text)


def test_name_shared_by_two_regions_is_never_guessed() -> None:
    """An ambiguous name means the region that the standard calls so, or none."""
    for (country, key), codes in MEANT.items():
        if len(codes) < 2:
            continue
        own = {
            code
            for of, code, name in NAMED
            if of == country
            and places._folded(name) == key
            and (
                name == OWN[f"{of}-{code}"]
                or name in REGIONS.get(country, {}).get(code, ())
                or name in SHORT.get(country, {}).get(code, ())
            )
        }
        found = places.region(key, country)
        assert found == (own.pop() if len(own) == 1 else None), (country, key, codes)


def test_no_state_or_province_of_north_america_and_germany_is_unclear() -> None:
    assert not [
        (country, key)
        for (country, key), codes in MEANT.items()
        if len(codes) > 1 and country not in TOLD_BY_CODE
    ]


def test_country_names_give_their_code() -> None:
    codes = [each.alpha_2 for each in pycountry.countries]
    for language in LANGUAGES:
        names = Locale(language).territories
        for code in codes:
            assert places.country(names[code]) == code, (language, code)
            assert places.country(names[code].upper()) == code, (language, code)
    for each in pycountry.countries:
        for text in (each.alpha_2, each.alpha_2.lower(), each.alpha_3, each.name):
            assert places.country(text) == each.alpha_2


@pytest.mark.parametrize("language", places.FURTHER_LANGUAGES)
def test_country_names_in_further_languages_give_their_code_or_none(language: str) -> None:
    names = Locale.parse(language).territories
    found = {each.code: places.country(names[each.code]) for each in places.countries()}
    codes = {each.code for each in places.countries()}
    others = {code: other for code, other in found.items() if other not in (code, None)}
    # Kongo is German for one of two, and three names of Vietnamese are others' codes.
    assert set(others) <= {"CD", "AT", "BE", "RU"} <= codes
    assert sum(other is not None for other in found.values()) >= 245


@pytest.mark.parametrize(
    ("text", "code"),
    [("Danmark", "DK"), ("TYSKLAND", "DE"), ("Niemcy", "DE"), ("日本", "JP"), ("Ελλάδα", "GR")],
)
def test_country_of_a_further_language_is_recognised(text: str, code: str) -> None:
    assert places.country(text) == code


@pytest.mark.parametrize(
    "text",
    ["Großbritannien", "Grande-Bretagne", "Gran Bretaña", "Gran Bretagna", "Grã-Bretanha"],
)
def test_great_britain_is_recognised_in_the_languages_of_reports(text: str) -> None:
    assert places.country(text) == "GB"


def test_country_codes_are_known_countries() -> None:
    codes = {each.code for each in places.countries()}
    assert len(codes) == 250
    assert set(Locale("en").territories) >= codes
    assert not codes & {"EU", "UK", "ZZ", "XX", "UN"}


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("US", "Washington", "WA"),
        ("US", "Wash.", "WA"),
        ("US", "State of Washington", "WA"),
        ("US", "Washington State", "WA"),
        ("US", "ＷＡ", "WA"),
        ("US", "Washington, D.C.", "DC"),
        ("US", "Ohio", "OH"),
        ("US", "N.Y.", "NY"),
        ("US", "N. Carolina", "NC"),
        ("US", "W. Virginia", "WV"),
        ("US", "So. Dakota", "SD"),
        ("US", "Was", None),
        ("US", "OHI", None),
        ("US", "QC", None),
        ("CA", "Quebec", "QC"),
        ("CA", "Québec", "QC"),
        ("CA", "qc", "QC"),
        ("CA", "Province of Quebec", "QC"),
        ("AU", "WA", "WA"),
        ("AU", "Washington", None),
        ("DE", "Bavaria", "BY"),
        ("DE", "Freistaat Bayern", "BY"),
        ("DE", "Land Hessen", "HE"),
        ("DE", "Freistaat", None),
        ("DE", "Thueringen", "TH"),
        ("CH", "Kanton Zürich", "ZH"),
        ("CH", "Canton de Vaud", "VD"),
        ("CH", "Canton of Zürich", "ZH"),
        ("ES", "Comunidad Valenciana", "VC"),
        ("ES", "La Rioja", None),
        ("IE", "Co. Dublin", "D"),
        ("JP", "Tokyo", "13"),
        ("JP", "1", "01"),
        ("HK", "Kowloon", None),
        ("", "Washington", "WA"),
        ("", "US-WA", "WA"),
        ("", "Ontario", "ON"),
        ("", "Victoria", None),
        ("", "Limburg", None),
    ],
)
def test_regions_are_recognised_by_name_or_code(country: str, text: str, code: str | None) -> None:
    assert places.region(text, country) == code


@pytest.mark.parametrize(
    ("text", "countries", "words"),
    [
        ("Washingtn", ("US",), "Did you mean Washington (WA)?"),
        ("Quebec", ("US",), "'Quebec' is no state or region of the United States"),
        ("La Rioja", ("ES",), "could be La Rioja (ES-LO), La Rioja (ES-RI): write the code"),
        ("Limburg", (), "could be Limburg (BE-VLI), Limburg (NL-LI): write the code"),
        ("Kowloon", ("HK",), "has no regions in ISO 3166-2; leave it empty"),
        ("Neverland", (), "is no state or region that is known"),
    ],
)
def test_refusal_suggests_possible_values(
    text: str, countries: tuple[str, ...], words: str
) -> None:
    with pytest.raises(NotAPlaceError, match=r".") as refused:
        places.needed_region(text, *countries)
    assert words in str(refused.value)


def test_a_place_is_a_country_or_a_country_and_its_region() -> None:
    assert [places.place(text) for text in ("US-WA", "us-washington", "Timor-Leste", "Kanada")] == [
        "US-WA",
        "US-WA",
        "TL",
        "CA",
    ]
    for text in ("Washington", "US-Was", "US-", "-WA", "XX-WA", "Germany-WA"):
        with pytest.raises(NotAPlaceError):
            places.place(text)


@given(st.text(max_size=20), st.sampled_from(("", *LARGE, "HK", "XX")))
def test_any_text_is_a_known_code_or_nothing(text: str, country: str) -> None:
    found = places.region(text, country)
    assert found is None or (places.is_region(found, country) and places.region(found, country))
    of = places.country(text)
    assert of is None or places.is_country(of)


def test_every_zip_prefix_lies_in_a_state_and_every_state_has_one() -> None:
    found = set().union(*(regions_of("US", f"{prefix:03}01") for prefix in range(1000)))
    assert found == {code for code, _ in places.regions("US")} - {"UM"}
    letters = set().union(
        *(regions_of("CA", f"{letter}1B 2C3") for letter in map(chr, range(65, 91)))
    )
    assert letters == {code for code, _ in places.regions("CA")}


@pytest.mark.parametrize(
    ("country", "region", "postcode", "words"),
    [
        ("US", "WA", "98101", ""),
        ("US", "WA", "98101-1234", ""),
        ("US", "WA", "10001", "lies in New York (NY), not in Washington (WA)"),
        ("US", "DC", "98101", "lies in Washington (WA), not in District of Columbia (DC)"),
        ("US", "NY", "06390", ""),
        ("US", "AE", "09012", ""),
        ("US", "WA", "unknown", ""),
        ("US", "WA", "", ""),
        ("US", "", "98101", ""),
        ("CA", "QC", "h3b 2y5", ""),
        ("CA", "ON", "H3B2Y5", "lies in Quebec (QC), not in Ontario (ON)"),
        ("CA", "QC", "K1A 0B1", ""),
        ("DE", "BY", "10115", ""),
        ("DE", "", "D-10115", ""),
        ("DE", "", "1067", ""),
        ("DE", "", "unknown", ""),
        ("GE", "", "0105", ""),
        ("GE", "", "10115", "the postcode 10115 is none of Georgia (GE), where it has 4 digits"),
        ("GE", "BE", "D-10115", "is none of Georgia (GE)"),
        ("NE", "", "1012 AB", "is none of Niger (NE)"),
        ("CH", "", "100 000", "is none of Switzerland (CH)"),
        ("IS", "", "9414601", "is none of Iceland (IS), where it has 3 digits"),
        ("BE", "", "220030", "is none of Belgium (BE)"),
        ("FR", "", "75008 CEDEX", ""),
        ("SE", "", "SE-114 55", ""),
        ("JP", "", "100-0001", ""),
        ("GB", "", "SW1A 1AA", ""),
        ("PL", "", "00-950", ""),
    ],
)
def test_postcode_contradicting_its_region_is_told(
    country: str, region: str, postcode: str, words: str
) -> None:
    found = places.contradiction(country, region, postcode)
    assert (words in found) if words else not found


CITIES = ("Seattle", "Québec", "St. Louis", "Zürich", "New York")


def _cities(folder: Path, *written: str) -> list[str]:
    rows = "".join(f'2025-03-01,9780306406157,amazon,1,USD,5.00,"{each}"\n' for each in written)
    text = f"date,isbn,retailer,units,currency,net,city\n{rows}"
    found = read_text(folder, text, known=replace(TRADE, cities=CITIES), mappings=[])
    assert not found.reading.problems, found.messages
    return [line.city for line in found.sales]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(CITIES),
            st.sampled_from(
                (
                    *HABITS,
                    lambda name: name.replace(" ", ""),
                    lambda name: name.replace("St.", "Saint"),
                    lambda name: name.replace(" ", "  "),
                )
            ),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_cities_are_recorded_as_rules_write_them(
    tmp_path_factory: pytest.TempPathFactory,
    written: list[tuple[str, Callable[[str], str]]],
) -> None:
    folder = tmp_path_factory.mktemp("cities")
    found = _cities(folder, *(habit(city) for city, habit in written))
    assert found == [city for city, _ in written]


def test_a_city_that_no_rule_names_stays_as_reported(tmp_path: Path) -> None:
    assert _cities(tmp_path, "tacoma", "Newark", "Seattle-Tacoma", "") == [
        "tacoma", "Newark", "Seattle-Tacoma", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("store", "code"),
    [
        ("Amazon.de", "DE"), ("amazon.co.uk", "GB"), ("AMAZON.COM", "US"), ("Amazon.com.au", "AU"),
        ("www.amazon.com.br", "BR"), ("Amazon.co.jp", "JP"), ("Audible.fr", "FR"), ("Amazon.ie", "IE"),
        ("Amazon.com.be", "BE"), ("Amazon.zz", "Amazon.zz"), ("Amazon", "Amazon"), ("Buch.de", "Buch.de"),
    ],
)  # fmt: skip
def test_a_store_of_a_mapped_report_is_a_country(tmp_path: Path, store: str, code: str) -> None:
    mapping = replace(RIVER, columns={**RIVER.columns, "country": "Store"})
    text = (
        "ISBN,Sale date,Units,Net amount,Currency,Store\n"
        f"9780306406157,2025-03-01,1,5.00,USD,{store}\n"
    )
    found = read_text(tmp_path, text, mappings=[mapping])
    assert [line.country for line in found.sales] == [code]
    assert ("unknown-country" in found.codes) is (code == store)


def _told(text: str, home: str) -> set[tuple[str, str]]:
    """Every country and region that a text could mean by its name or code."""
    found = {
        (country, code)
        for country in places._iso_regions()
        if (code := places.region(text, country))
    }
    return {each for each in found if each[0] == home} or found


@given(
    st.sampled_from(NAMED),
    st.sampled_from(HABITS[:-1]),
    st.sampled_from(("", *LARGE)),
    st.booleans(),
)
def test_region_without_a_country_is_domestic_unique_or_unresolved(
    named: tuple[str, str, str], habit: Callable[[str], str], home: str, by_code: bool
) -> None:
    _, code, name = named
    text = habit(code if by_code else name)
    country, region = places.region_without_country(text, home)
    meant = _told(text, home)
    if country:
        assert (country, region) in meant
        assert country == home or len({of for of, _ in meant}) == 1
    else:
        assert not home or places.region(text, home) is None
        assert region == text or region in {code for _, code in meant}
    if by_code and country:
        assert country == home, "a code alone never tells a country"


SHOPS = {
    key: KnownRetailer(number, key, key, country)
    for number, (key, country) in enumerate(
        {"us": "US", "au": "AU", "de": "DE", "web": ""}.items(), 1
    )
}
REGIONS_ALONE = {
    "WA": {"us": ("US", "WA"), "au": ("AU", "WA"), "de": ("", "WA"), "web": ("", "WA")},
    "wa": {"us": ("US", "WA"), "au": ("AU", "WA"), "de": ("", "WA"), "web": ("", "WA")},
    "Washington": dict.fromkeys(SHOPS, ("US", "WA")),
    "Western Australia": dict.fromkeys(SHOPS, ("AU", "WA")),
    "Bayern": dict.fromkeys(SHOPS, ("DE", "BY")),
    "NSW": {"us": ("", "NSW"), "au": ("AU", "NSW"), "de": ("", "NSW"), "web": ("", "NSW")},
    "Nowhere": dict.fromkeys(SHOPS, ("", "Nowhere")),
    "Punjab": dict.fromkeys(SHOPS, ("", "PB")),
}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(SHOPS)),
            st.sampled_from(("", "US", "AU")),
            st.sampled_from(("", *REGIONS_ALONE)),
            st.sampled_from(("9780306406157", "9783161484100")),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_region_without_a_country_is_in_its_retailers_country(
    rows: list[tuple[str, str, str, str]],
) -> None:
    """Both where rows are read by the column, and one by one since their book is not known."""
    header = "date,isbn,retailer,units,currency,net,country,region,reference"
    text = [
        f"2025-03-01,{isbn},{shop},1,USD,3.00,{country},{region},{number}"
        for number, (shop, country, region, isbn) in enumerate(rows)
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = read_text(
            Path(folder), "\n".join([header, *text, ""]), known=replace(TRADE, retailers=SHOPS)
        )
    lines = {int(line[15]): line[11:13] for line in (*found.sales, *found.waiting)}
    for number, (shop, country, region, _) in enumerate(rows):
        home = SHOPS[shop].country
        if country:
            code = places.region(region, country) or region if region else ""
            assert lines[number] == (country, code)
        elif region:
            assert lines[number] == REGIONS_ALONE[region][shop]
        else:
            assert lines[number] == (home, "")


def test_region_without_a_country_lists_the_candidate_countries() -> None:
    assert places.any_region_name("WA", ("US", "DE")) == "Washington"
    assert places.any_region_name("WA", ("AU", "GB")) == "Western Australia"
    assert places.any_region_name("WA", ("US", "AU")) == "WA"
    assert places.any_region_name("WA") == "WA"
    assert places.any_region_name("NSW", ("US",)) == "New South Wales"
