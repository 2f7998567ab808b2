"""The grouped query gives what a naive sum over the same rows gives, on both engines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert

from royalties.domain.money import MICRO, rounded
from royalties.domain.sales.lines import SaleLine
from royalties.domain.sales.slices import Place, SaleKind, Slice
from royalties.domain.terms.discounts import DiscountLimit, discount_class
from royalties.store.sales import batches
from royalties.store.sales.slices import Distinctions, LineKeys, slices_of
from royalties.store.tables import price
from tests.builders.books import Office, Shelf, spring
from tests.selection import costly

PERIOD, OTHER_PERIOD = 4050, 4051
DAYS = ("2025-01-01", "2025-03-31", "2025-04-01", "2025-06-30")
LIMITS = tuple(
    DiscountLimit(Fraction(value), exclusive)
    for value in ("0", "0.4", "0.5", "0.5500005")
    for exclusive in (False, True)
)
NEAR = (-100_000, 0, 399_999, 400_000, 400_001, 500_000, 550_000, 550_001, 1_000_000)


@dataclass(frozen=True)
class Line:
    """A sale line of the table, edition and retailer by their numbers."""

    edition: int
    retailer: int
    kind: SaleKind
    day: str
    units: int
    currency: str
    list_price: int | None
    net: int
    discount: int | None
    place: Place
    period: int

    def as_read(self, row: int) -> SaleLine:
        """The line as that of a row of a report."""
        about = (self.kind.value, self.day, self.units, self.currency, self.list_price, self.net)
        return SaleLine(
            0, row, self.edition, self.retailer, *about, self.discount, *self.place, reference=""
        )


@dataclass(frozen=True)
class Priced:
    """An edition's price from a day on."""

    edition: int
    currency: str
    starts: str
    micro: int


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Any line; one with a list price has a discount, as every import gives it."""
    kind = draw(st.sampled_from(SaleKind))
    units = draw(st.integers(1, 9)) * (-1 if kind is SaleKind.RETURN else 1)
    list_price = draw(st.sampled_from([None, 0, 10_000_000, 333_333]))
    discount: int | None = draw(st.sampled_from(NEAR))
    worth = units * (list_price if list_price is not None else 10_000_000)
    net = rounded(Fraction(worth * (MICRO - (discount or 0)), MICRO))
    net = draw(st.sampled_from([net, net, 0, -7, 9_000_000]))
    if list_price is None:
        discount = draw(st.sampled_from([None, None, discount]))
    return Line(
        draw(st.integers(1, 3)),
        draw(st.integers(1, 2)),
        kind,
        draw(st.sampled_from(DAYS)),
        units,
        draw(st.sampled_from(["USD", "JPY"])),
        list_price,
        net,
        discount,
        Place(
            draw(st.sampled_from(["", "US", "GB"])),
            draw(st.sampled_from(["", "WA", "TX"])),
            draw(st.sampled_from(["", "Seattle"])),
            draw(st.sampled_from(["", "PO-7", "PO-8"])),
        ),
        draw(st.sampled_from([PERIOD, PERIOD, PERIOD, OTHER_PERIOD])),
    )


prices = st.lists(
    st.builds(
        Priced,
        st.integers(1, 3),
        st.sampled_from(["USD", "JPY"]),
        st.sampled_from(DAYS),
        st.sampled_from([0, 10_000_000, 20_000_000, 9_990_000]),
    ),
    max_size=6,
    unique_by=lambda each: (each.edition, each.currency, each.starts),
)

some_limits = st.sets(st.sampled_from(LIMITS), max_size=4).map(sorted)


def some(*words: str) -> st.SearchStrategy[frozenset[str]]:
    return st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(words)))


ISBNS = {1: "9781442200012", 2: "9781442200029", 3: "9781442200036"}
RETAILERS = {1: "amazon", 2: "bay"}

asked = st.builds(
    Distinctions,
    some_limits,
    st.frozensets(st.sampled_from(list(ISBNS.values()))),
    some("US", "FR"),
    some("WA", "TX"),
    some("Seattle"),
    some("PO-7", "nowhere"),
)

Sums = dict[tuple[object, ...], tuple[int, int, int]]


def naive(sold: list[Line], known: list[Priced], wanted: Distinctions) -> Sums:
    """The sums, line by line."""
    sums: Sums = {}
    for line in sold:
        if line.period != PERIOD:
            continue
        worth = line.list_price if line.list_price is not None else _price(line, known)
        discount = line.discount
        if line.list_price is None and discount is None and worth:
            discount = MICRO - rounded(Fraction(line.net * MICRO, line.units * worth))
        isbn, class_ = ISBNS[line.edition], 0
        if worth is not None and discount is not None and isbn in wanted.discounted:
            class_ = discount_class(wanted.limits, Fraction(discount, MICRO))
        place = Place(
            *(
                value if value in values else ""
                for value, values in zip(line.place, wanted.places, strict=True)
            )
        )
        retailer, priced = RETAILERS[line.retailer], worth is not None
        key = (isbn, retailer, line.kind, line.currency, priced, class_, place)
        _add(sums, key, (line.units, line.net, line.units * (worth or 0)))
    return sums


def _price(line: Line, known: list[Priced]) -> int | None:
    held = [
        each
        for each in known
        if (each.edition, each.currency) == (line.edition, line.currency)
        and each.starts <= line.day
    ]
    return max(held, key=lambda each: each.starts).micro if held else None


def _add(sums: Sums, key: tuple[object, ...], figures: tuple[int, int, int]) -> None:
    units, net, value = sums.get(key, (0, 0, 0))
    sums[key] = (units + figures[0], net + figures[1], value + figures[2])


def summed(slices: list[Slice]) -> Sums:
    """Slices by key: prices of reports and of editions may both give one."""
    sums: Sums = {}
    for each in slices:
        _add(sums, tuple(each[:7]), (each.units, each.net, each.list_value))
    return sums


def add(connection: Connection, sold: list[Line], batch: int = 1, first: int = 100) -> None:
    """Record lines of a batch."""
    for row, line in enumerate(sold, first):
        batches.add_lines(connection, line.period, batch, [line.as_read(row)])


def write(connection: Connection, sold: list[Line], known: list[Priced]) -> None:
    hold(connection, known)
    add(connection, sold)


def hold(connection: Connection, known: list[Priced]) -> None:
    """Let editions have these prices and no others."""
    connection.execute(delete(price))
    if known:
        connection.execute(
            insert(price),
            [
                {
                    "edition_id": each.edition,
                    "currency": each.currency,
                    "starts": date.fromisoformat(each.starts),
                    "micro": each.micro,
                }
                for each in known
            ],
        )


def prepared(office: Office) -> None:
    """A batch, and two periods that hold nothing."""
    spring(office)
    office.undo(1)
    assert office.rows("SELECT id FROM period") == [(PERIOD,)]
    office.execute(
        "INSERT INTO period (id, name, starts, ends, status) "
        f"VALUES ({OTHER_PERIOD}, '2025-H2', '2025-07-01', '2025-12-31', 'open')"
    )


@pytest.fixture(scope="module")
def both(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Office]]:
    folder = tmp_path_factory.mktemp("slices")
    with (
        shelf.office("sqlite", prepared, folder / "sqlite") as sqlite,
        shelf.office("postgresql", prepared, folder / "postgresql") as postgresql,
    ):
        yield sqlite, postgresql


def found(
    office: Office, sold: list[Line], known: list[Priced], wanted: Distinctions
) -> list[Slice]:
    with office.system.engine.connect() as connection:
        write(connection, sold, known)
        slices = slices_of(connection, PERIOD, wanted, LineKeys(ISBNS, RETAILERS))
        connection.rollback()
    return slices


@given(st.lists(lines(), max_size=12), prices, asked)
@costly()
def test_slices_are_the_sums_of_their_lines(
    both: tuple[Office, Office], sold: list[Line], known: list[Priced], wanted: Distinctions
) -> None:
    expected = naive(sold, known, wanted)
    first, second = (found(office, sold, known, wanted) for office in both)
    assert summed(first) == expected
    assert sorted(first) == sorted(second)


def a_line(**changes: object) -> Line:
    values: dict[str, object] = {
        "edition": 1,
        "retailer": 1,
        "kind": SaleKind.SALE,
        "day": DAYS[0],
        "units": 1,
        "currency": "USD",
        "list_price": 10_000_000,
        "net": 5_000_000,
        "discount": 500_000,
        "place": Place(),
        "period": PERIOD,
        **changes,
    }
    return Line(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit", "discount", "class_"),
    [
        (DiscountLimit(Fraction("0.5"), exclusive=False), 499_999, 0),
        (DiscountLimit(Fraction("0.5"), exclusive=False), 500_000, 1),
        (DiscountLimit(Fraction("0.5"), exclusive=True), 500_000, 0),
        (DiscountLimit(Fraction("0.5"), exclusive=True), 500_001, 1),
        (DiscountLimit(Fraction(1, 3), exclusive=False), 333_333, 0),
        (DiscountLimit(Fraction(1, 3), exclusive=False), 333_334, 1),
        (DiscountLimit(Fraction(1, 3), exclusive=True), 333_333, 0),
        (DiscountLimit(Fraction(1, 3), exclusive=True), 333_334, 1),
    ],
)
def test_discount_at_a_limit_is_classified_exactly(
    both: tuple[Office, Office], limit: DiscountLimit, discount: int, class_: int
) -> None:
    wanted = Distinctions([limit], frozenset(ISBNS.values()))
    for office in both:
        (slice_,) = found(office, [a_line(discount=discount)], [], wanted)
        assert slice_.discount == class_


def test_blank_price_is_the_latest_not_after_the_sale(both: tuple[Office, Office]) -> None:
    known = [
        Priced(1, "USD", "2015-07-01", 80_000_000),
        Priced(1, "USD", "2025-04-01", 85_000_000),
        Priced(1, "JPY", "2025-04-01", 1),
        Priced(2, "USD", "2025-01-01", 2),
    ]
    worth = {"2015-06-30": None, "2015-07-01": 80, "2025-03-31": 80, "2025-04-01": 85}
    for day, dollars in worth.items():
        sold = [a_line(list_price=None, discount=None, day=day, units=3)]
        for office in both:
            (slice_,) = found(office, sold, known, Distinctions())
            assert slice_.priced is (dollars is not None)
            assert slice_.list_value == 3 * (dollars or 0) * MICRO


@pytest.mark.parametrize("units", [1, 1_000, 10_000_000])
def test_large_receipts_still_imply_their_discount(both: tuple[Office, Office], units: int) -> None:
    """Beyond 64 bits the query scales down; the discount of a real report is still exact."""
    known = [Priced(1, "USD", "2015-07-01", 100_000_000)]
    for percent, class_ in ((54, 0), (55, 1)):
        net = units * (100 - percent) * MICRO
        sold = [a_line(list_price=None, discount=None, units=units, net=net)]
        wanted = Distinctions(
            [DiscountLimit(Fraction("0.55"), exclusive=False)], frozenset(ISBNS.values())
        )
        for office in both:
            (slice_,) = found(office, sold, known, wanted)
            assert slice_.discount == class_


def test_overflow_of_sums_is_an_error(both: tuple[Office, Office]) -> None:
    """Nine quintillion millionths fit a sum; what does not is refused, never wrapped."""
    most = 2**62
    sold = [a_line(net=most), a_line(net=most - 1), a_line(net=-1, units=-1, kind=SaleKind.RETURN)]
    for office in both:
        slices = found(office, sold, [], Distinctions())
        assert sum(each.net for each in slices) == 2**63 - 2
