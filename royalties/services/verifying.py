"""Check every invariant over the whole database; name what fails, repair nothing.

Sources: calculation.md, "What always holds"; the numbers in brackets are the ledger's.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import sha256
from typing import Any

from royalties.domain.currencies import exponent
from royalties.domain.money import MICRO, micro_text, scale
from royalties.domain.people import Verb
from royalties.domain.periods import Period, parse_period
from royalties.domain.postings import (
    advances_account,
    beneficiary_account,
    contract_account,
    pool_account,
    reserve_account,
)
from royalties.services import kept_files
from royalties.services.books import setup_in_force
from royalties.services.orders import checking, papers
from royalties.services.recomputing import (
    DAMAGE,
    Recomputed,
    documents_differ,
    entries_differ,
    recompute,
    rows_differ,
    statements_differ,
)
from royalties.services.work import RefusedError, Work
from royalties.store import batches, catalogue, checks, ledger, totals
from royalties.store import runs as runs_store
from royalties.store import statements as statement_store
from royalties.store.engine import Connection
from royalties.store.history import line_hash, log_lines


@dataclass(frozen=True, slots=True)
class Checked:
    """One invariant: what it says, and each place where it does not hold."""

    name: str
    failures: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


def verify(work: Work) -> list[Checked]:
    """Check everything that must always hold.

    Raises:
        RefusedError: no setup file has been loaded yet.
    """
    work.actor.require(Verb.READ)
    books = _Books(replace(work, memory=None))  # what was remembered proves nothing
    found = []
    for place, (name, check) in enumerate(_CHECKS.items()):
        work.progress(place, len(_CHECKS))
        found.append(Checked(name, _failures(check, books)))
    work.progress(len(_CHECKS), len(_CHECKS))
    return found


def _failures(check: "Check", books: "_Books") -> tuple[str, ...]:
    """What a check finds; books so damaged that it cannot go on are one more failure."""
    found: list[str] = []
    try:
        found.extend(check(books))
    except RefusedError:
        raise
    except DAMAGE as error:
        found.append(f"what stands in the database cannot be read: {error!r}")
    return tuple(found)


@dataclass(slots=True)
class _Books:
    """The database under test, and what several checks read of it."""

    work: Work
    _names: dict[int, str] = field(default_factory=dict)
    _recomputed: tuple[list[Recomputed], list[str]] | None = None

    @property
    def connection(self) -> Connection:
        return self.work.connection

    def rows(self, table: str) -> list[Any]:
        """All rows of one of the closed runs' tables."""
        return runs_store.period_rows(self.work.connection, table)

    @property
    def names(self) -> dict[int, str]:
        """The periods' names by number."""
        if not self._names:
            self._names = {row.id: row.name for row in self.rows("period")}
        return self._names

    def period(self, number: int) -> str:
        """A period's name."""
        return self.names.get(number, f"period {number}")

    def of(self, number: int, contract: str) -> str:
        """A contract in a period, as failures name it."""
        return f"{self.period(number)}, contract {contract}"

    @property
    def recomputed(self) -> tuple[list[Recomputed], list[str]]:
        """All closed runs computed again, and why some could not be."""
        if self._recomputed is None:
            self._recomputed = recompute(self.work)
        return self._recomputed


Failures = Iterator[str]
Check = Callable[[_Books], Failures]


def _setup_read(books: _Books) -> Failures:
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
            said = {(each.currency, each.starts.isoformat()): each.micro for each in edition.prices}
            if prices.get(row.id, {}) != said:
                yield f"edition {edition.isbn} has other prices than the setup"
            for _, value in edition.identifiers:
                name = value.upper()
                if name not in by_hand and names.get(name) != row.id:
                    yield f"identifier {name} does not stand for {edition.isbn}"
    for isbn in editions:
        yield f"edition {isbn} is recorded but stands in no title"


def _periods(books: _Books) -> Failures:
    calendar = setup_in_force(books.work).calendar
    closed = {each.period_id: each.closed_at for each in runs_store.closed_runs(books.connection)}
    last: Period | None = None
    for row in books.rows("period"):
        period = parse_period(row.name, calendar)
        days = (period.starts.isoformat(), period.ends.isoformat())
        if (row.id, row.starts, row.ends) != (period.ordinal, *days):
            yield f"{row.name} is recorded with other days than its own"
        if closed.pop(row.id, None) != row.closed_at or (row.status == "closed") != bool(
            row.closed_at
        ):
            yield f"{row.name} is {row.status}, but its closed run says otherwise"
        if row.status == "closed":
            if last is not None and period != last.shift(1):
                yield f"{row.name} is closed, but {last.shift(1)} is not"
            last = period
    for number in closed:
        yield f"a run of {books.period(number)} is closed, but there is no such period"


def _entries_balance(books: _Books) -> Failures:
    for number in ledger.faulty_entries(books.connection):
        yield f"entry {number} is unsealed, unbalanced or has one side"
    count, highest = ledger.entry_numbers(books.connection)
    if count != highest:
        yield f"{count} entries but the highest number is {highest}"


def _trial_balance(books: _Books) -> Failures:
    sums: dict[str, int] = defaultdict(int)
    for (_, currency), amount in ledger.balances(books.connection).items():
        sums[currency] += amount
    for currency, amount in sums.items():
        if amount:
            yield f"all accounts in {currency} sum to {amount} minor units, not 0"


def _contract_identity(books: _Books) -> Failures:
    for row in books.rows("contract_close"):
        came = row.earned + row.brought_forward + row.released
        went = row.withheld + row.recouped + row.payable + row.carried_forward
        if came != went or row.available != came - row.withheld:
            yield f"{books.of(row.period_id, row.contract)}: {came} came, {went} went"
        if row.carried_forward > 0 or row.payable < 0:
            yield f"{books.of(row.period_id, row.contract)}: paid out of a debit balance"


def _contract_chain(books: _Books) -> Failures:
    last: dict[str, Any] = {}
    for row in books.rows("contract_close"):
        before = last.get(row.contract)
        if before is not None and (
            row.brought_forward != before.carried_forward
            or row.undistributed_before != before.undistributed
        ):
            yield f"{books.of(row.period_id, row.contract)}: opens at another balance"
        last[row.contract] = row


def _earned_lines(books: _Books) -> Failures:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    accounts = {(row.period_id, row.contract): row for row in books.rows("contract_close")}
    for line in books.rows("earned_line"):
        key = (line.period_id, line.contract)
        sums[key] += line.earned
        exact = (
            Fraction(line.base)
            * Fraction(line.portion)
            * Fraction(line.exchange_rate)
            * Fraction(line.rate)
            * Fraction(scale(accounts[key].currency), MICRO)
        )
        if abs(exact - line.earned) > Fraction(1, 2):
            yield f"{books.of(*key)}, line {line.line}: not base × rate rounded"
    for key, row in accounts.items():
        if sums[key] != row.earned:
            yield f"{books.of(*key)}: lines sum to {sums[key]}, not {row.earned}"


def _allocated(books: _Books) -> Failures:
    given: dict[tuple[int, str], int] = defaultdict(int)
    to: dict[tuple[int, str, str], int] = defaultdict(int)
    currency = {}
    rows = books.rows("contract_close")
    for row in rows:
        currency[row.period_id, row.contract] = row.currency
    for each in books.rows("allocation"):
        given[each.period_id, each.contract] += each.amount
        to[each.period_id, each.beneficiary, currency[each.period_id, each.contract]] += each.amount
        if each.amount < 0:
            yield f"{books.of(each.period_id, each.contract)}: a negative allocation"
    for row in rows:
        total = given[row.period_id, row.contract] + row.undistributed
        if total != row.payable + row.undistributed_before:
            yield f"{books.of(row.period_id, row.contract)}: {total} was distributed"
    for settled in books.rows("settlement"):
        key = (settled.period_id, settled.beneficiary, settled.currency)
        if to.pop(key, 0) != settled.allocated:
            yield f"{books.period(key[0])}, {key[1]}: allocated differs from the contracts"
    for key in to:
        yield f"{books.period(key[0])}, {key[1]}: was allocated an amount that nobody settled"


def _settled(books: _Books) -> Failures:
    last: dict[tuple[str, str], int] = {}
    for row in books.rows("settlement"):
        key = (row.beneficiary, row.currency)
        if row.brought_forward + row.allocated != row.tax + row.paid + row.carried_forward:
            yield f"{books.period(row.period_id)}, {row.beneficiary}: the account does not add up"
        if key in last and last[key] != row.brought_forward:
            yield f"{books.period(row.period_id)}, {row.beneficiary}: opens at another balance"
        if row.paid < 0:
            yield f"{books.period(row.period_id)}, {row.beneficiary}: paid less than nothing"
        last[key] = row.carried_forward


def _reserves(books: _Books) -> Failures:
    withheld = {(row.period_id, row.contract): row.withheld for row in books.rows("contract_close")}
    released: dict[tuple[int, str], int] = defaultdict(int)
    seen = set()
    for row in books.rows("reserve_release"):
        released[row.period_id, row.contract] += row.amount
        if (row.withheld_in, row.contract) in seen:
            period = books.period(row.withheld_in)
            yield f"contract {row.contract}: the reserve of {period} was released twice"
        seen.add((row.withheld_in, row.contract))
        if withheld.get((row.withheld_in, row.contract)) != row.amount:
            yield f"contract {row.contract}: {row.amount} released that was not withheld"
    for row in books.rows("contract_close"):
        if row.released != released[row.period_id, row.contract]:
            yield f"{books.of(row.period_id, row.contract)}: releases do not add up"


def _accounts(books: _Books) -> Failures:
    """Every account equals the figure of the books that it stands for."""
    balances = ledger.balances(books.connection)
    for key, wanted in _expected(books).items():
        if balances.get(key, 0) != wanted:
            yield f"account {key[0]} stands at {balances.get(key, 0)} {key[1]}, not {wanted}"


def _expected(books: _Books) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in books.rows("contract_close"):
        found[contract_account(row.contract), row.currency] = -row.carried_forward
        found[pool_account(row.contract), row.currency] = -row.undistributed
        reserve = (reserve_account(row.contract), row.currency)
        found[reserve] += row.released - row.withheld
        found[advances_account(row.contract), row.currency] -= row.recouped
    for line in ledger.journal(books.connection):
        if line.event == "advanced" and line.account.startswith("asset:advances:"):
            found[line.account, line.currency] += line.amount
    for settled in books.rows("settlement"):
        account = beneficiary_account(settled.beneficiary)
        found[account, settled.currency] = -settled.carried_forward
    return found


def _runs_frozen(books: _Books) -> Failures:
    for closed in runs_store.closed_runs(books.connection):
        if sha256(closed.document.encode()).hexdigest() != closed.fingerprint:
            yield f"the closed run of {books.period(closed.period_id)} was changed"


def _recomputed(books: _Books) -> Failures:
    """A closed run computed again, from its sales and the setup of its time, is the same."""
    found, failures = books.recomputed
    yield from failures
    for again in found:
        yield from documents_differ(again)


def _rows_recomputed(books: _Books) -> Failures:
    for again in books.recomputed[0]:
        yield from rows_differ(books.work, again)


def _entries_recomputed(books: _Books) -> Failures:
    for again in books.recomputed[0]:
        yield from entries_differ(books.work, again)


def _statements_recomputed(books: _Books) -> Failures:
    for again in books.recomputed[0]:
        yield from statements_differ(books.work, again)


def _statements(books: _Books) -> Failures:
    settled = {(row.period_id, row.beneficiary, row.currency) for row in books.rows("settlement")}
    places: dict[int, list[int]] = defaultdict(list)
    for row in statement_store.statements_of(books.connection):
        places[row.period_id].append(row.place)
        settled.discard((row.period_id, row.beneficiary, row.currency))
        if sha256(row.content.encode()).hexdigest() != row.fingerprint:
            yield f"statement {row.number} was changed"
    for period, numbers in places.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{books.period(period)}: statement numbers have a gap"
    for period, beneficiary, _ in sorted(settled):
        yield f"{books.period(period)}: {beneficiary} has no statement"


def _issued(books: _Books) -> Failures:
    yield from kept_files.issued_differ(books.work, books.names)


def _orders_issued(books: _Books) -> Failures:
    yield from papers.failures(books.work)


def _received(books: _Books) -> Failures:
    yield from kept_files.received_differ(books.work)


def _sent(books: _Books) -> Failures:
    yield from kept_files.sent_differ(books.work)
    yield from kept_files.samples_differ(books.work)


def _order_money(books: _Books) -> Failures:
    yield from checking.money_differs(books.work)
    yield from checking.reversals_differ(books.work)


def _invoices(books: _Books) -> Failures:
    yield from checking.invoices_differ(books.work)


def _shipments(books: _Books) -> Failures:
    yield from checking.shipments_differ(books.work)


def _sales(books: _Books) -> Failures:
    yield from checks.orphan_sales(books.connection)
    yield from checks.sales_in_wrong_period(books.connection)
    yield from checks.batches_that_lost_lines(books.connection)


def _closed_sales_earned(books: _Books) -> Failures:
    """A closed run counted exactly the sales that stand in its period."""
    yield from checks.closed_copies_differ(books.connection)


def _import_totals(books: _Books) -> Failures:
    """What stands of an import is what its document told when it was recorded."""
    standing = checks.standing_by_batch(books.connection)
    for row in batches.batches(books.connection):
        if row.status != "recorded" or row.corrects is not None:
            continue
        document = json.loads(row.document)
        stands = standing.get(row.id, checks.Standing(0, 0, 0, {}))
        units, waiting = document["units"], document["waiting"]
        if not waiting:
            net = {
                currency: micro_text(micro, exponent(currency))
                for currency, micro in stands.net.items()
            }
            told = (units["sold"], units["returned"], units["free"], document["net"])
            if told != (stands.sold, stands.returned, stands.free, net):
                yield f"import {row.id} ({row.file_name}): copies or receipts are not as recorded"
            continue
        copies = units["sold"] - units["returned"] + units["free"]
        copies += sum(each["units"] for each in waiting)
        if copies != stands.sold - stands.returned + stands.free:
            yield f"import {row.id} ({row.file_name}): copies are not as recorded"


def _kept_sums(books: _Books) -> Failures:
    """What pages show without adding up lines is what the lines add up to."""
    yield from totals.differing(books.connection)


def _corrections(books: _Books) -> Failures:
    yield from checks.corrections_that_do_not_mirror(books.connection)


def _log_chain(books: _Books) -> Failures:
    previous = "0" * 64
    for seq, line in enumerate(log_lines(books.connection), 1):
        if line.seq != seq:
            yield f"the log has a gap before line {line.seq}"
            return
        if line.previous_hash != previous or line_hash(line) != line.hash:
            yield f"line {line.seq} of the log was changed"
            return
        previous = line.hash


def _log_tells(books: _Books) -> Failures:
    """The log tells of every close, import, correction, undo, alias and issue that stands."""
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in log_lines(books.connection):
        if line.action in _TOLD:
            told[line.action].append(json.loads(line.payload))
    yield from _closes_told(books, told[Verb.CLOSE.value])
    yield from _batches_told(books, told)
    aliases = {(each["identifier"], each["isbn"]) for each in told[Verb.ALIAS.value]}
    for name, isbn in catalogue.aliases(books.connection).items():
        if (name, isbn) not in aliases:
            yield f"the log does not tell that {name} stands for {isbn}"
    files: dict[str, int] = defaultdict(int)
    for each in told[Verb.ISSUE.value]:
        files[each["period"]] += each["files"]
    periods = {row.number: row.period_id for row in statement_store.statements_of(books.connection)}
    for number, _ in statement_store.issued_files(books.connection):
        files[books.period(periods.get(number, 0))] -= 1
    for period, more in files.items():
        if more:
            yield f"{period}: other files are issued than the log tells of"


_TOLD = {
    verb.value
    for verb in (Verb.CLOSE, Verb.IMPORT, Verb.CORRECT, Verb.UNDO, Verb.ALIAS, Verb.ISSUE)
}


def _closes_told(books: _Books, told: list[dict[str, Any]]) -> Failures:
    closes = {each["period"]: each["fingerprint"] for each in told}
    for closed in runs_store.closed_runs(books.connection):
        period = books.period(closed.period_id)
        if closes.pop(period, None) != closed.fingerprint:
            yield f"the log does not tell of the closed run of {period} as it stands"
    for period in closes:
        yield f"the log tells of a close of {period}, which is not closed"


def _batches_told(books: _Books, told: dict[str, list[dict[str, Any]]]) -> Failures:
    imports = {
        each["batch"]: (each["file"][:255], each["sha256"], each["lines"])
        for each in told[Verb.IMPORT.value]
    }
    corrections = {each["batch"]: each["corrects"] for each in told[Verb.CORRECT.value]}
    undone = {each["batch"] for each in told[Verb.UNDO.value]}
    for row in batches.batches(books.connection):
        if (row.status == "undone") != (row.id in undone):
            yield f"import {row.id} is {row.status}, but the log says otherwise"
        if row.corrects is not None:
            if corrections.pop(row.id, None) != row.corrects:
                yield f"the log does not tell that import {row.id} corrects {row.corrects}"
            continue
        lines = json.loads(row.document).get("sale_lines")
        if imports.pop(row.id, None) != (row.file_name, row.sha256, lines):
            yield f"the log does not tell of import {row.id} ({row.file_name}) as it stands"
    for number in sorted({*imports, *corrections}):
        yield f"the log tells of import {number}, which is not there"


_CHECKS: dict[str, Check] = {
    "Every entry balances in each currency and is sealed; numbers have no gap (I1)": (
        _entries_balance
    ),
    "All accounts of a currency sum to zero (I2)": _trial_balance,
    "Every account equals the books it stands for (I9, I27)": _accounts,
    "Contracts: earned + brought forward + released = withheld + recouped + payable + carried": (
        _contract_identity
    ),
    "Contracts open where they closed": _contract_chain,
    "Earned lines are base × portion × exchange rate × rate, rounded once, and sum up (I4)": (
        _earned_lines
    ),
    "Allocated + undistributed = payable + undistributed before (I3)": _allocated,
    "Beneficiaries: brought forward + allocated = tax + paid + carried forward (I21)": _settled,
    "Reserves: withheld = released + still held (I8)": _reserves,
    "The setup can be read, and the catalogue is what it says": _setup_read,
    "Periods follow the calendar, and those with a closed run are closed": _periods,
    "Closed runs are as they were frozen (I14)": _runs_frozen,
    "Closed runs, computed again, give the same figures (I17)": _recomputed,
    "What closed runs left for later stands as computed again (I17)": _rows_recomputed,
    "Ledger entries are those of their closed run, computed again (I17)": _entries_recomputed,
    "Closed runs counted every sale of their period once (I15)": _closed_sales_earned,
    "Statements are complete, unchanged and numbered without gaps": _statements,
    "Statements say what their closed run and its sales gave": _statements_recomputed,
    "Issued files are as they were issued (I16)": _issued,
    "Quotes, and files issued of orders, are as they were issued (I16)": _orders_issued,
    "Received files are kept": _received,
    "Files sent for orders, certificates and sample chapters are kept as they came": _sent,
    "Sales belong to a recorded import and to the period of their day or a later one": _sales,
    "Imports hold the copies and receipts that they recorded": _import_totals,
    "Sums kept with imports equal the sale lines": _kept_sums,
    "Corrections mirror what they correct (I19)": _corrections,
    "Orders: receivables and deposits equal invoices, credit notes and receipts": _order_money,
    "Invoices are numbered without gaps and unchanged": _invoices,
    "Shipments hold the sales of their batch": _shipments,
    "The log's chain of hashes is whole (I26)": _log_chain,
    "The log tells of everything that stands": _log_tells,
}
