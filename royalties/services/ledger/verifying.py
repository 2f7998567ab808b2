"""Check every invariant over the whole database; name what fails, repair nothing.

Sources: calculation.md, "What always holds"; the numbers in brackets are the ledger's.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256

from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.people import Verb
from royalties.domain.periods import Period, PeriodStatus, parse_period
from royalties.domain.royalties.days import Claim, claim
from royalties.domain.sales.imports import BatchStatus
from royalties.services.books import (
    books_of,
    distinctions_in,
    names_of,
    setup_in_force,
    setup_used_by,
)
from royalties.services.cache import cached, refuse_slow_calculation
from royalties.services.ledger import verified_accounts as sums
from royalties.services.ledger import (
    verified_files,
    verified_log,
    verified_orders,
    verified_payments,
)
from royalties.services.ledger.recomputing import DAMAGE
from royalties.services.ledger.verified_bank_details import bank_details_differ
from royalties.services.ledger.verified_books import BooksUnderTest, Check, Failures
from royalties.services.ledger.verified_carried import carried_forward
from royalties.services.orders import papers
from royalties.services.work import RefusedError, Work
from royalties.store.engine import small_cache
from royalties.store.ledger import checks
from royalties.store.periods import runs
from royalties.store.sales import cached_slices, totals
from royalties.store.terms import catalogue

_KEPT = 5


@dataclass(frozen=True, slots=True)
class CheckedInvariant:
    """One invariant: what it says, and each place where it does not hold."""

    name: str
    failures: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


def verify(work: Work) -> list[CheckedInvariant]:
    """Check everything that must always hold.

    Raises:
        RefusedError: no setup file has been loaded yet.
    """
    work.actor.require(Verb.READ)
    books = BooksUnderTest(replace(work, memory=None))  # what was remembered proves nothing
    checked = []
    with small_cache(work.connection):
        for place, (name, check) in enumerate(_CHECKS.items()):
            work.progress(place, len(_CHECKS))
            checked.append(CheckedInvariant(name, _failures(check, books)))
    work.progress(len(_CHECKS), len(_CHECKS))
    return checked


def verified(work: Work, click: str) -> tuple[datetime, list[CheckedInvariant]]:
    """What ``verify`` found when somebody asked for it, and when that was.

    Args:
        click: a token of the request: another one verifies anew.
    """
    work.actor.require(Verb.READ)
    refuse_slow_calculation(
        work,
        "verify",
        click,
        lambda patient: verified(patient, click),
        words="whether everything holds",
        periods=None,
    )
    return cached(work, "verify", click, lambda: (work.now, verify(work)), most=_KEPT)


def _failures(check: Check, books: BooksUnderTest) -> tuple[str, ...]:
    """What a check finds; books so damaged that it cannot go on are one more failure."""
    failures: list[str] = []
    try:
        failures.extend(check(books))
    except RefusedError:
        raise
    except DAMAGE as error:
        failures.append(f"what stands in the database cannot be read: {error!r}")
    return tuple(failures)


def _setup_read(books: BooksUnderTest) -> Failures:
    """The setup in force makes sense, and the catalogue is what it says."""
    setup = setup_in_force(books.work)
    editions = {row.isbn: row for row in catalogue.edition_rows(books.connection)}
    prices = catalogue.prices(books.connection)
    names = catalogue.identifiers(books.connection)
    by_hand = catalogue.aliases(books.connection)
    for title in setup.titles.values():
        for edition in title.editions:
            row = editions.pop(edition.isbn, None)
            if row is None or row.title != title.key:
                yield f"edition {edition.isbn} is not recorded under title {title.key}"
                continue
            setup_prices = {(each.currency, each.starts): each.micro for each in edition.prices}
            if prices.get(row.id, {}) != setup_prices:
                yield f"edition {edition.isbn} has other prices than the setup"
            for _, value in edition.identifiers:
                name = value.upper()
                if name not in by_hand and names.get(name) != row.id:
                    yield f"identifier {name} does not stand for {edition.isbn}"
    for isbn in editions:
        yield f"edition {isbn} is recorded but stands in no title"


def _periods(books: BooksUnderTest) -> Failures:
    calendar = setup_in_force(books.work).calendar
    closed = {each.period_id: each.closed_at for each in checks.closings(books.connection)}
    last: Period | None = None
    for row in books.rows("period"):
        period = parse_period(row.name, calendar)
        if (row.id, row.starts, row.ends) != (period.ordinal, period.starts, period.ends):
            yield f"{row.name} is recorded with other days than its own"
        if closed.pop(row.id, None) != row.closed_at or (row.status == PeriodStatus.CLOSED) != bool(
            row.closed_at
        ):
            yield f"{row.name} is {row.status}, but its closed run says otherwise"
        if row.status == PeriodStatus.CLOSED:
            if last is not None and period != last.shift(1):
                yield f"{row.name} is closed, but {last.shift(1)} is not"
            last = period
    for number in closed:
        yield f"a run of {books.period(number)} is closed, but there is no such period"


def _runs_frozen(books: BooksUnderTest) -> Failures:
    for closed in checks.closed_runs(books.connection):
        if sha256(closed.document.encode()).hexdigest() != closed.fingerprint:
            yield f"the closed run of {books.period(closed.period_id)} was changed"


def _recomputed(what: str) -> Check:
    """A closed run computed again, from its sales and the setup of its time, is the same."""
    return lambda books: iter(books.recomputed[what])


def _statements(books: BooksUnderTest) -> Failures:
    for period in books.closed():
        settled = {(row.beneficiary, row.currency) for row in books.rows("settlement", period)}
        numbers = []
        for row in checks.statements(books.connection, period):
            numbers.append(row.place)
            settled.discard((row.beneficiary, row.currency))
            if sha256(row.content.encode()).hexdigest() != row.fingerprint:
                yield f"statement {row.number} was changed"
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{books.period(period)}: statement numbers have a gap"
        for beneficiary, _ in sorted(settled):
            yield f"{books.period(period)}: {beneficiary} has no statement"


def _issued(books: BooksUnderTest) -> Failures:
    yield from verified_files.issued_differ(books.work, books.names)


def _orders_issued(books: BooksUnderTest) -> Failures:
    yield from papers.failures(books.work)


def _bank_details(books: BooksUnderTest) -> Failures:
    yield from bank_details_differ(books.work)


def _received(books: BooksUnderTest) -> Failures:
    yield from verified_files.received_differ(books.work)


def _sent(books: BooksUnderTest) -> Failures:
    yield from verified_files.sent_differ(books.work)
    yield from verified_files.samples_differ(books.work)
    yield from verified_files.documents_differ(books.work)
    yield from verified_files.note_files_differ(books.work)


def _order_money(books: BooksUnderTest) -> Failures:
    yield from verified_orders.money_differs(books.work)
    yield from verified_orders.reversals_differ(books.work)


def _invoices(books: BooksUnderTest) -> Failures:
    yield from verified_orders.invoices_differ(books.work)


def _shipments(books: BooksUnderTest) -> Failures:
    yield from verified_orders.shipments_differ(books.work)


def _payments(books: BooksUnderTest) -> Failures:
    yield from verified_payments.payments_differ(books.work)


def _payment_entries(books: BooksUnderTest) -> Failures:
    yield from verified_payments.entries_of_payments_differ(books.work)


def _sales(books: BooksUnderTest) -> Failures:
    yield from checks.orphan_sales(books.connection)
    yield from checks.sales_in_wrong_period(books.connection)
    yield from checks.batches_that_lost_lines(books.connection)


def _closed_sales_earned(books: BooksUnderTest) -> Failures:
    """A closed run counted exactly the sales that are recorded in its period."""
    yield from checks.closed_copies_differ(books.connection, partial(_claimed, books))


def _claimed(books: BooksUnderTest, number: int) -> tuple[set[str], checks.CopiesInTerm]:
    """Of a closed period, the ISBNs of titles whose contracts end, and what each takes of them."""
    closed = runs.find_closing(books.connection, number)
    if closed is None:
        return set(), {}
    setup = setup_used_by(books.work, closed.revision)
    first = setup.first_period
    read = books_of(books.work, setup, first.shift(number - first.ordinal))
    dated = [part for block in read.blocks if block.like.day is not None for part in block.slices()]
    copies: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for slice_ in dated:
        title = read.sold[slice_.isbn].title
        listed = [each for each in read.contracts if title in each.titles]
        for contract in listed:
            others = [each for each in listed if each is not contract]
            day, kind = slice_.day or contract.starts, slice_.kind
            if claim(contract, others, day, kind, slice_.reverses) is Claim.COUNTS:
                of = copies.setdefault((contract.key, slice_.isbn), {})
                key = (kind.word, slice_.currency)
                of[key] = of.get(key, 0) + slice_.units
    return {part.isbn for part in dated}, copies


def _import_totals(books: BooksUnderTest) -> Failures:
    """The recorded lines of an import are those that its document stated when it was recorded."""
    standing = checks.balances_by_batch(books.connection)
    unbundled = checks.copies_unbundled(books.connection)
    for row in checks.imports(books.connection):
        if row.status != BatchStatus.RECORDED or row.corrects is not None:
            continue
        document = row.document
        stands = standing.get(row.id, checks.RecordedImport(0, 0, 0, {}, {}))
        units, waiting = document["units"], document["waiting"]
        if not waiting:
            net = {
                currency: micro_text(micro, exponent(currency))
                for currency, micro in stands.net.items()
            }
            usage = {
                currency: micro_text(micro, exponent(currency))
                for currency, micro in stands.usage.items()
            }
            of_usage = document["usage"]["net"] if "usage" in document else usage
            documented = (
                units["sold"],
                units["returned"],
                units["free"],
                document["net"],
                of_usage,
            )
            if documented != (stands.sold, stands.returned, stands.free, net, usage):
                yield f"import {row.id} ({row.file_name}): copies or receipts are not as recorded"
            continue
        copies = units["sold"] - units["returned"] + units["free"]
        copies += sum(each["units"] for each in waiting) + unbundled.get(row.id, 0)
        if copies != stands.sold - stands.returned + stands.free:
            yield f"import {row.id} ({row.file_name}): copies are not as recorded"


def _stored_sums(books: BooksUnderTest) -> Failures:
    """What pages show, and drafts use, without adding up lines is what the lines add up to."""
    yield from totals.wrong_totals(books.connection)
    yield from cached_slices.orphaned_sums(books.connection)
    setup, names = setup_in_force(books.work), names_of(books.work)
    for number in sorted({each.period_id for each in cached_slices.slicings(books.connection)}):
        first = setup.first_period
        asked = distinctions_in(setup, first.shift(number - first.ordinal))
        yield from cached_slices.wrong_sums(books.connection, number, asked, names)


def _corrections(books: BooksUnderTest) -> Failures:
    yield from checks.corrections_that_do_not_mirror(books.connection)


_CHECKS: dict[str, Check] = {
    "Every entry balances in each currency and is sealed; numbers have no gap (I1)": (
        sums.entries_balance
    ),
    "All accounts of a currency sum to zero (I2)": sums.trial_balance,
    "Every account equals the books it stands for (I9, I27)": sums.accounts,
    "Contracts: earned + brought forward + released = withheld + recouped + payable + carried": (
        sums.contract_identity
    ),
    "Contracts open where they closed": sums.contract_chain,
    "Earned lines are base × portion × exchange rate × rate, rounded once, and sum up (I4)": (
        sums.earned_lines
    ),
    "Allocated + undistributed = payable + undistributed before (I3)": sums.allocated,
    "Beneficiaries: brought forward + allocated = to pay + carried forward (I21)": (sums.settled),
    "Reserves: withheld = released + still held (I8)": sums.reserves,
    "The setup can be read, and the catalogue is what it says": _setup_read,
    "Periods follow the calendar, and those with a closed run are closed": _periods,
    "Closed runs are as they were frozen (I14)": _runs_frozen,
    "Closed runs, computed again, give the same figures (I17)": _recomputed("document"),
    "What closed runs left for later stands as computed again (I17)": _recomputed("rows"),
    "What closes carried forward for the next run is what all of history adds up to": (
        carried_forward
    ),
    "Ledger entries are those of their closed run, computed again (I17)": _recomputed("entries"),
    "Closed runs counted every sale of their period once (I15)": _closed_sales_earned,
    "Statements are complete, unchanged and numbered without gaps": _statements,
    "Statements say what their closed run and its sales gave": _recomputed("statements"),
    "Issued files are as they were issued (I16)": _issued,
    "Quotes, and files issued of orders, are as they were issued (I16)": _orders_issued,
    "Received files are kept": _received,
    "Files sent for orders, certificates, earlier statements and sample chapters are kept": _sent,
    "Sales belong to a recorded import and to the period of their day or a later one": _sales,
    "Imports hold the copies and receipts that they recorded": _import_totals,
    "Sums kept with imports equal the sale lines": _stored_sums,
    "Corrections mirror what they correct (I19)": _corrections,
    "Orders: receivables and deposits equal invoices, credit notes and receipts": _order_money,
    "Invoices are numbered without gaps and unchanged": _invoices,
    "Shipments hold the sales of their batch": _shipments,
    "Bank details are those that were entered, of the payee who has them": _bank_details,
    "Payments: each settles its parts, approved by a second person; no amount twice": _payments,
    "To pay = payments + what waits, per payee; the ledger holds what payments post (I9)": (
        _payment_entries
    ),
    "The log's chain of hashes is whole (I26)": verified_log.is_whole,
    "The log tells of everything that stands": verified_log.tells,
}
