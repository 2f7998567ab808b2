"""A NACHA file of credits: CCD for organizations, PPD for persons, prenotes among them.

Source: Nacha Operating Rules, Appendix Three, "ACH Record Format Specifications": each record has
94 characters, and blocks of ten records are filled up with nines. Names in comments are those of
its fields.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from royalties.domain.payments.accounts import AccountType, UsAccount
from royalties.domain.payments.letters import ACH, carried, plain
from royalties.domain.payments.networks import ach_faults, ach_refusals, sec_code
from royalties.domain.payments.orders import (
    AchProfile,
    NotCarriedError,
    PayeeKind,
    PaymentOrder,
)

RECORD = 94
BLOCK = 10
MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
"""File ID modifiers: one letter or digit tells the files of a day apart."""

_LINE_END = "\r\n"
_CREDITS_ONLY = "220"
_MIXED = "200"
_ADDENDA = 80
_MOST_IN_HASH = 10**10
_CREDIT = {AccountType.CHECKING: "22", AccountType.SAVINGS: "32"}
_PRENOTE = {AccountType.CHECKING: "23", AccountType.SAVINGS: "33"}
_DEBIT = {AccountType.CHECKING: "27", AccountType.SAVINGS: "37"}


class ProfileError(ValueError):
    """What the file says of the house's own bank is not as the rules want it."""


@dataclass(frozen=True, slots=True)
class _NachaEntry:
    code: str
    account: UsAccount
    amount: int
    reference: str
    name: str
    addenda: str = ""
    is_debit: bool = False

    @property
    def records(self) -> int:
        return 2 if self.addenda else 1


@dataclass(frozen=True, slots=True)
class _Batch:
    entry_class: str
    entries: tuple[_NachaEntry, ...]

    @property
    def service_class(self) -> str:
        return _MIXED if any(each.is_debit for each in self.entries) else _CREDITS_ONLY


def nacha_file(
    orders: Sequence[PaymentOrder],
    profile: AchProfile,
    *,
    made: datetime,
    effective: date,
    modifier: str = "A",
) -> bytes:
    """A file of payments.

    Args:
        orders: amounts in cents; organizations' and persons' go into batches of their own.
        profile: of the house's bank.
        made: when, in the house's time; a bank refuses two files of one minute and modifier.
        effective: the banking day on which the payees shall have it.
        modifier: tells apart the files of a day, one of :data:`MODIFIERS`.

    Raises:
        NotCarriedError: a payment cannot go this way; it names all of them, and why.
        ProfileError: the profile, the modifier or the number of payments is not possible.
    """
    _require_possible(orders, profile, modifier)
    batches = [
        _batch(kind, [order for order in orders if order.kind is kind], profile)
        for kind in PayeeKind
        if any(order.kind is kind for order in orders)
    ]
    records = [_file_header(profile, made, modifier)]
    trace = 0
    for number, batch in enumerate(batches, start=1):
        records.append(_batch_header(batch, profile, effective, number))
        for entry in batch.entries:
            trace += 1
            records += _entry_records(entry, profile, trace)
        records.append(_batch_control(batch, profile, number))
    records.append(_file_control(batches, len(records) + 1))
    records += ["9" * RECORD] * (-len(records) % BLOCK)
    assert all(len(record) == RECORD for record in records)  # noqa: S101 - else no bank reads it
    return "".join(record + _LINE_END for record in records).encode("ascii")


def _require_possible(orders: Sequence[PaymentOrder], profile: AchProfile, modifier: str) -> None:
    if refused := ach_refusals(orders):
        raise NotCarriedError(refused)
    faults = ach_faults(profile)
    if not orders:
        faults.append("there is nothing to pay")
    if len(modifier) != 1 or modifier not in MODIFIERS:
        faults.append(f"the file ID modifier is one letter or digit, not {modifier!r}")
    if len({order.reference for order in orders}) < len(orders):
        faults.append("two payments have the same reference")
    if faults:
        raise ProfileError("; ".join(faults))


def _batch(kind: PayeeKind, orders: Sequence[PaymentOrder], profile: AchProfile) -> _Batch:
    entries = [_credit(order) for order in orders]
    total = sum(order.amount for order in orders)
    if profile.offset and total:
        entries.append(
            _NachaEntry(
                code=_DEBIT[profile.offset.type],
                account=profile.offset,
                amount=total,
                reference="OFFSET",
                name=profile.company,
                is_debit=True,
            )
        )
    return _Batch(sec_code(kind), tuple(entries))


def _credit(order: PaymentOrder) -> _NachaEntry:
    account = order.account
    assert isinstance(account, UsAccount)  # noqa: S101 - others were refused
    codes = _PRENOTE if order.is_prenote else _CREDIT
    return _NachaEntry(
        code=codes[account.type],
        account=account,
        amount=order.amount,
        reference=order.reference,
        name=order.short_name,
        addenda="" if order.is_prenote else remittance(order),
    )


def remittance(order: PaymentOrder) -> str:
    """Statements and amount as the segments of ANSI ASC X12 that the rules want; empty: neither.

    A remittance (RMR) names the first statement and the amount paid, further references (REF) the
    other statements; where 80 characters cannot name all, it names our reference, and how many.
    """
    if not order.statements:
        return ""
    amount = f"{Decimal(order.amount).scaleb(-2):.2f}"
    first, *others = map(_element, order.statements)
    named = f"RMR*IV*{first}**{amount}\\" + "".join(f"REF*IV*{each}\\" for each in others)
    if len(named) <= _ADDENDA:
        return named
    count = f"{len(order.statements)} STATEMENTS"
    return f"RMR*IV*{_element(order.reference)}**{amount}\\REF*IV**{count}\\"


def _element(text: str) -> str:
    """Text inside a segment, without the signs that end elements and segments."""
    return carried(text, ACH - frozenset("*\\~")).strip()


def _text(value: str, width: int) -> str:
    """An alphanumeric field: left-justified, filled up with blanks."""
    return plain(value)[:width].ljust(width)


def _number(value: int, width: int) -> str:
    digits = str(value).rjust(width, "0")
    if len(digits) > width:
        raise ProfileError("the payments are too many, or too much, for one file: make two")
    return digits


def _file_header(profile: AchProfile, made: datetime, modifier: str) -> str:
    return (
        "101"  # record type, priority code
        f" {profile.odfi}"  # immediate destination
        + (profile.origin or profile.company_id).rjust(10)  # immediate origin
        + made.strftime("%y%m%d%H%M")  # file creation date and time
        + modifier
        + "094101"  # record size, blocking factor, format code
        + _text(profile.destination, 23)  # immediate destination name
        + _text(profile.company, 23)  # immediate origin name
        + _text("", 8)  # reference code
    )


def _batch_header(batch: _Batch, profile: AchProfile, effective: date, number: int) -> str:
    return (
        "5"
        + batch.service_class
        + _text(profile.company, 16)
        + _text("", 20)  # company discretionary data
        + _text(profile.company_id, 10)
        + batch.entry_class
        + _text(profile.description, 10)
        + _text("", 6)  # company descriptive date
        + effective.strftime("%y%m%d")
        + "   1"  # settlement date, which the operator fills in; originator status code
        + profile.odfi[:8]
        + _number(number, 7)
    )


def _entry_records(entry: _NachaEntry, profile: AchProfile, trace: int) -> list[str]:
    detail = (
        "6"
        + entry.code
        + entry.account.routing  # receiving DFI identification, check digit
        + _text(entry.account.number, 17)
        + _number(entry.amount, 10)
        + _text(entry.reference, 15)  # identification number
        + _text(entry.name, 22)
        + "  "  # discretionary data
        + ("1" if entry.addenda else "0")
        + profile.odfi[:8]
        + _number(trace, 7)
    )
    if not entry.addenda:
        return [detail]
    return [detail, f"705{_text(entry.addenda, _ADDENDA)}0001{_number(trace, 7)}"]


def _batch_control(batch: _Batch, profile: AchProfile, number: int) -> str:
    return (
        "8"
        + batch.service_class
        + _number(sum(entry.records for entry in batch.entries), 6)
        + _totals(batch.entries)
        + _text(profile.company_id, 10)
        + _text("", 19 + 6)  # message authentication code, reserved
        + profile.odfi[:8]
        + _number(number, 7)
    )


def _file_control(batches: Sequence[_Batch], records: int) -> str:
    entries = [entry for batch in batches for entry in batch.entries]
    return (
        "9"
        + _number(len(batches), 6)
        + _number(-(-records // BLOCK), 6)
        + _number(sum(entry.records for entry in entries), 8)
        + _totals(entries)
        + _text("", 39)
    )


def _totals(entries: Iterable[_NachaEntry]) -> str:
    """Entry hash and totals: the hash is the sum of routing numbers without their check digits."""
    known = tuple(entries)
    summed = sum(int(entry.account.routing[:8]) for entry in known)
    debits, credits_ = (
        sum(entry.amount for entry in known if entry.is_debit is is_debit)
        for is_debit in (True, False)
    )
    return _number(summed % _MOST_IN_HASH, 10) + _number(debits, 12) + _number(credits_, 12)
