"""More copies that come back than were ever sold, as far as the books know."""

from tests.builders.books import EBOOK, HARDCOVER, Document, Office, a_row, after, opened

pytestmark = after(opened)


def told(document: Document) -> str:
    """What is warned of."""
    return "; ".join(
        each["message"] for each in document["warnings"] if each["code"] == "returns-beyond-sales"
    )


def test_returns_of_more_than_was_sold_are_confirmed(office: Office) -> None:
    office.bring([a_row(3), a_row(2, isbn=EBOOK)])
    asked = office.bring([a_row(-5), a_row(1)], confirm=False).document
    assert asked["outcome"] == "confirm"
    assert f"4 copies of {HARDCOVER}, " in told(asked)
    assert "came back from Amazon" in told(asked)
    assert "where 3 copies had been sold before" in told(asked)


def test_returns_covered_by_sales_need_no_confirmation(office: Office) -> None:
    office.bring([a_row(3)])
    assert not told(office.bring([a_row(-3, date="2025-04-01")]).document)
    assert told(office.bring([a_row(-1, date="2025-04-02")]).document)
    assert not told(office.bring([a_row(-1, date="2025-04-03"), a_row(1)]).document)
    assert not told(office.bring([a_row(5, kind="free", net="0", discount=None)]).document)


def test_editions_beyond_their_sales_are_counted(office: Office) -> None:
    document = office.bring([a_row(-1), a_row(-2, isbn=EBOOK)], confirm=False).document
    assert told(document).endswith("(1 more such editions)")


def test_undone_import_does_not_cover_returns(office: Office) -> None:
    number = office.bring_batch([a_row(3)])
    office.undo(number)
    assert told(office.bring([a_row(-1)]).document)
