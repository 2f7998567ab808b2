"""Titles of ONIX messages: names and tags, prices, forms, deletions, and what is refused."""

import re
from pathlib import Path

import pytest

from royalties.ingest.lists.contents import ListContents, Record
from royalties.ingest.lists.onix import is_onix, read_onix
from royalties.ingest.sandbox.onix import _SHORT as SHORT
from tests.house.repository import ROOT

SAMPLE = (ROOT / "examples" / "lists" / "collaborating.onix.xml").read_text(encoding="utf-8")
HARDCOVER, PAPERBACK, EBOOK = "9781442246928", "9781442246935", "9781442246942"


def read(
    folder: Path, text: str | bytes, answers: dict[str, str] | None = None, *known: str
) -> ListContents:
    path = folder / "titles.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert is_onix(path)
    return read_onix(path, answers or {}, known=known)


def a_product(
    isbn: str = HARDCOVER,
    *prices: str,
    notification: str = "03",
    form: str = "BB",
    title: str = "<TitleText>Tides</TitleText>",
    more: str = "",
    detail: str = "",
) -> str:
    return f"""
<Product><RecordReference>r{isbn}</RecordReference>
<NotificationType>{notification}</NotificationType>
<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{isbn}</IDValue></ProductIdentifier>
<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>{form}</ProductForm>
<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>
{title}</TitleElement></TitleDetail>{detail}</DescriptiveDetail>{more}
<ProductSupply><SupplyDetail>{"".join(prices)}</SupplyDetail></ProductSupply></Product>"""


def a_price(
    amount: str, currency: str = "USD", kind: str = "01", where: str = "", more: str = ""
) -> str:
    territory = (
        f"<Territory><CountriesIncluded>{where}</CountriesIncluded></Territory>" if where else ""
    )
    return (
        f"<Price><PriceType>{kind}</PriceType><PriceAmount>{amount}</PriceAmount>{more}"
        f"<CurrencyCode>{currency}</CurrencyCode>{territory}</Price>"
    )


def a_message(*products: str, release: str = "3.0", before: str = "") -> str:
    return f'{before}<ONIXMessage release="{release}">{"".join(products)}</ONIXMessage>'


def priced(folder: Path, *prices: str, **answers: str) -> list[Record]:
    """The prices of one product."""
    [record] = read(folder, a_message(a_product(HARDCOVER, *prices)), answers).records
    found: list[Record] = record.get("prices", [])
    return found


def short(text: str) -> str:
    """A message with reference names as one with short tags."""
    tags = {name: tag for tag, name in SHORT.items()} | {"ONIXMessage": "ONIXmessage"}
    text = re.sub(r"(</?)(\w+)", lambda found: found[1] + tags.get(found[2], found[2]), text)
    return text.replace("/reference", "/short")


def test_sample_gives_three_editions_of_one_work(tmp_path: Path) -> None:
    listed = read(tmp_path, SAMPLE)
    assert (listed.faults, listed.questions, listed.notes) == ([], [], [])
    first, second, third = listed.records
    assert first == {
        "place": f"product 1 ({HARDCOVER})",
        "isbn": HARDCOVER,
        "title": "Collaborating against Human Trafficking",
        "subtitle": "Cross-Sector Challenges and Practices",
        "authors": ["Kirsten Foot"],
        "format": "hardcover",
        "published": "2015-09-10",
        "works": ["onix 01 CAHT"],
        "prices": [
            {"currency": "USD", "amount": "75.00"},
            {"currency": "GBP", "amount": "52.00"},
        ],
    }
    assert second["authors"] == ["Kirsten Foot"]
    assert second["prices"] == [
        {"currency": "USD", "amount": "38.00"},
        {"currency": "USD", "amount": "40.00", "from": "2026-01-01"},
    ]
    assert (third["format"], third["works"]) == ("ebook", [f"isbn {HARDCOVER}"])


@pytest.mark.parametrize("release", ["3.0", "3.1"])
def test_short_tags_say_the_same(tmp_path: Path, release: str) -> None:
    text = SAMPLE.replace('release="3.0"', f'release="{release}"').replace(
        "onix/3.0", f"onix/{release}"
    )
    assert "<b203>" in short(text)
    assert read(tmp_path, short(text)).records == read(tmp_path, text).records


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_message_in_any_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = SAMPLE.replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    text = text.replace("Kirsten Foot", "Kirstën Foot")
    assert read(tmp_path, text.encode(encoding)).records[0]["authors"] == ["Kirstën Foot"]


@pytest.mark.parametrize(
    ("prices", "taken"),
    [
        ([a_price("20.00")], [("USD", "20.00")]),
        ([a_price("20", "JPY")], [("JPY", "20")]),
        ([a_price("20.005")], [("USD", "20.005")]),
        ([a_price("23.98", kind="02"), a_price("20.15")], [("USD", "20.15")]),
        ([a_price("12.99", kind="05")], []),
        ([a_price("12.99", more="<MinimumOrderQuantity>9</MinimumOrderQuantity>")], []),
        ([a_price("12.99", more="<PriceQualifier>06</PriceQualifier>")], []),
        ([a_price("12.99", more="<PriceQualifier>05</PriceQualifier>")], [("USD", "12.99")]),
        ([a_price("9.00", where="CA MX"), a_price("10.00", where="US")], [("USD", "10.00")]),
        ([a_price("9.00", where="WORLD"), a_price("10.00", where="AU")], [("USD", "9.00")]),
        ([a_price("9.00", where="CA"), a_price("10.00", where="AU")], []),
        ([a_price("9.00", where="CA"), a_price("9.00", where="AU")], [("USD", "9.00")]),
        ([a_price("8.00", "EUR", where="DE"), a_price("9.00")], [("EUR", "8.00"), ("USD", "9.00")]),
        ([a_price("1.00", "XXQ")], []),
        ([a_price("a lot")], []),
    ],
)
def test_price_that_royalties_go_by_is_chosen(
    tmp_path: Path, prices: list[str], taken: list[tuple[str, str]]
) -> None:
    found = priced(tmp_path, *prices)
    assert [(each["currency"], each["amount"]) for each in found] == taken


@pytest.mark.parametrize(
    ("tax", "net"),
    [
        ("<TaxRatePercent>20</TaxRatePercent>", "10.00"),
        ("<TaxRatePercent>7</TaxRatePercent>", "11.21"),
        ("<TaxAmount>2.00</TaxAmount>", "10.00"),
        ("<TaxableAmount>10.50</TaxableAmount><TaxAmount>1.50</TaxAmount>", "10.50"),
        ("<TaxRateCode>Z</TaxRateCode>", "12.00"),
    ],
)
def test_tax_is_taken_out_of_a_price_that_includes_it(tmp_path: Path, tax: str, net: str) -> None:
    [price] = priced(tmp_path, a_price("12.00", "GBP", "02", more=f"<Tax>{tax}</Tax>"))
    assert price["amount"] == net


def test_tax_that_is_not_told_is_asked_about(tmp_path: Path) -> None:
    message = a_message(a_product(HARDCOVER, a_price("12.00", "GBP", "02")))
    [question] = read(tmp_path, message).questions
    assert question.key == "taxed"
    taken = read(tmp_path, message, {"taxed": "as-they-are"})
    assert taken.records[0]["prices"] == [{"currency": "GBP", "amount": "12.00"}]
    left = read(tmp_path, message, {"taxed": "leave-out"})
    assert "prices" not in left.records[0]
    assert "include a tax that the file does not tell" in left.notes[0]


def test_note_names_the_price_taken_from_several(tmp_path: Path) -> None:
    prices = (a_price("9.00", where="CA"), a_price("10.00", where="US"))
    listed = read(tmp_path, a_message(a_product(HARDCOVER, *prices)))
    [note] = listed.notes
    assert "10.00 is taken, for US" in note


@pytest.mark.parametrize(
    ("form", "made_of"),
    [("BB", "hardcover"), ("BC", "paperback"), ("EA", "ebook"), ("ED", "ebook"), ("AJ", "audiobook"),
     ("AC", "audiobook"), ("BH", "hardcover")],
)  # fmt: skip
def test_product_forms_of_list_150_are_formats(tmp_path: Path, form: str, made_of: str) -> None:
    [record] = read(tmp_path, a_message(a_product(form=form))).records
    assert record["format"] == made_of


def test_unknown_form_is_asked_about_and_kept_where_the_edition_is_known(tmp_path: Path) -> None:
    message = a_message(a_product(form="BA"), a_product(PAPERBACK, form="PC"))
    first, second = read(tmp_path, message).questions
    assert "BA” (book, binding not said)" in first.words
    assert "calendar" in second.words
    answered = read(tmp_path, message, {"form.BA": "paperback", "form.PC": "leave-out"})
    assert [(each["isbn"], each["format"]) for each in answered.records] == [
        (HARDCOVER, "paperback")
    ]
    kept = read(tmp_path, message, {}, HARDCOVER, PAPERBACK)
    assert kept.questions == []
    assert all("format" not in each for each in kept.records)


def test_deletion_retires_what_is_known_and_no_more(tmp_path: Path) -> None:
    message = a_message(
        a_product(notification="05"), a_product(PAPERBACK, notification="05", form="BC")
    )
    listed = read(tmp_path, message, {}, HARDCOVER)
    assert listed.records == [
        {"place": f"product 1 ({HARDCOVER})", "isbn": HARDCOVER, "retire": True}
    ]
    assert listed.notes == ["Left out: 1 product deleted, and not in the books."]


def test_tests_packs_and_products_without_isbn_are_left_out_and_counted(tmp_path: Path) -> None:
    pack = a_product(EBOOK).replace("<ProductComposition>00", "<ProductComposition>20")
    nameless = a_product(PAPERBACK).replace("<ProductIDType>15", "<ProductIDType>01")
    listed = read(tmp_path, a_message(a_product(notification="88"), pack, nameless))
    assert listed.records == []
    assert len(listed.notes) == 3


INVERTED = (
    "<NamesBeforeKey>Ada</NamesBeforeKey><PrefixToKey>van</PrefixToKey><KeyNames>Quill</KeyNames>"
)


def test_title_with_prefix_and_names_in_parts_are_put_together(tmp_path: Path) -> None:
    title = "<TitlePrefix>The</TitlePrefix><TitleWithoutPrefix>Tide</TitleWithoutPrefix>"
    people = "".join(
        f"<Contributor><SequenceNumber>{place}</SequenceNumber>"
        f"<ContributorRole>{role}</ContributorRole>{name}</Contributor>"
        for place, role, name in (
            (2, "A01", "<PersonNameInverted>Marsh, Cleo</PersonNameInverted>"),
            (1, "A01", INVERTED),
            (3, "A12", "<PersonName>An Illustrator</PersonName>"),
            (4, "A01", "<CorporateName>Tide Watch</CorporateName>"),
        )
    )  # fmt: skip
    [record] = read(tmp_path, a_message(a_product(title=title, detail=people))).records
    assert record["title"] == "The Tide"
    assert record["authors"] == ["Ada van Quill", "Cleo Marsh", "Tide Watch"]


def test_editors_are_named_if_there_are_no_authors(tmp_path: Path) -> None:
    people = "<Contributor><ContributorRole>B01</ContributorRole><PersonName>Ed It</PersonName></Contributor>"
    [record] = read(tmp_path, a_message(a_product(detail=people))).records
    assert record["authors"] == ["Ed It"]


@pytest.mark.parametrize(
    ("dated", "day"),
    [
        ('<Date dateformat="00">20250910</Date>', "2025-09-10"),
        ("<Date>20250910</Date>", "2025-09-10"),
        ("<DateFormat>01</DateFormat><Date>202509</Date>", "2025-09-01"),
        ('<Date dateformat="13">20250910T0900</Date>', "2025-09-10"),
        ('<Date dateformat="05">2025</Date>', None),
        ("<Date>20251350</Date>", None),
    ],
)
def test_publication_dates_of_each_format(tmp_path: Path, dated: str, day: str | None) -> None:
    more = (
        "<PublishingDetail><PublishingDate><PublishingDateRole>01</PublishingDateRole>"
        f"{dated}</PublishingDate></PublishingDetail>"
    )
    listed = read(tmp_path, a_message(a_product(more=more)))
    assert listed.records[0].get("published") == day
    assert bool(listed.notes) is (day is None)


ENTITY = '<ONIXMessage release="3.0" x="&b;"><Product>&b;</Product></ONIXMessage>'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<!DOCTYPE ONIXMessage SYSTEM "onix.dtd"><ONIXMessage release="3.0"/>', "DOCTYPE"),
        (f'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>{ENTITY}', "DOCTYPE"),
        (f'<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>{ENTITY}', "DOCTYPE"),
        ('<?xml version="1.0"?><ONIXMessage release="2.1"/>', "a release before 3.0"),
        ('<?xml version="1.0"?><SalesReport/>', "no ONIX message"),
        ('<?xml version="1.0"?><ONIXMessage release="3.0"><Product>', "damaged"),
        ('<ONIXMessage release="3.0">' + "<a>" * 60 + "</a>" * 60 + "</ONIXMessage>", "deep"),
        ('<ONIXMessage release="3.0"></ONIXMessage>', "no products"),
    ],
)
def test_invalid_or_unsafe_message_is_refused(tmp_path: Path, text: str, told: str) -> None:
    listed = read(tmp_path, text)
    assert listed.records == []
    assert told in listed.faults[0].message


def test_wrong_isbn_is_a_fault_with_its_product(tmp_path: Path) -> None:
    [fault] = read(tmp_path, a_message(a_product("9781442246921"))).faults
    assert fault.place == "product 1 (9781442246921)"
    assert "check digit" in fault.message


def test_product_sent_twice_counts_as_it_was_sent_last(tmp_path: Path) -> None:
    message = a_message(
        a_product(HARDCOVER, a_price("1.00")),
        a_product(PAPERBACK),
        a_product(HARDCOVER, a_price("2.00")),
    )
    listed = read(tmp_path, message)
    assert listed.records[-1]["prices"] == [{"currency": "USD", "amount": "2.00"}]


def test_long_message_is_read_within_the_limits_of_its_process(
    tmp_path: Path, own_processes: None
) -> None:
    products = "".join(
        a_product(HARDCOVER, a_price("1.00"), notification="88").replace(
            "<Product>", f"<Product id='{n}'>"
        )
        for n in range(1_000)
    )
    listed = read(tmp_path, a_message(products, a_product(PAPERBACK, form="BC")))
    assert [each["isbn"] for each in listed.records] == [PAPERBACK]
