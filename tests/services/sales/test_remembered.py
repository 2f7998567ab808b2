"""What is no book, what is a bundle: said once, remembered, taken back; nothing is lost."""

import json
from collections.abc import Mapping

import pytest

from royalties.services.sales import remembered
from royalties.services.sales.waiting import alias
from royalties.services.work import RefusedError
from royalties.store.history import log_lines
from royalties.store.sales import batches, imports
from tests.builders.books import EBOOK, HARDCOVER, UNKNOWN, Office, a_row, after, opened

pytestmark = after(opened)


def no_book(office: Office, name: str, retailer: str = "amazon") -> remembered.Decision:
    """Say that something is no book."""
    with office.work() as work:
        return remembered.say_no_book(work, retailer, name)


def bundle(
    office: Office, name: str, shares: Mapping[str, str], retailer: str = "amazon"
) -> remembered.Decision:
    """Say that something is a bundle."""
    with office.work() as work:
        return remembered.say_bundle(work, retailer, name, [*shares.items()])


def forget(office: Office, number: int) -> remembered.Decision:
    """Take back what was said."""
    with office.work() as work:
        return remembered.forget(work, number)


def waits(office: Office) -> dict[str, int]:
    """Rows that wait, by what they wait under; as the list and the pages tell it."""
    with office.work(read_only=True) as work:
        rows = {name: rows for name, _, rows, _ in batches.waiting_summary(work.connection)}
        assert imports.waiting_count(work.connection)[0] == sum(rows.values())
        return rows


def sold(office: Office, number: int) -> list[tuple[str, int, str]]:
    """ISBN, copies and receipts of what is recorded of an import."""
    with office.work(read_only=True) as work:
        rows = batches.sales_of(work.connection, batch_id=number)
        return sorted((row[7], row[10], str(row[13])) for row in rows)


def sound(office: Office) -> None:
    """Nothing in the books contradicts itself."""
    assert not office.faults()


ROW = {"list_price": None, "discount": None}


def test_waiting_rows_that_are_no_book_are_set_aside_until_undone(office: Office) -> None:
    number = office.bring_batch(
        [a_row(2), a_row(1, isbn="TOTE-01", net="9.00", **ROW), a_row(1, isbn=UNKNOWN)]
    )
    said = no_book(office, "tote 01")
    assert said.rows == 1
    assert waits(office) == {UNKNOWN: 1}
    sound(office)
    assert forget(office, said.number).rows == 1
    assert waits(office) == {UNKNOWN: 1, "TOTE-01": 1}
    sound(office)
    no_book(office, "TOTE-01")
    office.undo(number)
    sound(office)
    assert not waits(office)


def test_later_reports_skip_what_is_no_book_and_say_why(office: Office) -> None:
    no_book(office, "TOTE-01")
    document = office.bring([a_row(2), a_row(1, isbn="tote01", net="9.00", **ROW)]).document
    assert document["outcome"] == "recorded"
    assert document["skipped"] == [
        {"rows": 1, "reason": "TOTE-01 is no book", "net": {"USD": "9.00"}}
    ]
    assert not waits(office)
    sound(office)


def test_identifier_is_set_aside_for_its_retailer_only(office: Office) -> None:
    no_book(office, "TOTE-01", "bay")
    office.bring([a_row(1, isbn="TOTE-01", net="9.00", **ROW)])
    assert waits(office) == {"TOTE-01": 1}


def test_waiting_rows_of_a_bundle_are_recorded_as_its_editions(office: Office) -> None:
    number = office.bring_batch(
        [a_row(2, isbn="SET-1", net="10.00", **ROW), a_row(-1, isbn="set 1", net="-5.00", **ROW)]
    )
    said = bundle(office, "SET-1", {HARDCOVER: "2/3", EBOOK: "1/3"})
    assert said.rows == 2
    assert not waits(office)
    assert sold(office, number) == sorted(
        [
            (HARDCOVER, 2, "6666667"), (EBOOK, 2, "3333333"),
            (HARDCOVER, -1, "-3333334"), (EBOOK, -1, "-1666666"),
        ]
    )  # fmt: skip
    sound(office)
    forget(office, said.number)
    assert len(sold(office, number)) == 4
    document = office.bring([a_row(1, isbn="SET-1", net="7.00", date="2025-04-01", **ROW)]).document
    (waiting,) = document["waiting"]
    assert (waiting["isbn"], waiting["rows"], waiting["units"]) == ("SET-1", 1, 1)
    office.undo(number)
    sound(office)


def test_later_reports_record_the_editions_of_a_bundle(office: Office) -> None:
    bundle(office, "SET-1", {HARDCOVER: "60%", EBOOK: "40%"})
    document = office.bring([a_row(3, isbn="SET-1", net="10.00", **ROW)]).document
    assert (document["rows"], document["recorded"], document["sale_lines"]) == (1, 1, 2)
    assert document["net"] == {"USD": "10.00"}
    assert sold(office, document["batch"]) == sorted(
        [(HARDCOVER, 3, "6000000"), (EBOOK, 3, "4000000")]
    )
    sound(office)


def test_rows_of_a_bundle_without_money_stay_unmatched(office: Office) -> None:
    office.bring([a_row(1, isbn="SET-1", list_price=None, discount="0.5")])
    said = bundle(office, "SET-1", {HARDCOVER: "1", EBOOK: "1"})
    assert (said.rows, said.without_price) == (0, 1)
    assert waits(office) == {"SET-1": 1}


@pytest.mark.parametrize(
    ("name", "shares", "words"),
    [
        (HARDCOVER, None, "stands for an edition: it is a book"),
        ("", None, "1 to 200"),
        ("--", None, "1 to 200"),
        ("SET-1", {HARDCOVER: "1"}, "2 to 50 editions"),
        ("SET-1", {HARDCOVER: "1", UNKNOWN: "1"}, "no edition has the ISBN"),
        ("SET-1", {HARDCOVER: "1", EBOOK: "0"}, "no share of a price"),
        ("SET-1", {HARDCOVER: "1", EBOOK: "half"}, "no share of a price"),
        ("SET-1", {HARDCOVER: "1", EBOOK: "1/0"}, "no share of a price"),
        ("SET-1", {HARDCOVER: "1", f"{HARDCOVER[:3]}-{HARDCOVER[3:]}": "1"}, "stands twice"),
    ],
)  # fmt: skip
def test_invalid_bundle_or_identifier_is_refused(
    office: Office, name: str, shares: Mapping[str, str] | None, words: str
) -> None:
    before = office.hashes()
    with pytest.raises(RefusedError, match=words):
        bundle(office, name, shares) if shares else no_book(office, name)
    assert office.hashes() == before


def test_identifier_cannot_be_both_bundle_and_no_book(office: Office) -> None:
    first = no_book(office, "SET-1")
    assert no_book(office, "set1").number == first.number
    with pytest.raises(RefusedError, match="said to be no book: take that back first"):
        bundle(office, "SET-1", {HARDCOVER: "1", EBOOK: "1"})
    forget(office, first.number)
    with pytest.raises(RefusedError, match="taken back already"):
        forget(office, first.number)
    bundle(office, "SET-1", {HARDCOVER: "1", EBOOK: "1"})
    with office.work(read_only=True) as work:
        rows = remembered.remembered_list(work)
    assert [(row.said, row.ended_by is None) for row in rows] == [
        ("bundle", True),
        ("no-book", False),
    ]


def test_alias_takes_precedence_over_remembered_answers(office: Office) -> None:
    no_book(office, "TOTE-01")
    with office.work() as work:
        alias(work, "TOTE-01", HARDCOVER)
    assert office.bring([a_row(1, isbn="TOTE-01")]).document["recorded"] == 1


def test_log_records_remembered_and_forgotten_answers(office: Office) -> None:
    forget(office, no_book(office, "TOTE-01").number)
    bundle(office, "SET-1", {HARDCOVER: "2/3", EBOOK: "1/3"})
    with office.work(read_only=True) as work:
        told = [
            json.loads(line.payload)
            for line in log_lines(work.connection)
            if line.action == "remember"
        ]
    assert [(each["what"], each["name"]) for each in told] == [
        ("no-book", "TOTE-01"), ("forgotten", "TOTE-01"), ("bundle", "SET-1"),
    ]  # fmt: skip
