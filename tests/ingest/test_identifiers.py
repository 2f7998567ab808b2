"""Identifiers of books as retailers, spreadsheets and people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean, isbn

from royalties.ingest.report.books import EditionFinder
from royalties.ingest.report.catalogue import KnownEdition
from royalties.ingest.report.cells import Cell, Invalid, UnknownIdentifier, UnknownName
from royalties.ingest.report.reading import ReferenceData
from tests.ingest.shelf import TODAY

SHOP = {
    "9780306406157": 1,
    "9780804429573": 2,
    "9780000041203": 3,
    "HB-LANT-01": 1,
    "BK 07/B": 2,
    "B0FIELD001": 3,
    "036000291452": 1,
    "4006381333931": 2,
    "007": 3,
    "BK_ACX0_000001": 2,
}
INVISIBLE = ("\ufeff", "\u200b", "\u00ad", "\u2060", "\u200e")
DASHES = "-\u2010\u2011\u2013\u2014\u2212"


def _known(names: dict[str, int]) -> ReferenceData:
    editions = {
        name: KnownEdition(id_, f"978000000000{id_}", f"Book {id_}", None, ())
        for name, id_ in names.items()
    }
    return ReferenceData(editions, {}, TODAY)


FINDER = EditionFinder(_known(SHOP))
COLUMNS = {
    "ISBN": FINDER.isbn,
    "ASIN/ISBN": FINDER.identifier,
    "short ISBN": EditionFinder(_known(SHOP), short=True).isbn,
}
"""How columns of identifiers are read: whatever a column is, it takes the same spellings."""


@st.composite
def other_spellings(draw: st.DrawFn) -> tuple[int, Cell]:
    """An identifier, changed in ways that keep what it says, and the edition it names."""
    name = draw(st.sampled_from(sorted(SHOP)))
    text = name
    if name.startswith("978") and draw(st.booleans()):
        text = isbn.to_isbn10(name)
        if draw(st.booleans()):
            text = text.rjust(draw(st.integers(10, 13)), "0")
    if text.isdecimal() and draw(st.booleans()):
        text += draw(st.sampled_from((".0", ".00")))
        return SHOP[name], text
    if draw(st.booleans()):
        text = draw(st.sampled_from((text.lower(), text.title())))
    text = text.replace("-", draw(st.sampled_from(DASHES + " ")))
    at = draw(st.integers(1, len(text) - 1))
    if text[at - 1 : at + 1].strip("-/_"):
        gap = draw(st.sampled_from(("", " ", "-", "\u00a0", "\u2011", *INVISIBLE)))
        text = text[:at] + gap + text[at:]
    labels: tuple[str, ...] = ("", "SKU: ", "sku:")
    if name.startswith("978"):
        labels = ("", "ISBN: ", "isbn ", "eISBN: ", "ISBN no. ", "urn:isbn:", "ASIN/ISBN: ")
    elif name.startswith("B0"):
        labels = ("", "ASIN: ", "asin ", "ASIN:", "ASIN/ISBN: ")
    text = draw(st.sampled_from(labels)) + text
    around = draw(st.sampled_from(("{}", " {}\t", "'{}", '="{}"', "\ufeff{}", "{}\u200b")))
    return SHOP[name], around.format(text)


@pytest.mark.parametrize("column", COLUMNS)
@given(spelt=other_spellings())
def test_an_identifier_is_found_in_any_spelling(column: str, spelt: tuple[int, Cell]) -> None:
    edition, cell = spelt
    assert COLUMNS[column](cell) == edition


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("name", [name for name in SHOP if name.isdecimal()])
def test_a_number_may_lose_or_gain_leading_zeros(name: str, column: str) -> None:
    for cell in (int(name), float(int(name)), f"{int(name)}.0", f"0{name}"):
        assert COLUMNS[column](cell) == SHOP[name]


@pytest.mark.parametrize(
    "text",
    [
        "ISBN: 9780306406157.0",
        "0306406152",
        "306406152",
        "80442957X",
        "080442957x",
        "000080442957X",
        "09780306406157",
    ],
)
def test_short_and_padded_isbns_are_found(text: str) -> None:
    assert {read(text) for read in COLUMNS.values()} <= {1, 2}


def test_the_text_as_written_counts_before_its_normal_form() -> None:
    finder = EditionFinder(_known({"HB-1": 1, "HB1": 2}))
    assert (finder.isbn("hb-1"), finder.isbn("HB1")) == (1, 2)
    doubtful = finder.isbn("HB 1")
    assert isinstance(doubtful, Invalid)
    assert "can mean" in doubtful.message


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("tote-01", "TOTE-01"), ("  GIFT  CARD 25 ", "GIFT CARD 25"), ("TOTEBAG", "TOTEBAG"),
        ("BK/07", "BK/07"), ("B0XXXX0001", "B0XXXX0001"), ("5901234123457", "5901234123457"),
        ("ISBN: 978-3-16-148410-0", "9783161484100"), ("80442957x", "9780804429573"),
    ],
    ids=repr,
)  # fmt: skip
def test_an_unknown_identifier_waits(text: str, identifier: str) -> None:
    found = EditionFinder(_known({})).isbn(text)
    assert isinstance(found, UnknownIdentifier)
    assert found.identifier == identifier


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("ISBN: 978-3-16-148410-0", "9783161484100"), ("ISBN 80442957x", "9780804429573"),
        ("ASIN: b0unknown1", "B0UNKNOWN1"), ("SKU: 12", "12"), ("UPC: 036000291453", "036000291453"),
        ("ISBN: 9783161484100.0", "9783161484100"),
    ],
    ids=repr,
)  # fmt: skip
def test_an_unknown_identifier_waits_without_its_label(text: str, identifier: str) -> None:
    finder = EditionFinder(_known({}))
    for found in (finder.isbn(text), finder.identifier(text)):
        assert isinstance(found, UnknownIdentifier)
        assert found.identifier == identifier


AFFIXES = ("PB", "EPUB", "ebook", "HC2", "pbk", "é", "KDP")
SIGNS = ("-", "_", " ", "/", ".", " - ", ":")


@st.composite
def numbers_with_more(draw: st.DrawFn) -> tuple[str, str]:
    """A number that many sellers know, and the same with what one seller adds to it."""
    digits = draw(st.text("0123456789", min_size=9, max_size=11))
    kind = draw(st.sampled_from(("978", "979", "ten", "UPC")))
    if kind.isdecimal():
        number = kind + digits[:9].ljust(9, "0")
        number += ean.calc_check_digit(number)
        if draw(st.booleans()):
            number = draw(st.sampled_from((isbn.format(number), f"{number[:3]} {number[3:]}")))
    elif kind == "ten":
        number = digits[:9]
        number += "0123456789X"[sum(at * int(sign) for at, sign in enumerate(number, 1)) % 11]
    else:
        number = digits.ljust(11, "0")
        number += ean.calc_check_digit(number)
    affix, sign = draw(st.sampled_from(AFFIXES)), draw(st.sampled_from(SIGNS))
    ways = (f"{number}{sign}{affix}", f"{affix}{sign}{number}", f"{number} ({affix})")
    return number, draw(st.sampled_from(ways))


@pytest.mark.parametrize("column", COLUMNS)
@given(found=numbers_with_more())
def test_a_number_with_more_than_itself_waits(column: str, found: tuple[str, str]) -> None:
    """It may be another form of the book: nobody knows until somebody says so, once."""
    number, text = found
    for label in ("", "ISBN: " if number[:3] in ("978", "979") and text[0] == "9" else ""):
        book = COLUMNS[column](label + text)
        assert isinstance(book, UnknownIdentifier), text
        assert book.identifier == " ".join(text.split()).upper()
    named = EditionFinder(_known({**SHOP, text.upper(): 3}))
    assert named.isbn(text) == named.identifier(text) == 3


@given(
    st.sampled_from(("9780306406157", "9791034301232")),
    st.integers(1, 9),
    st.sampled_from(AFFIXES),
    st.sampled_from(SIGNS),
    st.booleans(),
)
def test_a_wrong_check_digit_is_told_beside_whatever_else(
    number: str, by: int, affix: str, sign: str, before: bool
) -> None:
    wrong = number[:-1] + str((int(number[-1]) + by) % 10)
    book = FINDER.isbn(f"{affix}{sign}{wrong}" if before else f"{wrong}{sign}{affix}")
    assert isinstance(book, Invalid)
    assert f"expected {number[-1]}" in book.message
    assert book.remedy == "check the number against the book"


@given(st.text("0123456789", min_size=7, max_size=13), st.sampled_from((8, 12, 13, 14)))
def test_a_number_of_articles_waits_by_its_check_digit(digits: str, length: int) -> None:
    number = f"1{digits}".ljust(length - 1, "0")[: length - 1]
    number += ean.calc_check_digit(number)
    book = EditionFinder(_known({})).isbn(number)
    assert isinstance(book, UnknownIdentifier)
    assert book.identifier == number
    if length > 8:
        slip = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert isinstance(FINDER.isbn(slip), Invalid)


@given(st.integers(0, 12), st.sampled_from("OIlSBX"))
def test_mistyped_isbn_is_a_problem_not_a_waiting_row(at: int, sign: str) -> None:
    number = "9780306406157"
    assert isinstance(FINDER.isbn(number[:at] + sign + number[at + 1 :]), Invalid)
    digit = str((int(number[at]) + 1) % 10)
    assert isinstance(FINDER.isbn(number[:at] + digit + number[at + 1 :]), Invalid)


@pytest.mark.parametrize("text", ["n/a", "N/A", "none", "--", "see note", "Total", "9.78E+12"])
def test_text_that_names_no_product_is_a_problem(text: str) -> None:
    assert isinstance(FINDER.isbn(text), Invalid)


@given(st.text(max_size=30))
def test_any_text_is_an_edition_waits_or_is_a_problem(text: str) -> None:
    found = FINDER.isbn(text)
    if isinstance(found, UnknownIdentifier) and found.identifier.isdecimal():
        assert ean.is_valid(found.identifier) or len(found.identifier) <= 8


WORDS = st.lists(
    st.sampled_from(
        ("Tote", "bag", "Gift", "card", "T-shirt", "Mug", "Geschenkgutschein", "Sac", "à", "dos",
         "Poster", "&", "Set", "Lesezeichen", "Ex-libris")
    ), min_size=1, max_size=4,
).map(" ".join).filter(lambda text: text[0].isalpha() and text[-1].isalpha() and len(text) > 2)  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
@given(words=WORDS)
def test_plain_words_wait(column: str, words: str) -> None:
    """What a shop sells besides books has often no number: it waits until that is said once."""
    found = COLUMNS[column](words)
    assert isinstance(found, UnknownIdentifier)
    assert found.identifier == words.upper()
    assert EditionFinder(_known({words: 2})).isbn(words.swapcase()) == 2


@given(st.text("0123456789", min_size=1, max_size=8))
def test_house_numbers_of_digits_alone_wait(digits: str) -> None:
    found = EditionFinder(_known({})).isbn(digits)
    if not digits.strip("0") or digits.startswith(("978", "979")):
        assert isinstance(found, Invalid)
    else:
        assert isinstance(found, UnknownIdentifier)
        assert not isinstance(found, UnknownName)
