"""What a nonprofit sees of its royalties: only its own, and only what was closed.

Figures come from settlements and from the frozen contents of its statements, so that every page
says what the statement says. Nothing here is estimated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from royalties.domain.currencies import exponent
from royalties.domain.money import amount_text
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.royalties.results import NotPaid
from royalties.domain.royalties.statements import Statement
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.services.books import setup_in_force
from royalties.services.statements.content import statement_in
from royalties.services.work import RefusedError, Work
from royalties.store.periods import periods
from royalties.store.statements import portal as store

Settled = store.SettledRow
"""A closed period of one beneficiary in one currency, with its statement's number."""


class NotYoursError(RefusedError):
    """There is no such thing, or it is somebody else's: the answer does not reveal which."""

    def __init__(self) -> None:
        super().__init__("there is nothing here that is yours")


@dataclass(frozen=True, slots=True)
class ReceivedSums:
    """All that was ever settled in one currency, in minor units."""

    currency: str
    allocated: int
    tax_withheld: int
    to_pay: int
    tax: int
    carried_forward: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A nonprofit's home.

    Attributes:
        last: the statements of its newest closed period, one for each currency.
        said: their contents.
        outcomes: what becomes of the amount due, in words, by statement number.
        short: how far an amount due lies below the minimum payment, as exact text, by number.
        pay_by: the last day of a payment where the publisher named it, by number.
        next_pay_by: the same for the open period.
        settled: every closed period, the newest first.
        received: sums over all of them, by currency.
        open_period: the period whose statement comes next.
    """

    beneficiary: Beneficiary
    last: tuple[Settled, ...]
    said: tuple[Statement, ...]
    outcomes: Mapping[str, str]
    short: Mapping[str, str]
    pay_by: Mapping[str, date]
    next_pay_by: date | None
    settled: tuple[Settled, ...]
    received: tuple[ReceivedSums, ...]
    open_period: Period
    today: date


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year: its settlements, and what each contract's titles brought."""

    beneficiary: Beneficiary
    year: int
    years: tuple[int, ...]
    settled: tuple[Settled, ...]
    totals: tuple[ReceivedSums, ...]
    titles: tuple[tuple[str, str, int], ...]
    """Titles of a contract, currency, and what was allocated of it."""


def nonprofits(work: Work) -> list[Beneficiary]:
    """The beneficiaries whose figures are the actor's own, by name."""
    work.actor.require(Verb.READ_OWN)
    known = setup_in_force(work).beneficiaries
    own = (known[key] for key in work.actor.beneficiaries if key in known)
    return sorted(own, key=lambda each: (each.name.casefold(), each.key))


def nonprofit(work: Work, key: str) -> Beneficiary:
    """One of the actor's own beneficiaries.

    Raises:
        NotYoursError: it is not, or there is none of this key.
    """
    own = next((each for each in nonprofits(work) if each.key == key), None)
    if own is None:
        raise NotYoursError
    return own


def overview(work: Work, key: str) -> Overview:
    """A nonprofit's home."""
    beneficiary = nonprofit(work, key)
    setup = setup_in_force(work)
    rows = store.settled_periods(work.connection, work.actor, key)
    last = tuple(row for row in rows if row.period_id == rows[0].period_id)
    statements = _statements(work, key, last)
    closed = periods.last_closed(work.connection)
    first = setup.first_period
    current = first if closed is None else first.shift(closed + 1 - first.ordinal)
    return Overview(
        beneficiary,
        last,
        tuple(statements),
        {issued.number or "": issued.outcome for issued in statements},
        {issued.number or "": short for issued in statements if (short := _short(issued, last))},
        {issued.number or "": issued.pays_by for issued in statements if issued.pays_by},
        setup.publisher.pays_by(current),
        tuple(rows),
        _received(rows),
        current,
        work.today,
    )


def earnings(work: Work, key: str, period: str = "") -> tuple[list[Statement], list[str]]:
    """The statements of one closed period (the newest unless named), and all periods' names.

    Raises:
        NotYoursError: no such period was settled for this nonprofit.
    """
    nonprofit(work, key)
    rows = store.settled_periods(work.connection, work.actor, key)
    names = list(dict.fromkeys(row.period for row in rows))
    if period and period not in names:
        raise NotYoursError
    chosen = period or (names[0] if names else "")
    return _statements(work, key, [row for row in rows if row.period == chosen]), names


def settled(work: Work, key: str) -> list[Settled]:
    """Every statement of a nonprofit, the newest first."""
    nonprofit(work, key)
    return store.settled_periods(work.connection, work.actor, key)


def statement(work: Work, key: str, number: str) -> tuple[Statement, Settled]:
    """One statement of a nonprofit, and how it was settled.

    Raises:
        NotYoursError: it is not there, or it is somebody else's.
    """
    row = next((each for each in settled(work, key) if each.number == number), None)
    if row is None:
        raise NotYoursError
    return _statements(work, key, [row])[0], row


def issued_file(work: Work, key: str, number: str, kind: str) -> tuple[str, bytes]:
    """The issued workbook or twin of a statement, as (name, bytes).

    Raises:
        NotYoursError: it is not there, not issued yet, or somebody else's.
        RefusedError: the stored file is missing or was changed.
    """
    nonprofit(work, key)
    files = store.issued_files(work.connection, work.actor, key, [number])
    file = next((each for each in files if each.file == kind), None)
    if file is None:
        raise NotYoursError
    return file.name, _stored_bytes(work, file)


def year(work: Work, key: str, number: int | None = None) -> Year:
    """A calendar year's summary, the newest unless one is named.

    Raises:
        NotYoursError: nothing was settled for this nonprofit in that year.
    """
    beneficiary = nonprofit(work, key)
    rows = store.settled_periods(work.connection, work.actor, key)
    years = tuple(dict.fromkeys(_year_of(row) for row in rows))
    if number is None:
        number = years[0] if years else work.today.year
    elif number not in years:
        raise NotYoursError
    chosen = tuple(row for row in reversed(rows) if _year_of(row) == number)
    return Year(
        beneficiary,
        number,
        years,
        chosen,
        _received(tuple(reversed(chosen))),
        _by_title(_statements(work, key, chosen)),
    )


def issued_in(work: Work, key: str, number: int) -> list[tuple[str, bytes]]:
    """The issued files of a calendar year, as (name, bytes).

    Raises:
        NotYoursError: none was issued.
        RefusedError: a stored file is missing or was changed.
    """
    nonprofit(work, key)
    rows = store.settled_periods(work.connection, work.actor, key)
    numbers = [row.number for row in rows if _year_of(row) == number]
    files = store.issued_files(work.connection, work.actor, key, numbers)
    if not files:
        raise NotYoursError
    return [(each.name, _stored_bytes(work, each)) for each in files]


def _stored_bytes(work: Work, file: store.PortalFileRow) -> bytes:
    path = work.files.issued(file.period, file.name)
    data = path.read_bytes() if path.exists() else b""
    if sha256(data).hexdigest() != file.sha256:
        raise RefusedError(f"the file {file.name} cannot be handed out: tell the publisher")
    return data


def _statements(work: Work, key: str, rows: Iterable[Settled]) -> list[Statement]:
    numbers = [row.number for row in rows]
    if not numbers:
        return []
    texts = store.contents(work.connection, work.actor, key, numbers)
    return [statement_in(text) for text in texts]


def _short(issued: Statement, rows: Iterable[Settled]) -> str:
    """What is missing to the minimum payment, where that is why nothing is to pay."""
    reason = next((row.reason for row in rows if row.number == issued.number), "")
    if reason != NotPaid.BELOW_MINIMUM or not issued.payee.minimum_payment:
        return ""
    missing = Decimal(issued.payee.minimum_payment) - Decimal(
        amount_text(issued.due, issued.currency)
    )
    return f"{missing:.{exponent(issued.currency)}f}"


def _received(rows: Sequence[Settled]) -> tuple[ReceivedSums, ...]:
    """Sums by currency; what is carried forward is that of the newest period, the first row."""
    received_by_currency: dict[str, ReceivedSums] = {}
    for row in rows:
        before = received_by_currency.get(
            row.currency, ReceivedSums(row.currency, 0, 0, 0, 0, row.carried_forward)
        )
        received_by_currency[row.currency] = ReceivedSums(
            row.currency,
            before.allocated + row.allocated,
            before.tax_withheld + row.tax_withheld,
            before.to_pay + row.to_pay,
            before.tax + row.tax,
            before.carried_forward,
        )
    return tuple(received_by_currency[currency] for currency in sorted(received_by_currency))


def _by_title(statements: Iterable[Statement]) -> tuple[tuple[str, str, int], ...]:
    sums: dict[tuple[str, str], int] = {}
    for statement in statements:
        for contract in statement.contracts:
            key = (", ".join(contract.titles), statement.currency)
            sums[key] = sums.get(key, 0) + contract.allocated
    return tuple((titles, currency, amount) for (titles, currency), amount in sorted(sums.items()))


def _year_of(row: Settled) -> int:
    return row.ends.year
