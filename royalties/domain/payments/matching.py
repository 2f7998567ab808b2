"""Which payment a booking of the bank is about, and what it says of it.

A booking counts only if both its reference and its amount are those of a payment. Everything else
is told, with the reason, and changes nothing: a person decides.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from royalties.domain.money import amount_text
from royalties.domain.payments.bookings import (
    BookedOn,
    Booking,
    BookingKind,
    BookingOutcome,
    Match,
    PaidOrDue,
    reason_of_return,
    words_of_notice,
)
from royalties.domain.payments.life import ON_ITS_WAY, PaymentState, name_of

_NAME = re.compile(r"(?<![A-Z0-9])P[- ]?([0-9]{6,12})(?![A-Z0-9])")
_BATCH = re.compile(r"(?<![A-Z0-9])B-([0-9]{4,12})(?![A-Z0-9])")
_WORD = re.compile(r"[A-Z0-9]+")
_LONGEST_REFERENCE = 8
"""Words of a reference that is looked for in a bank's text."""

_MANY = 4
"""Payments that are named one by one."""

_Words = tuple[str, ...]
_NOTHING = Match(BookingOutcome.NOTHING)


class _Named(StrEnum):
    """How a booking names payments, the surest first."""

    OURS = "by our own name"
    REFERENCE = "by its reference"
    TEXT = "by words of its text"


@dataclass(slots=True)
class _Group:
    """The payments that a booking names, of its currency, and how."""

    how: _Named
    payments: list[PaidOrDue]

    @property
    def is_sure(self) -> bool:
        return self.how is _Named.OURS


@dataclass(slots=True)
class _Books:
    """Payments as they stand after the bookings that were looked at so far."""

    today: date
    payments: dict[int, PaidOrDue] = field(default_factory=dict)
    by_batch: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_reference: dict[_Words, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_amount: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))


def match_all(
    bookings: Sequence[Booking],
    payments: Iterable[PaidOrDue],
    today: date,
    *,
    noted: Collection[tuple[int, str]] = (),
) -> list[Match]:
    """What each of some bookings says; a payment that left and came back in one file does both.

    Of 1,204.33 that went out with the reference ``P-000001``, for a payment of 1,204.33 that was
    sent, it is settled; of 1,204.30, it is doubtful.

    Args:
        bookings: of one file, or such as were not matched before.
        payments: all that a booking may be about.
        today: no booking of a later day counts.
        noted: payments and codes of notices that were noted already.
    """
    books = _Books(today)
    for payment in payments:
        _know(books, payment)
    matches: dict[int, Match] = {}
    known = set(noted)
    order = sorted(range(len(bookings)), key=lambda at: (bookings[at].day, bookings[at].amount > 0))
    for at in order:
        booking = bookings[at]
        if booking.kind is BookingKind.NOTICE:
            matches[at] = _notice(books, booking, known)
        else:
            matches[at] = _line(books, booking)
    return [matches[at] for at in range(len(bookings))]


def amounts_that_settle(payments: Iterable[PaidOrDue]) -> set[tuple[str, int]]:
    """Amounts that go out for payments on their way: of each, of a batch, and of a reference.

    Returns:
        Currencies and minor units, less than 0, as a bank books them.
    """
    sums: dict[tuple[object, ...], int] = defaultdict(int)
    alone: set[tuple[str, int]] = set()
    for payment in payments:
        if payment.sent_on is None:
            continue
        is_out = payment.state is PaymentState.SENT
        if is_out:
            alone.add((payment.currency, -payment.net))
        for group in (("batch", payment.batch), ("reference", _words(payment.reference))):
            sums[payment.currency, "all", *group] -= payment.net
            sums[payment.currency, "out", *group] -= payment.net if is_out else 0
    return alone | {(str(key[0]), amount) for key, amount in sums.items() if amount}


def _know(books: _Books, payment: PaidOrDue) -> None:
    books.payments[payment.number] = payment
    books.by_batch[payment.batch].append(payment.number)
    if words := _words(payment.reference):
        books.by_reference[words].append(payment.number)
    books.by_amount[payment.currency, payment.net].append(payment.number)


def _words(text: str) -> _Words:
    """Letters and digits, without the zeros before a number: ``No. 001001`` → NO, 1001."""
    found = _WORD.findall(text.upper())
    return tuple(each.lstrip("0") or "0" if each.isdigit() else each for each in found)


def _named(books: _Books, booking: Booking) -> _Group | None:
    """The payments that a booking names; None: none."""
    said = f"{booking.reference} {booking.text}".upper()
    numbers = [int(each) for each in _NAME.findall(said)]
    ours = [number for number in dict.fromkeys(numbers) if number in books.payments]
    if not ours:
        batches = dict.fromkeys(int(each) for each in _BATCH.findall(said))
        ours = [number for batch in batches for number in books.by_batch.get(batch, ())]
    if ours:
        return _group(books, _Named.OURS, ours)
    words = _words(booking.reference)
    if words and (numbers := books.by_reference.get(words, [])):
        return _group(books, _Named.REFERENCE, numbers)
    text = _words(f"{booking.reference} {booking.text}")
    for length in range(min(_LONGEST_REFERENCE, len(text)), 0, -1):
        for at in range(len(text) - length + 1):
            if numbers := books.by_reference.get(text[at : at + length], []):
                return _group(books, _Named.TEXT, numbers)
    return None


def _group(books: _Books, how: _Named, numbers: Iterable[int]) -> _Group:
    return _Group(how, [books.payments[number] for number in numbers])


def _line(books: _Books, booking: Booking) -> Match:
    group = _named(books, booking)
    if group is None:
        return _by_amount_alone(books, booking)
    alike = [each for each in group.payments if each.currency == booking.currency]
    if not alike:
        what = f"{_names(group.payments)} is in {group.payments[0].currency}"
        return _doubtful(group.payments, what) if group.is_sure else _NOTHING
    group.payments = alike
    if booking.day > books.today:
        return _doubtful(alike, f"the bank's day, {booking.day}, has not come yet")
    if booking.amount < 0:
        if booking.code:
            return _doubtful(alike, "money went out, though the bank says that it came back")
        return _went_out(books, booking, group)
    return _came_in(books, booking, group) if booking.amount else _NOTHING


def _by_amount_alone(books: _Books, booking: Booking) -> Match:
    """An amount alone decides nothing; it is said whose it is."""
    states = {PaymentState.SENT} if booking.amount < 0 else ON_ITS_WAY
    if booking.amount > 0 and not booking.code:
        return _NOTHING
    numbers = books.by_amount.get((booking.currency, abs(booking.amount)), [])
    alike = [books.payments[number] for number in numbers]
    alike = [each for each in alike if each.state in states]
    if not alike:
        return _NOTHING
    return _doubtful(
        alike[:5],
        f"it names none of our references; its amount is that of {_names(alike[:5])}: if it is "
        f"that payment, record it there",
    )


def _fitting(booking: Booking, group: _Group) -> Match | list[PaidOrDue]:
    """The payments whose amount a booking has; or why there are none."""
    sent = [each for each in group.payments if each.sent_on is not None]
    if not sent:
        words = f"{_names(group.payments)} is not recorded as sent: record that first"
        return _doubtful(group.payments, words) if group.is_sure else _NOTHING
    choose = _of_amount if booking.amount < 0 else _returned_amount
    chosen = choose(sent, abs(booking.amount))
    if not chosen:
        return _other_amount(group, sent, booking)
    if len(chosen) > 1 and sum(each.net for each in chosen) != abs(booking.amount):
        return _doubtful(chosen, f"it may be {_names(chosen, 'or')}: record it there")
    return chosen


def _went_out(books: _Books, booking: Booking, group: _Group) -> Match:
    """Money that went out under the reference of payments: they have arrived."""
    chosen = _fitting(booking, group)
    if isinstance(chosen, Match):
        return chosen
    if against := _against_arrival(booking, chosen):
        return _doubtful(chosen, against)
    words = _known_arrival(booking, chosen)
    arriving = [payment for payment in chosen if payment.state is PaymentState.SENT]
    for payment in chosen:
        now = payment
        if payment in arriving:
            now = replace(payment, state=PaymentState.SETTLED, settled_on=booking.day)
        booked = (*payment.booked, BookedOn(booking.day, booking.file))
        books.payments[payment.number] = replace(now, booked=booked)
    if arriving:
        return Match(BookingOutcome.SETTLED, tuple(payment.number for payment in arriving))
    return Match(BookingOutcome.KNOWN, tuple(payment.number for payment in chosen), words)


def _known_arrival(booking: Booking, chosen: Sequence[PaidOrDue]) -> str:
    """How the books know already what a booking says."""
    repeated = [each for each in chosen if any(on.day == booking.day for on in each.booked)]
    if repeated:
        return f"the same booking of {_names(repeated)} stands in another file"
    first = chosen[0]
    if first.state is PaymentState.RETURNED:
        return f"{_names(chosen)} came back on {first.ended_on}"
    return f"{_names(chosen)} is recorded as arrived on {first.settled_on}"


def _of_amount(sent: Sequence[PaidOrDue], amount: int) -> list[PaidOrDue]:
    """All of a batch, those of it that are on their way, or each whose amount it is."""
    for some in (sent, [payment for payment in sent if payment.state is PaymentState.SENT]):
        if some and sum(payment.net for payment in some) == amount:
            return list(some)
    singles = [payment for payment in sent if payment.net == amount]
    on_their_way = [payment for payment in singles if payment.state is PaymentState.SENT]
    return on_their_way if len(on_their_way) == 1 else singles


def _other_amount(group: _Group, named: Sequence[PaidOrDue], booking: Booking) -> Match:
    if group.how is _Named.TEXT or (group.how is _Named.REFERENCE and booking.amount > 0):
        return _NOTHING
    total = sum(each.net for each in named)
    booked = amount_text(abs(booking.amount), booking.currency)
    return _doubtful(
        named,
        f"the bank booked {booked}, but {_names(named)} "
        f"{'is' if len(named) == 1 else 'are'} {amount_text(total, booking.currency)}: ask the "
        f"bank about the difference",
    )


def _against_arrival(booking: Booking, chosen: Sequence[PaidOrDue]) -> str:
    """Why a booking that fits does not settle what it names; empty: it does."""
    for payment in chosen:
        name = name_of(payment.number)
        if payment.state is PaymentState.VOIDED:
            return f"{name} was voided on {payment.ended_on}, but the bank paid it: ask the bank"
        again = [on for on in payment.booked if on.day != booking.day or on.file == booking.file]
        if again:
            return (
                f"{name} was booked on {again[0].day} already: ask the bank whether it was paid "
                f"twice"
            )
        if payment.sent_on is not None and booking.day < payment.sent_on:
            return f"{name} was sent on {payment.sent_on}, after the bank's day, {booking.day}"
    return ""


def _came_in(books: _Books, booking: Booking, group: _Group) -> Match:
    """Money that came in under the reference of a payment: it came back."""
    chosen = _fitting(booking, group)
    if isinstance(chosen, Match):
        return chosen
    back = [payment for payment in chosen if payment.state in ON_ITS_WAY]
    if not back:
        words = f"{_names(chosen)} is recorded as {chosen[0].state} on {chosen[0].ended_on}"
        return Match(BookingOutcome.KNOWN, tuple(payment.number for payment in chosen), words)
    if against := _against_return(booking, group, back):
        return _doubtful(back, against)
    for payment in back:
        books.payments[payment.number] = replace(
            payment, state=PaymentState.RETURNED, ended_on=booking.day
        )
    numbers = tuple(payment.number for payment in back)
    return Match(BookingOutcome.RETURNED, numbers, reason_of_return(booking))


def _against_return(booking: Booking, group: _Group, back: Sequence[PaidOrDue]) -> str:
    """Why money that came in may be no return of what it names; empty: it is."""
    if not group.is_sure and not booking.code:
        return (
            f"the amount of {_names(back)} came in under its reference: if it came back, record it "
            f"there"
        )
    early = [each for each in back if each.sent_on is not None and booking.day < each.sent_on]
    if early:
        return f"{_names(early)} was sent on {early[0].sent_on}, after the bank's day"
    return ""


def _returned_amount(sent: Sequence[PaidOrDue], amount: int) -> list[PaidOrDue]:
    out = [payment for payment in sent if payment.state in ON_ITS_WAY]
    singles = [payment for payment in sent if payment.net == amount]
    of_out = [payment for payment in singles if payment in out]
    if of_out:
        return of_out
    if out and sum(payment.net for payment in out) == amount:
        return out
    return singles


def _notice(books: _Books, booking: Booking, noted: set[tuple[int, str]]) -> Match:
    group = _named(books, booking)
    if group is None or len(group.payments) != 1 or group.how is _Named.TEXT:
        return _NOTHING
    number = group.payments[0].number
    if (number, booking.code) in noted:
        return Match(BookingOutcome.KNOWN, (number,), "it is noted already")
    noted.add((number, booking.code))
    return Match(BookingOutcome.NOTED, (number,), words_of_notice(booking))


def _names(payments: Iterable[PaidOrDue], last: str = "and") -> str:
    """``P-000001, P-000002 and P-000003``; of many, the first ones and how many more."""
    names = [name_of(each.number) for each in payments]
    if len(names) > _MANY:
        return f"{', '.join(names[:_MANY])} and {len(names) - _MANY} more"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def _doubtful(payments: Iterable[PaidOrDue], words: str) -> Match:
    return Match(BookingOutcome.DOUBTFUL, tuple(each.number for each in payments), words)
