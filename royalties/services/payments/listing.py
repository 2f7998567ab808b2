"""How payments stand: lists for the staff, one batch, one payment, and a payee's own account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from royalties.domain.payments.life import PaymentState
from royalties.domain.people import Verb
from royalties.services.payments import approving
from royalties.services.payments.approving import NoBatchError
from royalties.services.payments.facts import looked_at, masked_accounts, parts_of, unsettled
from royalties.services.payments.moving import expected_taxes
from royalties.services.payments.steps import NoPaymentError
from royalties.services.work import Work
from royalties.store.payments import files
from royalties.store.payments import payments as store
from royalties.store.payments.files import FileRow
from royalties.store.payments.payments import (
    BatchRow,
    EventRow,
    PartRow,
    PaymentRow,
    SetAside,
)

__all__ = [
    "BatchRow",
    "EventRow",
    "PayeeAccount",
    "PaymentBatch",
    "PaymentDetail",
    "PaymentRow",
    "PaymentsAtHome",
    "SetAside",
    "at_home",
    "batch",
    "batches_of",
    "payee_account",
    "payment",
    "payments",
    "to_pay",
]


@dataclass(frozen=True, slots=True)
class PaymentBatch:
    """A batch: its payments, what each settles, its file, and whether one may approve it.

    ``taxes`` is what would be withheld if each were sent today, by its number; ``accounts`` are
    those that are paid to, masked, by its number too; ``unsettled`` are those of which bank details
    wait, are cooling, or have changed since the file was made; ``fingerprint`` tells whether
    amounts and accounts still stand as shown.
    """

    row: BatchRow
    payments: tuple[PaymentRow, ...]
    parts: dict[int, list[PartRow]]
    taxes: dict[int, int]
    file: FileRow | None
    may_approve: bool
    fingerprint: str
    accounts: dict[int, str]
    unsettled: tuple[PaymentRow, ...]

    @property
    def waiting(self) -> list[PaymentRow]:
        """Those that wait for approval."""
        return [row for row in self.payments if row.state is PaymentState.PROPOSED]

    @property
    def approved(self) -> list[PaymentRow]:
        """Those that are to be sent."""
        return [row for row in self.payments if row.state is PaymentState.APPROVED]


@dataclass(frozen=True, slots=True)
class PaymentDetail:
    """A payment, what it settles, and its history.

    ``account`` is the one that is paid to, masked, if there is one; ``is_unsettled`` if bank
    details wait, are cooling, or have changed since the approval.
    """

    row: PaymentRow
    parts: tuple[PartRow, ...]
    events: tuple[EventRow, ...]
    account: str
    is_unsettled: bool


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """What waits to be paid to a beneficiary, and its payments, the newest first."""

    waiting: tuple[SetAside, ...]
    payments: tuple[PaymentRow, ...]
    parts: dict[int, list[PartRow]]

    @property
    def sums(self) -> dict[str, int]:
        """What waits, by currency."""
        return sums_of(self.waiting)


@dataclass(frozen=True, slots=True)
class PaymentsAtHome:
    """What Home says: amounts not sent yet by currency, and since when.

    ``late`` is how much of it should have been sent by the days that the house promises.
    """

    to_pay: dict[str, int]
    since: date | None
    late: dict[str, int]


def payments(
    work: Work,
    *,
    states: Iterable[PaymentState] = (),
    beneficiary: str = "",
    below: int | None = None,
    limit: int | None = None,
) -> list[PaymentRow]:
    """Payments, the newest first."""
    work.actor.require(Verb.READ)
    return store.payments(
        work.connection,
        work.actor,
        states=states,
        beneficiary=beneficiary,
        below=below,
        limit=limit,
    )


def batches_of(work: Work, rows: Iterable[PaymentRow]) -> dict[int, BatchRow]:
    """The batches of some payments, by number."""
    work.actor.require(Verb.READ)
    return store.batches(work.connection, {row.batch_id for row in rows})


def batch(work: Work, number: int) -> PaymentBatch:
    """A batch as it stands.

    Raises:
        NoBatchError: there is none of this number.
    """
    work.actor.require(Verb.READ)
    row = store.find_batch(work.connection, number)
    if row is None:
        raise NoBatchError(number)
    found = store.payments(work.connection, work.actor, batch=number)
    rows = tuple(looked_at(work, list(reversed(found))))
    expected = expected_taxes(work, [each for each in rows if each.tax is None], work.today)
    return PaymentBatch(
        row,
        rows,
        parts_of(work, rows),
        {each.id: expected[each.id].tax if each.tax is None else each.tax for each in rows},
        files.find_file(work.connection, number),
        approving.may_approve(work, row, rows),
        approving.fingerprint_of(work, rows),
        masked_accounts(work, rows),
        tuple(unsettled(work, rows)),
    )


def payment(work: Work, number: int) -> PaymentDetail:
    """A payment with its history.

    Raises:
        NoPaymentError: there is none of this number.
    """
    work.actor.require(Verb.READ)
    row = store.find(work.connection, number)
    if row is None:
        raise NoPaymentError(number)
    (row,) = looked_at(work, [row])
    return PaymentDetail(
        row,
        tuple(store.parts_of(work.connection, [number])[number]),
        tuple(store.events_of(work.connection, number)),
        masked_accounts(work, [row]).get(number, ""),
        bool(unsettled(work, [row])),
    )


def to_pay(work: Work) -> list[SetAside]:
    """What waits to be paid of closed periods, the earliest first."""
    work.actor.require(Verb.READ)
    return store.set_aside(work.connection, work.actor)


def payee_account(work: Work, beneficiary: str) -> PayeeAccount:
    """What waits to be paid to one beneficiary, and its payments.

    A nonprofit's people see those that were sent; what is proposed is the house's own affair, and
    waits for them.
    """
    work.actor.require(Verb.READ_OWN)
    rows = store.payments(work.connection, work.actor, beneficiary=beneficiary)
    waiting = store.set_aside(
        work.connection,
        work.actor,
        beneficiary=beneficiary,
        unsent=not work.actor.sees_all,
    )
    if not work.actor.sees_all:
        rows = [row for row in rows if row.sent_on is not None]
    parts = store.parts_of(work.connection, [row.id for row in rows])
    return PayeeAccount(tuple(waiting), tuple(rows), parts)


def at_home(work: Work, pays_within: int | None, in_ledger: int) -> PaymentsAtHome:
    """What Home says of payments.

    Args:
        work: the unit of work.
        pays_within: days after a period's end within which the house pays; None: not stated.
        in_ledger: what the ledger has to pay, in minor units over all currencies.
    """
    work.actor.require(Verb.READ)
    waiting = _unsent(work, in_ledger)
    late = [
        each
        for each in waiting
        if pays_within is not None and (work.today - each.ends).days > pays_within
    ]
    since = min((each.ends for each in waiting), default=None)
    return PaymentsAtHome(sums_of(waiting), since, sums_of(late))


def _unsent(work: Work, in_ledger: int) -> list[SetAside]:
    """What closes set aside and was not sent, the earliest first.

    Nearly all of it is of the last periods. The earlier ones are read only if the ledger has more
    to pay than those, so that Home costs the same in the tenth year. No amount is below 0, so
    one sum over all currencies tells.
    """
    recent = store.set_aside(work.connection, work.actor, unsent=True, recent=True)
    if sum(each.left for each in recent) == in_ledger:
        return recent
    return store.set_aside(work.connection, work.actor, unsent=True)


def sums_of(waiting: Iterable[SetAside]) -> dict[str, int]:
    """What amounts that wait come to, by currency."""
    sums: dict[str, int] = {}
    for each in waiting:
        sums[each.currency] = sums.get(each.currency, 0) + each.left
    return dict(sorted(sums.items()))
