"""What is brought into the books, as rows: what is given, and places for what could be."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from royalties.domain.money import (
    amount_text,
    number_text,
    units_of,
)
from royalties.domain.terms.contracts import Contract, Counts, Resets, Rule
from royalties.domain.terms.plans import Cap, CapPer, Plan, Step
from royalties.domain.terms.wording import money_words
from royalties.services.books import Setup
from royalties.services.names import Names, format_word


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
        in_words: what the item is, where its name alone is not enough.
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


def rows_of_contracts(in_force: Setup) -> Iterator[OpeningRow]:
    """Counters, advances, reserves and the rest of each contract, and places for them."""
    names = Names(in_force)
    for key, contract in sorted(in_force.contracts.items()):
        about = names.of("contracts", key)
        for row in _of_contract(in_force, contract):
            yield OpeningRow(row.pop("what"), key, about, **row)


def _of_contract(in_force: Setup, contract: Contract) -> Iterator[dict[str, Any]]:
    currency, brought_in = contract.currency, contract.brought_in

    def text(amount: int) -> str:
        return amount_text(amount, currency) if amount else ""

    for rule in counters_of(contract):
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
    for item, advance in advances_brought_in(contract).items():
        yield {
            "what": Brings.ADVANCE,
            "item": item,
            "currency": currency,
            "amount": text(advance.recouped),
            "in_words": f"of {money_words(units_of(advance.amount, currency), currency)} "
            f"{currency} paid on {advance.paid_on}",
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
    for cap_key, words in caps_of(in_force.plans[contract.plan], currency).items():
        yield {
            "what": Brings.CAP,
            "item": cap_item(*cap_key),
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
                "in_words": f"{title.title}, {format_word(edition.format)}",
            }


def counters_of(contract: Contract) -> list[Rule]:
    """The first rule of each counter whose value before the books changes a rate."""
    rules: dict[str, Rule] = {}
    for rule in contract.rules:
        if len(rule.tiers) > 1 and rule.counter.resets is not Resets.PERIOD:
            rules.setdefault(rule.counter.name, rule)
    return list(rules.values())


def advances_brought_in(contract: Contract) -> dict[str, Any]:
    """Advances by their day; several of one day are numbered in their order."""
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


def caps_of(plan: Plan, currency: str = "") -> dict[tuple[str, str, str], str]:
    """A plan's caps that outlive a period, by (name, version, path), each in words.

    Args:
        plan: whose caps.
        currency: of the contract that gives by it; empty: no currency is given.
    """
    caps: dict[tuple[str, str, str], str] = {}

    def note(cap: Cap | None, version: str, path: str) -> None:
        if cap is None or cap.per is CapPer.PERIOD:
            return
        key = (cap.name, "", "") if cap.name else ("", version, path)
        per = "in this calendar year" if cap.per is CapPer.YEAR else "over its life"
        amount = f"{money_words(cap.amount, currency)} {currency}".rstrip()
        caps.setdefault(key, f"at most {amount} {per}")

    def look_at(steps: tuple[Step, ...], version: str, path: str) -> None:
        for number, step in enumerate(steps, 1):
            note(step.cap, version, f"{path}{number}")
            for place, member in enumerate(step.to, 1):
                note(member.cap, version, f"{path}{number}.{place}")
                look_at(member.steps, version, f"{path}{number}.{place}.")

    for version in plan.versions:
        look_at(version.steps, version.starts.isoformat(), "")
    return caps


def cap_item(name: str, version: str, path: str) -> str:
    """What a row calls a cap: by its name, or by its step."""
    return name or f"step {path} from {version}"


def rows_of_beneficiaries(in_force: Setup) -> Iterator[OpeningRow]:
    """Balances of each beneficiary in each currency of the books, and adjustments."""
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


def part_of(what: Brings) -> str:
    """The part of the setup that an opening belongs to."""
    return "beneficiaries" if what in OF_BENEFICIARIES else "contracts"
