"""What must stand in the books after a walk, in plain values."""

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from tests.builders.books import Document, Row, a_setup, a_title, an_edition

STRAY = "9781442200074"
"""A book that no contract covers until somebody loads one."""

PERIODS = ("2025-H1", "2025-H2", "2026-H1", "2026-H2", "2027-H1", "2027-H2", "2028-H1", "2028-H2")
CLOSABLE = PERIODS[:-1]


@dataclass(frozen=True)
class Line:
    """A line of a report; ``period`` is where it counts, ``net`` in millionths if it is known."""

    name: str
    isbn: str
    retailer: str
    kind: str
    currency: str
    day: str
    units: int
    net: int | None
    price: int | None
    discount: int
    period: str = ""

    @property
    def shown(self) -> tuple[object, ...]:
        return (
            self.period,
            self.isbn,
            self.retailer,
            self.kind,
            self.currency,
            self.day,
            self.units,
            self.net,
        )


@dataclass
class Batch:
    """An import or a correction; ``sales`` and ``waits`` by the row of the file."""

    path: Path | None
    sales: dict[int, Line] = field(default_factory=dict)
    waits: dict[int, Line] = field(default_factory=dict)
    covered: dict[str, tuple[str, str]] = field(default_factory=dict)
    corrects: int | None = None
    undone: bool = False


@dataclass(frozen=True)
class Frozen:
    """What a close left behind, for ever."""

    document: str
    statements: tuple[tuple[str, str], ...]
    entries: int


def period_of(day: str) -> str:
    return f"{day[:4]}-H{1 if day[5:7] <= '06' else 2}"


def millionths(text: str) -> int:
    value = Fraction(text) * 1_000_000
    assert value.denominator == 1
    return int(value)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def house() -> Document:
    """The setup in which every walk begins: rates for years, and a book without a contract."""
    setup = a_setup()
    setup["exchange_rates"] = [
        {"period": period, "from": source, "to": target, "rate": rate}
        for period in PERIODS
        for source, target, rate in (("GBP", "USD", "1.2712"), ("USD", "GBP", "0.7867"))
    ]
    setup["titles"].append(a_title("stray", an_edition(STRAY, "paperback")))
    return setup


class Model:
    """The books as they must be."""

    def __init__(self) -> None:
        self.setup = house()
        self.batches: dict[int, Batch] = {}
        self.names: dict[str, str] = {}
        self.contracts: dict[str, str] = {}
        self.prices: dict[tuple[str, str], list[tuple[str, int]]] = {}
        self.closed: dict[str, Frozen] = {}
        self.issued: dict[str, dict[str, bytes]] = {}
        self.learn_setup()

    def learn_setup(self) -> None:
        """Take from the setup what names mean, who covers them and what they cost."""
        covers = {title: c["key"] for c in self.setup["contracts"] for title in c["titles"]}
        for title in self.setup["titles"]:
            for edition in title["editions"]:
                isbn = edition["isbn"]
                self.names[isbn] = isbn
                if title["key"] in covers:
                    self.contracts[isbn] = covers[title["key"]]
                for price in edition["prices"]:
                    known = self.prices.setdefault((isbn, price["currency"]), [])
                    entry = (price["from"], millionths(price["amount"]))
                    if entry not in known:
                        known.append(entry)

    @property
    def open(self) -> str:
        return PERIODS[len(self.closed)]

    def standing(self) -> dict[int, Batch]:
        return {number: each for number, each in self.batches.items() if not each.undone}

    def correction_of(self, number: int) -> int | None:
        found = (n for n, each in self.standing().items() if each.corrects == number)
        return next(found, None)

    def closed_of(self, number: int) -> set[str]:
        return {line.period for line in self.batches[number].sales.values()} & set(self.closed)

    def counting_in(self, period: str) -> list[Line]:
        """Sales that a run of the period must count: not the free copies."""
        return [
            line
            for batch in self.standing().values()
            for line in batch.sales.values()
            if line.period == period and line.kind != "free"
        ]

    def exceptions(self) -> bool:
        """Whether a sale of the open period is covered by no contract."""
        return STRAY not in self.contracts and any(
            line.isbn == STRAY for line in self.counting_in(self.open)
        )

    def read(self, row: Row) -> Line:
        """What a row of a standard sales file says."""
        blank = not row.get("list_price")
        return Line(
            name=row["isbn"],
            isbn="",
            retailer=row["retailer"],
            kind=row["kind"],
            currency=row["currency"],
            day=row["date"],
            units=int(row["units"]),
            net=millionths(row["net"]) if "net" in row else None,
            price=None if blank else millionths(row["list_price"]),
            discount=millionths(row.get("discount", "0")),
        )

    def placed(self, line: Line) -> Line | None:
        """The line as a sale; None while its edition, or its price, is not known."""
        isbn = self.names.get(line.name)
        if isbn is None:
            return None
        net = line.net
        if net is None:
            price = line.price if line.price is not None else self.price_on(isbn, line)
            if price is None:
                return None
            exact = Fraction(line.units * price * (1_000_000 - line.discount), 1_000_000)
            assert exact.denominator == 1, "walks stay away from rounding"
            net = int(exact)
        return replace(line, isbn=isbn, net=net, period=max(period_of(line.day), self.open))

    def price_on(self, isbn: str, line: Line) -> int | None:
        known = [each for each in self.prices.get((isbn, line.currency), ()) if each[0] <= line.day]
        return max(known)[1] if known else None

    def release(self) -> Counter[str]:
        """Record what waits and is known by now; corrected imports' rows do not wait."""
        released: Counter[str] = Counter()
        for number, batch in self.standing().items():
            if self.correction_of(number) is not None:
                continue
            for row, line in list(batch.waits.items()):
                if (sale := self.placed(line)) is not None:
                    batch.sales[row] = sale
                    del batch.waits[row]
                    released[line.name] += 1
        return released

    def waiting(self) -> Counter[tuple[str, int]]:
        return Counter(
            (line.name, number)
            for number, batch in self.standing().items()
            if self.correction_of(number) is None
            for line in batch.waits.values()
        )
