"""Walks through the books: anybody does anything in any order, and a model in plain dicts agrees.

A walk is a list of operations. Hypothesis invents walks; a few are written down, and are played on
both engines, which must issue the same bytes.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.builders.books import (
    ATLAS,
    AUTUMN,
    EBOOK,
    HANDBOOK,
    HARDCOVER,
    SPRING,
    UNKNOWN,
    UNKNOWN_TOO,
    Office,
    Row,
    Shelf,
    a_row,
)
from tests.journeys.model import CLOSABLE, STRAY
from tests.journeys.walker import REACHABLE, Operation, Walker, walked

STRANGERS = (
    UNKNOWN,
    UNKNOWN_TOO,
    "9781442200081",
    "9781442200098",
    "9781442200104",
    "9781442200111",
    "9781442200128",
    "9781442200135",
)

COMMON = {
    *("import", "return", "refused", "overlap", "late", "late counted", "wait", "alias", "adopt"),
    *("undo", "undo, closed", "correct", "draft", "close", "change"),
}
"""What invented walks must reach by themselves: the written ones reach all of it."""


# Invented walks


DAYS = st.sampled_from(
    [
        f"{year}-{month}-{day}"
        for year, months in (
            (2024, ("12",)),
            (2025, ("02", "06", "07", "11")),
            (2026, ("01", "05")),
        )
        for month in months
        for day in ("01", "17", "30")
        if (month, day) != ("02", "30")
    ]
)

NUMBERS = st.integers(0, 40)


@st.composite
def rows(draw: st.DrawFn, *isbns: str) -> Row:
    """A row of any edition, or of some."""
    isbn = draw(st.sampled_from(isbns or (HARDCOVER, HARDCOVER, EBOOK, HANDBOOK, ATLAS)))
    kind = draw(st.sampled_from(("sale", "sale", "sale", "return", "free")))
    units = draw(st.integers(1, 40)) * (-1 if kind == "return" else 1)
    currency = draw(st.sampled_from(("USD", "USD", "GBP")))
    each = draw(st.sampled_from(("4.95", "0.07", "11.1234")))
    price = draw(st.sampled_from((None, "60.00", "15.00")))
    money: dict[str, object] = {
        "list_price": price,
        "discount": draw(st.sampled_from(("0", "0.4", "0.55", "0.3333"))),
    }
    if kind == "free":
        money = {"list_price": None, "discount": None, "net": "0"}
    elif isbn in (EBOOK, STRAY) or (currency == "GBP" and not price):
        money = {"list_price": None, "discount": None, "net": Decimal(each) * units}
    place = draw(st.sampled_from(({}, {"region": "WA"}, {"country": "GB"})))
    retailer = draw(st.sampled_from(("amazon", "bay", "hub")))
    return a_row(
        units,
        isbn=isbn,
        kind=kind,
        currency=currency,
        date=draw(DAYS),
        retailer=retailer,
        **money,
        **place,
    )


REPORTS = st.lists(rows(), min_size=1, max_size=4)


def one_of(choices: Callable[["Desk"], Sequence[str]]) -> st.SearchStrategy[str]:
    """One of what can be done as things stand."""
    return st.runner().flatmap(lambda desk: st.sampled_from(choices(desk)))


class Desk(RuleBasedStateMachine):
    """Hypothesis at the desk.

    Three rules with choices of their own, because Hypothesis leaves most rules out of a walk, and
    a walk without imports or closes is short.
    """

    def __init__(self, opened: AbstractContextManager[Office], reached: Counter[str]) -> None:
        super().__init__()
        self._opened = opened
        self.walker = Walker(opened.__enter__(), reached)

    def teardown(self) -> None:
        try:
            assert self.walker.office.faults() == {}
        finally:
            self._opened.__exit__(None, None, None)

    @invariant()
    def books_agree(self) -> None:
        self.walker.compare()

    @initialize(report=REPORTS, units=st.integers(1, 40))
    def begin(self, report: list[Row], units: int) -> None:
        self.walker.bring(a_row(units), *report)

    def reports(self) -> list[str]:
        found = ["new", "new", "unknown", "unknown", "bad", "over", "again"]
        found += ["uncovered"] * (not self.walker.model.exceptions())
        return found + ["late"] * 2 * bool(self.walker.model.closed)

    @rule(what=one_of(reports), number=NUMBERS, report=REPORTS)
    def bring(self, what: str, number: int, report: list[Row]) -> None:
        match what:
            case "new":
                self.walker.bring(*report)
            case "unknown":
                name = STRANGERS[number % len(STRANGERS)]
                self.walker.bring(*report, {**report[0], "isbn": name})
            case "uncovered":
                row = a_row(number + 1, isbn=STRAY, net="1.50", list_price=None, discount=None)
                self.walker.bring(*report, row)
            case "bad":
                self.walker.bring_bad(*report)
            case "over":
                self.walker.bring_over(number, *report)
            case "late":
                self.walker.bring_late(number, *report)
            case _:
                self.walker.bring_again(number)

    def mends(self) -> list[str]:
        found = ["undo"] + ["correct"] * 2 * bool(self.walker.model.closed)
        return found + ["alias", "adopt"] * bool(self.walker.model.waiting())

    @rule(what=one_of(mends), number=NUMBERS, isbn=st.sampled_from((HARDCOVER, EBOOK, HANDBOOK)))
    def mend(self, what: str, number: int, isbn: str) -> None:
        names = sorted(name for name, _ in self.walker.model.waiting())
        match what:
            case "undo":
                self.walker.undo(self.mostly(number, self.walker.model.standing()))
            case "correct":
                used = [n for n in self.walker.model.batches if self.walker.model.closed_of(n)]
                self.walker.correct(self.mostly(number, used))
            case "alias":
                self.walker.alias(names[number % len(names)], isbn)
            case _:
                self.walker.adopt(names[number % len(names)])

    def mostly(self, number: int, wanted: Collection[int]) -> int:
        """The place of one of the wanted batches; now and then of any."""
        if not wanted or number % 5 == 0:
            return number
        return [*self.walker.model.batches].index([*wanted][number % len(wanted)])

    def goings_on(self) -> list[str]:
        model = self.walker.model
        found = ["draft", "close wrongly", "statements", "statements", "plan", "rate"]
        found += ["close"] * 6 * bool(model.counting_in(model.open)) * (model.open in CLOSABLE)
        return found + ["cover"] * 4 * model.exceptions()

    @rule(what=one_of(goings_on), number=NUMBERS)
    def go_on(self, what: str, number: int) -> None:
        match what:
            case "draft":
                self.walker.draft()
            case "close":
                self.walker.close()
            case "close wrongly":
                self.walker.close_wrongly(number)
            case "statements":
                self.walker.statements(number)
            case "plan":
                self.walker.change_plan(number + 1)
            case "rate":
                self.walker.change_rate(number + 1)
            case _:
                self.walker.cover()


# Walks that were written down: numbers choose an import, or a period, by its place


WALKS: dict[str, list[Operation]] = {
    "a year with everything": [
        ("bring", *SPRING),
        ("bring_again", 0),
        ("bring_bad", a_row(2)),
        ("draft",),
        ("statements", 0),
        ("bring_over", 0, a_row(3, discount="0.4")),
        ("undo", 1),
        ("undo", 1),
        ("bring_again", 1),
        ("correct", 0),
        ("close",),
        ("close_wrongly", 0),
        ("close_wrongly", 3),
        ("statements", 0),
        ("statements", 0),
        ("undo", 0),
        ("bring", *AUTUMN),
        ("bring_late", 4, a_row(7), a_row(-2, retailer="bay")),
        ("change_rate", 12),
        ("change_plan", 25),
        ("close",),
        ("correct", 0),
        ("correct", 0),
        ("bring", a_row(5, date="2026-02-02", isbn=STRAY, net="20")),
        ("close",),
        ("cover",),
        ("close",),
        ("statements", 2),
        ("close",),
        ("statements", 3),
    ],
    "rows that wait": [
        ("bring", a_row(4), a_row(3, isbn=UNKNOWN), a_row(-1, isbn=UNKNOWN, net="-3.21")),
        ("bring", a_row(9, isbn=UNKNOWN_TOO, date="2025-08-08"), a_row(1, isbn=UNKNOWN, net="5")),
        ("close",),
        ("alias", UNKNOWN, EBOOK),
        ("draft",),
        ("undo", 1),
        ("bring_again", 1),
        ("adopt", UNKNOWN_TOO),
        ("bring", a_row(2, isbn=UNKNOWN_TOO, list_price=None, date="2025-12-31")),
        ("close",),
        ("statements", 1),
    ],
    "a corrected import's rows wait no more": [
        ("bring", a_row(3), a_row(2, isbn=UNKNOWN)),
        ("close",),
        ("correct", 0),
        ("alias", UNKNOWN, EBOOK),
        ("draft",),
        ("undo", 1),
        ("correct", 0),
        ("close",),
        ("correct", 2),
        ("undo", 2),
        ("close",),
        ("statements", 1),
    ],
    "a corrected report is imported again": [
        ("bring", a_row(3), a_row(2, isbn=UNKNOWN)),
        ("close",),
        ("correct", 0),
        ("bring_again", 0),
        ("bring_again", 0),
        ("undo", 1),
        ("alias", UNKNOWN, EBOOK),
        ("undo", 2),
        ("undo", 1),
        ("correct", 0),
        ("bring_again", 0),
        ("close",),
        ("undo", 3),
        ("correct", 4),
        ("bring_again", 0),
        ("close",),
        ("statements", 1),
    ],
    "a correction reaches into later periods": [
        ("bring", a_row(3), a_row(2, date="2026-03-03"), a_row(8, date="2025-07-07", net="99")),
        ("close",),
        ("correct", 0),
        ("bring", a_row(4), a_row(2, date="2026-03-03")),
        ("close",),
        ("undo", 1),
        ("close",),
        ("statements", 1),
        ("statements", 2),
    ],
}


def paper(office: Office) -> dict[str, list[tuple[Any, ...]]]:
    """All that was posted and issued, to the byte."""
    return {
        "runs": office.rows("SELECT document, fingerprint FROM closed_run ORDER BY period_id"),
        "statements": office.rows("SELECT number, content FROM statement ORDER BY number"),
        "issued": office.rows("SELECT name, sha256 FROM issued ORDER BY name"),
        "postings": office.rows(
            "SELECT entry_id, dated, event, subject, description, line, account, currency, amount "
            "FROM posting JOIN entry ON id = entry_id ORDER BY entry_id, line"
        ),
    }


@pytest.mark.thorough("on the other engine")
@pytest.mark.parametrize("walk", WALKS)
def test_scripted_walks_issue_the_same_bytes_on_both_engines(
    shelf: Shelf, tmp_path: Path, walk: str
) -> None:
    papers = []
    for kind in ("sqlite", "postgresql"):
        with shelf.office(kind, walked, tmp_path / kind) as office:
            walker = Walker(office, Counter())
            walker.walk(WALKS[walk])
            papers.append((paper(office), walker.model.issued))
    assert papers[0] == papers[1]
    assert papers[0][1]


@pytest.mark.thorough("invented walks")
@pytest.mark.timeout(1800)  # a night's walks, and shrinking the walk that failed
def test_random_walks_keep_the_books_consistent(shelf: Shelf, tmp_path: Path) -> None:
    reached: Counter[str] = Counter()
    folders = (tmp_path / f"walk {number}" for number in count(1))
    asked = settings().max_examples

    def desk() -> Desk:
        return Desk(shelf.office("sqlite", walked, next(folders)), reached)

    run_state_machine_as_test(
        cast("type[Desk]", desk),
        settings=settings(
            max_examples=asked // 8,
            stateful_step_count=30,
            phases=(Phase.generate, Phase.shrink),
        ),
    )
    assert not COMMON - (+reached).keys()


@pytest.mark.thorough("invented walks")
def test_every_operation_is_reached(shelf: Shelf, tmp_path: Path) -> None:
    reached: Counter[str] = Counter()
    for name, walk in WALKS.items():
        with shelf.office("sqlite", walked, tmp_path / name) as office:
            Walker(office, reached).walk(walk)
    assert not REACHABLE.keys() - (+reached).keys()
