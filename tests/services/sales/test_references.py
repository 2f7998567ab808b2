"""Sales are found by their references, whatever was done with them: the table is what lines say."""

from collections.abc import Callable
from random import Random

import pytest

from royalties.domain.people import Actor, Role
from royalties.services.sales import aliases
from royalties.store.desk.search import references
from tests.builders.books import EBOOK, HARDCOVER, UNKNOWN, Office, a_row, after, spring

pytestmark = pytest.mark.engines("either")

CLEO = Actor("Cleo", Role.CLERK)
NAMES = ("", "R-1", "r-1", "Łódź 7", "42")


class History:
    """Imports that are matched, moved, taken back and corrected in some order."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self.random = Random(seed)
        self.batches: list[int] = []
        self.stands_for: str | None = None

    def bring(self) -> None:
        rows = []
        for _ in range(self.random.randint(1, 4)):
            isbn = self.random.choice((HARDCOVER, EBOOK, UNKNOWN))
            money = {"net": "5.00", "list_price": None, "discount": None}
            month = 8 if self.is_closed else self.random.randint(3, 6)
            rows.append(
                a_row(
                    self.random.randint(1, 9),
                    date=f"2025-{month:02}-{self.random.randint(1, 28):02}",
                    isbn=isbn,
                    reference=self.random.choice(NAMES),
                    order=self.random.choice(NAMES),
                    **money,
                )
            )
        self.batches.append(self.office.bring_batch(rows))

    def match(self) -> None:
        if self.stands_for is None:
            self.stands_for = self.random.choice((HARDCOVER, EBOOK))
            self.office.alias(UNKNOWN, self.stands_for)

    def move(self) -> None:
        if self.stands_for is not None:
            isbn = self.random.choice(
                [each for each in (HARDCOVER, EBOOK) if each != self.stands_for]
            )
            self._decide(isbn)

    def end(self) -> None:
        if self.stands_for is not None:
            self._decide(None)

    def _decide(self, isbn: str | None) -> None:
        with self.office.system.work(CLEO) as work:
            aliases.move_alias(work, UNKNOWN, isbn, seen=self.stands_for or "", rows=True)
        self.stands_for = isbn

    def take_back(self) -> None:
        if self.batches and not self.is_closed:
            self.office.undo(self.batches.pop(self.random.randrange(len(self.batches))))

    @property
    def is_closed(self) -> bool:
        return bool(self.office.rows("SELECT 1 FROM period WHERE status = 'closed'"))


def said_by_lines(office: Office) -> set[tuple[object, ...]]:
    return {
        tuple(row)
        for name in ("reference", "order_ref")
        for row in office.rows(f"SELECT {name}, edition_id, batch_id FROM sale WHERE {name} <> ''")
    }


def noted(office: Office) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for row in office.rows("SELECT reference, edition_id, batch_id FROM sale_reference")
    ]


def assert_found(office: Office) -> None:
    assert sorted(noted(office), key=str) == sorted(said_by_lines(office), key=str)
    for name in NAMES[1:]:
        with office.work(read_only=True) as work:
            hits = references(work.connection, name)
        lines = sum(
            int(
                office.rows(f"SELECT count(*) FROM sale WHERE '{each}' IN (reference, order_ref)")[
                    0
                ][0]
            )
            for each in {name, name.upper(), name.lower()}
        )
        assert sum(hit.lines for hit in hits if not hit.identifier) == lines


@pytest.mark.parametrize("seed", range(4))
@after(spring)
def test_references_are_those_of_the_lines(office: Office, seed: int) -> None:
    history = History(office, seed)
    acts: list[Callable[[], None]] = [
        history.bring, history.bring, history.match, history.move, history.end, history.take_back,
    ]  # fmt: skip
    for _ in range(12):
        history.random.choice(acts)()
        assert_found(office)
    history.bring()
    office.close("2025-H1", early="a test")
    counted = [row[0] for row in office.rows("SELECT DISTINCT batch_id FROM sale")]
    history.bring()
    for batch in counted:
        office.correct(batch)
        assert_found(office)
    assert office.faults() == {}


@after(spring)
def test_undo_leaves_no_reference(office: Office) -> None:
    batch = office.bring_batch([a_row(1, reference="R-1", order="42"), a_row(2, reference="R-1")])
    assert {row[0] for row in noted(office)} == {"R-1", "42"}
    office.undo(batch)
    assert noted(office) == []
