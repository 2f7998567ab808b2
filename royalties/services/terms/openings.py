"""What a house that moves in brings into its books: all of it as one table, and that table loaded.

Every opening stands with its contract or beneficiary in the setup; here they are read and written
together, a row each, as a template that is filled in and sent back.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from reports import plain_table
from reports.plain_table import PlainTable
from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import (
    NotAnAmountError,
    amount_text,
    exact_number,
    minor_units,
    number_text,
)
from royalties.domain.people import Verb
from royalties.domain.terms.contracts import Contract, Counts, Resets, Rule
from royalties.domain.terms.plans import Cap, CapPer, Plan, Step
from royalties.ingest.uploads.filled_table import (
    CellFault,
    FilledRow,
    plain_number,
)
from royalties.services.books import Setup, setup_in_force
from royalties.services.names import Names
from royalties.services.terms import loading, setup
from royalties.services.terms.amending import Saved
from royalties.services.terms.filled_tables import FaultyTableError, filled_rows
from royalties.services.terms.setup import Bodies, Entry, Loaded
from royalties.services.work import Work
from royalties.store.history import lock_setup
from royalties.store.terms.balances import closed_keys

LARGEST = 5 * 1024 * 1024
"""Bytes of a filled-in table."""

Body = dict[str, Any]


class Brings(StrEnum):
    """What is brought in, as the table's first column says it."""

    COUNTER = "counter"
    DEBIT = "debit balance"
    ADVANCE = "advance recouped"
    RESERVE = "reserve"
    CAP = "cap used"
    UNDISTRIBUTED = "undistributed"
    EDITION = "edition to date"
    BALANCE = "balance"
    ADJUSTMENT = "adjustment"


OF_BENEFICIARIES = frozenset((Brings.BALANCE, Brings.ADJUSTMENT))

COLUMNS = (
    "what",
    "of",
    "about",
    "item",
    "currency",
    "amount",
    "copies",
    "released in",
    "reason",
)
"""The table's columns; ``about`` is for who reads it and says nothing."""

_NEEDED = ("what", "of", "item")


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """One opening, or a place for one.

    Attributes:
        what: what it is.
        of: key of the contract or beneficiary.
        about: whose it is, in words.
        item: which of its kind: a counter's name, a period, a cap, an ISBN, a day.
        currency: of the amount; empty where copies are counted.
        amount: plain decimal; empty: none is given.
        copies: net copies, as text; empty: none are given.
        released_in: of a reserve, the period that releases it; empty: the terms say.
        reason: of an adjustment.
        in_words: what the item is, where its name alone does not tell.
    """

    what: Brings
    of: str
    about: str
    item: str = ""
    currency: str = ""
    amount: str = ""
    copies: str = ""
    released_in: str = ""
    reason: str = ""
    in_words: str = ""

    @property
    def says_something(self) -> bool:
        """Whether an amount or copies are given."""
        return bool(self.amount or self.copies)


@dataclass(frozen=True, slots=True)
class Openings:
    """All openings of the books.

    Attributes:
        rows: what is given, and places for what could be.
        totals: what is given, as (what, currency, minor units).
        carried: keys of contracts and beneficiaries that closed runs carry forward, whose openings
            cannot change any more.
    """

    rows: tuple[OpeningRow, ...]
    totals: tuple[tuple[Brings, str, int], ...]
    carried: frozenset[tuple[str, str]]

    @property
    def given(self) -> list[OpeningRow]:
        """What is given."""
        return [each for each in self.rows if each.says_something]

    def is_carried(self, row: OpeningRow) -> bool:
        """Whether a closed run carries it forward already."""
        return (_part(row.what), row.of) in self.carried


def openings(work: Work) -> Openings:
    """What is brought into the books, and what could be."""
    work.actor.require(Verb.READ)
    in_force = setup_in_force(work)
    rows = (*_of_contracts(in_force), *_of_beneficiaries(in_force))
    totals: dict[tuple[Brings, str], int] = {}
    for row in rows:
        if row.amount and row.currency:
            key = (row.what, row.currency)
            totals[key] = totals.get(key, 0) + minor_units(row.amount, row.currency)
    contracts, beneficiaries = closed_keys(work.connection)
    return Openings(
        rows,
        tuple((what, currency, amount) for (what, currency), amount in sorted(totals.items())),
        frozenset(
            {("contracts", key) for key in contracts}
            | {("beneficiaries", key) for key in beneficiaries}
        ),
    )


def template(work: Work, kind: str) -> bytes:
    """The table to fill in, as ``xlsx`` or ``csv``: a row for whatever is given or could be."""
    rows = [
        (
            *(row.what.value, row.of, _about(row), row.item, row.currency, row.amount),
            *(row.copies, row.released_in, row.reason),
        )
        for row in openings(work).rows
    ]
    if kind == "xlsx":
        house = setup_in_force(work).publisher
        table = PlainTable(
            "Brought into the books",
            "Fill in amounts and copies; a blank leaves what stands, 0 takes it away.",
            [(name, name in {"amount", "copies"}) for name in COLUMNS],
            [
                [
                    _figure(cell) if name in {"amount", "copies"} else cell
                    for name, cell in zip(COLUMNS, row, strict=True)
                ]
                for row in rows
            ],
        )
        return plain_table.workbook([table], house.name, house.currency, work.today)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _about(row: OpeningRow) -> str:
    return f"{row.about} ({row.in_words})" if row.in_words else row.about


def _figure(text: str) -> plain_table.Value:
    """A number as a number, where it is a plain one."""
    try:
        return Decimal(text) if text else ""
    except InvalidOperation:
        return text


def _harmless(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    is_number = text[:1] == "-" and text[1:].replace(".", "", 1).isdecimal()
    return f"'{text}" if text[:1] in "=+-@\t\r" and text and not is_number else text


def read(path: Path, name: str) -> list[FilledRow]:
    """The rows of a filled-in table, read before anything is held for it.

    Args:
        path: where its bytes are.
        name: as it was sent.

    Raises:
        FaultyTableError: it is no such table, or could not be read safely.
    """
    return filled_rows(path, name, COLUMNS, _NEEDED)


def preview(
    work: Work, rows: Iterable[FilledRow], name: str, number: Callable[[str], str] = str
) -> loading.FileDifference:
    """What a filled-in table would change; nothing is recorded.

    Args:
        rows: as ``read`` gives them.
        name: as it was sent.
        number: how who reads it writes numbers.

    Raises:
        FaultyTableError: with every fault of the table.
        SetupError: what it says does not go with the rest.
    """
    work.actor.require(Verb.LOAD)
    return loading.difference(work, _compared(work, rows, name), number)


def save(
    work: Work, rows: Iterable[FilledRow], name: str, *, seen: str, confirmed: str = ""
) -> Saved:
    """Load a table that was looked at, or put it before a second person.

    Raises:
        FaultyTableError: with every fault of the table.
        SetupError: what it says does not go with the rest.
        BooksChangedError: it would do something else by now.
        UnconfirmedError: it replaces what has counted already, which is to be confirmed.
    """
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    compared = _compared(work, rows, name)
    return loading.save_compared(work, compared, name, seen, confirmed)


def load(work: Work, rows: Iterable[FilledRow], name: str) -> Loaded:
    """Load a filled-in table at once, as the command line does."""
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    compared = _compared(work, rows, name)
    setup.save(work, name, compared)
    return compared.loaded


def _compared(work: Work, rows: Iterable[FilledRow], name: str) -> setup.Comparison:
    before = setup.compare_entries(work, [], name).before
    filling = _Filling(setup_in_force(work), before)
    for row in rows:
        filling.take(row)
    if filling.faults:
        raise FaultyTableError(name, filling.faults)
    return setup.compare_entries(work, filling.entries(), name)


# What there is, as rows


def _of_contracts(in_force: Setup) -> Iterator[OpeningRow]:
    names = Names(in_force)
    for key, contract in sorted(in_force.contracts.items()):
        about = names.of("contracts", key)
        for row in _of_contract(in_force, contract):
            yield OpeningRow(row.pop("what"), key, about, **row)


def _of_contract(in_force: Setup, contract: Contract) -> Iterator[dict[str, Any]]:
    currency, brought_in = contract.currency, contract.brought_in

    def text(amount: int) -> str:
        return amount_text(amount, currency) if amount else ""

    for rule in _counting(contract):
        opening = number_text(rule.counter.opening) if rule.counter.opening else ""
        counted = (
            {"copies": opening}
            if rule.counts is Counts.UNITS
            else {"amount": opening, "currency": currency}
        )
        words = "in the first period’s year" if rule.counter.resets is Resets.YEAR else ""
        yield {"what": Brings.COUNTER, "item": rule.counter.name, "in_words": words, **counted}
    yield {
        "what": Brings.DEBIT,
        "currency": currency,
        "amount": text(contract.opening_balance),
    }
    for item, advance in _advances(contract).items():
        yield {
            "what": Brings.ADVANCE,
            "item": item,
            "currency": currency,
            "amount": text(advance.recouped),
            "in_words": f"of {amount_text(advance.amount, currency)} paid on {advance.paid_on}",
        }
    for reserve in brought_in.reserves:
        yield {
            "what": Brings.RESERVE,
            "item": reserve.withheld_in,
            "currency": currency,
            "amount": text(reserve.amount),
            "released_in": reserve.released_in,
        }
    if contract.reserve is not None and not brought_in.reserves:
        held = range(1, contract.reserve.hold_periods + 1)
        for place in reversed(held):
            period = in_force.first_period.shift(-place)
            yield {"what": Brings.RESERVE, "item": str(period), "currency": currency}
    used = {(cap.name, cap.version, cap.path): cap.amount for cap in brought_in.caps}
    for cap_key, words in caps_of(in_force.plans[contract.plan]).items():
        yield {
            "what": Brings.CAP,
            "item": _cap_item(*cap_key),
            "currency": currency,
            "amount": text(used.get(cap_key, 0)),
            "in_words": words,
        }
    yield {
        "what": Brings.UNDISTRIBUTED,
        "currency": currency,
        "amount": text(brought_in.undistributed),
    }
    known = {each.isbn: each for each in brought_in.editions}
    for title in (in_force.titles[key] for key in contract.titles):
        for edition in title.editions:
            before = known.get(edition.isbn)
            yield {
                "what": Brings.EDITION,
                "item": edition.isbn,
                "currency": currency,
                "amount": text(before.earned) if before else "",
                "copies": str(before.units) if before and before.units else "",
                "in_words": f"{title.title}, {edition.format.value}",
            }


def _counting(contract: Contract) -> list[Rule]:
    """The first rule of each counter whose stand before the books changes a rate."""
    rules: dict[str, Rule] = {}
    for rule in contract.rules:
        if len(rule.tiers) > 1 and rule.counter.resets is not Resets.PERIOD:
            rules.setdefault(rule.counter.name, rule)
    return list(rules.values())


def _advances(contract: Contract) -> dict[str, Any]:
    """Advances by their day; several of one day are numbered as they stand."""
    by_item: dict[str, Any] = {}
    for advance in contract.advances:
        day = advance.paid_on.isoformat()
        item = day
        place = 1
        while item in by_item:
            place += 1
            item = f"{day} no. {place}"
        by_item[item] = advance
    return by_item


def caps_of(plan: Plan) -> dict[tuple[str, str, str], str]:
    """A plan's caps that outlive a period, by (name, version, path), each in words."""
    caps: dict[tuple[str, str, str], str] = {}

    def note(cap: Cap | None, version: str, path: str) -> None:
        if cap is None or cap.per is CapPer.PERIOD:
            return
        key = (cap.name, "", "") if cap.name else ("", version, path)
        per = "in this calendar year" if cap.per is CapPer.YEAR else "over its life"
        caps.setdefault(key, f"at most {number_text(cap.amount)} {per}")

    def look_at(steps: tuple[Step, ...], version: str, path: str) -> None:
        for number, step in enumerate(steps, 1):
            note(step.cap, version, f"{path}{number}")
            for place, member in enumerate(step.to, 1):
                note(member.cap, version, f"{path}{number}.{place}")
                look_at(member.steps, version, f"{path}{number}.{place}.")

    for version in plan.versions:
        look_at(version.steps, version.starts.isoformat(), "")
    return caps


def _cap_item(name: str, version: str, path: str) -> str:
    return name or f"step {path} from {version}"


def _of_beneficiaries(in_force: Setup) -> Iterator[OpeningRow]:
    house = in_force.publisher.currency
    currencies = {house, *(each.currency for each in in_force.contracts.values())}
    for key, payee in sorted(in_force.beneficiaries.items()):
        balances = dict.fromkeys(sorted(currencies), 0)
        balances[house] = payee.opening_balance
        for balance in payee.brought_in:
            if not balance.reason:
                balances[balance.currency] = balances.get(balance.currency, 0) + balance.amount
        for currency, amount in balances.items():
            text = amount_text(amount, currency) if amount else ""
            yield OpeningRow(Brings.BALANCE, key, payee.name, "", currency, text)
        for balance in payee.brought_in:
            if balance.reason:
                text = amount_text(balance.amount, balance.currency)
                yield OpeningRow(
                    Brings.ADJUSTMENT,
                    key,
                    payee.name,
                    "",
                    balance.currency,
                    text,
                    reason=balance.reason,
                )


# A filled-in table


def _part(what: Brings) -> str:
    return "beneficiaries" if what in OF_BENEFICIARIES else "contracts"


class _Filling:
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
        """Take a row, or tell what is wrong with it."""
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
        part = _part(brings)
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
        """What a counter stood at."""
        contract = self.setup.contracts[self._row["of"]]
        rules = [each for each in contract.rules if each.counter.name == self._row["item"]]
        if not rules:
            names = ", ".join(each.counter.name for each in _counting(contract)) or "none"
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
        items = list(_advances(contract))
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
        said: Body = {
            "withheld_in": self._row["item"],
            "amount": _text(amount, body["currency"]),
        }
        if self._row["released in"]:
            said["released_in"] = self._row["released in"]
        _put_in(_brought_in(body), "reserves", ("withheld_in",), said, amount)

    def cap(self, body: Body) -> None:
        """What a cap let through."""
        contract = self.setup.contracts[self._row["of"]]
        known = {_cap_item(*key): key for key in caps_of(self.setup.plans[contract.plan])}
        key = known.get(self._row["item"])
        if key is None:
            caps = "; ".join(known) or "none"
            self._wrong("item", f"is no cap of the plan that outlives a period: there are {caps}")
            return
        amount = self._amount(body["currency"])
        if amount is None:
            return
        name, version, path = key
        said: Body = {"name": name} if name else {"version": version, "step": path}
        names = tuple(said)
        said["used"] = _text(amount, body["currency"])
        _put_in(_brought_in(body), "caps", names, said, amount)

    def undistributed(self, body: Body) -> None:
        """What the plan could not place."""
        amount = self._amount(body["currency"])
        if amount is not None:
            _put(_brought_in(body), "undistributed", _text(amount, body["currency"]), amount)

    def edition(self, body: Body) -> None:
        """Copies and earnings to date."""
        said: Body = {"isbn": self._row["item"].replace("-", "").replace(" ", "")}
        amount: int | None = 0
        if self._row["amount"]:
            amount = self._amount(body["currency"])
            if amount is None:
                return
            if amount:
                said["earned"] = _text(amount, body["currency"])
        if self._row["copies"]:
            copies = self._number("copies")
            if copies is None:
                return
            if copies.denominator != 1:
                self._wrong("copies", "is no whole number of copies")
                return
            if copies:
                said["units"] = int(copies)
        known = {
            isbn
            for key in body["titles"]
            for edition in self._before["titles"][key].get("editions", ())
            for isbn in [edition["isbn"]]
        }
        if said["isbn"] not in known:
            self._wrong("item", "is no edition of this contract’s titles")
            return
        _put_in(_brought_in(body), "editions", ("isbn",), said, len(said) - 1)

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
        """The row's amount in minor units; None: it is none, which was told."""
        if not self._row["amount"]:
            self._wrong("amount", "is missing")
            return None
        said = self._row["currency"].upper()
        if said and said != currency:
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


_TAKES: Mapping[Brings, Callable[[_Filling, Body], None]] = {
    Brings.COUNTER: _Filling.counter,
    Brings.DEBIT: _Filling.debit,
    Brings.ADVANCE: _Filling.advance,
    Brings.RESERVE: _Filling.reserve,
    Brings.CAP: _Filling.cap,
    Brings.UNDISTRIBUTED: _Filling.undistributed,
    Brings.EDITION: _Filling.edition,
    Brings.BALANCE: _Filling.balance,
    Brings.ADJUSTMENT: _Filling.adjustment,
}


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


def _put_in(body: Body, key: str, names: tuple[str, ...], said: Body, amount: int) -> None:
    """Set an entry of a list, told apart by some of its keys."""
    others = [
        each
        for each in body.get(key, ())
        if any(each.get(name) != said.get(name) for name in names)
    ]
    place = next(
        (
            place
            for place, each in enumerate(body.get(key, ()))
            if all(each.get(name) == said.get(name) for name in names)
        ),
        len(others),
    )
    if amount:
        others.insert(place, said)
    body[key] = others


def _put_among(body: Body, currency: str, reason: str, text: str, amount: int) -> None:
    said: Body = {"currency": currency, "amount": text}
    if reason:
        said["reason"] = reason
    _put_in(body, "brought_in", ("currency", "reason"), said, amount)
