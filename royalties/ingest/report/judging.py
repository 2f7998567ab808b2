"""What one row of a report means: sale lines, or a reason why there are none.

All rules about signs, blanks and the division of a row's money are here. ``plain_rows`` applies
the same rules to thousands of plain rows at once, and leaves all other rows to this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from royalties.domain.money import MICRO, rounded
from royalties.domain.problems import Cause
from royalties.domain.sales.remembered import BundlePart
from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.amounts import MOST
from royalties.ingest.report.catalogue import KnownEdition
from royalties.ingest.report.cells import (
    BLANK,
    Ambiguous,
    Invalid,
    MarkedAmount,
    UnknownIdentifier,
    UnknownName,
    is_number_of_product,
    printed,
)
from royalties.ingest.report.columns import BY_SIGN, SOLD_AND_RETURNED, LeftOut
from royalties.ingest.report.declaration import AMOUNTS, BOOK, SALE_UNITS, ReportFormat, RowMeaning

_NEEDED = ("date", "retailer", "currency", "units")
_REMEDIES = {
    "date": "write the day of the sale",
    "currency": "write the code of the currency, or set a default for this report",
    "units": "write how many copies",
    "retailer": "write the retailer's key",
}
SET_ASIDE = "set aside: "
"""The beginning of reasons of rows that will count later."""
_WRITE_NET = "write what the publisher received; 0 if nothing was paid"


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row, by the field at fault."""

    field: str
    wrong: Invalid


@dataclass(slots=True)
class Verdict:
    """What became of a row: lines, a reason for leaving it out, faults, or a pending choice.

    A line is ``(kind, units, net, discount)``; ``book`` is an edition's id, or the identifier
    of a book that nobody knows yet; ``ignored`` are bad identifiers beside the one that counts, by
    their places among the row's. ``undated``: all that a row lacks is its date.
    ``left_net`` is the currency and the money of a row that is left out, where that is told.
    ``is_use_by_money``: the row is taken as usage because it has money and no units.
    ``parts`` are the editions of a bundle, each with its share of the money.
    """

    lines: list[tuple[int, int, int | None, int | None]] = field(default_factory=list)
    book: int | str = 0
    left: str = ""
    left_net: tuple[str, int] | None = None
    faults: list[RowFault] = field(default_factory=list)
    ignored: list[tuple[int, Invalid]] = field(default_factory=list)
    pending: bool = False
    undated: bool = False
    is_use_by_money: bool = False
    parts: Sequence[BundlePart] = ()


class Judge:
    """Applies a format's rules to the converted values of a row."""

    def __init__(self, report: ReportFormat, editions: Mapping[int, KnownEdition]) -> None:
        self._report = report
        self._editions = editions

    def judge(self, values: dict[str, Any], books: Sequence[Any], title: str) -> Verdict:
        """Judge one row; ``books`` are its identifiers, the best first."""
        verdict = Verdict()
        if reason := values.pop("left_out", ""):
            verdict.left, verdict.left_net = reason, _money(values)
            return verdict
        kind = values.get("kind", BY_SIGN)
        if isinstance(kind, LeftOut):
            verdict.left = kind.reason
            if kind.net is not None:
                verdict.left_net = (kind.currency, kind.net)
            elif not kind.currency:
                verdict.left_net = _money(values)
            return verdict
        self._find_book(_of_sales(books, values.get("date")), title, verdict)
        self._take_list_price(values)
        if kind == SaleKind.USAGE:
            self._usage(values, verdict)
            return verdict
        is_one_each = self._report.rows_are is RowMeaning.ONE_EACH
        if is_one_each:
            values["units"] = 1
        self._find_faults(values, verdict)
        if verdict.faults or verdict.pending:
            return verdict
        self._unmark(values, verdict)
        if is_one_each and not self._report.returns_positive:
            values["units"] = one_of(kind, values.get("net"))
        parts = self._parts(values, kind, verdict)
        if not verdict.faults:
            self._lines(values, parts, verdict)
        return verdict

    @staticmethod
    def _take_list_price(values: dict[str, Any]) -> None:
        """Leave out a list price in another currency than the row's, unless it is none at all."""
        of_price = values.pop("list_currency", None)
        if of_price not in (None, BLANK, values.get("currency")) and values.get("list_price"):
            values["list_price"] = None

    def _find_book(self, books: Sequence[Any], title: str, verdict: Verdict) -> None:
        present = [book for book in books if book is not BLANK]
        known = [book for book in present if isinstance(book, int)]
        wrong = [(at, book) for at, book in enumerate(books) if isinstance(book, Invalid)]
        if known:
            verdict.book = known[0]
            verdict.ignored = wrong + [
                (at, _other_edition(self._editions[book]))
                for at, book in enumerate(books)
                if isinstance(book, int) and book != known[0]
            ]
        elif stranger := _stranger(present, is_one_wrong=bool(wrong)):
            verdict.book = stranger
            verdict.ignored = wrong
        elif wrong:
            verdict.faults.append(RowFault(BOOK, wrong[0][1]))
        else:
            asked = f" (is it {printed(title)!r}?)" if title else ""
            remedy = "write the ISBN of the book"
            if title:
                remedy += f"; if it is none, say once that {printed(title)!r} is no book"
            wrong_cell = Invalid(Cause.EMPTY, f"{{column}} is empty{asked}", remedy)
            verdict.faults.append(RowFault(BOOK, wrong_cell))

    def _find_faults(self, values: Mapping[str, Any], verdict: Verdict) -> None:
        for name, value in values.items():
            if isinstance(value, Invalid):
                verdict.faults.append(RowFault(name, value))
            elif isinstance(value, Ambiguous):
                verdict.pending = True
            elif value is BLANK and name in _NEEDED and name != "date":
                verdict.faults.append(
                    RowFault(name, Invalid(Cause.EMPTY, "{column} is empty", _REMEDIES[name]))
                )
        money = (values.get(name) for name in ("net", "unit_net", "discount"))
        if values.get("kind") != SaleKind.FREE and all(amount is None for amount in money):
            counts = (values.get(name) for name in ("units", "sold", "returned"))
            if any(count not in (None, 0) for count in counts):
                verdict.faults.append(RowFault("net", self._no_money()))
        if values.get("date") is not BLANK:
            return
        if verdict.faults:
            no_date = Invalid(Cause.EMPTY, "{column} is empty", _REMEDIES["date"])
            verdict.faults.append(RowFault("date", no_date))
        verdict.pending = verdict.undated = not verdict.faults

    @property
    def _is_usage_bare(self) -> bool:
        """Whether a usage row may have no units: the report's columns mean what ours do."""
        return self._report.strict and not self._report.counts_use

    def _usage(self, values: dict[str, Any], verdict: Verdict) -> None:
        """Money for use: what a report's columns of units and prices say of it is not of copies.

        The standard file has columns of its own meaning: there units are a mistake.
        """
        for name in ("list_price", "discount", "unit_net"):
            values[name] = None
        units = values.get("units")
        if self._is_usage_bare and isinstance(units, int) and units:
            fault = Invalid(
                Cause.UNITS_OF_USAGE,
                f"usage is money for no copies, but {{column}} is {units}",
                "leave the units blank, or write sale or return",
            )
            verdict.faults.append(RowFault("units", fault))
        for name in ("units", *SALE_UNITS, "net_units"):
            if not (self._is_usage_bare and isinstance(values.get(name), Invalid)):
                values.pop(name, None)
        self._find_faults(values, verdict)
        if verdict.faults or verdict.pending:
            return
        self._unmark(values, verdict)
        net = values.get("net")
        if net is None:
            verdict.faults.append(
                RowFault("net", Invalid(Cause.EMPTY, "{column} is blank", _WRITE_NET))
            )
        elif abs(net) > MOST * MICRO:
            verdict.faults.append(RowFault("net", _too_large()))
        if not verdict.faults:
            verdict.lines.append((SaleKind.USAGE.value, 0, net, None))

    def _unmark(self, values: dict[str, Any], verdict: Verdict) -> None:
        """Take currency signs off amounts that agree with the row's currency."""
        for name in AMOUNTS:
            value = values.get(name)
            if isinstance(value, MarkedAmount):
                values[name] = value.micro
                currency = values["currency"]
                if currency not in value.currencies:
                    wrong = Invalid(
                        Cause.OTHER_CURRENCY,
                        f"the amount is marked {value.mark}, but the row is in {currency}",
                        "correct the currency of the row or of the amount",
                    )
                    verdict.faults.append(RowFault(name, wrong))

    def _parts(self, values: dict[str, Any], kind: Any, verdict: Verdict) -> list[tuple[int, int]]:
        """Kinds and signed units of the row."""
        if kind is SOLD_AND_RETURNED:
            counts = (values.get(name) or 0 for name in ("units", "sold"))
            both = max(map(abs, counts))
            return [(SaleKind.SALE.value, both), (SaleKind.RETURN.value, -both)] if both else []
        if "units" in values:
            return self._one_part(values, kind, verdict)
        sold, returned, free = (values.get(name) or 0 for name in ("sold", "returned", "free"))
        returned = abs(returned)
        agreed = values.get("net_units")
        if agreed is not None and sold - returned != agreed:
            verdict.faults.append(
                RowFault(
                    "net_units",
                    Invalid(
                        Cause.COUNTS_DISAGREE,
                        f"{sold} sold less {returned} returned is not {agreed}",
                        "check the row",
                    ),
                )
            )
        if sold < 0:
            sold, returned = 0, returned - sold
        if self._is_given_away(values):
            sold, free = 0, free + sold
        if kind == SaleKind.FREE:
            sold, free = 0, free + sold
        parts = ((SaleKind.SALE, sold), (SaleKind.RETURN, -returned), (SaleKind.FREE, free))
        return [(part.value, units) for part, units in parts if units]

    def _one_part(
        self, values: dict[str, Any], kind: int, verdict: Verdict
    ) -> list[tuple[int, int]]:
        units: int = values["units"]
        if self._report.returns_positive and kind == SaleKind.RETURN and units > 0:
            units = -units
            for name in ("net",):
                if values.get(name) is not None:
                    values[name] = -abs(values[name])
        if not units:
            return []
        if (
            self._report.full_discount_is_free
            and values.get("discount") == MICRO
            and not values.get("net")
            and units > 0
        ):
            kind = SaleKind.FREE
        if units > 0 and self._is_given_away(values):
            kind = SaleKind.FREE
        if kind == BY_SIGN or (kind == SaleKind.SALE and units < 0 and not self._report.strict):
            kind = SaleKind.SALE if units > 0 else SaleKind.RETURN
        if (units < 0) is not (kind == SaleKind.RETURN):
            word = SaleKind(kind).word
            wanted = "negative" if kind == SaleKind.RETURN else "positive"
            verdict.faults.append(
                RowFault(
                    "units",
                    Invalid(
                        Cause.SIGN_OF_UNITS,
                        f"the units of a {word} are {wanted}, not {units}",
                        "correct the sign of the units, or the kind",
                    ),
                )
            )
        return [(int(kind), units)]

    def _is_given_away(self, values: Mapping[str, Any]) -> bool:
        if not self._report.zero_is_free or values.get("net"):
            return False
        paid = values.get("paid_price")
        price = values.get("list_price") if paid is None else paid
        return (price.micro if isinstance(price, MarkedAmount) else price) == 0

    def _lines(
        self, values: Mapping[str, Any], parts: list[tuple[int, int]], verdict: Verdict
    ) -> None:
        net = values.get("net")
        if not parts:
            if net and self._report.counts_use:
                verdict.lines.append((SaleKind.USAGE.value, 0, net, None))
                verdict.is_use_by_money = True
                return
            if net:
                verdict.faults.append(RowFault("net", _no_units(net)))
            verdict.left = self._report.idle
            return
        units = sum(units for kind, units in parts if kind != SaleKind.FREE)
        if net is None:
            net = self._net(values, units, parts, verdict)
        amounts = self._divided(net, parts, values.get("return_net"))
        if any(abs(amount) > MOST * MICRO for amount in (net, *amounts) if amount is not None):
            verdict.faults.append(RowFault("net", _too_large()))
        if self._report.strict and net is not None and net * units < 0:
            verdict.faults.append(RowFault("net", opposite_signs()))
        if verdict.faults:
            return
        ratio = _discount(values, net, units) if len(parts) > 1 else None
        for (kind, count), amount in zip(parts, amounts, strict=True):
            self._check_sign(kind, count, amount, verdict)
            discount = values.get("discount")
            if discount is None:
                discount = ratio if ratio is not None else _discount(values, amount, count)
            verdict.lines.append((kind, count, amount, discount))

    def _net(
        self,
        values: Mapping[str, Any],
        units: int,
        parts: list[tuple[int, int]],
        verdict: Verdict,
    ) -> int | None:
        """The row's money where the report leaves it to be worked out; None while nobody can."""
        unit_net, discount = values.get("unit_net"), values.get("discount")
        if unit_net is not None and "net" not in values:
            return int(unit_net * units)
        if not units or all(kind == SaleKind.FREE for kind, _ in parts):
            return 0
        if unit_net is not None:
            verdict.faults.append(
                RowFault("net", Invalid(Cause.EMPTY, "{column} is blank", _WRITE_NET))
            )
            return None
        if discount is None:
            verdict.faults.append(RowFault("net", self._no_money()))
            return None
        price = values.get("list_price")
        if price is None and isinstance(verdict.book, int):
            price = listed(self._editions[verdict.book], values["date"], values["currency"])
            if price is None:
                verdict.faults.append(RowFault("net", _no_price(values["currency"])))
        return None if price is None else rounded(net_of(units, price, discount))

    def _no_money(self) -> Invalid:
        has = {column.field for column in self._report.columns} | set(self._report.constants)
        if "discount" in has:
            return Invalid(
                Cause.EMPTY,
                "{column} is empty, and so is the discount",
                "write what the publisher received, or the discount",
            )
        return Invalid(Cause.EMPTY, "{column} is empty", _WRITE_NET)

    def _divided(
        self, net: int | None, parts: list[tuple[int, int]], charged: int | None
    ) -> list[int | None]:
        """Divide a row's money between its kinds; the sum is exact."""
        if net is None:
            return [None] * len(parts)
        counts = dict(parts)
        sold, returned = counts.get(SaleKind.SALE, 0), counts.get(SaleKind.RETURN, 0)
        if not sold or not returned:
            first = next((kind for kind, _ in parts if kind != SaleKind.FREE), SaleKind.FREE)
            return [net if kind == first else 0 for kind, _ in parts]
        back = 0
        if charged is not None:
            back = -abs(charged)
        elif not self._report.money_on_sales and net * (sold + returned) > 0:
            back = net - rounded(Fraction(net * sold, sold + returned))
        return [
            net - back if kind == SaleKind.SALE else back * (kind == SaleKind.RETURN)
            for kind, _ in parts
        ]

    def _check_sign(self, kind: int, units: int, net: int | None, verdict: Verdict) -> None:
        if not self._report.strict or not net:
            return
        if kind == SaleKind.FREE:
            verdict.faults.append(
                RowFault(
                    "net",
                    Invalid(
                        Cause.MONEY_FOR_FREE_COPIES,
                        "free copies bring no money",
                        "write 0, or make it a sale",
                    ),
                )
            )
        elif (net < 0) is not (units < 0):
            verdict.faults.append(RowFault("net", opposite_signs()))


def _of_sales(books: Sequence[Any], day: Any) -> Sequence[Any]:
    """Identifiers of a row; beside no day, words are a note or a total: nothing waits by them."""
    if day is not BLANK:
        return books
    return [book.otherwise if isinstance(book, UnknownName) else book for book in books]


def _stranger(present: Sequence[Any], *, is_one_wrong: bool) -> str:
    """The identifier of a row under which it waits; a number comes before words."""
    if not present or not isinstance(present[0], UnknownIdentifier):
        return ""
    numbers = [book.identifier for book in present if is_number_of_product(book)]
    if numbers:
        return str(numbers[0])
    return "" if is_one_wrong else present[0].identifier


def one_of(kind: int, net: int | None) -> int:
    """The signed units of a row that is one copy: its kind tells a return, else its money."""
    is_return = kind == SaleKind.RETURN or (kind == BY_SIGN and net is not None and net < 0)
    return -1 if is_return else 1


def _money(values: Mapping[str, Any]) -> tuple[str, int] | None:
    """Currency and net receipts of a row, if it says both."""
    currency, net = values.get("currency"), values.get("net")
    if isinstance(net, MarkedAmount):
        net = net.micro
    return (currency, net) if isinstance(currency, str) and isinstance(net, int) else None


def listed(edition: KnownEdition, day: str, currency: str) -> int | None:
    """The edition's list price on an ISO day in millionths: the latest that had started."""
    known = [
        price
        for price in edition.prices
        if price.currency == currency and price.starts.isoformat() <= day
    ]
    return max(known, key=lambda price: price.starts).micro if known else None


def net_of(units: int, price: int, discount: int) -> Fraction:
    """Units at a list price less a discount, in millionths, exactly."""
    return Fraction(units * price * (MICRO - discount), MICRO)


def discount_of(units: int, price: int, net: int) -> int:
    """The discount that a net receipt means, in millionths of one."""
    return rounded(MICRO - Fraction(net * MICRO, units * price))


def _other_edition(edition: KnownEdition) -> Invalid:
    return Invalid(
        Cause.SEVERAL_EDITIONS,
        f"it names another edition, {edition.isbn}, than the row's first identifier",
        "correct the one that is wrong",
    )


def opposite_signs() -> Invalid:
    """The fault of a row whose copies go one way and whose money goes the other."""
    return Invalid(
        Cause.OPPOSITE_SIGNS, "units and net have opposite signs", "correct the sign of one of them"
    )


def _discount(values: Mapping[str, Any], net: int | None, units: int) -> int | None:
    price = values.get("list_price")
    return discount_of(units, price, net) if net is not None and units and price else None


def _too_large() -> Invalid:
    return Invalid(Cause.TOO_LARGE, "the amount is too large", "check the row")


def _no_units(net: int) -> Invalid:
    return Invalid(
        Cause.MONEY_WITHOUT_UNITS,
        f"an amount of {net / MICRO:,.2f} without units",
        "write the units; money for pages read, loans or subscriptions is of the kind usage",
    )


def _no_price(currency: str) -> Invalid:
    return Invalid(
        Cause.NO_LIST_PRICE,
        f"{{column}} cannot be worked out: no list price in {currency} on that day",
        "write the net amount, or add the price to the setup",
    )
