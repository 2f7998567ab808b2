"""Openings out of a filled-in table: each row put into the body of its contract or beneficiary."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from fractions import Fraction
from typing import Any

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import (
    NotAnAmountError,
    amount_text,
    exact_number,
    minor_units,
    number_text,
)
from royalties.domain.terms.contracts import Counts
from royalties.ingest.setup import Bodies, Entry
from royalties.ingest.uploads.filled_table import (
    CellFault,
    FilledRow,
    plain_number,
)
from royalties.services.books import Setup
from royalties.services.terms.opening_rows import (
    Brings,
    advances_brought_in,
    cap_item,
    caps_of,
    counters_of,
    part_of,
)

Body = dict[str, Any]


class Filling:
    """Puts rows into the bodies of their contracts and beneficiaries.

    A row sets one opening; what is blank stays as it is, and 0 takes it away.
    """

    def __init__(self, found: Setup, before: Bodies) -> None:
        self.setup = found
        self.faults: list[CellFault] = []
        self._before = before
        self._bodies: dict[tuple[str, str], Body] = {}
        self._row = FilledRow(0, {})
        self._seen: set[tuple[str, ...]] = set()

    def entries(self) -> list[Entry]:
        """The entries that rows were about."""
        return [(part, key, body) for (part, key), body in self._bodies.items()]

    def take(self, row: FilledRow) -> None:
        """Take a row, or report what is wrong with it."""
        self._row = row
        word = row["what"].casefold()
        try:
            brings = Brings(word)
        except ValueError:
            words = ", ".join(each.value for each in Brings)
            self._wrong("what", f"is none of {words}")
            return
        if not row["amount"] and not row["copies"]:
            return
        part = part_of(brings)
        if row["of"] not in self._before[part]:
            one = "beneficiary" if part == "beneficiaries" else "contract"
            self._wrong("of", f"is no {one} of the books")
            return
        currency = row["currency"].upper() if part == "beneficiaries" else ""
        same = (brings.value, row["of"], row["item"], row["reason"], currency)
        if same in self._seen:
            self._wrong("item", "stands in the file already: keep one row")
            return
        self._seen.add(same)
        _TAKES[brings](self, self._body(part, row["of"]))

    def counter(self, body: Body) -> None:
        """A counter's value."""
        contract = self.setup.contracts[self._row["of"]]
        rules = [each for each in contract.rules if each.counter.name == self._row["item"]]
        if not rules:
            names = ", ".join(each.counter.name for each in counters_of(contract)) or "none"
            self._wrong("item", f"is no counter of this contract: it has {names}")
            return
        by_copies = rules[0].counts is Counts.UNITS
        number = self._number("copies" if by_copies else "amount")
        if number is None:
            return
        opening: object = int(number) if by_copies and number.denominator == 1 else str(number)
        if not by_copies:
            opening = number_text(number)
        for rule in body["rules"]:
            counter = dict(rule.get("counter", {}))
            if counter.get("name", rule["name"]) != self._row["item"]:
                continue
            counter.pop("opening", None)
            if number:
                counter["opening"] = opening
            rule.pop("counter", None)
            if counter:
                rule["counter"] = counter

    def debit(self, body: Body) -> None:
        """A contract's debit balance, however its sign is written."""
        amount = self._amount(body["currency"])
        if amount is not None:
            _put(body, "opening_balance", _text(-abs(amount), body["currency"]), amount)

    def advance(self, body: Body) -> None:
        """What was earned back of an advance."""
        contract = self.setup.contracts[self._row["of"]]
        items = list(advances_brought_in(contract))
        if self._row["item"] not in items:
            days = ", ".join(items) or "none"
            self._wrong("item", f"is no day on which an advance was paid: there are {days}")
            return
        amount = self._amount(body["currency"])
        if amount is not None:
            advance = body["advances"][items.index(self._row["item"])]
            _put(advance, "recouped", _text(amount, body["currency"]), amount)

    def reserve(self, body: Body) -> None:
        """What a period withheld."""
        amount = self._amount(body["currency"])
        if amount is None:
            return
        if not self._row["item"]:
            self._wrong("item", "is missing: write the period that withheld it, such as 2024-H2")
            return
        entry: Body = {
            "withheld_in": self._row["item"],
            "amount": _text(amount, body["currency"]),
        }
        if self._row["released in"]:
            entry["released_in"] = self._row["released in"]
        _put_in(_brought_in(body), "reserves", ("withheld_in",), entry, amount)

    def cap(self, body: Body) -> None:
        """What a cap let through."""
        contract = self.setup.contracts[self._row["of"]]
        known = {cap_item(*key): key for key in caps_of(self.setup.plans[contract.plan])}
        key = known.get(self._row["item"])
        if key is None:
            caps = "; ".join(known) or "none"
            self._wrong("item", f"is no cap of the plan that outlives a period: there are {caps}")
            return
        amount = self._amount(body["currency"])
        if amount is None:
            return
        name, version, path = key
        entry: Body = {"name": name} if name else {"version": version, "step": path}
        names = tuple(entry)
        entry["used"] = _text(amount, body["currency"])
        _put_in(_brought_in(body), "caps", names, entry, amount)

    def undistributed(self, body: Body) -> None:
        """What the plan could not place."""
        amount = self._amount(body["currency"])
        if amount is not None:
            _put(_brought_in(body), "undistributed", _text(amount, body["currency"]), amount)

    def edition(self, body: Body) -> None:
        """Copies and earnings to date."""
        entry: Body = {"isbn": self._row["item"].replace("-", "").replace(" ", "")}
        amount: int | None = 0
        if self._row["amount"]:
            amount = self._amount(body["currency"])
            if amount is None:
                return
            if amount:
                entry["earned"] = _text(amount, body["currency"])
        if self._row["copies"]:
            copies = self._number("copies")
            if copies is None:
                return
            if copies.denominator != 1:
                self._wrong("copies", "is no whole number of copies")
                return
            if copies:
                entry["units"] = int(copies)
        known = {
            isbn
            for key in body["titles"]
            for edition in self._before["titles"][key].get("editions", ())
            for isbn in [edition["isbn"]]
        }
        if entry["isbn"] not in known:
            self._wrong("item", "is no edition of this contract’s titles")
            return
        _put_in(_brought_in(body), "editions", ("isbn",), entry, len(entry) - 1)

    def balance(self, body: Body) -> None:
        """What a beneficiary was owed."""
        currency = self._currency()
        amount = self._amount(currency) if currency else None
        if amount is None:
            return
        text = _text(amount, currency)
        if currency == self.setup.publisher.currency:
            _put(body, "opening_balance", text, amount)
            return
        _put_among(body, currency, "", text, amount)

    def adjustment(self, body: Body) -> None:
        """What is to be mended of it, and why."""
        currency = self._currency()
        amount = self._amount(currency) if currency else None
        if amount is None:
            return
        if not self._row["reason"]:
            self._wrong("reason", "is missing: say what the adjustment mends")
            return
        _put_among(body, currency, self._row["reason"], _text(amount, currency), amount)

    def _body(self, part: str, key: str) -> Body:
        if (part, key) not in self._bodies:
            self._bodies[part, key] = deepcopy(self._before[part][key])
        return self._bodies[part, key]

    def _currency(self) -> str:
        currency = self._row["currency"].upper() or self.setup.publisher.currency
        if currency not in EXPONENTS:
            self._wrong("currency", "is no currency such as USD")
            return ""
        return currency

    def _amount(self, currency: str) -> int | None:
        """The row's amount in minor units; None: it is none, which was reported."""
        if not self._row["amount"]:
            self._wrong("amount", "is missing")
            return None
        written = self._row["currency"].upper()
        if written and written != currency:
            self._wrong("currency", f"is not the contract’s, {currency}")
            return None
        plain = plain_number(self._row["amount"])
        try:
            return minor_units(plain or "?", currency)
        except (NotAnAmountError, LookupError):
            self._wrong("amount", f"is no amount in {currency} such as 1234.50")
            return None

    def _number(self, column: str) -> Fraction | None:
        text = self._row[column]
        plain = plain_number(text, is_count=column == "copies") if text else None
        if plain is None:
            self._wrong(column, "is missing" if not text else "is no number such as 4200")
            return None
        return exact_number(plain)

    def _wrong(self, column: str, message: str) -> None:
        self.faults.append(CellFault(self._row.number, column, self._row[column], message))


def _text(amount: int, currency: str) -> str:
    return amount_text(amount, currency)


def _brought_in(body: Body) -> Body:
    found: Body = body.setdefault("brought_in", {})
    return found


def _put(body: Body, key: str, text: str, amount: int) -> None:
    """Set an amount; nothing takes it away, and the same written otherwise stays."""
    if not amount:
        body.pop(key, None)
    elif key not in body or exact_number(str(body[key])) != exact_number(text):
        body[key] = text


def _put_in(body: Body, key: str, names: tuple[str, ...], entry: Body, amount: int) -> None:
    """Set an entry of a list, identified by some of its keys."""
    others = [
        other
        for other in body.get(key, ())
        if any(other.get(name) != entry.get(name) for name in names)
    ]
    place = next(
        (
            place
            for place, other in enumerate(body.get(key, ()))
            if all(other.get(name) == entry.get(name) for name in names)
        ),
        len(others),
    )
    if amount:
        others.insert(place, entry)
    body[key] = others


def _put_among(body: Body, currency: str, reason: str, text: str, amount: int) -> None:
    entry: Body = {"currency": currency, "amount": text}
    if reason:
        entry["reason"] = reason
    _put_in(body, "brought_in", ("currency", "reason"), entry, amount)


_TAKES: Mapping[Brings, Callable[[Filling, Body], None]] = {
    Brings.COUNTER: Filling.counter,
    Brings.DEBIT: Filling.debit,
    Brings.ADVANCE: Filling.advance,
    Brings.RESERVE: Filling.reserve,
    Brings.CAP: Filling.cap,
    Brings.UNDISTRIBUTED: Filling.undistributed,
    Brings.EDITION: Filling.edition,
    Brings.BALANCE: Filling.balance,
    Brings.ADJUSTMENT: Filling.adjustment,
}
