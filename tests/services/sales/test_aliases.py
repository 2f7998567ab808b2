"""A wrong match is ended or moved, from now on or with the open periods' rows; closed ones stay."""

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.services.sales import aliases
from royalties.services.sales.aliases import Alias, MovedAlias
from royalties.services.sales.importing import Request, StaleError, import_report, read_report
from royalties.services.work import RefusedError
from tests.builders.books import EBOOK, HARDCOVER, UNKNOWN, Office, a_row, after, spring

pytestmark = pytest.mark.engines("either")

TOLD = {"isbn": UNKNOWN, "list_price": None, "discount": None}
CLEO = Actor("Cleo", Role.CLERK)


def rows_of(office: Office, isbn: str, batch: int) -> int:
    [(count,)] = office.rows(
        "SELECT count(*) FROM sale JOIN edition ON edition.id = sale.edition_id "
        f"WHERE edition.isbn = '{isbn}' AND sale.batch_id = {batch}"
    )
    return int(count)


def found(office: Office, identifier: str = UNKNOWN) -> Alias:
    with office.work(read_only=True) as work:
        alias = aliases.find_alias(work, identifier)
    assert alias is not None
    return alias


def move(
    office: Office, isbn: str | None, *, seen: str = HARDCOVER, rows: bool = False
) -> MovedAlias:
    with office.system.work(CLEO) as work:
        return aliases.move_alias(work, UNKNOWN, isbn, seen=seen, rows=rows)


def matched(office: Office) -> tuple[int, int]:
    """Two imports of an identifier that stands for the hardcover: it waited, and was known."""
    first = office.bring_batch([a_row(3), a_row(2, net="10.00", **TOLD)])
    office.alias(UNKNOWN, HARDCOVER)
    second = office.bring_batch(
        [a_row(3, date="2025-04-02"), a_row(4, date="2025-04-02", net="20.00", **TOLD)]
    )
    return first, second


@after(spring)
def test_uses_are_known_before_the_decision(office: Office) -> None:
    first, second = matched(office)
    alias = found(office)
    assert alias.edition is not None
    assert alias.edition.isbn == HARDCOVER
    assert [(each.batch, each.open_rows, each.closed_rows) for each in alias.uses] == [
        (first, 1, 0), (second, 1, 0),
    ]  # fmt: skip
    [given] = alias.history
    assert (given.from_isbn, given.to_isbn) == (None, HARDCOVER)
    office.undo(second)
    assert [each.batch for each in found(office).uses] == [first]


@after(spring)
def test_alias_is_moved_from_now_on(office: Office) -> None:
    first, second = matched(office)
    assert move(office, EBOOK) == MovedAlias(UNKNOWN, HARDCOVER, EBOOK, 0)
    assert (rows_of(office, HARDCOVER, first), rows_of(office, HARDCOVER, second)) == (2, 2)
    third = office.bring_batch([a_row(4, date="2025-05-02", net="20.00", **TOLD)])
    assert rows_of(office, EBOOK, third) == 1
    newest, _ = found(office).history
    assert (newest.from_isbn, newest.to_isbn, newest.by) == (HARDCOVER, EBOOK, "Cleo")
    assert office.faults() == {}


@after(spring)
def test_rows_of_the_open_period_move_with_it(office: Office) -> None:
    first, second = matched(office)
    before = office.run("2025-H1")
    assert move(office, EBOOK, rows=True).rows == 2
    assert (rows_of(office, EBOOK, first), rows_of(office, EBOOK, second)) == (1, 1)
    assert office.faults() == {}
    assert office.run("2025-H1") != before
    assert move(office, HARDCOVER, seen=EBOOK, rows=True).rows == 2
    assert office.run("2025-H1") == before
    assert office.faults() == {}


@after(spring)
def test_ended_alias_lets_rows_wait_again(office: Office) -> None:
    first, second = matched(office)
    assert move(office, None, rows=True).rows == 2
    assert (rows_of(office, HARDCOVER, first), rows_of(office, HARDCOVER, second)) == (1, 1)
    assert office.rows("SELECT count(*), sum(net) FROM waiting")[0] == (2, 30_000_000)
    assert office.faults() == {}
    office.alias(UNKNOWN, EBOOK)
    assert (rows_of(office, EBOOK, first), rows_of(office, EBOOK, second)) == (1, 1)
    assert [(each.from_isbn, each.to_isbn) for each in found(office).history] == [
        (None, EBOOK), (HARDCOVER, None), (None, HARDCOVER),
    ]  # fmt: skip
    assert office.faults() == {}


@after(spring)
def test_closed_rows_stay(office: Office) -> None:
    first, _ = matched(office)
    office.close("2025-H1", early="a test")
    late = office.bring_batch([a_row(4, date="2025-08-02", net="20.00", **TOLD)])
    assert [(each.batch, each.open_rows) for each in found(office).uses if each.open_rows] == [
        (late, 1)
    ]
    assert found(office).closed_rows == 2
    assert move(office, EBOOK, rows=True).rows == 1
    assert (rows_of(office, EBOOK, first), rows_of(office, EBOOK, late)) == (0, 1)
    assert office.faults() == {}


@after(spring)
def test_money_of_the_old_price_is_not_moved(office: Office) -> None:
    office.alias(UNKNOWN, HARDCOVER)
    batch = office.bring_batch([a_row(4, **{**TOLD, "discount": "0.5", "net": None})])
    with pytest.raises(RefusedError, match=f"import {batch} may have come of the list price"):
        move(office, EBOOK, rows=True)
    assert rows_of(office, HARDCOVER, batch) == 1
    assert move(office, EBOOK).rows == 0


@after(spring)
def test_decisions_are_refused_clearly(office: Office) -> None:
    with pytest.raises(RefusedError, match="was not given by hand"):
        move(office, EBOOK)
    office.alias(UNKNOWN, HARDCOVER)
    with pytest.raises(RefusedError, match=f"it stands for {HARDCOVER} by now"):
        move(office, EBOOK, seen=EBOOK)
    with pytest.raises(RefusedError, match="already"):
        move(office, HARDCOVER)
    with pytest.raises(RefusedError, match="no edition has the ISBN"):
        move(office, "9780000000002")
    for role in (Role.NONPROFIT, Role.ORGANIZATION):
        with office.system.work(Actor("Sam", role)) as work:
            with pytest.raises(NotAllowedError):
                aliases.move_alias(work, UNKNOWN, EBOOK, seen=HARDCOVER)
            with pytest.raises(NotAllowedError):
                aliases.find_alias(work, UNKNOWN)


@after(spring)
def test_report_read_before_the_decision_is_read_again(office: Office) -> None:
    office.alias(UNKNOWN, HARDCOVER)
    path = office.report([a_row(4, net="20.00", **TOLD)])
    request = Request(path, "late.csv", confirm=True)
    with office.work(read_only=True) as work:
        read = read_report(work, request)
    assert read is not None
    move(office, EBOOK)
    with office.work() as work, pytest.raises(StaleError):
        import_report(work, request, read)
    read.close()
